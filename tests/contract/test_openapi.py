"""The OpenAPI document is the truth: whatever is sent to intake, the answer is one that it names.

Bounded to about a minute; `TAILBOARD_OPENAPI_EXAMPLES=500` sends more of everything.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as for_all
from schemathesis.checks import CHECKS, load_all_checks

from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

load_all_checks()
EXAMPLES = int(os.environ.get("TAILBOARD_OPENAPI_EXAMPLES", "100"))
WANTED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
]
"""Left out: what says that a body that fits its media type must be taken (any XML is no CAP alert),
and that one that does not fit must be refused (unknown fields are counted and dropped)."""
PATHS = (
    "/v1/incidents",
    "/v1/incidents:bulk",
    "/v1/incidents:eido",
    "/v1/incidents:cap",
    "/v1/incidents:neris",
    "/v1/incidents:nemsis",
    "/v1/screenings",
)
DECISIONS = (
    ("POST", "/v1/raises"),
    ("POST", "/v1/cases/{case_id}:raise"),
    ("POST", "/v1/cases/{case_id}:lower"),
    ("POST", "/v1/cases/{case_id}:merge"),
    ("POST", "/v1/cases/{case_id}:split"),
    ("POST", "/v1/cases/{case_id}/reviews/{review_id}"),
    ("GET", "/v1/triggers"),
    ("POST", "/v1/roster/would-be-asked"),
    ("POST", "/v1/peer-requests"),
    ("POST", "/v1/exposure-enrolments"),
    ("GET", "/v1/exposure-enrolments/own"),
    ("DELETE", "/v1/exposure-enrolments/own"),
    ("GET", "/v1/exposure-enrolments/how-many"),
)
"""What people do about incidents and for themselves; fewer of each are sent, as little is read."""
OPERATIONS = (*(("POST", path) for path in PATHS), *DECISIONS)
_FEWER = 5
_KINDS = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    """Lines of whatever was made up, and one that is a report."""
    made_up = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    return made_up + b'\n{"incident_type": "Vehicle lockout"}\n'


class Served:
    """A town with the memory journal behind real HTTP, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._server: uvicorn.Server | None = None
        self.url = ""
        self.headers: dict[str, str] = {}
        self.document: dict[str, Any] = {}

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        async with a_town(self._folder) as town:
            config = uvicorn.Config(town.app, port=0, log_config=None, lifespan="off")
            self._server = uvicorn.Server(config)
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:
                await asyncio.wait({serving}, timeout=0.01)
            port = self._server.servers[0].sockets[0].getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            self.headers = {"Authorization": town.http.headers["authorization"]}
            self.document = town.app.openapi()
            self._ready.set()
            await serving

    def wait(self) -> None:
        assert self._ready.wait(20)

    def stop(self) -> None:
        assert self._server
        self._server.should_exit = True


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    town = Served(tmp_path_factory.mktemp("town"))
    thread = threading.Thread(target=town.run)
    thread.start()
    town.wait()
    yield town
    town.stop()
    thread.join(20)


def _is_ours(path: str) -> bool:
    return path.startswith(("/v1/incidents", "/v1/screenings"))


def test_all_paths_of_the_edges_are_tried(served: Served) -> None:
    assert {path for path in served.document["paths"] if _is_ours(path)} == set(PATHS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=map(" ".join, OPERATIONS))
@pytest.mark.timeout(600)
def test_every_answer_is_one_that_the_document_names(
    method: str, path: str, served: Served
) -> None:
    operation = schemathesis.openapi.from_dict(served.document)[path][method]
    checks = CHECKS.get_by_names(WANTED)

    @settings(
        max_examples=EXAMPLES if path in PATHS else max(1, EXAMPLES // _FEWER),
        deadline=None,
        database=None,
        derandomize="TAILBOARD_OPENAPI_EXAMPLES" not in os.environ,
        suppress_health_check=_KINDS,
        phases=[Phase.explicit, Phase.generate],
    )
    @for_all(case=operation.as_strategy())
    def answered(case: Any) -> None:
        case.call_and_validate(
            base_url=served.url, headers=served.headers, checks=checks, timeout=20
        )

    answered()
