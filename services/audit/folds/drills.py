"""Exercises as rows of their own, and as lines of their cases' timelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.drills import DrillEnd, DrillEnded, DrillPlanned
from schemas.intake import ActivationRequested
from services.audit import tables
from services.audit.folds.entry import case_key, case_row, entries, line
from services.audit.steps import Step
from services.audit.store import Change
from services.audit.words import listed, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded

ENDS = {
    DrillEnd.TEAM_FORMED.value: "the team was complete",
    DrillEnd.TIME_OVER.value: "its time was over",
    DrillEnd.CANCELLED.value: "an operator took it back",
    DrillEnd.REAL_INCIDENT.value: "a real incident went first",
    DrillEnd.WINDOW_MISSED.value: "an outage delayed it beyond its window",
    DrillEnd.POLICY_CHANGED.value: "the policy has no such trigger class any more",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of an exercise; nothing for any other."""
    at = recorded.meta.time
    match recorded.event:
        case DrillPlanned() as event:
            yield _drill(recorded, planned_at=at, **_plan(event))
            whom = listed(plain(role) for role in event.roles) or "the whole team"
            told = f"An exercise for {plain(event.trigger_class)}, which asks {whom}"
            unknown = ["When it begins is told to nobody"] if event.latest > event.earliest else []
            yield from entries(recorded, line(Step.EXERCISE_PLANNED, told, lines=unknown))
        case ActivationRequested(brief=brief) if brief.drill:
            reply, form = brief.policy.reply_within, brief.policy.form_team_within
            seconds = {
                "reply_seconds": reply.total_seconds(),
                "form_seconds": form.total_seconds(),
            }
            yield _drill(recorded, begun_at=at, **seconds)
        case DrillEnded() as event:
            yield _drill(recorded, ended_at=event.ended_at, reason=event.reason.value)
            yield case_row(recorded.entity, requested_at=None, stood_down_at=event.ended_at)
            told = f"The exercise is over: {ENDS[event.reason.value]}"
            yield from entries(recorded, line(Step.EXERCISE_ENDED, told))
        case _:
            return


def _plan(event: DrillPlanned) -> dict[str, Any]:
    return {
        "trigger_class": event.trigger_class,
        "tier": event.tier,
        "roles": [role.value for role in event.roles],
        "earliest": event.earliest,
        "latest": event.latest,
        "reached_target": event.targets.reached,
        "answered_target": event.targets.answered_in_time,
    }


def _drill(recorded: Recorded[Event], **columns: object) -> Change:
    return Change(tables.drills, {**case_key(recorded), **columns})
