"""The console over a whole town: its pages as a browser gets them, and their forms as it sends them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx
from typing_extensions import override

from services.audit.app import build
from services.audit.settings import AuditSettings
from services.runtime.auth import Keyring
from services.runtime.host import Ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fastapi import FastAPI

    from tests.support.town import Town


@dataclass
class Form:
    """One form of a page: where it goes, what it sends, and its buttons by their words."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._sends: dict[str, str] | None = None
        self._words = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action", ""), told.get("method", "get")))
        elif tag in {"input", "select"} and told.get("name") and self.found:
            self.found[-1].fields[told["name"]] = told.get("value", "")
        elif tag == "button":
            named = told.get("name")
            self._sends = {named: told.get("value", "")} if named else {}
            self._words = ""

    @override
    def handle_data(self, data: str) -> None:
        if self._sends is not None:
            self._words += data

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._sends is not None and self.found:
            self.found[-1].buttons[self._words.strip()] = self._sends
            self._sends = None


def forms(page: str) -> list[Form]:
    """Every form of a page."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


@dataclass(repr=False)  # asyncio shows it, with all that it holds, at every test
class Console:
    """Pages of a town, always as of now."""

    town: Town
    folder: Path
    options: dict[str, Any] = field(default_factory=lambda: {"demo": True})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FastAPI]:
        """The town's app with audit in it, which has caught up."""
        told = {"data_dir": self.folder, "agency": "metro", **self.options}
        settings = AuditSettings.model_validate(told)
        keyring = Keyring.read(self.folder / "keys.json")
        service = build(Ports(settings, self.town.journal, self.town.clock, keyring))
        routes = len(self.town.app.router.routes)
        self.town.app.router.routes += service.router.routes
        jobs = [asyncio.ensure_future(job()) for job in service.background]
        try:
            assert service.ready
            await service.ready()
            yield self.town.app
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            del self.town.app.router.routes[routes:]

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """What a path answers now; without a key, as a browser asks."""
        async with self.running() as app:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://town.invalid", headers=headers
            ) as client:
                return await client.get(path)

    async def page(self, path: str) -> str:
        """A page's text."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, path: str, button: str, **typed: str) -> str:
        """Press a button of a page as a browser does; where it leads."""
        (form,) = (each for each in forms(await self.page(path)) if button in each.buttons)
        assert set(typed) <= set(form.fields), form.fields
        sent = form.fields | typed | form.buttons[button]
        return await self.send(form.action, sent)

    async def send(self, action: str, sent: dict[str, str]) -> str:
        """Post a form, let everything settle; where it leads."""
        answer = await self.town.http.post(
            action, data=sent, headers={"Authorization": ""}, follow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        await self.town.settle()
        return answer.headers["location"]
