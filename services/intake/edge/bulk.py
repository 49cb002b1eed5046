"""Many reports in one request: lines in, lines out, each answered once it is on disk.

Holds a bounded number of lines at a time; one bad line never stops the others.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response
from typing_extensions import override

from schemas.intake import Outcome
from services.intake.adapters.native import NativeReport, told_by
from services.intake.edge.lines import BadStream, Gunzip, Line, Lines
from services.intake.edge.reports import SECURED, IdempotencyKey
from services.runtime.edge import PROBLEM, Problem, require
from services.runtime.errors import Poison, Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from services.intake.commands import Told
    from services.intake.edge.desk import Desk, Taken
    from services.runtime.auth import Principal
    from services.runtime.host import Ports

PATH = "/incidents:bulk"
NDJSON = "application/x-ndjson"
_AT_ONCE = 32
_WAITING = 10_000
"""Results held for a sender that reads none of them before it has sent everything."""
_PART = 32_768
_AWAY_AFTER = 3
"""So many lines in a row that could not be stored, and the rest is not tried."""
_MOST_ERRORS = 20


class BulkLine(NativeReport):
    """One line: a native report, with an idempotency key of its own if it has one."""

    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class BulkResult(BaseModel):
    """What became of one line, counted from 1. `problem` is there when it was refused (RFC 9457);
    its `status` 503 means that the same line may be taken later."""

    line: int
    status: Literal["created", "updated", "duplicate", "refused"]
    case_id: str | None = None
    outcome: Outcome | None = None
    activated: bool | None = None
    link: str | None = None
    ignored_fields: int | None = None
    problem: dict[str, Any] | None = None


def routes(desk: Desk, ports: Ports) -> APIRouter:
    """POST /incidents:bulk."""
    router = APIRouter(prefix="/v1", tags=["incidents"])
    ndjson = {NDJSON: {"schema": {"type": "string", "format": "binary"}}}

    @router.post(
        PATH,
        response_class=Response,
        responses={
            200: {"description": "One result a line, in order", "content": ndjson},
            401: {"description": "No key, or one that is not known", "content": {PROBLEM: {}}},
            415: {"description": "Packed other than with gzip", "content": {PROBLEM: {}}},
            422: {"description": "The key header does not fit", "content": {PROBLEM: {}}},
        },
        openapi_extra={**SECURED, "requestBody": {"required": True, "content": ndjson}},
    )
    async def report_many(request: Request, idempotency_key: IdempotencyKey = None) -> Response:
        """Report many incidents, one JSON object a line; gzip is unpacked.

        Answers one result a line, in order, while the lines still come. A line's own
        `idempotency_key`, or the header's with `:` and the line's number, makes sending it again
        harmless. Lines of one incident are taken in order.
        """
        principal = await require(request, ports.keyring)
        packing = request.headers.get("content-encoding", "identity").lower()
        if packing not in {"identity", "gzip"}:
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the lines as they are, or with gzip."
            )
        trace = request.headers.get("traceparent")
        batch = _Batch(desk, principal, idempotency_key, trace)
        return _Exchange(batch, ports.settings.body_limit, packed=packing == "gzip")

    return router


@dataclass
class _Batch:
    """The lines of one request: each waits for those of its incident that came before it."""

    desk: Desk
    principal: Principal
    key: str | None
    trace: str | None
    _last: dict[str, asyncio.Event] = field(default_factory=dict)
    _held: set[str] = field(default_factory=set)
    """Incidents with a line that could not be stored: later ones must not overtake it."""
    _failures: int = 0

    def begin(self, line: Line) -> Callable[[], Awaitable[BulkResult]]:
        """What takes this line. To be called in the order of the lines, and then awaited."""
        if line.text is None:
            detail = "The line is longer than one report may be."
            return _refused(line.number, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, "too-large")
        try:
            native = BulkLine.model_validate_json(line.text)
        except ValidationError as error:
            return _misfit(line.number, error)
        key = native.idempotency_key or (f"{self.key}:{line.number}" if self.key else None)
        return self._in_turn(line.number, told_by(native, self.principal.label, key))

    def _in_turn(self, number: int, told: Told) -> Callable[[], Awaitable[BulkResult]]:
        name = told.report.number or told.key
        if name is None:
            return lambda: self._take(number, told, "")
        incident = f"{told.report.source}\x1f{name}"
        before, done = self._last.get(incident), asyncio.Event()
        self._last[incident] = done

        async def take() -> BulkResult:
            if before:
                await before.wait()
            try:
                return await self._take(number, told, incident)
            finally:
                done.set()
                if self._last.get(incident) is done:
                    del self._last[incident]

        return take

    async def _take(self, number: int, told: Told, incident: str) -> BulkResult:
        if incident in self._held or self._failures >= _AWAY_AFTER:
            return _later(number)
        try:
            taken = await self.desk.take(
                told, self.principal.agency, self.principal.label, self.trace
            )
        except Transient as trouble:
            log.warning("unavailable", path=PATH, reason=str(trouble))
            self._failures += 1
            self._held |= {incident} - {""}
            return _later(number)
        except Poison as error:
            log.error("unreadable_history", path=PATH, reason=str(error))
            return await _refused(number, HTTPStatus.INTERNAL_SERVER_ERROR, "Not read.", None)()
        self._failures = 0
        return _result(number, taken)


class _Exchange(Response):
    """Reads and answers at the same time, which the usual streaming response cannot."""

    def __init__(self, batch: _Batch, limit: int, *, packed: bool) -> None:
        super().__init__(media_type=NDJSON)
        self._batch = batch
        self._lines = Lines(limit)
        self._gunzip = Gunzip() if packed else None
        self._whole = False
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._results: asyncio.Queue[asyncio.Task[BulkResult] | None] = asyncio.Queue(_WAITING)

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. The answer begins only when the first bytes are here: a sender that waits for
        `100 Continue` must get that first."""
        first = await receive()
        headers = [(b"content-type", NDJSON.encode())]
        await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(first, receive, tasks))
            await self._write(send)

    async def _read(self, first: Any, receive: Receive, tasks: asyncio.TaskGroup) -> None:
        try:
            async for piece in self._pieces(first, receive):
                for line in self._lines.feed(piece):
                    await self._start(line, tasks)
            for line in self._lines.close() if self._whole else ():
                await self._start(line, tasks)
        except BadStream as error:
            number, detail = self._lines.number + 1, f"From here on nothing can be read: {error}."
            broken = _refused(number, HTTPStatus.BAD_REQUEST, detail, "bad-stream")
            await self._results.put(tasks.create_task(_one(broken)))
        finally:
            await self._results.put(None)

    async def _start(self, line: Line, tasks: asyncio.TaskGroup) -> None:
        await self._room.acquire()
        task = tasks.create_task(_one(self._batch.begin(line)))
        task.add_done_callback(lambda _task: self._room.release())
        await self._results.put(task)

    async def _pieces(self, first: Any, receive: Receive) -> AsyncIterator[bytes]:
        """The body, unpacked; it ends when the sender hangs up, and what came is still taken."""
        message = first
        while message["type"] == "http.request":
            body = message.get("body", b"")
            if self._gunzip is None:
                yield body
            else:
                for piece in self._gunzip.feed(body):
                    yield piece
            if not message.get("more_body", False):
                if self._gunzip:
                    self._gunzip.close()
                self._whole = True
                return
            message = await receive()

    async def _write(self, send: Send) -> None:
        part = bytearray()
        while (task := await self._results.get()) is not None:
            if part and (len(part) >= _PART or not task.done()):
                await send(_body(part))
            part += (await task).model_dump_json(exclude_none=True).encode() + b"\n"
            if self._results.empty():
                await send(_body(part))
        await send(_body(part) | {"more_body": False})


async def _one(take: Callable[[], Awaitable[BulkResult]]) -> BulkResult:
    return await take()


def _body(part: bytearray) -> dict[str, Any]:
    """The part as a message; the part is empty afterwards."""
    message = {"type": "http.response.body", "body": bytes(part), "more_body": True}
    part.clear()
    return message


def _result(number: int, taken: Taken) -> BulkResult:
    told = taken.model_dump(exclude={"answer"})
    return BulkResult(line=number, status=taken.answer, **told)


def _later(number: int) -> BulkResult:
    problem = Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This line was not stored, or an earlier one of its incident was not. Send it again.",
        code="unavailable",
    )
    return BulkResult(line=number, status="refused", problem=problem.body)


def _misfit(number: int, error: ValidationError) -> Callable[[], Awaitable[BulkResult]]:
    """Where and what, without the value: it may be personal."""
    errors = [
        {
            "field": ".".join(str(part) for part in each["loc"]) or "(the whole line)",
            "problem": each["msg"],
        }
        for each in error.errors(include_input=False, include_url=False)[:_MOST_ERRORS]
    ]
    detail = "The line does not fit. Each entry of `errors` names a field and what is wrong."
    return _refused(number, HTTPStatus.UNPROCESSABLE_ENTITY, detail, "invalid", errors=errors)


def _refused(
    number: int, status: HTTPStatus, detail: str, code: str | None, **extra: Any
) -> Callable[[], Awaitable[BulkResult]]:
    problem = Problem(status, detail, code=code or "about:blank", **extra)

    async def refused() -> BulkResult:
        return BulkResult(line=number, status="refused", problem=problem.body)

    return refused
