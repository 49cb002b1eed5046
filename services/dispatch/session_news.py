"""Pure: from followup's news of a session's time to what dispatch tells whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import AlarmReason, Purpose
from schemas.sessions import (
    Appointment,
    Coverage,
    CoverageReleased,
    CoverageRequested,
    EscalationReason,
    FacilitatorsReminded,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    ItemEscalated,
    OutcomeAsked,
    ProposalFailed,
    WindowClosingWarned,
)
from schemas.subjects import derived_id
from services.dispatch.commands import AlarmCoordinator, Notice, TellMembers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from schemas.envelope import Recorded

CENTER = "dispatch-center"
"""Who answers for the units: an entry of the contacts bucket, and no member of the roster."""
SessionNews = (
    InterventionProposed
    | ProposalFailed
    | InterventionScheduled
    | InterventionUnscheduled
    | WindowClosingWarned
    | ItemEscalated
    | FacilitatorsReminded
    | OutcomeAsked
    | CoverageRequested
    | CoverageReleased
)
_ALARMS: dict[type, AlarmReason] = {
    ProposalFailed: AlarmReason.NO_TIME_FOUND,
    WindowClosingWarned: AlarmReason.WINDOW_CLOSING,
}


def when_session_news(
    told: Recorded[SessionNews], now: datetime
) -> AlarmCoordinator | TellMembers | None:
    """Who has to hear of it; None when nobody has."""
    event = told.event
    shared: dict[str, Any] = {
        "command_id": derived_id(told.meta.event_id, "tell"),
        "now": now,
        "actor": "followup",
        "trace": told.meta.trace,
        "case_id": told.entity.id,
        "item": event.item,
    }
    if isinstance(event, ItemEscalated):
        cannot = event.reason is EscalationReason.CANNOT_HOLD
        why = AlarmReason.CANNOT_HOLD if cannot else AlarmReason.HOLDER_ASKS
        once = str(told.meta.event_id)
        return AlarmCoordinator.model_validate({**shared, "reason": why, "detail": once})
    if reason := _ALARMS.get(type(event)):
        closes_at = event.closes_at.isoformat() if isinstance(event, WindowClosingWarned) else ""
        return AlarmCoordinator.model_validate({**shared, "reason": reason, "detail": closes_at})
    notices = tuple(_notices(event))
    if not notices:
        return None
    about = str(told.meta.event_id)
    return TellMembers.model_validate({**shared, "about": about, "notices": notices})


def _notices(event: SessionNews) -> Iterator[Notice]:
    match event:
        case InterventionProposed():
            yield Notice(member_id=None, purpose=Purpose.SESSION_PROPOSED)
        case InterventionScheduled():
            yield from _scheduled(event)
        case InterventionUnscheduled():
            yield from _each(event, event.facilitators, Purpose.SESSION_CANCELLED)
        case FacilitatorsReminded(skipped=False):
            yield from _each(event, event.facilitators, Purpose.SESSION_REMINDER)
        case OutcomeAsked():
            yield from _each(event, event.facilitators, Purpose.SESSION_OVER)
        case CoverageRequested() | CoverageReleased():
            yield _covered(event)
        case _:
            return


def _scheduled(event: InterventionScheduled) -> Iterator[Notice]:
    """A changed time goes to all; who is new to it is told the same way, as calendars take both."""
    purpose = Purpose.SESSION_CHANGED if event.sequence else Purpose.SESSION_INVITE
    yield from _each(event, event.facilitators, purpose)
    yield from _each(event, event.released, Purpose.SESSION_CANCELLED)


def _each(
    event: InterventionScheduled | InterventionUnscheduled | FacilitatorsReminded | OutcomeAsked,
    members: tuple[str, ...],
    purpose: Purpose,
) -> Iterator[Notice]:
    appointment = Appointment(
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        sequence=event.sequence,
        place=None if isinstance(event, OutcomeAsked) else event.place,
    )
    for member_id in members:
        yield Notice(member_id=member_id, purpose=purpose, appointment=appointment)


def _covered(event: CoverageRequested | CoverageReleased) -> Notice:
    needed = isinstance(event, CoverageRequested)
    coverage = Coverage(
        units=event.units,
        count=event.count if isinstance(event, CoverageRequested) else None,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        needed=needed,
    )
    return Notice(member_id=CENTER, purpose=Purpose.COVERAGE, coverage=coverage)
