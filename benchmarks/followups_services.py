"""The services of a simulated year: dispatch's reactions, and an agency's followup as it is wired."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

from schemas.intake import DeactivationRequested
from schemas.refusals import RefusalCode
from schemas.sessions import Busy, FreeAsked, FreeTold
from schemas.subjects import Entity, Stream
from services.dispatch.decider import DISPATCH
from services.dispatch.reactions import (
    FollowupNews,
    when_deactivation_requested,
    when_due,
    when_followup_news,
)
from services.dispatch.session_news import SessionNews, when_session_news
from services.followup.app import build as build_followup
from services.followup.settings import FollowupSettings
from services.runtime.auth import Keyring
from services.runtime.broker import Listener, on_due, on_event
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.host import Ports

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from benchmarks.followups_streams import ByCase, Moments
    from schemas.envelope import Recorded, TimerDue

ZONES = ("America/New_York", "America/Los_Angeles", "Europe/London", "Australia/Lord_Howe")
"""Each changes its clock twice in the year, Lord Howe by half an hour."""
_COME_AGAIN = frozenset({RefusalCode.UNKNOWN_CASE, RefusalCode.TIMER_NOT_DUE})


class Dispatch:
    """Dispatch, as far as teams, alarms and notices go; nobody's phone rings."""

    def __init__(self, journal: ByCase, moments: Moments) -> None:
        self._journal, self._moments = journal, moments

    def listeners(self) -> tuple[Listener, ...]:
        """Every news of followup that dispatch reacts to, by dispatch's own lists."""
        news, sessions = get_args(FollowupNews), get_args(SessionNews)
        return (
            *(on_event(f"dispatch-{each.NAME}", each, self._on_news) for each in news),
            *(on_event(f"dispatch-{each.NAME}", each, self._on_session) for each in sessions),
            on_event("dispatch-deactivations", DeactivationRequested, self._on_deactivation),
            on_due("dispatch-due", Stream.DISPATCH, self._on_due),
        )

    async def decide(self, of: Entity, command: Any) -> None:
        """Decide and record."""
        entity = Entity(Stream.DISPATCH, of.agency, of.id)
        handled = await handle(self._journal, DISPATCH, entity, command)
        if handled.refusal is not None and handled.refusal.code in _COME_AGAIN:
            raise Transient(handled.refusal.detail)

    async def _on_news(self, told: Recorded[Any]) -> None:
        await self.decide(told.entity, when_followup_news(told, self._moments.now()))

    async def _on_session(self, told: Recorded[Any]) -> None:
        command = when_session_news(told, self._moments.now())
        if command is not None:
            await self.decide(told.entity, command)

    async def _on_deactivation(self, told: Recorded[DeactivationRequested]) -> None:
        await self.decide(told.entity, when_deactivation_requested(told, self._moments.now()))

    async def _on_due(self, due: TimerDue) -> None:
        await self.decide(due.entity, when_due(due, self._moments.now()))


class Agency:
    """One agency's followup, wired as it is for real, in its own zone."""

    def __init__(
        self, number: int, journal: ByCase, moments: Moments, seed: int, folder: Path
    ) -> None:
        self.name, self.zone = f"agency-{number}", ZONES[number % len(ZONES)]
        self._chance = random.Random(f"{seed} {self.name}")  # noqa: S311 - a simulation
        settings = FollowupSettings(agency=self.name, time_zone=self.zone, data_dir=folder)
        ports = Ports(settings, journal, moments, Keyring(()), ask=self._when_free)
        self.listeners = build_followup(ports).listeners

    async def _when_free(self, subject: str, body: bytes, seconds: float) -> bytes:
        """Dispatch's answer, if it is up: some are away for days, and nobody says why."""
        if self._chance.random() < 0.1:
            raise Transient(f"{subject} does not answer within {seconds} s")
        asked = FreeAsked.model_validate_json(body)
        busy = {
            name: (self._away(asked.starts_at),)
            for name in asked.member_ids
            if self._chance.random() < 0.3
        }
        return FreeTold(busy=busy).model_dump_json().encode()

    def _away(self, since: datetime) -> Busy:
        begins = since + timedelta(hours=self._chance.uniform(-10, 60))
        return Busy(starts_at=begins, ends_at=begins + timedelta(hours=self._chance.uniform(2, 90)))
