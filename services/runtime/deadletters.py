"""What could not be handled: read it, and hand it to its listener again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from pydantic import BaseModel

from schemas.subjects import DEADLETTER_STREAM
from services.runtime.edge import Problem, bearer, require
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nats.aio.client import Client
    from nats.js.api import RawStreamMsg

    from services.runtime.auth import Keyring

_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_NEWEST = 200


class Letter(BaseModel):
    """One message that was given up on. Its body stays on the server."""

    sequence: int
    service: str
    listener: str
    reason: str
    subject: str
    at: datetime | None


class Letters(BaseModel):
    """The newest letters, newest first."""

    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letters, over the connections of the services in this process."""

    clients: Mapping[str, Client]

    async def newest(self) -> Letters:
        """The newest two hundred. Raises Transient."""
        client = next(iter(self.clients.values()))
        try:
            state = (await client.jetstream().stream_info(DEADLETTER_STREAM)).state
            oldest = max(1, state.first_seq, state.last_seq - _NEWEST + 1)
            found = [await self._read(n) for n in range(state.last_seq, oldest - 1, -1)]
        except (NatsError, OSError) as error:
            raise Transient("the dead letters cannot be reached") from error
        return Letters(letters=tuple(letter for letter in found if letter))

    async def replay(self, sequence: int) -> None:
        """Hand a letter to its listener again, which may handle it or bury it anew.

        Raises Problem 404 for a letter that does not exist, 409 when its service runs elsewhere.
        """
        message = await self._raw(sequence)
        letter = message and _letter(message)
        if not message or not letter:
            raise Problem(HTTPStatus.NOT_FOUND, f"There is no dead letter {sequence}.")
        client = self.clients.get(letter.service)
        if client is None:
            detail = f"{letter.service} runs in another process: replay it there."
            raise Problem(HTTPStatus.CONFLICT, detail)
        headers = {k: v for k, v in (message.headers or {}).items() if not k.startswith("Nats-")}
        subject = f"replay.{letter.service}.{letter.listener}"
        try:
            await client.jetstream().publish(subject, message.data or b"", headers=headers)
        except (NatsError, OSError) as error:
            raise Transient("the dead letters cannot be reached") from error

    async def _read(self, sequence: int) -> Letter | None:
        message = await self._raw(sequence)
        return _letter(message) if message else None

    async def _raw(self, sequence: int) -> RawStreamMsg | None:
        client = next(iter(self.clients.values()))
        try:
            return await client.jetstream().get_msg(DEADLETTER_STREAM, sequence, direct=True)
        except NotFoundError:
            return None
        except (NatsError, OSError) as error:
            raise Transient("the dead letters cannot be reached") from error


def routes(letters: DeadLetters, keyring: Keyring) -> APIRouter:
    """Dead letters over HTTP, for operators."""
    router = APIRouter(prefix="/v1/deadletters", tags=["operations"])

    @router.get("", openapi_extra=_SECURED)
    async def list_letters(request: Request) -> Letters:
        """What was given up on, with the reason."""
        await require(request, keyring)
        return await letters.newest()

    @router.post("/{sequence}/replay", status_code=202, openapi_extra=_SECURED)
    async def replay_letter(sequence: int, request: Request) -> Response:
        """Hand a letter to its listener again."""
        await require(request, keyring)
        await letters.replay(sequence)
        return Response(status_code=HTTPStatus.ACCEPTED)

    return router


def _letter(message: RawStreamMsg) -> Letter | None:
    kind, service, listener = (message.subject or "..").split(".")
    headers = message.headers or {}
    if kind != "deadletter":
        return None
    return Letter(
        sequence=message.seq or 0,
        service=service,
        listener=listener,
        reason=headers.get("tailboard-reason", ""),
        subject=headers.get("tailboard-subject", ""),
        at=message.time,
    )
