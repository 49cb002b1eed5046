"""All services on one memory journal with a frozen clock: `await town.advance(hours=8)`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from fastapi import FastAPI

from schemas.envelope import Event, Recorded, Timer
from schemas.policy import Role
from schemas.subjects import Stream
from services.dispatch.app import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.followup.app import build as build_followup
from services.intake.app import build as build_intake
from services.intake.app import load_pack
from services.intake.settings import IntakeSettings
from services.runtime.auth import Keyring, KeyRole, add_key
from services.runtime.edge import BodyLimit, install_problems, joined
from services.runtime.errors import Transient
from services.runtime.host import Ports, Service
from services.runtime.journal_memory import MemoryJournal
from tests.support.asking import asking
from tests.support.phones import Phones

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from services.dispatch.carriers.chosen import Carriers
    from services.intake.policy import Pack
    from services.runtime.broker import Listener

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_ROUNDS = 200
_packs: dict[str, Pack] = {}


@dataclass
class FrozenClock:
    """A clock that moves only when the test says so."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def wall(self, at: datetime) -> datetime:
        return at

    def after(self, seconds: float) -> datetime:
        return self.at + timedelta(seconds=seconds)


@dataclass(repr=False)  # asyncio shows it, with all that it holds, at every test
class Town:
    """Intake, dispatch and followup as they are wired for real, with phones that a test reads."""

    app: FastAPI
    services: list[Service]
    journal: MemoryJournal
    clock: FrozenClock
    phones: Phones
    http: httpx.AsyncClient
    lost: set[str] = field(default_factory=set)
    """Listeners that nothing reaches: what is for them is lost."""
    _read: dict[str, int] = field(default_factory=dict)
    _later: list[tuple[datetime, Listener, Any]] = field(default_factory=list)

    async def report(self, **fields: Any) -> dict[str, Any]:
        """Post an incident as a dispatch center does, and let everything settle."""
        answer = await self.http.post("/v1/incidents", json=fields)
        assert answer.is_success, answer.text
        await self.settle()
        taken: dict[str, Any] = answer.json()
        return taken

    async def enroll(self, member_id: str, role: Role, **fields: Any) -> None:
        """Put a member on the roster, valid in every respect unless told otherwise."""
        today = self.clock.now().date()
        entry = {
            "role": role.value,
            "discipline": "fire",
            "station": "st-1",
            "units": [],
            "designated_from": str(date(2020, 1, 1)),
            "training_valid_until": str(today + timedelta(days=365)),
            "contact_confirmed_on": str(today),
            "contact": {"label": member_id, "email": f"{member_id}@phones.invalid"},
        } | fields
        answer = await self.http.put(f"/v1/roster/members/{member_id}", json=entry)
        assert answer.is_success, answer.text

    async def enroll_team(self, peers: int, mhps: int, **also: Role) -> None:
        """p-1, p-2 ..., m-1 ... and the coordinator c-1, each valid and each on a unit of no call."""
        for number in range(1, peers + 1):
            await self.enroll(f"p-{number}", Role.PEER, units=[f"X{number}"])
        for number in range(1, mhps + 1):
            await self.enroll(f"m-{number}", Role.MHP)
        await self.enroll("c-1", Role.COORDINATOR)
        for member_id, role in also.items():
            await self.enroll(member_id.replace("_", "-"), role)

    async def own_link(self, member_id: str) -> str:
        """The token of the member's own link, sent to their phone: `/m/<token>`, `/f/<token>`."""
        answer = await self.http.post(f"/v1/roster/members/{member_id}/invite")
        assert answer.is_success, answer.text
        return self.phones.own_link(member_id)

    async def done(self, case_id: str, item: str) -> None:
        """Mark a session held or a check-in offered, as a coordinator does."""
        answer = await self.http.post(f"/v1/cases/{case_id}/items/{item}/done")
        assert answer.is_success, answer.text
        await self.settle()

    async def accept(self, member_id: str) -> str:
        """Tap Accept on the newest offer of this phone; the page that is shown."""
        return await self._tap(member_id, "accept")

    async def decline(self, member_id: str) -> str:
        """Tap Decline on the newest offer of this phone; the page that is shown."""
        return await self._tap(member_id, "decline")

    async def decide(self, member_id: str, word: str) -> str:
        """Tap `raise` or `decline` on the newest question of this phone; the page that is shown."""
        path = self.phones.review(member_id)
        answer = await self.http.post(f"{path}/{word}", follow_redirects=True)
        await self.settle()
        return answer.text

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Decide something as a coordinator with a key does, and let everything settle."""
        answer = await self.http.post(path, json=body)
        assert answer.is_success, answer.text
        await self.settle()
        decided: dict[str, Any] = answer.json()
        return decided

    async def reply(self, member_id: str, text: str) -> str:
        """Answer by text from this phone; what is texted back."""
        said = await self.phones.reply(member_id, text)
        await self.settle()
        return said

    async def tap(self, member_id: str, word: str, **form: Any) -> str:
        """Tap something else on the page of this phone's newest offer; the page that is shown."""
        return await self._tap(member_id, word, form)

    async def have_it(self, member_id: str) -> str:
        """Tap "I have it" on the newest alarm of this phone; the page that is shown."""
        path = self.phones.alarm(member_id)
        answer = await self.http.post(f"{path}/have-it", follow_redirects=True)
        await self.settle()
        return answer.text

    async def step(self, case_id: str, step: str, **body: Any) -> dict[str, Any]:
        """Take a coordinator's step, as a program with a key does."""
        return await self.post(f"/v1/cases/{case_id}/{step}", **body)

    async def _tap(self, member_id: str, word: str, form: dict[str, Any] | None = None) -> str:
        path = self.phones.link(member_id)
        answer = await self.http.post(f"{path}/{word}", data=form, follow_redirects=True)
        await self.settle()
        return answer.text

    async def advance(self, **delta: float) -> None:
        """Let time pass; every timer and every retry on the way happens at its own moment."""
        until = self.clock.at + timedelta(**delta)
        await self.settle()
        while (upcoming := self._next()) is not None and upcoming <= until:
            self.clock.at = max(self.clock.at, upcoming)
            for due in self.journal.fire(self.clock.at):
                for listener in self._listeners():
                    if listener.payload is Timer and listener.stream is due.entity.stream:
                        await self._react(listener, due)
            ready = [entry for entry in self._later if entry[0] <= self.clock.at]
            self._later = [entry for entry in self._later if entry[0] > self.clock.at]
            for _, listener, told in ready:
                await self._react(listener, told)
            await self.settle()
        self.clock.at = until

    async def settle(self) -> None:
        """Hand every new event to its listeners until nothing new happens."""
        for _ in range(_ROUNDS):
            if not await self._one_round():
                return
        raise AssertionError("the town never comes to rest")

    def events(self, case_id: str, *kinds: type[Event]) -> list[Event]:
        """What was recorded of a case, in all streams, filtered by kind."""
        told: list[Recorded[Event]] = []
        for stream in (Stream.INTAKE, Stream.DISPATCH, Stream.FOLLOWUP):
            told += [event for event in self.journal.all(stream) if event.entity.id == case_id]
        return [one.event for one in told if not kinds or isinstance(one.event, kinds)]

    def kinds(self, case_id: str) -> list[str]:
        """The names of what was recorded of a case, stream by stream."""
        return [event.NAME for event in self.events(case_id)]

    def _next(self) -> datetime | None:
        moments = [entry[0] for entry in self._later]
        due = self.journal.next_due()
        return min([*moments, due] if due else moments, default=None)

    def _listeners(self) -> list[Listener]:
        return [listener for service in self.services for listener in service.listeners]

    async def _one_round(self) -> bool:
        moved = False
        for listener in self._listeners():
            if listener.payload is Timer:
                continue
            position = self._read.get(listener.name, 0)
            news = self.journal.messages(listener.stream)[position:]
            self._read[listener.name] = position + len(news)
            for told in news:
                if type(told.event) is listener.payload:
                    moved = True
                    await self._react(listener, told)
        return moved

    async def _react(self, listener: Listener, told: Any) -> None:
        if listener.name in self.lost:
            return
        try:
            await listener.react(told)
        except Transient as later:
            moment = self.clock.at + timedelta(seconds=later.retry_after)
            self._later.append((moment, listener, told))


def _pack(settings: IntakeSettings) -> Pack:
    """The policy, read once for all towns that have it."""
    said = repr(settings.policy_overrides)
    return _packs.get(said) or _packs.setdefault(said, load_pack(settings))


@asynccontextmanager
async def a_town(
    folder: Path,
    dispatch: Mapping[str, Any] | None = None,
    *,
    alone: bool = False,
    carriers: Carriers | None = None,
    **policy_overrides: Any,
) -> AsyncIterator[Town]:
    """A town with an empty roster. Dotted policy paths are given with `__` for the dots.

    `dispatch` holds settings of dispatch other than the town's; `alone` leaves out intake and
    followup, whose policies take a while to read, where no incident is needed. `carriers` take the
    place of the phones.
    """
    clock, journal, phones = FrozenClock(), MemoryJournal(), Phones()
    key = add_key(folder / "keys.json", "test-center", "metro", KeyRole.OPERATOR)
    shared = {"data_dir": folder, "agency": "metro", "public_url": "http://town.invalid"}
    overrides = {name.replace("__", "."): value for name, value in policy_overrides.items()}

    services: list[Service] = []

    def ports(settings: Any) -> Ports:
        return Ports(
            settings,
            journal,
            clock,
            Keyring.read(folder / "keys.json"),
            ask=asking(services, journal, clock),
        )

    intake = IntakeSettings.model_validate({**shared, "policy_overrides": overrides})
    own = DispatchSettings.model_validate({**shared, **(dispatch or {})})
    services.append(build_dispatch(ports(own), carriers=carriers or phones.carriers()))
    if not alone:
        own_intake = build_intake(ports(intake), _pack(intake))
        services[:] = [own_intake, *services, build_followup(ports(intake))]
    app = FastAPI()
    install_problems(app)
    streamed = frozenset(path for service in services for path in service.streamed)
    app.add_middleware(BodyLimit, limit=intake.body_limit, streamed=streamed)
    app.router.routes += joined(*(service.router for service in services)).routes
    jobs = [asyncio.ensure_future(job()) for service in services for job in service.background]
    headers = {"Authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app=app)
    base = "http://town.invalid"
    try:
        async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as http:
            phones.http = http
            yield Town(app, services, journal, clock, phones, http)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
