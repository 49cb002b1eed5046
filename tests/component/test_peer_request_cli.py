"""`tailboard request-peer`: the way to call back is typed in, and comes out nowhere."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from services.cli.stop import EXIT_INPUT
from tests.support.desk import Desk, a_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = "station 4, back door"


@dataclass
class Taking:
    """A server that takes requests and remembers what came."""

    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    chosen: bool = False

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        self.received.append(body)
        return {
            "status_url": f"{self.url}/ask/token",
            "emergency": body["emergency"],
            "chosen": self.chosen,
            "callback_by": "2026-03-02T03:30:00Z",
        }


@pytest.fixture
def taking() -> Iterator[Taking]:
    api = Taking()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told = json.dumps(api.answer(body)).encode()
            self.send_response(201)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield api
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WORDS}\n"))
    return a_desk(tmp_path, capsys, monkeypatch)


def test_it_asks_and_says_where_to_look(desk: Desk, taking: Taking) -> None:
    assert desk.type("request-peer", "--url", taking.url) == 0

    (sent,) = taking.received
    assert sent == {"callback": WORDS, "peer": "any", "discipline": "", "emergency": False}
    assert f"{taking.url}/ask/token" in desk.said
    assert WORDS not in desk.said
    assert "988" in desk.warned


def test_an_emergency_says_that_professionals_are_paged(desk: Desk, taking: Taking) -> None:
    desk.type("request-peer", "--emergency", "--peer", "p-03", "--url", taking.url)

    assert taking.received[0]["emergency"] is True
    assert "being paged" in desk.said


def test_a_choice_that_cannot_be_met_is_told(desk: Desk, taking: Taking) -> None:
    desk.type("request-peer", "--peer", "p-03", "--url", taking.url)
    assert "so others are" in desk.said


def test_when_nothing_answers_the_lines_are_still_told(desk: Desk) -> None:
    assert desk.type("request-peer") != 0
    assert "988" in desk.warned
    assert WORDS not in desk.warned


def test_nothing_typed_is_nothing_asked(
    desk: Desk, taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert desk.type("request-peer", "--url", taking.url) == EXIT_INPUT
    assert taking.received == []
