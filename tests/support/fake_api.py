"""A small Tailboard that a test tells how to answer: real HTTP on a free port, in a thread."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

KEY = "tb_test-key"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Taken:
    """One request that reached the server."""

    key: str
    report: dict[str, Any]


@dataclass
class FakeApi:
    """What came in, and what to answer."""

    url: str = ""
    received: list[Taken] = field(default_factory=list)
    """Every request for an incident, also those that were answered with a no."""
    bulks: list[int] = field(default_factory=list)
    """How many lines each request for many had."""
    documents: list[tuple[str, str]] = field(default_factory=list)
    """Every document of another format: the format, and the text."""
    answers: list[tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    """Given first, in order; when they are used up, reports are taken."""
    always: tuple[int, dict[str, Any], dict[str, str]] | None = None
    """Given to every report while it is set."""
    done: list[str] = field(default_factory=list)
    replayed: list[int] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    carriers: list[dict[str, Any]] = field(default_factory=list)
    checked: list[dict[str, Any]] = field(default_factory=list)
    """What came of each channel when carriers are checked."""
    checkpoints: dict[str, Any] | None = None
    """None where no audit runs."""
    wishes: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    feeds: list[list[tuple[str, dict[str, Any]]]] = field(default_factory=list)
    """The events of each connection to the feed; a connection ends after its last one."""
    resumed_at: list[str | None] = field(default_factory=list)
    _known: dict[str, list[str]] = field(default_factory=dict)

    @property
    def taken(self) -> dict[str, list[dict[str, Any]]]:
        """The reports of each case, in the order in which they came."""
        found: dict[str, list[dict[str, Any]]] = {}
        for each in self.received:
            found.setdefault(self._case_id(each), []).append(each.report)
        return found

    def take(self, each: Taken) -> Response:
        """Answer as intake does: created, updated or a duplicate."""
        self.received.append(each)
        if self.always or self.answers:
            status, body, headers = self.always or self.answers.pop(0)
            return JSONResponse(body, status, headers, PROBLEM)
        case_id = self._case_id(each)
        told = json.dumps(each.report, sort_keys=True)
        before = self._known.setdefault(case_id, [])
        answer = "duplicate" if told in before else "updated" if before else "created"
        before.append(told)
        critical = "child" in each.report.get("narrative", "")
        body = {
            "case_id": case_id,
            "answer": answer,
            "outcome": "critical" if critical else "routine",
            "link": f"{self.url}/cases/{case_id}",
            "ignored_fields": sum(name.startswith("x_") for name in each.report),
        }
        status = 200 if answer == "duplicate" else 202
        return JSONResponse(body, status, {"Location": f"/v1/cases/{case_id}"})

    def line(self, number: int, report: dict[str, Any]) -> str:
        """Answer one line of many, each as if it had come alone."""
        answer = self.take(Taken(report.pop("idempotency_key"), report))
        told = json.loads(bytes(answer.body))
        if answer.status_code < 300:
            return json.dumps({"line": number, "status": told["answer"]} | told) + "\n"
        problem = told | {"status": answer.status_code}
        return json.dumps({"line": number, "status": "refused", "problem": problem}) + "\n"

    def _case_id(self, each: Taken) -> str:
        number = each.report.get("incident_number") or each.key
        return str(uuid5(NAMESPACE_URL, f"{each.report.get('source')}/{number}"))


@contextmanager
def serving(api: FakeApi, port: int = 0) -> Iterator[FakeApi]:
    """Answer on a port, a free one by default, until the block ends."""
    listener = socket.create_server(("127.0.0.1", port))
    api.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(_app(api), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield api
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _app(api: FakeApi) -> FastAPI:
    app = FastAPI()

    @app.exception_handler(HTTPException)
    async def on_no(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return JSONResponse({"detail": error.detail}, error.status_code, media_type=PROBLEM)

    @app.get("/healthz")
    async def health() -> dict[str, Any]:
        return {"streams": {"intake": True, "dispatch": True}}

    guarded = APIRouter(prefix="/v1", dependencies=[Depends(_check_key)])

    @guarded.post("/incidents:bulk")
    async def report_many(request: Request) -> Response:
        lines = (await request.body()).decode().splitlines()
        api.bulks.append(len(lines))
        answers = (api.line(number, json.loads(told)) for number, told in enumerate(lines, 1))
        return Response("".join(answers), media_type="application/x-ndjson")

    @guarded.post("/incidents:{form}")
    async def report_document(form: str, request: Request) -> Response:
        body = (await request.body()).decode()
        api.documents.append((form, body))
        told = Taken(request.headers.get("idempotency-key", ""), {"incident_type": body[:9]})
        return JSONResponse([]) if "empty" in body else api.take(told)

    @guarded.post("/incidents")
    async def report(request: Request) -> Response:
        return api.take(Taken(request.headers["idempotency-key"], await request.json()))

    _case_routes(guarded, api)
    _operator_routes(guarded, api)
    app.include_router(guarded)
    return app


async def _check_key(request: Request) -> None:
    if request.headers.get("authorization") != f"Bearer {KEY}":
        raise HTTPException(401, "Send an API key.")


def _case_routes(app: APIRouter, api: FakeApi) -> None:
    @app.get("/cases")
    async def list_cases(state: str = "open") -> dict[str, Any]:
        wanted = [case for case in api.cases if state == "all" or case["state"] != "routine"]
        return {"cases": wanted}

    @app.get("/cases/{case_id}")
    async def read_case(case_id: str) -> Response:
        found = [case for case in api.cases if case["case_id"].startswith(case_id)]
        if not found:
            return JSONResponse({"detail": "There is no such case."}, 404, media_type=PROBLEM)
        return JSONResponse({"case": found[0], "timeline": api.timeline})

    @app.post("/cases/{case_id}/items/{item}/done")
    async def mark_done(case_id: str, item: str) -> Response:
        api.done.append(f"{case_id}/{item}")
        return Response(status_code=204)

    @app.get("/watch")
    async def watch(request: Request) -> Response:
        api.resumed_at.append(request.headers.get("last-event-id"))
        if not api.feeds:
            return JSONResponse({"detail": "This test ends here."}, 403, media_type=PROBLEM)
        return StreamingResponse(_feed(api.feeds.pop(0)), media_type="text/event-stream")


async def _feed(events: list[tuple[str, dict[str, Any]]]) -> AsyncIterator[str]:
    yield ": watching\nretry: 2000\n\n"
    for name, row in events:
        yield f"data: {json.dumps(row)}\nid: {name}\n\n"


def _operator_routes(app: APIRouter, api: FakeApi) -> None:
    @app.get("/carriers")
    async def carriers() -> dict[str, Any]:
        return {"carriers": api.carriers}

    @app.get("/checkpoints")
    async def checkpoints() -> Response:
        status = 404 if api.checkpoints is None else 200
        return JSONResponse(api.checkpoints, status_code=status)

    @app.post("/carriers/check")
    async def check(request: Request) -> dict[str, Any]:
        api.wishes.append(await request.json())
        return {"checked": api.checked}

    @app.get("/deadletters")
    async def letters() -> dict[str, Any]:
        return {"letters": api.letters}

    @app.post("/deadletters/{sequence}/replay")
    async def replay(sequence: int) -> Response:
        api.replayed.append(sequence)
        return Response(status_code=204)
