"""A roster with everything that can be wrong with one, told into a journal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from schemas.policy import Role
from schemas.roster import (
    Competency,
    CompetencyKind,
    ContactConfirmed,
    HoursSet,
    MemberEnrolled,
    MemberLeft,
    MemberMuted,
    MemberReturned,
    MemberStoodDown,
)
from schemas.rota import CoverageChecked, Gap, GapKind, WeeklyHours, WeeklyTime
from schemas.subjects import Entity, Stream
from tests.unit.audit.story import AGENCY, START, hours, record

if TYPE_CHECKING:
    from schemas.envelope import Event
    from services.runtime.journal_memory import MemoryJournal

TODAY = date(2026, 3, 3)
"""The day of `START`, by the agency's clock."""
GROUP, IN_SERVICE = CompetencyKind.ICISF_GROUP, CompetencyKind.IN_SERVICE


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def entry(role: Role = Role.PEER, **fields: Any) -> MemberEnrolled:
    """A member of whom nothing bites, unless told otherwise."""
    told = {
        "role": role,
        "discipline": "fire",
        "station": "st-1",
        "units": (),
        "designated_from": date(2024, 1, 1),
        "training_valid_until": ago(-400),
        "contact_confirmed_on": ago(1),
    }
    return MemberEnrolled.model_validate({**told, **fields})


def trained(earned: date, *kinds: CompetencyKind) -> tuple[Competency, ...]:
    """Trainings that were all done on one day."""
    return tuple(Competency(kind=kind, earned_on=earned) for kind in kinds)


async def tell(journal: MemoryJournal, member_id: str, *events: Event) -> None:
    """Record something of a member, an hour before the story."""
    await record(journal, Entity(Stream.ROSTER, AGENCY, member_id), START - hours(1), *events)


async def whole(journal: MemoryJournal) -> None:
    """One member for each thing that can be said of one, and a look ahead at the rotas."""
    for number in range(1, 15):
        station = f"st-{number % 5 + 1}"
        await tell(journal, f"p-{number:02}", entry(station=station))
    await tell(journal, "p-15", entry(training_valid_until=ago(12)))
    await tell(journal, "p-16", entry(training_valid_until=ago(-30)))
    await tell(journal, "p-17", entry(contact_confirmed_on=ago(80)))
    await tell(journal, "p-18", entry(contact_confirmed_on=ago(95)))
    confirmed = ContactConfirmed(confirmed_on=ago(2))
    await tell(journal, "p-19", entry(contact_confirmed_on=ago(200)), confirmed)
    await tell(journal, "p-20", entry(designated_until=ago(-9)))
    await tell(journal, "p-21", entry(), MemberLeft(designated_until=ago(3)))
    await tell(journal, "p-22", entry(), MemberStoodDown(reason="own_case"))
    await tell(journal, "p-23", entry(), MemberStoodDown(reason="leave"), MemberReturned())
    await tell(journal, "p-24", entry(), MemberMuted(until=START + hours(9)))
    nights = WeeklyTime.model_validate({"days": ["mon"], "starts": "18:00", "ends": "06:00"})
    own = HoursSet(hours=WeeklyHours(time_zone="America/Los_Angeles", times=(nights,)))
    await tell(journal, "p-25", entry(), own)
    await tell(journal, "p-26", entry(competencies=trained(ago(30), GROUP)))
    await tell(journal, "p-27", entry(competencies=trained(ago(1500), GROUP, IN_SERVICE)))
    await tell(journal, "p-28", entry(competencies=trained(ago(10), IN_SERVICE)))
    await tell(journal, "h-01", entry(Role.MHP, discipline="clinic"))
    await tell(journal, "h-02", entry(Role.MHP, training_valid_until=ago(1)))
    await tell(journal, "c-01", entry(Role.COORDINATOR, training_valid_until=ago(900)))
    checked = CoverageChecked(gaps=tuple(GAPS), next_at=START + hours(24))
    rota = Entity(Stream.ROTA, AGENCY, "coverage")
    await record(journal, rota, START - hours(1), checked)


GAPS = (
    Gap(
        kind=GapKind.NO_GROUP_TRAINING,
        starts=START + hours(96),
        ends=START + hours(100),
        role=Role.PEER,
    ),
    Gap(
        kind=GapKind.MEMBER_MUTED,
        starts=START + hours(1),
        ends=START + hours(9),
        member_id="p-24",
    ),
    Gap(kind=GapKind.NOBODY, starts=START - hours(9), ends=START - hours(5)),
)
