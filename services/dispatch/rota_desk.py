"""An agency's rotas with all that they are judged by: changes, gaps, and the look through them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from schemas.policy import Role
from schemas.refusals import RefusalCode
from schemas.rota import (
    GapsWarned,
    OverrideRemoved,
    RotaEnded,
    RotaSet,
    ShiftOverridden,
    ShiftsSwapped,
)
from schemas.subjects import Entity, Stream, derived_id
from services.dispatch.commands.rota import PlanCoverageCheck, RecordCoverage
from services.dispatch.decider import COVERAGE, ROTA
from services.dispatch.roster import exclusions
from services.dispatch.rota_coverage import COVERAGE as COVERAGE_ID
from services.dispatch.rota_gaps import Team, gaps
from services.dispatch.rota_time import moment, wall_time
from services.runtime.broker import Listener, on_due, on_event
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.envelope import Event, Recorded, TimerDue
    from schemas.rota import Gap
    from services.dispatch.book import RosterBook
    from services.dispatch.commands.rota import CoverageCommand, RotaCommand
    from services.dispatch.duty_book import DutyBook
    from services.dispatch.roster import Member
    from services.dispatch.rota import Rota
    from services.dispatch.rota_policy import RotaRules
    from services.dispatch.rota_warnings import RotaWarnings
    from services.runtime.handle import Handled
    from services.runtime.host import Ports

_WARNED = (Role.COORDINATOR, Role.PROGRAM_LEAD, Role.CLINICAL_DIRECTOR)
"""The first of these roles that has anybody who can be asked is warned."""


@dataclass(frozen=True, slots=True)
class RotaDesk:
    """The rotas of every agency. Each call raises Transient without a way to the streams."""

    ports: Ports
    book: RosterBook
    duty: DutyBook
    rules: RotaRules
    warnings: RotaWarnings

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per kind of event after which the rotas are looked through."""
        changed = self.on_changed
        return (
            on_event("dispatch-rota-set", RotaSet, changed),
            on_event("dispatch-rota-overridden", ShiftOverridden, changed),
            on_event("dispatch-rota-swapped", ShiftsSwapped, changed),
            on_event("dispatch-rota-restored", OverrideRemoved, changed),
            on_event("dispatch-rota-ended", RotaEnded, changed),
            on_due("dispatch-rota-due", Stream.ROTA, self.on_due),
            on_event("dispatch-rota-warnings", GapsWarned, self.warnings.on_warned),
        )

    async def change(self, agency: str, rota_id: str, command: RotaCommand) -> Handled[Rota]:
        """Record a change of one rota, or refuse it."""
        entity = Entity(Stream.ROTA, agency, rota_id)
        return await handle(self.ports.journal, ROTA, entity, command)

    async def known(self, agency: str, role: Role) -> tuple[str, ...]:
        """The members who may serve in a role: not those who have left."""
        members, today = await self.book.of(agency), self.ports.clock.now().date()
        return tuple(
            name
            for name, member in sorted(members.items())
            if member.entry.role is role
            and (member.designated_until is None or member.designated_until >= today)
        )

    async def team(self, agency: str) -> Team:
        """All that gaps follow from."""
        members = await self.book.of(agency)
        kept = await self.duty.rotas(agency)
        return Team(
            rotas={name: each.rota for name, each in kept.items()},
            members=members,
            busy=await self.duty.busy(agency),
            rules=self.rules,
            roster_rules=self.book.rules,
            zone=self.zone,
        )

    async def gaps(self, agency: str, start: datetime, end: datetime) -> tuple[Gap, ...]:
        """Every gap between two moments."""
        return await looked_through(await self.team(agency), start, end)

    @property
    def zone(self) -> str:
        """The zone in which the agency reads times."""
        return self.ports.settings.time_zone

    async def on_changed(self, told: Recorded[Event]) -> None:
        """Look through the rotas once the changes are done."""
        now = self.ports.clock.now()
        command = PlanCoverageCheck(
            command_id=derived_id(told.meta.event_id, "coverage"),
            now=now,
            actor="rota",
            trace=told.meta.trace,
            due_at=now + self.rules.check_after_change,
        )
        await self._record(told.entity.agency, command)

    async def on_due(self, due: TimerDue) -> None:
        """Look through the rotas, and warn of what is new and near."""
        agency, now = due.entity.agency, self.ports.clock.now()
        team = await self.team(agency)
        is_any_left = any(rota.plan is not None for rota in team.rotas.values())
        command = RecordCoverage(
            command_id=derived_id(due.entity.prefix, due.timer.kind, due.timer.due_at.isoformat()),
            now=now,
            actor="timer",
            trace=due.trace,
            due_at=due.timer.due_at,
            gaps=await self._near(team, now),
            coordinators=self._warned(team.members, now),
            next_at=self._next_look(now) if is_any_left else None,
        )
        await self._record(agency, command)

    async def _near(self, team: Team, now: datetime) -> tuple[Gap, ...]:
        """Those that begin soon, each to its end."""
        soon = now + self.rules.warn_before
        found = await looked_through(team, now, soon + self.rules.look_ahead)
        return tuple(gap for gap in found if gap.starts < soon)

    async def _record(self, agency: str, command: CoverageCommand) -> None:
        entity = Entity(Stream.ROTA, agency, COVERAGE_ID)
        handled = await handle(self.ports.journal, COVERAGE, entity, command)
        if handled.refusal is None:
            return
        if handled.refusal.code is RefusalCode.TIMER_NOT_DUE:
            raise Transient(handled.refusal.detail, retry_after=1.0)
        log.info("refused", code=handled.refusal.code.value, command=type(command).__name__)

    def _warned(self, members: Mapping[str, Member], now: datetime) -> tuple[str, ...]:
        day = now.date()
        able = {
            name: member
            for name, member in sorted(members.items())
            if not exclusions(member, (), day, day, self.book.rules)
        }
        for role in _WARNED:
            found = tuple(name for name, member in able.items() if member.entry.role is role)
            if found:
                return found
        return ()

    def _next_look(self, now: datetime) -> datetime:
        """The next time of the daily look that is at least half a day away."""
        day = wall_time(now + timedelta(hours=12), self.zone).date()
        at = moment(datetime.combine(day, self.rules.check_at), self.zone)
        if at <= now + timedelta(hours=12):
            at = moment(datetime.combine(day + timedelta(days=1), self.rules.check_at), self.zone)
        return at


async def looked_through(team: Team, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Every gap between two moments, found beside: for a large team it takes most of a second, and
    no offer waits for it."""
    return await asyncio.to_thread(gaps, team, start, end)
