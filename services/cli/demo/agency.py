"""Puts the invented agency on the roster, over the same HTTP edge that everybody uses."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from schemas.envelope import MemberId, Slug
from schemas.policy import Role
from schemas.roster import CompetencyKind
from services.cli.rota_file import WrittenRota
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import httpx

_FIRST_NUMBER = 101
"""555-0100 to 555-0199 belong to nobody (North American Numbering Plan)."""


class DemoMember(BaseModel):
    """One invented member."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member_id: MemberId
    role: Role
    discipline: Slug
    station: Slug
    units: tuple[str, ...] = ()
    supervises: tuple[str, ...] = ()
    close_to: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    trained: str = ""
    """Which of the file's trainings the member has."""
    bio: str = ""
    """What the team page says; who has none is not on it."""

    def entry(self, today: date, done: Mapping[CompetencyKind, int], phone: str) -> dict[str, Any]:
        """The roster entry, its dates counted from today; `done` is how many days ago."""
        named = f"Demo {self.member_id}"
        told = self.model_dump(mode="json", exclude={"member_id", "trained", "bio"})
        competencies = [
            {"kind": kind.value, "earned_on": str(today - timedelta(days=days))}
            for kind, days in done.items()
        ]
        return told | {
            "competencies": competencies,
            "designated_from": str(today - timedelta(days=900)),
            "training_valid_until": str(today + timedelta(days=400)),
            "contact_confirmed_on": str(today),
            "peer_nominated": self.role is Role.PEER or None,
            "on_team_page": bool(self.bio),
            "profile": {"name": named, "bio": f"{self.bio} (An invented member.)"}
            if self.bio
            else None,
            "contact": {"label": named, "email": self.email, "phone": phone},
        }

    @property
    def email(self) -> str:
        """An address that nobody has."""
        return f"{self.member_id}@demo.invalid"


class DemoAgency(BaseModel):
    """The file of the demonstration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Slug
    time_zone: str
    trainings: dict[str, dict[CompetencyKind, int]]
    """By name, how many days ago each training was done."""
    members: tuple[DemoMember, ...]
    rotas: tuple[WrittenRota, ...] = ()
    policy_overrides: dict[str, Any]

    def numbers(self) -> dict[str, str]:
        """A number for each member, by their mail address: of those that are kept for fiction."""
        named = enumerate(self.members, _FIRST_NUMBER)
        return {member.email: f"+1415555{number:04}" for number, member in named}


def demo_agency() -> DemoAgency:
    """The agency that ships with Tailboard."""
    text = (files("services.cli.demo") / "agency.yaml").read_text(encoding="utf-8")
    return DemoAgency.model_validate(read_yaml(text))


async def enroll(agency: DemoAgency, client: httpx.AsyncClient, today: date) -> None:
    """Enroll every member and set the rotas. Raises httpx.HTTPStatusError when the edge refuses one."""
    numbers = agency.numbers()
    for member in agency.members:
        path = f"/v1/roster/members/{member.member_id}"
        done = agency.trainings[member.trained] if member.trained else {}
        answer = await client.put(path, json=member.entry(today, done, numbers[member.email]))
        answer.raise_for_status()
    for rota in agency.rotas:
        answer = await client.put(f"/v1/rota/schedules/{rota.rota}", json=rota.plan())
        answer.raise_for_status()
