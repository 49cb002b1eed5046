"""A member's own page in words: why they are not asked, what ends soon, what is on file. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.candidates import Exclusion
from schemas.policy import Role
from schemas.roster import CompetencyKind
from services.dispatch.roster_check import (
    WarningKind,
    fresh_until,
    has_left,
    not_pageable,
    warnings,
)
from services.dispatch.training import lapses_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from services.dispatch.carriers.port import Contact
    from services.dispatch.roster import Member
    from services.dispatch.roster_check import RosterWarning
    from services.dispatch.roster_policy import RosterRules

ROLES = {
    Role.PEER: "Peer",
    Role.MHP: "Mental health professional",
    Role.CHAPLAIN: "Chaplain",
    Role.COORDINATOR: "Coordinator",
    Role.CLINICAL_DIRECTOR: "Clinical director",
    Role.PROGRAM_LEAD: "Program lead",
}
KINDS = {
    CompetencyKind.ICISF_GROUP: "ICISF Group Crisis Intervention",
    CompetencyKind.ICISF_INDIVIDUAL: "ICISF Assisting Individuals in Crisis",
    CompetencyKind.QPR: "QPR",
    CompetencyKind.ASIST: "ASIST",
    CompetencyKind.IN_SERVICE: "In-service training",
}
_REASONS = {
    Exclusion.NOT_DESIGNATED: "Your designation has not begun yet.",
    Exclusion.DESIGNATION_ENDED: "Your designation has ended.",
    Exclusion.UNTRAINED: "No training is on file that your role needs. Tell your coordinator.",
    Exclusion.TRAINING_LAPSED: "A training that your role needs has lapsed.",
    Exclusion.CONTACT_STALE: "Your contact was not confirmed for a long time. One tap mends it.",
    Exclusion.STOOD_DOWN: "Your coordinator has stood you down for a while.",
    Exclusion.MUTED: "You asked to be left in peace.",
}
_ENDS = {
    WarningKind.TRAINING_ENDS: "A training that your role needs lapses after {}.",
    WarningKind.CONTACT_GOES_STALE: "Please confirm your contact by {}.",
    WarningKind.DESIGNATION_ENDS: "Your designation ends after {}.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """When a page is shown, in which zone, and by which rules."""

    now: datetime
    zone: ZoneInfo
    rules: RosterRules


def shown(member_id: str, member: Member, contact: Contact | None, at: Shown) -> dict[str, Any]:
    """What the page says of a member."""
    today = at.now.astimezone(at.zone).date()
    muted = member.muted_until
    is_muted = muted is not None and at.now < muted
    return {
        "reasons": [_REASONS[each] for each in not_pageable(member, at.now, today, at.rules)],
        "warnings": [_warning(each) for each in warnings(member, today, at.rules)],
        "has_left": has_left(member, today),
        "contact": list(_contact(contact)),
        "confirmed_on": member.contact_confirmed_on,
        "fresh_until": fresh_until(member, at.rules),
        "muted_until": _clock(muted.astimezone(at.zone)) if muted and is_muted else "",
        "agreed": member.on_team_page,
        "held": list(_held(member_id, member)),
        "trainings": list(_trainings(member, today, at.rules)),
    }


def _warning(each: RosterWarning) -> str:
    return _ENDS[each.kind].format(plain(each.on))


def _held(member_id: str, member: Member) -> Iterator[tuple[str, str]]:
    entry = member.entry
    yield "Number", member_id
    yield "Role", ROLES[entry.role]
    yield "Works in", f"{entry.discipline}, {entry.station}"
    for name, words in (
        ("Units", entry.units),
        ("Supervises", entry.supervises),
        ("Close to", entry.close_to),
        ("Languages", entry.languages),
    ):
        if words:
            yield name, ", ".join(words)
    for period in member.periods:
        yield (
            "Designated",
            f"from {plain(period.begins)}" + (f" to {plain(period.ends)}" if period.ends else ""),
        )
    if not entry.competencies:
        yield "Training", f"good until {plain(entry.training_valid_until)}"


def _trainings(member: Member, today: date, rules: RosterRules) -> Iterator[tuple[str, str]]:
    for each in sorted(member.entry.competencies, key=lambda one: (one.kind, one.earned_on)):
        ends = lapses_after(each, rules)
        said = "lapsed after" if ends < today else "good until"
        yield KINDS[each.kind], f"{plain(each.earned_on)}, {said} {plain(ends)}"


def _contact(contact: Contact | None) -> Iterator[tuple[str, str]]:
    """Enough of each address to know it again, and too little to use it."""
    if contact is None:
        yield "Contact", "nothing is on file"
        return
    if contact.email:
        yield "E-mail", masked_mail(contact.email)
    for name, number in (
        ("Phone", contact.phone),
        ("Texts", contact.sms),
        ("Calls", contact.voice),
    ):
        if number:
            yield name, masked_number(number)
    if contact.apprise:
        yield "Other services", str(len(contact.apprise))


def masked_mail(address: str) -> str:
    """`p***1@example.org`: the ends of the name, and where it is."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***{name[-1:] if len(name) > 2 else ''}@{host}"


def masked_number(number: str) -> str:
    """The last two digits."""
    digits = [each for each in number if each.isdigit()]
    return f"***{''.join(digits[-2:])}"


def plain(day: date) -> str:
    """`2 March 2026`."""
    return f"{day.day} {day.strftime('%B %Y')}"


def _clock(at: datetime) -> str:
    return f"{at.strftime('%A')} {plain(at.date())}, {at.strftime('%H:%M %Z')}"
