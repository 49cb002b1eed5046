"""What intake reacts to: its own timers, and what people decided on their phones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.dispatch import ReviewAnswerGiven, TeamFormed, TeamStoodDown
from schemas.intake import ActivationRequested
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream
from services.intake.drills import OF_DRILLS
from services.intake.reactions import (
    when_due,
    when_review_answer_given,
    when_team_stood_down,
)
from services.runtime.broker import Listener, on_due, on_event
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from schemas.envelope import Recorded, TimerDue
    from services.intake.commands import IntakeCommand
    from services.intake.exercises import Exercises
    from services.intake.state import IntakeState
    from services.runtime.handle import Decider
    from services.runtime.host import Ports


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Intake's reactions, on its ports and under its policy."""

    ports: Ports
    decider: Decider[IntakeState, IntakeCommand]
    exercises: Exercises

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per reaction."""
        return (
            on_due("intake-due", Stream.INTAKE, self.on_due),
            on_event("intake-review-answers", ReviewAnswerGiven, self.on_review_answer_given),
            on_event("intake-teams-stood-down", TeamStoodDown, self.on_team_stood_down),
            on_event("intake-drill-teams", TeamFormed, self.exercises.on_team_formed),
            on_event("intake-drills-yield", ActivationRequested, self.exercises.on_activation),
        )

    async def on_due(self, due: TimerDue) -> None:
        """Tell the next people of an open review, or begin and end an exercise."""
        if due.timer.kind in OF_DRILLS:
            await self.exercises.on_due(due)
            return
        await self._handle(due.entity, when_due(due, self.ports.clock.now()))

    async def on_review_answer_given(self, told: Recorded[ReviewAnswerGiven]) -> None:
        """Do what somebody decided."""
        await self._handle(told.entity, when_review_answer_given(told, self.ports.clock.now()))

    async def on_team_stood_down(self, told: Recorded[TeamStoodDown]) -> None:
        """Lower the case whose team a coordinator stood down."""
        if command := when_team_stood_down(told, self.ports.clock.now()):
            await self._handle(told.entity, command)

    async def _handle(self, of: Entity, command: IntakeCommand) -> None:
        entity = Entity(Stream.INTAKE, of.agency, of.id)
        handled = await handle(self.ports.journal, self.decider, entity, command)
        if handled.refusal is None:
            return
        if handled.refusal.code in {RefusalCode.UNKNOWN_CASE, RefusalCode.TIMER_NOT_DUE}:
            raise Transient(handled.refusal.detail, retry_after=1.0)
        log.info("refused", code=handled.refusal.code.value, command=type(command).__name__)
