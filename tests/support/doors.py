"""Every service in this process, every route that they have, and a key of every role."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import httpx
from fastapi import FastAPI
from typing_extensions import override

from services.audit.app import build as build_audit
from services.audit.settings import AuditSettings
from services.runtime.auth import Keyring, KeyRole, add_key
from services.runtime.deadletters import DeadLetters
from services.runtime.deadletters import routes as dead_letters
from services.runtime.edge import install_problems, joined
from services.runtime.host import Ports
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    from httpx import Response
    from starlette.routing import BaseRoute

    from tests.support.town import Town

FRAMEWORK = ("/openapi.json", "/docs", "/redoc")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NO_CASE = "00000000-0000-4000-8000-000000000000"
UNKNOWN = {
    "case_id": NO_CASE,
    "review_id": NO_CASE,
    "hold_id": NO_CASE,
    "override_id": NO_CASE,
    "request_id": NO_CASE,
    "one_on_one": f"o-{NO_CASE}",
    "item": "defusing-responders",
    "member_id": "p-999",
    "rota_id": "nowhere",
    "resource_id": "nowhere",
    "reference": f"n-{NO_CASE}",
    "sequence": "999999",
    "channel": "text",
    "token": "nobody.gave.this",
    "signed": "nobody.gave.this",
    "quarter": "nobody.gave.this",
    "kind": "peer",
    "agency": "metro",
    "number": "1",
    "name": "style.css",
}
"""Of each thing that is named in an address one that does not exist."""


@dataclass(frozen=True, slots=True)
class Address:
    """One route and one of its methods."""

    method: str
    path: str

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def filled(self, **named: str) -> str:
        """Its path with these names; those that are not given name what does not exist."""
        return self.path.format(**{**UNKNOWN, **named})


@dataclass
class Doors:
    """All services, their routes, and keys: of each role, of another agency, one that ran out."""

    town: Town
    audit: FastAPI
    folder: Path
    bodies: Mapping[str, Any]
    caught_up: Callable[[], Awaitable[None]]
    """Waits until what is read has followed what was recorded."""
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def addresses(self) -> list[Address]:
        """Every address that the services answer, read from their routers."""
        found: list[Address] = []
        for app in (self.town.app, self.audit):
            found += _addresses(app.router.routes)
        return [each for each in dict.fromkeys(found) if not each.path.startswith(FRAMEWORK)]

    async def send(self, address: Address, key: str = "", **named: str) -> Response:
        """Ask as a program does, with a body that fits where one is needed."""
        headers = {"Authorization": f"Bearer {key}"} if key else {"Authorization": ""}
        body = self.bodies.get(str(address))
        async with self.client(address) as http:
            return await http.request(
                address.method,
                address.filled(**named),
                headers=headers,
                params={"case": named.get("case_id", NO_CASE)},
                **sent(body),
            )

    async def look(self, address: Address, key: str = "", **named: str) -> Response:
        """Look at a page as a browser does that signed in with this key."""
        async with self.client(address) as http:
            if key:
                await http.post("/sign-in", data={"key": key})
            return await http.request(address.method, address.filled(**named))

    def client(self, address: Address) -> httpx.AsyncClient:
        """A caller of the process that has this route."""
        ours = _addresses(self.audit.router.routes)
        app = self.audit if address in ours else self.town.app
        transport = httpx.ASGITransport(app)
        return httpx.AsyncClient(transport=transport, base_url="http://town.invalid")


def sent(body: Any) -> dict[str, Any]:
    """A body as its media type wants it: bytes as they are, anything else as JSON."""
    match body:
        case None:
            return {}
        case bytes():
            return {"content": body}
        case _:
            return {"json": body}


def _addresses(routes: Iterable[BaseRoute]) -> list[Address]:
    found: list[Address] = []
    for route in routes:
        if inner := getattr(route, "original_router", None):
            found += _addresses(inner.routes)
            continue
        for method in sorted(getattr(route, "methods", None) or ()):
            found.append(Address(method, getattr(route, "path", "?")))
    return [each for each in found if each.method != "HEAD"]


@asynccontextmanager
async def all_doors(
    folder: Path, bodies: Mapping[str, Any] = MappingProxyType({})
) -> AsyncIterator[Doors]:
    """The four services on one memory journal, with keys for all roles of `metro`."""
    async with a_town(folder) as town:
        kept = folder / "keys.json"
        settings = AuditSettings(data_dir=folder, agency="metro")
        ring = Keyring.read(kept)
        service = build_audit(Ports(settings, town.journal, town.clock, ring))
        audit = FastAPI()
        install_problems(audit, ring)
        install_problems(town.app, ring)
        letters = dead_letters(DeadLetters({}), ring)
        audit.router.routes += joined(service.router, letters).routes
        jobs = [asyncio.ensure_future(job()) for job in service.background]
        assert service.ready
        doors = Doors(town, audit, folder, bodies, service.ready)
        for role in KeyRole:
            doors.keys[role] = add_key(kept, f"the-{role}", "metro", role)
            doors.keys[f"elsewhere {role}"] = add_key(kept, f"their-{role}", "elsewhere", role)
            doors.keys[f"expired {role}"] = add_key(kept, "old", "metro", role, LONG_AGO)
        try:
            await doors.caught_up()
            yield doors
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
