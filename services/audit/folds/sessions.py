"""When sessions take place, as rows and lines: proposed, scheduled, moved, called off, covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.sessions import (
    CoverageReleased,
    CoverageRequested,
    FacilitatorsReminded,
    InterventionCancelled,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    ItemEscalated,
    OutcomeAsked,
    ProposalFailed,
    WindowClosingWarned,
    WindowExtended,
)
from services.audit.folds import planned as rows
from services.audit.folds.entry import entries, line
from services.audit.steps import RowState, Step
from services.audit.words import item_name, listed, plain, who

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded
    from services.audit.store import Change

_NO_TIME: dict[str, object] = {"slots": [], "starts_at": None, "ends_at": None, "held_by": []}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event about a session's time; none for any other."""
    match recorded.event:
        case InterventionProposed() as event:
            slots = [slot.model_dump(mode="json") for slot in event.slots]
            yield rows.planned(recorded, event.item, slots=slots, shortage=None)
            times = "1 time is" if len(slots) == 1 else f"{len(slots)} times are"
            sure = "; whether they are free is not known" if event.unsure else ""
            waits = (
                ", and it waits for the professional's approval" if event.awaits_approval else ""
            )
            yield from _told(recorded, Step.PROPOSED, f"{times} proposed{waits}{sure}")
        case ProposalFailed() as event:
            yield rows.planned(recorded, event.item, slots=[], shortage=event.why.value)
            words = f"no time is found: {plain(event.why.value)}, {event.found} of {event.wanted}"
            yield from _told(recorded, Step.NO_TIME, words, RowState.LATE)
        case InterventionScheduled() as event:
            yield rows.planned(
                recorded,
                event.item,
                slots=[],
                shortage=None,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                held_by=list(event.facilitators),
            )
            yield from _told(recorded, Step.SCHEDULED, _scheduled(event))
        case InterventionUnscheduled() as event:
            yield rows.planned(recorded, event.item, **_NO_TIME)
            words = f"off, because of: {plain(event.because.value)}"
            yield from _told(recorded, Step.UNSCHEDULED, words)
        case _:
            yield from _settled(recorded)


def _settled(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case InterventionCancelled() as event:
            at, why = recorded.meta.time, event.reason.value
            yield rows.planned(recorded, event.item, cancelled_at=at, cancel_reason=why)
            words = f"does not take place: {plain(why)}, by {who(event.by)}"
            yield from _told(recorded, Step.SESSION_CANCELLED, words)
        case WindowExtended() as event:
            yield rows.planned(recorded, event.item, closes_at=event.closes_at)
            words = (
                f"its window stays open for longer: {plain(event.reason.value)}, by {who(event.by)}"
            )
            yield from _told(recorded, Step.KEPT_OPEN, words)
        case _:
            yield from _reminded(recorded)


def _reminded(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case WindowClosingWarned():
            words = "its window closes soon, and nothing is scheduled"
            yield from _told(recorded, Step.CLOSING, words, RowState.LATE)
        case FacilitatorsReminded(skipped=True):
            words = "a reminder would have come too late, and is left out"
            yield from _told(recorded, Step.REMINDED, words)
        case FacilitatorsReminded(ahead=ahead, facilitators=facilitators):
            words = f"{listed(facilitators)} reminded, {ahead.value} ahead"
            yield from _told(recorded, Step.REMINDED, words)
        case OutcomeAsked(facilitators=facilitators):
            words = f"{listed(facilitators)} asked whether it was held"
            yield from _told(recorded, Step.OUTCOME_ASKED, words)
        case ItemEscalated(member_id=member_id, reason=reason):
            words = f"{member_id} needs a coordinator: {plain(reason.value)}"
            yield from _told(recorded, Step.HOLDER_ASKS, words, RowState.LATE)
        case CoverageRequested(units=units, count=count):
            people = f", about {count} people" if count else ""
            words = f"the dispatch center is asked to cover {listed(units)}{people}"
            yield from _told(recorded, Step.COVER_ASKED, words)
        case CoverageReleased(units=units):
            words = f"no cover is needed for {listed(units)}"
            yield from _told(recorded, Step.COVER_RELEASED, words)
        case _:
            return


def _scheduled(event: InterventionScheduled) -> str:
    when = f"{event.starts_at:%Y-%m-%d %H:%M} UTC"
    moved = "moved to" if event.sequence else "set for"
    place = f", at {event.place}" if event.place else ""
    return f"{moved} {when}{place}, held by {listed(event.facilitators)}, by {who(event.by)}"


def _told(
    recorded: Recorded[Event], step: Step, words: str, state: RowState = RowState.INFO
) -> Iterator[Change]:
    """A line of the timeline, and by how much it came late."""
    item: str = getattr(recorded.event, "item")  # noqa: B009 - every event of this file has one
    seconds: int = getattr(recorded.event, "late_seconds", 0)
    late = f" ({seconds // 60} min late)" if seconds else ""
    detail = f"{item_name(item)}: {words}{late}"
    yield from entries(recorded, line(step, detail, key=item, state=state))
