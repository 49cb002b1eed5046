"""Dispatch's part in what people decide, as rows: who is asked, a team widened or stood down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import (
    ReviewAnswerGiven,
    ReviewClosed,
    ReviewersAsked,
    ReviewStage,
    TeamStoodDown,
    TeamWidened,
)
from schemas.intake import ReviewAnswer
from services.audit.folds import orders
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.words import counted, listed, plain, who

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded
    from services.audit.store import Change

_STAGES = {
    ReviewStage.COORDINATOR: "Asked to decide",
    ReviewStage.BACKUP: "Asked too, as no coordinator has answered",
    ReviewStage.EVERYONE: "Called, as time has run out",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of DISPATCH that is about a decision."""
    match recorded.event:
        case TeamWidened() as event:
            yield case_row(
                recorded.entity,
                form_by=event.form_by,
                formed_at=None,
                exhausted_at=None,
                missing=None,
            )
            yield from orders.widened(recorded, event)
            places = listed(counted(each.count, each.role) for each in event.brief.policy.places)
            detail = f"The incident is graver than was known; the team is now {places}"
            kept = "Who said yes stays, and nobody is asked again for the same place"
            yield from entries(recorded, line(Step.WIDENED, detail, lines=[kept]))
        case TeamStoodDown() as event:
            yield case_row(
                recorded.entity,
                activated_at=None,
                form_by=None,
                formed_at=None,
                exhausted_at=None,
                missing=None,
                no_coordinator=None,
                ended_at=event.decided_at,
            )
            by = f"Decided by {who(event.by)}" if event.by else ""
            detail = f"Nobody is asked any more, with thanks to all ({plain(event.reason)})"
            yield from entries(recorded, line(Step.STOOD_DOWN, detail, lines=[by] if by else []))
        case ReviewersAsked() | ReviewAnswerGiven() | ReviewClosed():
            yield from _review(recorded)
        case _:
            return


def _review(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case ReviewersAsked() as event:
            whom = ", ".join(event.member_ids) or "nobody, as the roster has none who may decide"
            state = RowState.INFO if event.member_ids else RowState.MISSED
            detail = f"{_STAGES[event.stage]}: {whom}"
            yield from entries(
                recorded, line(Step.REVIEWERS, detail, key=event.review_id, state=state)
            )
        case ReviewAnswerGiven() as event:
            wanted = "wanted" if event.answer is ReviewAnswer.RAISE else "not wanted"
            detail = f"{event.member_id} answered: the team is {wanted}"
            yield from entries(recorded, line(Step.TAPPED, detail, key=event.review_id))
        case ReviewClosed() as event:
            detail = "Nobody needs to answer any more"
            yield from entries(recorded, line(Step.REVIEW_CLOSED, detail, key=event.review_id))
        case _:
            return
