"""Planned items as rows: sessions, those that wait, and check-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.audit import tables
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.envelope import Event, Recorded
    from schemas.followup import (
        DeferredIntervention,
        FollowupPlanned,
        PlannedCheckIn,
        PlannedIntervention,
    )

SESSION, CHECK_IN = "session", "check_in"


def sessions(
    recorded: Recorded[Event], sessions: Iterable[PlannedIntervention]
) -> Iterator[Change]:
    """Sessions with their windows."""
    for each in sessions:
        yield planned(
            recorded,
            each.item,
            since=recorded.sequence,
            kind=SESSION,
            name=each.kind.value,
            audience=each.group.value,
            crew=_crew(each) or None,
            about=each.about,
            facilitators=each.facilitators,
            leads=each.leads.value,
            mhp_required=each.mhp_required,
            source=each.source,
            opens_at=each.opens_at,
            target_at=each.target_at,
            closes_at=each.closes_at,
        )


def deferred(
    recorded: Recorded[Event], waiting: Iterable[DeferredIntervention]
) -> Iterator[Change]:
    """Sessions that wait for the end of operations."""
    for each in waiting:
        yield planned(
            recorded,
            each.item,
            since=recorded.sequence,
            kind=SESSION,
            name=each.rule.kind.value,
            audience=each.group.value,
            leads=each.rule.leads.value,
            mhp_required=each.rule.mhp_required,
            source=each.rule.source,
            opens_at=None,
            target_at=None,
            closes_at=None,
        )


def check_ins(recorded: Recorded[Event], check_ins: Iterable[PlannedCheckIn]) -> Iterator[Change]:
    """Follow-up contacts."""
    for each in check_ins:
        yield planned(
            recorded,
            each.item,
            since=recorded.sequence,
            kind=CHECK_IN,
            name="check_in",
            number=each.number,
            audience=each.group.value,
            source=each.source,
            opens_at=each.due_at,
            target_at=each.due_at,
            closes_at=each.closes_at,
        )


def begun_anew(recorded: Recorded[Event], event: FollowupPlanned) -> Iterator[Change]:
    """What became of an earlier plan's item of the same name says nothing of this one."""
    sessions = [each.item for each in event.interventions]
    waiting = [each.item for each in event.deferred]
    for item in (*sessions, *waiting, *(each.item for each in event.check_ins)):
        yield planned(
            recorded,
            item,
            fell_due_at=None,
            done_at=None,
            missed_at=None,
            cancelled_at=None,
            starts_at=None,
            ends_at=None,
            held_by=[],
            slots=[],
            shortage=None,
        )


def planned(recorded: Recorded[Event], item: str, **columns: object) -> Change:
    """Some columns of one planned item."""
    entity = recorded.entity
    key = {"agency": entity.agency, "case_id": entity.id, "item": item}
    return Change(tables.planned, {**key, **columns})


def _crew(each: PlannedIntervention) -> str:
    words = " ".join(filter(None, (each.agency, each.discipline))).replace("-", " ")
    return f"{words}, {each.part}".removeprefix(", ") if each.part else words
