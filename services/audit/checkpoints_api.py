"""HTTP about the seals of the streams: how old they are, whether all is well, and the next key.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request

from schemas.envelope import Frozen, UtcDatetime
from schemas.subjects import Stream
from services.audit.settings import AuditSettings
from services.audit.verification import verified
from services.audit.verification.keys import KeyFiles
from services.audit.verification.outside import Outside
from services.audit.verification.sealer import Pace, Sealer
from services.audit.verification.verified import Verified
from services.audit.verification.verify_streams import verify_streams
from services.runtime.clock import Clock
from services.runtime.edge import Problem, bearer, require
from services.runtime.host import Ports
from services.runtime.ledger import Ledger
from services.runtime.telemetry import log

_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "Not an operator's key"},
}
_NO_SERVER: dict[int | str, dict[str, Any]] = {409: {"description": "Nothing is sealed here"}}
_FIRST_SECONDS, _DAY_SECONDS = 120.0, 24 * 3600.0


class StreamSeal(Frozen):
    """The newest checkpoint of one stream."""

    stream: str
    checkpoint: int
    at: UtcDatetime
    events: int
    """Events from the beginning of the stream up to it."""


class Seals(Frozen):
    """How the proof of the record stands, at one moment."""

    as_of: datetime
    streams: tuple[StreamSeal, ...]
    blocked: str = ""
    """Why nothing is sealed any more; empty when all is well."""
    verified: Verified | None = None
    """The last time the streams were compared with their checkpoints; None when never."""


class KeyAsked(Frozen):
    """The next key: it signs as soon as a checkpoint of the old one has named it."""

    public_key: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Audit's own sealing and verifying; without a server, in memory, there is nothing to prove."""

    sealer: Sealer | None
    ledger: Ledger | None
    clock: Clock
    data_dir: Path

    @classmethod
    def of(cls, ports: Ports, settings: AuditSettings) -> "Proof":
        """On these ports."""
        if ports.client is None:
            return cls(None, None, ports.clock, settings.data_dir)
        ledger, keys = Ledger(ports.client), KeyFiles(settings.data_dir)
        pace = Pace(settings.checkpoint_events, timedelta(minutes=settings.checkpoint_minutes))
        sealer = Sealer(ledger, keys, Outside(settings.seals_folder), ports.clock, pace)
        return cls(sealer, ledger, ports.clock, settings.data_dir)

    def jobs(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """To seal, and once a day to verify."""
        return (self.sealer.run, self._verify_daily) if self.sealer else ()

    async def seals(self) -> Seals:
        """How it stands."""
        last = self.sealer.last if self.sealer else {}
        return Seals(
            as_of=self.clock.now(),
            streams=tuple(
                StreamSeal(stream=name, checkpoint=c["number"], at=c["at"], events=c["count"])
                for name in (each.jetstream_name for each in Stream)
                if (c := last.get(name))
            ),
            blocked=self.sealer.blocked if self.sealer else "",
            verified=await asyncio.to_thread(verified.last, self.data_dir),
        )

    async def _verify_daily(self) -> None:
        """Nobody has to remember it. `tailboard verify` does the same from outside."""
        pause = _FIRST_SECONDS
        while True:
            await asyncio.sleep(pause)  # noqa: TID251 - how often to look, of no case
            await self.verify()
            pause = _DAY_SECONDS

    async def verify(self) -> None:
        """Compare everything, and note how it went."""
        if self.sealer is None or self.ledger is None:
            return
        outside = await asyncio.to_thread(self.sealer.outside.read)
        verdict = await verify_streams(self.ledger, outside, page=100)
        noted = verified.of(verdict, self.clock.now())
        await asyncio.to_thread(verified.keep, self.data_dir, noted)
        if not noted.clean:
            log.error("record_not_clean", found=noted.found, first=noted.first)


def routes(ports: Ports, proof: Proof) -> APIRouter:
    """GET /v1/checkpoints and POST /v1/checkpoints/next-key."""
    router = APIRouter(prefix="/v1/checkpoints", tags=["audit"], responses=_REFUSED)

    @router.get("", openapi_extra=_KEY)
    async def checkpoints(request: Request) -> Seals:
        """The newest checkpoint of each stream, and when the record was last verified."""
        await require(request, ports.keyring)
        return await proof.seals()

    @router.post(
        "/next-key", status_code=HTTPStatus.ACCEPTED, openapi_extra=_KEY, responses=_NO_SERVER
    )
    async def next_key(request: Request) -> KeyAsked:
        """Make the next signing key; the next look names it, signed by the old one."""
        await require(request, ports.keyring)
        if proof.sealer is None:
            raise Problem(HTTPStatus.CONFLICT, "Nothing is sealed here: there is no server.")
        key = await asyncio.to_thread(proof.sealer.keys.begin)
        return KeyAsked(public_key=key.public)

    return router
