"""Puts the invented agency on the roster, over the same HTTP edge that everybody uses."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict

from schemas.envelope import MemberId, Slug
from schemas.policy import Role

if TYPE_CHECKING:
    from datetime import date

    import httpx


class DemoMember(BaseModel):
    """One invented member."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member_id: MemberId
    role: Role
    discipline: Slug
    station: Slug
    units: tuple[str, ...] = ()
    lapsed: bool = False

    def entry(self, today: date) -> dict[str, Any]:
        """The roster entry, its dates counted from today."""
        valid = today + timedelta(days=-30 if self.lapsed else 400)
        return {
            "role": self.role.value,
            "discipline": self.discipline,
            "station": self.station,
            "units": self.units,
            "designated_from": str(today - timedelta(days=900)),
            "training_valid_until": str(valid),
            "contact_confirmed_on": str(today),
            "contact": {
                "label": f"Demo {self.member_id}",
                "email": f"{self.member_id}@demo.invalid",
            },
        }


class DemoAgency(BaseModel):
    """The file of the demonstration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Slug
    time_zone: str
    members: tuple[DemoMember, ...]
    policy_overrides: dict[str, Any]


def demo_agency() -> DemoAgency:
    """The agency that ships with Tailboard."""
    text = (files("services.cli.demo") / "agency.yaml").read_text(encoding="utf-8")
    return DemoAgency.model_validate(yaml.safe_load(text))


async def enroll(agency: DemoAgency, client: httpx.AsyncClient, today: date) -> None:
    """Enroll every member. Raises httpx.HTTPStatusError when the edge refuses one."""
    for member in agency.members:
        path = f"/v1/roster/members/{member.member_id}"
        answer = await client.put(path, json=member.entry(today))
        answer.raise_for_status()
