"""Looks every few seconds for what should have happened by itself and has not, and has it done now.

It is no part of the path that it watches: it reads the views, and asks the service whose work it is to
react once more. While nothing is overdue it says so to whoever waits for that (the dead man's switch); its
silence is the alarm that reaches people when nothing here can.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import DBAPIError

from schemas.envelope import Frozen
from schemas.redrive import RedriveAnswer, Redriven
from services.audit.views import overdue
from services.runtime.errors import Transient
from services.runtime.redrive import subject_of
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.audit.store import Store
    from services.audit.views.overdue import Overdue
    from services.runtime.ask import Ask
    from services.runtime.clock import Clock

LOOK_SECONDS = 15.0
GRACE_SECONDS = 10.0
"""PROPOSAL: timers are at most half a second late, and the views less than that behind."""
_ANSWER_SECONDS = 5.0
_PING_SECONDS = 60.0
_SHOWN = 20
OVERDUE = Gauge("tailboard_overdue", "What should have happened and has not, when last looked at")
REDRIVEN = Counter(
    "tailboard_redriven", "Reactions that the watchdog asked for", ["service", "became"]
)


class Stuck(Frozen):
    """One thing that is overdue. Nobody is named: the case's page says the rest."""

    what: str
    service: str
    agency: str
    case_id: str
    since: datetime
    tries: int
    became: Redriven | None
    """What the service answered last; null when it did not."""


class Watch(Frozen):
    """How it stood when last looked at."""

    looked_at: datetime | None
    clean: bool
    """Nothing is overdue, and the views are current."""
    overdue: int
    redriven: int
    """How often something was found and had happened by the next look, since this process began."""
    stuck: tuple[Stuck, ...]
    """The longest overdue first; at most twenty."""
    pinged_at: datetime | None
    """When the dead man's switch was last told that all is well."""


@dataclass(slots=True)
class _Tried:
    found: Overdue
    tries: int = 0
    became: Redriven | None = None


@dataclass(slots=True)
class Watchdog:
    """On the views and a way to ask the services."""

    store: Store
    ask: Ask
    clock: Clock
    is_caught_up: Callable[[], bool]
    deadman_url: str | None = None
    scale: float = 1.0
    """How fast the clock runs: what is seconds here is longer on a compressed clock."""
    http: Callable[[], httpx.AsyncClient] = lambda: httpx.AsyncClient(timeout=_ANSWER_SECONDS)
    _known: dict[tuple[object, ...], _Tried] = field(default_factory=dict)
    _looked_at: datetime | None = None
    _clean: bool = False
    _redriven: int = 0
    _pinged_at: datetime | None = None

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)  # noqa: TID251 - of this process, and of no case
            try:
                await self.look()
            except (Transient, DBAPIError) as trouble:
                self._clean = False
                log.warning("watchdog_cannot_look", reason=type(trouble).__name__)

    async def look(self) -> None:
        """One look. Raises Transient or DBAPIError when the views cannot be read."""
        if not self.is_caught_up():
            self._clean = False
            return
        now = self.clock.now()
        before = now - timedelta(seconds=GRACE_SECONDS * self.scale)
        found = await self.store.read(lambda connection: overdue.overdue(connection, before))
        self._note(found)
        for tried in self._known.values():
            await self._redrive(tried)
        self._looked_at, self._clean = now, not found
        OVERDUE.set(len(found))
        if self._clean:
            await self._ping(now)

    def status(self) -> Watch:
        """How it stood."""
        longest = sorted(self._known.values(), key=lambda tried: tried.found.since)
        return Watch(
            looked_at=self._looked_at,
            clean=self._clean,
            overdue=len(self._known),
            redriven=self._redriven,
            stuck=tuple(_stuck(tried) for tried in longest[:_SHOWN]),
            pinged_at=self._pinged_at,
        )

    def _note(self, found: Sequence[Overdue]) -> None:
        """What is not found any more has happened."""
        still = {each.key: self._known.get(each.key) or _Tried(each) for each in found}
        self._redriven += sum(key not in still for key in self._known)
        self._known = still

    async def _redrive(self, tried: _Tried) -> None:
        each = tried.found
        tried.tries += 1
        log.error(
            "overdue", what=each.what, service=each.service, case=each.redrive.entity_id,
            since=each.since.isoformat(), tries=tried.tries,
        )  # fmt: skip
        body = each.redrive.model_dump_json().encode()
        try:
            told = await self.ask(subject_of(each.service), body, _ANSWER_SECONDS)
            tried.became = RedriveAnswer.model_validate_json(told).became
        except (Transient, ValueError):
            tried.became = None
        REDRIVEN.labels(each.service, tried.became or "unanswered").inc()

    async def _ping(self, now: datetime) -> None:
        """All is well. Its address may hold a secret, so no error shows it."""
        due = self._pinged_at is None or (now - self._pinged_at).total_seconds() >= (
            _PING_SECONDS * self.scale
        )
        if self.deadman_url is None or not due:
            return
        try:
            async with self.http() as client:
                (await client.get(self.deadman_url)).raise_for_status()
            self._pinged_at = now
        except httpx.HTTPError as error:
            log.warning("deadman_not_told", reason=type(error).__name__)


def _stuck(tried: _Tried) -> Stuck:
    each = tried.found
    return Stuck(
        what=each.what,
        service=each.service,
        agency=each.redrive.agency,
        case_id=each.redrive.entity_id,
        since=each.since,
        tries=tried.tries,
        became=tried.became,
    )
