"""What people decide, as intake records it, as rows: raised, lowered, reviewed, merged, split.

In words that name no one: who decided is a key's label or a member's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.intake import (
    CaseAbsorbed,
    CaseLowered,
    CaseMerged,
    CaseRaised,
    CaseSplit,
    ChangeReason,
    DeactivationRequested,
    MatchedBy,
    Outcome,
    RecommendationChanged,
    ReviewAnswer,
    ReviewAnswered,
    ReviewEscalated,
    ReviewKind,
    ReviewOpened,
    ReviewOverdue,
)
from services.audit import tables
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import plain, title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from schemas.envelope import Event, Recorded

RAISED_TYPE = "Raised by a person"
QUESTIONS = {
    ReviewKind.ACTIVATE: "Shall the team come?",
    ReviewKind.STAND_DOWN: "Shall the team stand down?",
}
_CHANGED = {
    ChangeReason.NEW_REPORT: "a report told something new",
    ChangeReason.CANCELLED: "the incident was called off",
    ChangeReason.RAISED: "a person raised it",
    ChangeReason.LOWERED: "a person lowered it",
    ChangeReason.MERGED: "another case is the same incident",
}
_OUTCOMES = {
    Outcome.CRITICAL: "critical",
    Outcome.REVIEW: "for a person to review",
    Outcome.ROUTINE: "routine",
}
MATCHES = {
    MatchedBy.NUMBER: "the source gives both numbers to one incident",
    MatchedBy.TIME_PLACE_TYPE: "time, place and kind agree",
    MatchedBy.PERSON: "a person merged them",
}
_SHORT = 8


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of INTAKE that is about a decision."""
    match recorded.event:
        case RecommendationChanged() | CaseRaised() | CaseLowered() | DeactivationRequested():
            yield from _weighed(recorded)
        case ReviewOpened() | ReviewEscalated() | ReviewOverdue() | ReviewAnswered():
            yield from _reviewed(recorded)
        case CaseMerged() | CaseAbsorbed() | CaseSplit():
            yield from _joined(recorded)
        case _:
            return


def _weighed(recorded: Recorded[Event]) -> Iterator[Change]:
    who = by(recorded.meta.actor)
    match recorded.event:
        case RecommendationChanged() as event:
            told: dict[str, Any] = {"outcome": event.after.value}
            told |= {"trigger_class": event.trigger_class}
            told |= {} if event.trigger_class else {"tier": None}
            yield case_row(recorded.entity, None, **told)
            yield from entries(recorded, line(Step.RECOMMENDED, _change(event)))
        case CaseRaised() as event:
            yield _raised(recorded, event)
            units = [f"On the incident: {', '.join(event.units)}"] if event.units else []
            detail = f"{title(event.trigger_class)}: a person wants the team"
            yield from entries(recorded, line(Step.RAISED, detail, lines=[*who, *units]))
        case CaseLowered() as event:
            detail = f"A person wants no team ({plain(event.reason)})"
            yield from entries(recorded, line(Step.LOWERED, detail, lines=who))
        case DeactivationRequested() as event:
            yield case_row(recorded.entity, requested_at=None, stood_down_at=recorded.meta.time)
            detail = f"The team is not wanted any more ({plain(event.reason)})"
            yield from entries(recorded, line(Step.UNWANTED, detail))
        case _:
            return


def _raised(recorded: Recorded[Event], event: CaseRaised) -> Change:
    """A case that no feed has told begins here; what a feed told of another one stays."""
    return case_row(
        recorded.entity,
        {
            "reported_at": recorded.meta.time,
            "incident_type": RAISED_TYPE,
            "occurred_at": event.occurred_at,
        },
        outcome=Outcome.CRITICAL.value,
        trigger_class=event.trigger_class,
    )


def _change(event: RecommendationChanged) -> str:
    before = _OUTCOMES[event.before] if event.before else "not told by any feed"
    after = _OUTCOMES[event.after]
    if event.trigger_class:
        after += f" ({plain(event.trigger_class)})"
    return f"{before[:1].upper()}{before[1:]} → {after}: {_CHANGED[event.reason]}"


def _reviewed(recorded: Recorded[Event]) -> Iterator[Change]:
    now = recorded.meta.time
    match recorded.event:
        case ReviewOpened() as event:
            yield case_row(recorded.entity, review_open=True)
            yield _opened(recorded, event)
            detail = f"{QUESTIONS[event.kind]} ({plain(event.trigger_class)}, tier {event.tier})"
            why = [f"Rule {e.rule}: {e.shown}. Source: {e.source}" for e in event.evidence]
            yield from entries(recorded, line(Step.ASKED, detail, key=event.review_id, lines=why))
        case ReviewEscalated(review_id=review_id):
            yield _review(recorded, review_id, escalated_at=now)
            detail = "No answer yet: the mental health professionals are asked too"
            yield from entries(
                recorded, line(Step.ESCALATED, detail, key=review_id, state=RowState.LATE)
            )
        case ReviewOverdue(review_id=review_id):
            yield _review(recorded, review_id, overdue_at=now)
            detail = "Nobody answered in time: everyone who may decide is called"
            yield from entries(
                recorded, line(Step.UNANSWERED, detail, key=review_id, state=RowState.MISSED)
            )
        case ReviewAnswered() as event:
            yield case_row(recorded.entity, review_open=False)
            answer = event.answer.value if event.answer else None
            yield _review(recorded, event.review_id, answered_at=now, answer=answer)
            yield from entries(recorded, _answered(recorded, event))
        case _:
            return


def _answered(recorded: Recorded[Event], event: ReviewAnswered) -> dict[str, object]:
    if event.answer is None:
        return line(Step.MOOT, "What came since has answered the question", key=event.review_id)
    wanted = "wanted" if event.answer is ReviewAnswer.RAISE else "not wanted"
    who = by(recorded.meta.actor)
    return line(Step.DECIDED, f"The team is {wanted}", key=event.review_id, lines=who)


def _opened(recorded: Recorded[Event], event: ReviewOpened) -> Change:
    return _review(
        recorded,
        event.review_id,
        kind=event.kind.value,
        trigger_class=event.trigger_class,
        tier=event.tier,
        incident_type=event.incident_type,
        occurred_at=event.occurred_at,
        reasons=_reasons(event),
        opened_at=recorded.meta.time,
        backup_at=event.backup_at,
        answer_by=event.answer_by,
    )


def _reasons(event: ReviewOpened) -> list[str]:
    """Several rules may have been shown the same."""
    said = (f"{plain(e.shown)} ({plain(e.trigger_class)})" for e in event.evidence)
    return list(dict.fromkeys(said))


def _review(recorded: Recorded[Event], review_id: UUID, **columns: object) -> Change:
    entity = recorded.entity
    key = {"agency": entity.agency, "case_id": entity.id, "review_id": str(review_id)}
    return Change(tables.reviews, {**key, **columns})


def _joined(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case CaseMerged() as event:
            why = ", ".join(plain(each) for each in event.why)
            yield case_row(
                recorded.entity,
                {"reported_at": recorded.meta.time, "incident_type": "Not reported yet"},
                merged_into=event.into,
                merged_by=event.matched_by.value,
                merged_why=why,
            )
            detail = f"This is case {event.into[:_SHORT]} now: {why or MATCHES[event.matched_by]}"
            who = by(recorded.meta.actor) if event.matched_by is MatchedBy.PERSON else ()
            yield from entries(recorded, line(Step.MERGED, detail, lines=who))
        case CaseAbsorbed() as event:
            detail = f"Case {event.other[:_SHORT]} is this incident: {MATCHES[event.matched_by]}"
            units = [f"It brought {', '.join(event.units)}"] if event.units else []
            yield from entries(recorded, line(Step.ABSORBED, detail, lines=units))
        case CaseSplit() as event:
            yield case_row(recorded.entity, merged_into=None, merged_by=None, merged_why=None)
            detail = f"An incident of its own after all, not case {event.out_of[:_SHORT]}"
            yield from entries(recorded, line(Step.SPLIT, detail, lines=by(recorded.meta.actor)))
        case _:
            return


def by(actor: str) -> tuple[str, ...]:
    """Who decided, by key or by number; nobody for what happened by itself."""
    kind, _, name = actor.partition(":")
    match kind:
        case "key":
            return (f"Decided with the key {name}",)
        case "member":
            return (f"Decided by {name}",)
        case _:
            return ()
