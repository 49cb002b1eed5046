"""Audit running in this process on a memory journal and a clock that stands still."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI

from services.audit.app import build
from services.audit.news import News
from services.audit.projector import Projector
from services.audit.reader import Reader
from services.audit.settings import AuditSettings
from services.audit.store import Store
from services.runtime.auth import Keyring, KeyRole, add_key
from services.runtime.edge import BodyLimit, install_problems
from services.runtime.host import Ports, Service
from services.runtime.journal_memory import MemoryJournal
from tests.unit.audit.story import AGENCY, START

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime, timedelta
    from pathlib import Path


@dataclass
class StillClock:
    """A clock that moves when it is told to."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def wall(self, at: datetime) -> datetime:
        return at

    def after(self, seconds: float) -> datetime:
        raise AssertionError("audit never asks for this")

    def advance(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Desk:
    """One audit service with keys for two agencies."""

    folder: Path
    settings: AuditSettings
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    clock: StillClock = field(default_factory=StillClock)
    keys: dict[str, str] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def at(cls, folder: Path, **options: object) -> Desk:
        settings = AuditSettings.model_validate(
            {"data_dir": folder, "agency": AGENCY, "time_zone": "America/Los_Angeles", **options}
        )
        desk = cls(folder, settings)
        for agency in (AGENCY, "elsewhere"):
            keys = folder / "keys.json"
            desk.keys[agency] = add_key(keys, "test", agency, KeyRole.DISPATCH_CENTER)
        return desk

    def built(self) -> tuple[FastAPI, Service]:
        """A fresh instance on the same journal and the same folder, as after a restart."""
        keyring = Keyring.read(self.folder / "keys.json")
        service = build(Ports(self.settings, self.journal, self.clock, keyring))
        app = FastAPI(docs_url=None, redoc_url=None)
        install_problems(app)
        app.add_middleware(BodyLimit, limit=self.settings.body_limit)
        app.router.routes += service.router.routes
        return app, service

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[FastAPI]:
        """The service with its projections, which have caught up."""
        app, service = self.built()
        self._tasks = [asyncio.ensure_future(job()) for job in service.background]
        try:
            assert service.ready
            await service.ready()
            yield app
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Reader]:
        """What the views answer once they have caught up."""
        store, news = Store(self.settings.views), News()
        projector = Projector(self.journal, store, news)
        tasks = [asyncio.ensure_future(job()) for job in projector.jobs()]
        await projector.caught_up()
        yield Reader(store, news, self.clock)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await store.close()

    def client(self, app: FastAPI, agency: str | None = AGENCY) -> httpx.AsyncClient:
        """A caller with the key of an agency, or with none."""
        headers = {"Authorization": f"Bearer {self.keys[agency]}"} if agency else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://audit", headers=headers
        )
