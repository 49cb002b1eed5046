"""Members and what is known of them, valid in every respect unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from schemas.policy import Role
from schemas.roster import MemberEnrolled
from services.dispatch.duty import Duty
from services.dispatch.eligibility import Asking
from services.dispatch.mutual_aid import Agreement, Lender
from services.dispatch.roster import Member
from tests.unit.dispatch.cases import NOW

TODAY = NOW.date()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def entry(role: Role = Role.PEER, **fields: Any) -> MemberEnrolled:
    base = {
        "role": role,
        "discipline": "fire",
        "station": "st-1",
        "units": ("E1",),
        "designated_from": date(2020, 1, 1),
        "training_valid_until": TODAY + 365 * DAY,
        "contact_confirmed_on": TODAY,
    }
    return MemberEnrolled.model_validate(base | fields)


def member(role: Role = Role.PEER, *, stood_down: bool = False, **fields: Any) -> Member:
    muted_until = fields.pop("muted_until", None)
    plain = Member(entry(role, **fields), stood_down=stood_down)
    return replace(plain, muted_until=muted_until)


def peers(count: int, **fields: Any) -> dict[str, Member]:
    """p-1, p-2 ..., each on a unit of their own, all of one station."""
    return {f"p-{n}": member(units=(f"X{n}",), **fields) for n in range(1, count + 1)}


def asking(case_id: str = "case-1", **fields: Any) -> Asking:
    return replace(Asking(case_id, NOW, incident_on=TODAY, today=TODAY), **fields)


def a_lender(
    roster: dict[str, Member], most: int = 2, agency: str = "north", **known: Any
) -> Lender:
    agreement = Agreement.model_validate(
        {
            "neighbour": agency,
            "lends": ["peer", "mhp"],
            "most": most,
            "from": TODAY,
            "until": TODAY,
            "source": "a letter",
        }
    )
    return Lender(agreement, roster, known.get("duty", Duty()), known.get("loads", {}))
