"""Fetches a member's calendar from where they publish it, and from nowhere inside one's own network.

The address of a calendar opens it to whoever knows it: it is in no log and in no message of an error.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import httpx
from typing_extensions import override

from schemas.dispatch import Failure
from services.dispatch.carriers.addresses import checked_address
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.rota_kept import Trouble

if TYPE_CHECKING:
    import ssl

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = 3
_HEADERS = {
    "Accept": "text/calendar",
    "Accept-Encoding": "identity",  # what is small on the way could be endless when unpacked
    "User-Agent": "Tailboard",
}


class NotFetched(Exception):
    """There is no calendar to be had now, and why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar as it came, with the mark by which the server knows it again."""

    text: bytes = field(repr=False)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Gets calendars over HTTPS. `inside` are servers of the agency's own, as `host:port`, which may
    have a private address and speak plain HTTP. `seconds` bounds a whole fetch, `largest` its bytes.
    """

    inside: frozenset[str] = frozenset()
    seconds: float = 20.0
    largest: int = 5_000_000

    async def fetch(self, url: str, mark: str = "") -> Fetched | None:
        """The calendar, or None while it still is the one of this mark. Raises NotFetched."""
        headers = _HEADERS | ({"If-None-Match": mark} if mark else {})
        plain = "https" + url.removeprefix("webcal") if url.startswith("webcal:") else url
        try:
            async with (
                asyncio.timeout(self.seconds),
                self._client() as client,
                client.stream("GET", plain, headers=headers) as answer,
            ):
                return await self._read(answer)
        except TimeoutError as late:
            raise NotFetched(Trouble.TOO_SLOW) from late
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            slow = isinstance(error, httpx.TimeoutException)
            raise NotFetched(Trouble.TOO_SLOW if slow else Trouble.UNREACHABLE) from error

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=_Guarded(self.inside, httpx.AsyncHTTPTransport(verify=_trusted())),
            timeout=self.seconds,
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            trust_env=False,
        )

    async def _read(self, answer: httpx.Response) -> Fetched | None:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if (
            not answer.is_success
            or answer.headers.get("content-encoding", "identity") != "identity"
        ):
            raise NotFetched(Trouble.REFUSED)
        text = bytearray()
        async for part in answer.aiter_raw():
            text += part
            if len(text) > self.largest:
                raise NotFetched(Trouble.TOO_LARGE)
        return Fetched(bytes(text), answer.headers.get("etag", ""))


class _Guarded(httpx.AsyncBaseTransport):
    """Looks at every request, redirected ones too, and connects to the address that it looked at:
    a name that is looked up a second time could lead elsewhere."""

    def __init__(self, inside: frozenset[str], transport: httpx.AsyncBaseTransport) -> None:
        self._inside = inside
        self._transport = transport

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host, scheme = request.url.host, request.url.scheme
        port = request.url.port or _PORTS.get(scheme, 0)
        is_own = f"{host}:{port}" in self._inside
        if scheme != "https" and not (is_own and scheme == "http"):
            raise NotFetched(Trouble.NOT_HTTPS)
        try:
            address = await checked_address(host, port, allow_private=is_own)
        except NotDelivered as refused:
            is_final = refused.failure is Failure.PERMANENT
            raise NotFetched(Trouble.INSIDE if is_final else Trouble.UNREACHABLE) from refused
        checked = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._transport.handle_async_request(checked)

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()


@cache
def _trusted() -> ssl.SSLContext:
    """Made once: reading all certificates takes longer than a fetch."""
    return httpx.create_ssl_context()
