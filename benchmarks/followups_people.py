"""The people of a simulated year of follow-ups: coordinators, facilitators, peers and professionals who
act on what they hear, late, twice or not at all.

No source publishes how often any of this happens: every share is an assumption, chosen so that each way
through the rules is gone often. The same seed gives the same year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.dispatch import CoordinatorAlarmed, OfferAccepted, OfferExtended
from schemas.followup import (
    CheckInFellDue,
    CheckInMissed,
    InterventionHeld,
    InterventionMissed,
    MissReason,
    PlannedIntervention,
)
from schemas.policy import Driver, Role
from schemas.sessions import (
    CancelReason,
    ExtendReason,
    InterventionProposed,
    InterventionScheduled,
    OutcomeAsked,
    WindowClosingWarned,
)
from schemas.steps import StepReason
from services.dispatch.commands import (
    AcceptOffer,
    AnswerAlarm,
    CannotServe,
    DecideSessions,
    DeclineOffer,
)
from services.followup.commands import (
    Availability,
    CancelSession,
    CloseCase,
    DeclineIntervention,
    ExplainMiss,
    ExtendWindow,
    MarkDone,
    ScheduleSession,
)
from services.followup.slots import PROPOSED

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from schemas.envelope import Command, Event, Recorded
    from schemas.policy import ResponsePolicy

HOUR = timedelta(hours=1)
APPROVERS = (Role.MHP, Role.CLINICAL_DIRECTOR)


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of all times at which somebody could act."""

    accepts: float = 0.7
    declines: float = 0.2
    leaves: float = 0.06
    approves: float = 0.8
    refuses_first: float = 0.15
    confirms: float = 0.65
    moves: float = 0.15
    cancels: float = 0.04
    extends: float = 0.3
    says_it_was_held: float = 0.8
    makes_check_in: float = 0.75
    holds_talk: float = 0.7
    declined: float = 0.1
    explains: float = 0.9
    late_after_all: float = 0.1
    has_alarm: float = 0.7
    twice: float = 0.08
    """Who taps, taps again."""


@dataclass
class People:
    """Everybody around one case. `act` lets a command reach its service after so long."""

    chance: random.Random
    act: Callable[[timedelta, type[Command], dict[str, Any]], None]
    policy: ResponsePolicy
    zone: str
    attentive: float
    """Of a coordinator: 0 reacts to nothing."""
    team_forms: bool = True
    habits: Habits = Habits()

    def hear(self, told: Recorded[Event]) -> None:
        """What somebody does about it."""
        event = told.event
        for planned in planned_in(event):
            self._plans(planned)
        match event:
            case OfferExtended(offer_id=offer_id):
                self._answers(offer_id)
            case OfferAccepted() if event.role in APPROVERS:
                self._approves(event.offer_id)
                self._leaves(event.offer_id)
            case OfferAccepted(offer_id=offer_id):
                self._leaves(offer_id)
            case CoordinatorAlarmed(alarm_id=alarm_id):
                why = {
                    "by": "member:c-1",
                    "reason": StepReason.NOBODY_ANSWERS,
                    "alarm_id": alarm_id,
                }
                self._maybe(self._coordinator(self.habits.has_alarm), HOUR / 3, AnswerAlarm, **why)
            case _:
                self._of_sessions(event)

    def _of_sessions(self, event: Event) -> None:
        habits = self.habits
        match event:
            case InterventionProposed(item=item, slots=slots):
                which = self.chance.randint(1, len(slots))
                self._confirms(item, slot=which)
            case InterventionScheduled():
                self._changes_mind(event)
            case OutcomeAsked(item=item) | CheckInFellDue(item=item):
                is_check_in = isinstance(event, CheckInFellDue)
                share = habits.makes_check_in if is_check_in else habits.says_it_was_held
                self._maybe(share, 8 * HOUR, MarkDone, item=item)
            case WindowClosingWarned(item=item, closes_at=closes_at):
                reason = ExtendReason.NO_FACILITATORS
                longer = closes_at + timedelta(hours=self.chance.choice((6, 12, 400)))
                named: dict[str, Any] = {"closes_at": longer, "member_id": "m-1", "reason": reason}
                self._maybe(habits.extends, HOUR / 2, ExtendWindow, item=item, **named)
            case InterventionMissed(item=item) | CheckInMissed(item=item):
                self._explains(item)
            case InterventionHeld():
                self._maybe(0.02, 30 * 24 * HOUR, CloseCase)
            case _:
                pass

    def _plans(self, planned: PlannedIntervention) -> None:
        """What two people settle between them, and what is not wanted."""
        item, open_for = planned.item, planned.closes_at - planned.opens_at
        wait = open_for * self.chance.random() * 1.1
        if planned.driver is not Driver.EVENT and self.chance.random() < self.habits.declined:
            self.act(wait, DeclineIntervention, {"item": item})
        elif planned.kind not in PROPOSED and self.chance.random() < self.habits.holds_talk:
            self._again(wait, MarkDone, item=item)

    def _answers(self, offer_id: object) -> None:
        lot = self.chance.random()
        if lot < self.habits.accepts and self.team_forms:
            self._again(self._soon(HOUR / 12), AcceptOffer, offer_id=offer_id)
        elif lot < self.habits.accepts + self.habits.declines:
            self._again(self._soon(HOUR / 12), DeclineOffer, offer_id=offer_id)

    def _leaves(self, offer_id: object) -> None:
        self._maybe(self.habits.leaves, 40 * HOUR, CannotServe, offer_id=offer_id)

    def _approves(self, offer_id: object) -> None:
        kinds, habits = self.policy.kinds_to_approve(), self.habits
        if not kinds:
            return
        if self.chance.random() < habits.refuses_first:
            no = {"offer_id": offer_id, "kinds": kinds, "approved": False}
            self.act(self._soon(5 * HOUR), DecideSessions, no)
        yes = {"offer_id": offer_id, "kinds": kinds, "approved": True}
        self._maybe(habits.approves, 30 * HOUR, DecideSessions, **yes)

    def _confirms(self, item: str, **how: Any) -> None:
        share = self._coordinator(self.habits.confirms)
        self._maybe(share, 3 * HOUR, ScheduleSession, item=item, known=self._known(), **how)

    def _changes_mind(self, event: InterventionScheduled) -> None:
        starts_at = event.starts_at + timedelta(hours=self.chance.choice((-3, 2, 24)))
        moved: dict[str, Any] = {"starts_at": starts_at, "anyway": True, "known": self._known()}
        share = self._coordinator(self.habits.moves)
        self._maybe(share, 2 * HOUR, ScheduleSession, item=event.item, **moved)
        reason = CancelReason.NOT_CALLED_FOR
        self._maybe(self.habits.cancels, 4 * HOUR, CancelSession, item=event.item, reason=reason)

    def _explains(self, item: str) -> None:
        share, reason = self._coordinator(self.habits.explains), MissReason.NOBODY_WANTED_IT
        self._maybe(share, 20 * HOUR, ExplainMiss, item=item, reason=reason)
        self._maybe(self.habits.late_after_all, 30 * HOUR, MarkDone, item=item)

    def _known(self) -> Availability:
        return Availability(zone=self.zone)

    def _coordinator(self, share: float) -> float:
        return share * self.attentive

    def _soon(self, usual: timedelta) -> timedelta:
        return usual * self.chance.lognormvariate(0, 1)

    def _maybe(self, share: float, usual: timedelta, kind: type[Command], **fields: Any) -> None:
        if self.chance.random() < share:
            self._again(self._soon(usual), kind, **fields)

    def _again(self, wait: timedelta, kind: type[Command], **fields: Any) -> None:
        self.act(wait, kind, fields)
        if self.chance.random() < self.habits.twice:
            self.act(wait + self._soon(HOUR / 60), kind, fields)


def planned_in(event: Event) -> Iterator[PlannedIntervention]:
    """Every session that an event plans, whatever event it is."""
    for name in type(event).model_fields:
        found = getattr(event, name)
        for each in found if isinstance(found, tuple) else (found,):
            if isinstance(each, PlannedIntervention):
                yield each
