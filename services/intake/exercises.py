"""Where exercises are planned, begun and ended, on intake's ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.drills import DrillEnd
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from services.intake.commands import BeginDrill, CancelDrill, EndDrill, PlanDrill
from services.intake.drills import DRILL_BEGINS, SOURCE
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.dispatch import TeamFormed
    from schemas.envelope import Recorded, TimerDue
    from schemas.intake import ActivationRequested
    from schemas.policy import Role
    from services.intake.commands import DrillCommand
    from services.intake.drill_book import DrillBook
    from services.intake.drills import DrillState
    from services.intake.drills_policy import DrillsPolicy
    from services.runtime.handle import Decider, Handled
    from services.runtime.host import Ports


@dataclass(frozen=True, slots=True)
class Wanted:
    """An exercise that somebody wants held."""

    trigger_class: str
    roles: Sequence[Role]
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Exercises:
    """Exercises of every agency."""

    ports: Ports
    decider: Decider[DrillState, DrillCommand]
    policy: DrillsPolicy
    book: DrillBook

    async def plan(
        self, agency: str, wanted: Wanted, key: str, about: dict[str, Any]
    ) -> tuple[Entity, Handled[DrillState]]:
        """Plan one, or hold it at once; the same key is the same exercise. Raises Transient."""
        entity = self.entity(agency, case_id_for(agency, f"{SOURCE}:", key))
        command = PlanDrill(
            **about,
            trigger_class=wanted.trigger_class,
            roles=tuple(wanted.roles),
            earliest=wanted.earliest,
            latest=wanted.latest,
            lot=new_id(),
            targets=self.policy.snapshot(),
            **self._quiet(agency),
        )
        return entity, await handle(self.ports.journal, self.decider, entity, command)

    async def cancel(self, agency: str, case_id: str, about: dict[str, Any]) -> Handled[DrillState]:
        """Let nobody be asked, or thank whoever was. Raises Transient."""
        entity = self.entity(agency, case_id)
        return await handle(self.ports.journal, self.decider, entity, CancelDrill(**about))

    async def on_due(self, due: TimerDue) -> None:
        """An exercise begins, or its time is over."""
        timer = due.timer
        named = derived_id(due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat())
        about = self._about(named, due.trace)
        command: DrillCommand = (
            BeginDrill(
                **about,
                due_at=timer.due_at,
                late_by=self.policy.late_by,
                **self._quiet(due.entity.agency),
            )
            if timer.kind == DRILL_BEGINS
            else EndDrill(**about, reason=DrillEnd.TIME_OVER)
        )
        await self._do(due.entity, command)

    async def on_team_formed(self, told: Recorded[TeamFormed]) -> None:
        """The exercise has shown what it was to show."""
        if told.event.brief.drill and self.policy.end_when_formed:
            await self._end(told.entity, DrillEnd.TEAM_FORMED, told)

    async def on_activation(self, told: Recorded[ActivationRequested]) -> None:
        """A real team is wanted: the exercises that run end, and so does one that began just now."""
        if not self.policy.real_first:
            return
        agency = told.entity.agency
        await self.book.read(told.sequence)
        if not told.event.brief.drill:
            for case_id in self.book.running(agency):
                await self._end(self.entity(agency, case_id), DrillEnd.REAL_INCIDENT, told)
            return
        real = self.book.real_team_at(agency)
        if real is not None and told.meta.time < real + self.policy.quiet_after_real:
            await self._end(told.entity, DrillEnd.REAL_INCIDENT, told)

    def entity(self, agency: str, case_id: str) -> Entity:
        """An exercise's case."""
        return Entity(Stream.INTAKE, agency, case_id)

    async def _end(
        self,
        of: Entity,
        reason: DrillEnd,
        because: Recorded[TeamFormed] | Recorded[ActivationRequested],
    ) -> None:
        named = derived_id(because.meta.event_id, "end", of.id)
        about = self._about(named, because.meta.trace)
        await self._do(self.entity(of.agency, of.id), EndDrill(**about, reason=reason))

    async def _do(self, entity: Entity, command: DrillCommand) -> None:
        handled = await handle(self.ports.journal, self.decider, entity, command)
        if handled.refusal is None:
            return
        if handled.refusal.code in {RefusalCode.UNKNOWN_EXERCISE, RefusalCode.TIMER_NOT_DUE}:
            raise Transient(handled.refusal.detail, retry_after=1.0)
        log.info("refused", code=handled.refusal.code.value, command=type(command).__name__)

    def _about(self, command_id: object, trace: str) -> dict[str, Any]:
        now = self.ports.clock.now()
        return {"command_id": command_id, "now": now, "actor": "exercise", "trace": trace}

    def _quiet(self, agency: str) -> dict[str, Any]:
        real = self.book.real_team_at(agency) if self.policy.real_first else None
        return {"real_team_at": real, "quiet_after_real": self.policy.quiet_after_real}
