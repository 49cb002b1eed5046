"""`tailboard watch`: one line per event as it happens, over any number of lost connections."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from services.cli.connection import Connection, DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import Stop

if TYPE_CHECKING:
    import httpx

_SILENCE_SECONDS = 45.0
"""The server sends a comment every 15 s: after this long the connection is dead."""
_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_TOLD_AT = 3
"""Failures in a row after which a person is told; shorter losses are nobody's concern."""
_ENDS_IT = frozenset({400, 401, 403, 404, 409, 422})


def watch(
    *,
    case_id: Annotated[
        str | None,
        typer.Option("--case", metavar="ID", help="Only this case (a beginning will do)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Follow what happens, one line per event, until Ctrl-C.

    Examples:

      tailboard watch

      tailboard watch --case 1b671a64
    """
    feed = Feed(connection(url, key, data_dir), case_id)
    try:
        for row in feed.rows():
            print(json.dumps(row) if as_json else line(row), flush=True)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@dataclass
class Feed:
    """The events of an agency or a case. After a lost connection it goes on where it was."""

    where: Connection
    case_id: str | None = None
    last_id: str | None = None
    connected: bool = False
    """Whether this feed was ever open: a first failure is told, a later one is mended."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every event, for ever. Raises Stop when the server says no, or was never there."""
        from services.cli.post_tally import say

        failures = 0
        while True:
            try:
                with self._open() as response:
                    failures = 0
                    yield from self._read(response)
            except _Lost as lost:
                failures += 1
                if failures == _TOLD_AT:
                    say(f"{lost} Trying again until it answers.")
            time.sleep(min(_LONGEST_PAUSE_SECONDS, _PAUSE_SECONDS * 2**failures))

    @contextlib.contextmanager
    def _open(self) -> "Iterator[httpx.Response]":
        import httpx

        from services.cli.api import refusal, unreachable

        headers = {"Accept": "text/event-stream"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        asked = {"case": self.case_id} if self.case_id else {}
        patience = httpx.Timeout(_SILENCE_SECONDS, connect=2)
        try:
            with (
                self.where.client() as client,
                client.stream(
                    "GET", "/v1/watch", params=asked, headers=headers, timeout=patience
                ) as response,
            ):
                if not response.is_success:
                    response.read()
                    self._fail(refusal(response), for_good=response.status_code in _ENDS_IT)
                self.connected = True
                yield response
        except httpx.TransportError as error:
            self._fail(unreachable(self.where, error))

    def _read(self, response: "httpx.Response") -> Iterator[dict[str, Any]]:
        from services.cli.events import server_events

        for event in server_events(response.iter_lines()):
            self.last_id = event.last_id or self.last_id
            if event.data:
                yield json.loads(event.data)

    def _fail(self, reason: str, *, for_good: bool = False) -> NoReturn:
        raise _Lost(reason) if self.connected and not for_good else Stop(reason)


class _Lost(Exception):
    """The connection broke; another one may hold."""


def line(row: dict[str, Any]) -> str:
    """One event for people: time, case, step, detail, and how it stands to its target."""
    from services.cli.cases import word
    from services.cli.times import local

    parts = (
        local(row.get("at")),
        str(row.get("case_id", ""))[:8],
        str(row.get("label") or row.get("step") or ""),
        " / ".join(str(part) for part in (row.get("detail"), *row.get("lines", [])) if part),
        word(row).plain,
    )
    return "  ".join(part for part in parts if part)
