"""Exercises: planned, begun as an ordinary case that asks real members, ended. Never a real case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.drills import DrillEnd, DrillEnded, DrillPlanned
from schemas.intake import (
    ActivationRequested,
    Evidence,
    IncidentReported,
    IncidentStatus,
    Outcome,
    Screening,
)
from schemas.policy import CaseBrief
from schemas.refusals import Refusal, RefusalCode
from services.intake.commands import BeginDrill, CancelDrill, DrillCommand, EndDrill, PlanDrill
from services.intake.drills import SOURCE, Drill, NoDrill, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.policy import Place, ResponsePolicy
    from services.intake.drills import DrillState
    from services.intake.policy import Pack

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_EXERCISE, "There is no such exercise.")
_OVER = Refusal(RefusalCode.EXERCISE_OVER, "This exercise is over.")
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This exercise is settled.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This exercise still has time.")


def decide(pack: Pack, command: DrillCommand, state: DrillState) -> Sequence[Event] | Refusal:
    """What follows from a command about an exercise."""
    match command:
        case PlanDrill():
            return plan(pack, command, state)
        case BeginDrill():
            return begin(pack, command, state)
        case CancelDrill():
            return cancel(command, state)
        case EndDrill():
            return end(command, state)


def plan(pack: Pack, command: PlanDrill, state: DrillState) -> Sequence[Event] | Refusal:
    """Hold an exercise later, or at once when its window begins and ends now."""
    if isinstance(state, Drill):
        return ()
    trigger = pack.triggers.get(command.trigger_class)
    if trigger is None:
        known = ", ".join(sorted(pack.triggers))
        return Refusal(
            RefusalCode.UNKNOWN_TRIGGER, f"The policy has no such trigger class; it has {known}."
        )
    if not _places(pack.snapshot(command.trigger_class), command.roles):
        team = ", ".join(place.role for place in trigger.team)
        return Refusal(
            RefusalCode.UNKNOWN_ITEM,
            f"The team of this trigger class has none of these: it has {team}.",
        )
    planned = DrillPlanned(
        trigger_class=command.trigger_class,
        tier=trigger.tier,
        roles=command.roles,
        earliest=command.earliest,
        latest=command.latest,
        lot=command.lot,
        targets=command.targets,
    )
    if command.latest > command.now:
        return (planned,)
    if _real_came(command, command.now):
        return Refusal(
            RefusalCode.REAL_INCIDENT,
            "A real team was wanted a short while ago: exercises wait until things are quiet.",
        )
    return (planned, *_begun(pack, planned, command.now))


def begin(pack: Pack, command: BeginDrill, state: DrillState) -> Sequence[Event] | Refusal:
    """Its moment has come. It is let go when a real team was wanted a short while ago, and when an
    outage has delayed it beyond its window."""
    if isinstance(state, NoDrill):
        return _UNKNOWN
    if state.stage is not Stage.PLANNED:
        return _OVERTAKEN
    if command.now < command.due_at:
        return _EARLY
    if reason := _let_go(pack, command, state):
        return (_ended(reason, command.now, begun=False),)
    return _begun(pack, state.plan, command.now)


def cancel(command: CancelDrill, state: DrillState) -> Sequence[Event] | Refusal:
    """Nobody is asked, or whoever was asked is thanked."""
    if isinstance(state, NoDrill):
        return _UNKNOWN
    if state.stage is Stage.OVER:
        return _OVER
    return (_ended(DrillEnd.CANCELLED, command.now, begun=state.stage is Stage.RUNNING),)


def end(command: EndDrill, state: DrillState) -> Sequence[Event] | Refusal:
    """The team stands, the time is over, or a real incident goes first."""
    if isinstance(state, NoDrill):
        return _UNKNOWN
    if state.stage is not Stage.RUNNING:
        return _OVERTAKEN
    is_early = state.ends_by is not None and command.now < state.ends_by
    if command.reason is DrillEnd.TIME_OVER and is_early:
        return _EARLY
    return (_ended(command.reason, command.now, begun=True),)


def _begun(pack: Pack, planned: DrillPlanned, now: datetime) -> Sequence[Event]:
    """An ordinary case, reported and screened and wanting a team; only its brief says what it is."""
    trigger = pack.triggers[planned.trigger_class]
    policy = pack.snapshot(planned.trigger_class)
    policy = policy.model_copy(update={"places": _places(policy, planned.roles)})
    brief = CaseBrief(
        tier=trigger.tier,
        trigger_class=planned.trigger_class,
        urgency=pack.urgency(planned.trigger_class),
        occurred_at=now,
        reported_at=now,
        operations_ongoing=False,
        drill=True,
        policy=policy,
    )
    reported = IncidentReported(
        source=SOURCE,
        number=None,
        incident_type=f"EXERCISE: {trigger.label}"[:120],
        occurred_at=now,
        status=IncidentStatus.ACTIVE,
        units=(),
        exercise=True,
        operations_ongoing=False,
        operations_ended_at=None,
        fingerprint=planned.lot.hex,
        ignored_fields=0,
        screening=_screened(pack, planned),
    )
    return (reported, ActivationRequested(brief=brief, units=()))


def _screened(pack: Pack, planned: DrillPlanned) -> Screening:
    """Critical because an operator ordered it, and not held back: this exercise is to be answered."""
    trigger = pack.triggers[planned.trigger_class]
    ordered = Evidence(
        rule="exercise",
        trigger_class=planned.trigger_class,
        field="exercise",
        shown="an exercise that an operator has ordered",
        source="PROPOSAL: only an exercise that is made here calls anybody",
    )
    return Screening(
        outcome=Outcome.CRITICAL,
        policy=pack.policy,
        policy_version=pack.version,
        trigger_class=planned.trigger_class,
        tier=trigger.tier,
        mode=trigger.mode,
        evidence=(ordered,),
    )


def _places(policy: ResponsePolicy, roles: Sequence[str]) -> tuple[Place, ...]:
    return tuple(place for place in policy.places if not roles or place.role in roles)


def _let_go(pack: Pack, command: BeginDrill, state: Drill) -> DrillEnd | None:
    if command.now > command.due_at + command.late_by:
        return DrillEnd.WINDOW_MISSED
    if _real_came(command, command.now):
        return DrillEnd.REAL_INCIDENT
    is_known = state.plan.trigger_class in pack.triggers
    return None if is_known else DrillEnd.POLICY_CHANGED


def _real_came(command: PlanDrill | BeginDrill, now: datetime) -> bool:
    real = command.real_team_at
    return real is not None and now < real + command.quiet_after_real


def _ended(reason: DrillEnd, now: datetime, *, begun: bool) -> DrillEnded:
    return DrillEnded(reason=reason, ended_at=now, begun=begun)
