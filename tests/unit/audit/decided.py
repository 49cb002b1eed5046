"""What people decide, told into a story's journal as intake, dispatch and followup record it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from schemas.dispatch import TeamStoodDown, TeamWidened
from schemas.followup import FollowupCancelled
from schemas.intake import (
    CaseAbsorbed,
    CaseMerged,
    CaseRaised,
    DeactivationRequested,
    Evidence,
    HoldReason,
    IncidentUpdated,
    MatchedBy,
    Outcome,
    ReviewAnswer,
    ReviewAnswered,
    ReviewKind,
    ReviewOpened,
)
from schemas.subjects import Stream
from tests.unit.audit.story import Story, hours, minutes

if TYPE_CHECKING:
    from schemas.envelope import Event
    from services.runtime.journal_memory import MemoryJournal

_IDS = UUID("00000000-0000-5000-8000-000000000002")
WHY = ("within_20_minutes", "same_place", "same_kind")


def review_id(story: Story, kind: ReviewKind = ReviewKind.ACTIVATE) -> UUID:
    return uuid5(_IDS, f"{story.case_id}{kind}")


async def asked(
    story: Story,
    kind: ReviewKind = ReviewKind.ACTIVATE,
    *,
    after: timedelta = timedelta(0),
    within: timedelta = timedelta(hours=2),
) -> None:
    """A person must decide."""
    opened = ReviewOpened(
        review_id=review_id(story, kind),
        kind=kind,
        trigger_class=story.trigger,
        tier=2,
        incident_type="Structure fire",
        occurred_at=story.start - minutes(12),
        evidence=(
            Evidence(
                rule="media",
                trigger_class=story.trigger,
                field="flags",
                shown="flags: media_interest",
                source="TEST: a rule",
            ),
        ),
        backup_at=story.start + after + within / 4,
        answer_by=story.start + after + within,
    )
    await story.tell(Stream.INTAKE, after, opened)


async def to_review(journal: MemoryJournal, number: str, **more: object) -> Story:
    """A report that the policy leaves to a person, with its question."""
    story = Story(journal, number=number, trigger="media_interest", **more)  # type: ignore[arg-type]
    await story.reported(Outcome.REVIEW, HoldReason.MODE, "Structure fire")
    await asked(story)
    return story


async def answered(
    story: Story,
    answer: ReviewAnswer | None,
    kind: ReviewKind = ReviewKind.ACTIVATE,
    *,
    after: timedelta = timedelta(minutes=20),
    then: tuple[Event, ...] = (),
) -> None:
    """A person decided, or news did."""
    said = ReviewAnswered(review_id=review_id(story, kind), answer=answer)
    await story.tell(Stream.INTAKE, after, said, *then)


async def raised(story: Story) -> None:
    """A person asks for the team, and no feed has told anything."""
    told = CaseRaised(
        trigger_class=story.trigger, occurred_at=story.start - hours(1), units=("E12",)
    )
    await story.tell(Stream.INTAKE, minutes(0), told, story.wanted())


async def stood_down(story: Story, after: timedelta = timedelta(hours=1)) -> None:
    """Nobody is wanted any more, in all three streams."""
    at: datetime = story.start + after
    unwanted = DeactivationRequested(reason="not_needed")
    await story.tell(Stream.INTAKE, after, unwanted)
    await story.tell(Stream.DISPATCH, after, TeamStoodDown(reason="not_needed", decided_at=at))
    await story.tell(Stream.FOLLOWUP, after, FollowupCancelled(decided_at=at))


async def widened(story: Story, after: timedelta = timedelta(hours=1)) -> None:
    """The incident turned out graver."""
    form_by = story.start + after + hours(2)
    wider = TeamWidened(brief=story.brief, candidates=(), form_by=form_by)
    await story.tell(Stream.DISPATCH, after, wider)


async def merged(gone: Story, stays: Story, by: MatchedBy = MatchedBy.TIME_PLACE_TYPE) -> None:
    """One turns out to be the other."""
    why = WHY if by is MatchedBy.TIME_PLACE_TYPE else ()
    into = CaseMerged(into=stays.case_id, matched_by=by, why=why)
    await gone.tell(Stream.INTAKE, minutes(5), into)
    absorbed = CaseAbsorbed(other=gone.case_id, matched_by=by, units=("P9",))
    await stays.tell(Stream.INTAKE, minutes(5), absorbed)


async def updated(story: Story, after: timedelta, **told: object) -> None:
    """A later report; what it is silent about is empty."""
    first = story.told(Outcome.CRITICAL, None, "")
    fields = first.model_dump() | {"fingerprint": "1" * 32} | told
    await story.tell(Stream.INTAKE, after, IncidentUpdated.model_validate(fields))
