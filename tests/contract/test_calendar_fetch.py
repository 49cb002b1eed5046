"""Fetching a member's calendar from a real server: taken, or exactly why not, and never from inside."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from services.dispatch.rota_fetch import Fetched, Fetcher, NotFetched
from services.dispatch.rota_kept import Trouble
from tests.support.served import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class CalendarServer:
    """A real server that answers as its paths say."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        self.over = asyncio.Event()
        self.app = FastAPI()
        for name in ("mine", "moved", "large", "silent", "packed"):
            self.app.add_api_route(f"/{name}", getattr(self, name), response_model=None)

    async def mine(self, request: Request) -> Response:
        self.seen.append(dict(request.headers))
        if request.headers.get("if-none-match") == '"one"':
            return Response(status_code=304)
        return Response(TEXT, media_type="text/calendar", headers={"ETag": '"one"'})

    async def moved(self, to: str) -> Response:
        return RedirectResponse(to)

    async def large(self) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 65536

        return StreamingResponse(parts())

    async def silent(self) -> Response:
        await self.over.wait()
        return Response(status_code=204)

    async def packed(self) -> Response:
        return Response(b"\x1f\x8b", headers={"Content-Encoding": "gzip"})


@asynccontextmanager
async def serving(
    seconds: float = 5.0, largest: int = 100_000
) -> AsyncIterator[tuple[str, Fetcher, list[dict[str, str]]]]:
    server = CalendarServer()
    async with served(server.app) as address:
        own = frozenset({address.removeprefix("http://")})
        try:
            yield address, Fetcher(own, seconds, largest), server.seen
        finally:
            server.over.set()


async def trouble(fetcher: Fetcher, url: str) -> Trouble:
    with pytest.raises(NotFetched) as failed:
        await fetcher.fetch(url)
    assert "127.0.0.1" not in str(failed.value)
    return failed.value.trouble


async def test_a_calendar_is_taken_once_and_then_only_when_it_has_changed() -> None:
    async with serving() as (address, fetcher, seen):
        first = await fetcher.fetch(f"{address}/mine")
        assert first == Fetched(TEXT, '"one"')
        assert await fetcher.fetch(f"{address}/mine", first.mark) is None
        assert seen[0]["host"] == address.removeprefix("http://")
        assert seen[0]["accept-encoding"] == "identity"
        assert "cookie" not in seen[0]
        assert repr(first) == "Fetched(mark='\"one\"')"


async def test_what_cannot_be_taken_is_told_apart() -> None:
    async with serving(seconds=0.5) as (address, fetcher, _):
        assert await trouble(fetcher, f"{address}/nothing") is Trouble.REFUSED
        assert await trouble(fetcher, f"{address}/packed") is Trouble.REFUSED
        assert await trouble(fetcher, f"{address}/large") is Trouble.TOO_LARGE
        assert await trouble(fetcher, f"{address}/silent") is Trouble.TOO_SLOW
    assert await trouble(fetcher, f"{address}/mine") is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "inside",
    [
        "https://127.0.0.1/x.ics",
        "https://localhost/x.ics",
        "https://[::1]/x.ics",
        "https://[::ffff:127.0.0.1]/x.ics",
        "https://10.0.0.1/x.ics",
        "https://192.168.1.1/x.ics",
        "https://172.16.0.1/x.ics",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/x.ics",
        "https://0.0.0.0/x.ics",
        "https://2130706433/x.ics",
        "https://[fd00::1]/x.ics",
        "https://[fe80::1]/x.ics",
        "https://224.0.0.1/x.ics",
        "webcal://127.0.0.1/x.ics",
    ],
)
async def test_nothing_inside_is_reached(inside: str) -> None:
    assert await trouble(Fetcher(), inside) is Trouble.INSIDE


@pytest.mark.parametrize(
    "url", ["http://example.org/x.ics", "ftp://example.org/x", "file:///etc/passwd"]
)
async def test_only_https_is_spoken_to_strangers(url: str) -> None:
    assert await trouble(Fetcher(), url) is Trouble.NOT_HTTPS


async def test_every_redirect_is_looked_at_again() -> None:
    async with serving() as (address, fetcher, _), serving() as (other, _, seen):
        moved = f"{address}/moved?to="
        assert (await fetcher.fetch(f"{moved}{address}/mine")) == Fetched(TEXT, '"one"')
        assert (await fetcher.fetch(f"{moved}/mine")) == Fetched(TEXT, '"one"')
        assert await trouble(fetcher, f"{moved}{other}/mine") is Trouble.NOT_HTTPS
        tls = other.replace("http:", "https:")
        assert await trouble(fetcher, f"{moved}{tls}/mine") is Trouble.INSIDE
        again = f"{address}/moved?to={address}/moved?to={address}/moved?to={address}/moved?to=/mine"
        assert await trouble(fetcher, again) is Trouble.UNREACHABLE
        assert seen == []
