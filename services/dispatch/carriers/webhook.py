"""Webhooks: the agency's own paging, an SMS gateway or a voice service takes signed JSON over HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import httpx

from schemas.dispatch import Failure
from services.dispatch.carriers.addresses import checked_address
from services.dispatch.carriers.numbers import e164
from services.dispatch.carriers.port import Contact, NotDelivered, PhoneMessage
from services.dispatch.carriers.short_forms import spoken_of, text_of
from services.dispatch.carriers.signing import signed
from services.runtime.clock import SystemClock

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from services.runtime.clock import Clock

WebhookForm = Literal["page", "sms", "voice"]
_REFUSED_FOR_NOW = frozenset({408, 425, 429})
_NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LONGEST_PAUSE_SECONDS = 3600.0
_PORTS = {"http": 80, "https": 443}
_ANSWERS = {"1": "yes", "2": "no"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook goes, and what it is signed with."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class WebhookCarrier:
    """Posts one message as JSON. `seconds` bounds each of connecting, sending and being answered.

    Every message has a connection of its own: over one that the other side has just closed, nobody
    could tell whether the message went out.
    """

    channel: str
    form: WebhookForm
    to: Literal["email", "phone", "label"]
    endpoint: Endpoint
    seconds: float
    region: str = "US"
    clock: Clock = field(default_factory=SystemClock)
    """The wall's, whatever time it is for the cases: the receiver compares it with its own."""

    def reaches(self, contact: Contact) -> bool:
        """See Carrier.reaches."""
        return self._address(contact) is not None

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        """See Carrier.send."""
        address = self._address(contact)
        if address is None:
            raise NotDelivered(Failure.PERMANENT, f"no usable {self.to} is on file")
        said = {"to": address, **_said(self.form, message)}
        answer = await self._post(said, message.message_id)
        if not answer.is_success:
            code = answer.status_code
            raise NotDelivered(_kind(code), f"refused with {code}", retry_after=_pause(answer))

    async def probe(self) -> None:
        """See Carrier.probe: as far as the name, the network and a connection."""
        try:
            async with self._client() as client:
                await self._asked(client, "HEAD")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise NotDelivered(Failure.TEMPORARY, _words(error)) from error

    def _address(self, contact: Contact) -> str | None:
        match self.to:
            case "email":
                return contact.email or None
            case "label":
                return contact.label or None
            case "phone":
                number = contact.calls_to if self.form == "voice" else contact.texts_to
                return e164(number, self.region)

    def _client(self) -> httpx.AsyncClient:
        timeout = httpx.Timeout(self.seconds, connect=self.seconds / 2)
        return httpx.AsyncClient(timeout=timeout, trust_env=False, verify=_trusted())

    async def _post(self, said: dict[str, Any], key: str) -> httpx.Response:
        """Before the request is written nothing can have gone out; from then on it may have."""
        body = json.dumps({"channel": self.channel, "message_id": key, **said}).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Tailboard",
            "Idempotency-Key": key,
            **signed(self.endpoint.secret, body, self.clock.now()),
        }
        try:
            async with self._client() as client:
                return await self._asked(client, "POST", headers, body)
        except _NOT_BEGUN as error:
            raise NotDelivered(Failure.TEMPORARY, _words(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise NotDelivered(Failure.UNCERTAIN, _words(error)) from error

    async def _asked(
        self,
        client: httpx.AsyncClient,
        method: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> httpx.Response:
        """The head of the answer; its body is of no use here, and not waited for."""
        parts = urlsplit(self.endpoint.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        try:
            async with asyncio.timeout(self.seconds / 2):
                address = await checked_address(
                    host, port, allow_private=self.endpoint.allow_private
                )
        except TimeoutError as error:
            raise NotDelivered(Failure.TEMPORARY, "the name of the host is not found") from error
        place = f"[{address}]" if ":" in address else address
        url = parts._replace(netloc=f"{place}:{port}").geturl()
        async with (
            asyncio.timeout(1.5 * self.seconds),
            client.stream(
                method,
                url,
                content=body,
                headers={"Host": parts.netloc, **(headers or {})},
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            return answer


@cache
def _trusted() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than most messages."""
    return httpx.create_ssl_context()


def _said(form: WebhookForm, message: PhoneMessage) -> dict[str, Any]:
    reference = {"reference": message.reference} if message.reference else {}
    match form:
        case "sms":
            return {"text": text_of(message), **reference}
        case "voice":
            digits = {"digits": _ANSWERS} if message.asks else {}
            return {"say": spoken_of(message), **digits, **reference}
        case "page":
            return {"subject": message.subject, "text": message.text, **reference}


def _kind(code: int) -> Failure:
    """4xx will not change by itself, except where the code says that it will; the rest may."""
    for_now = code >= 500 or code in _REFUSED_FOR_NOW
    return Failure.TEMPORARY if for_now else Failure.PERMANENT


def _pause(answer: httpx.Response) -> float | None:
    """`Retry-After` in seconds; a date is not read, as clocks differ."""
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_PAUSE_SECONDS) if asked.isdigit() else None


def _words(error: Exception) -> str:
    """The kind of trouble only: httpx puts addresses into its messages."""
    return f"not answered ({type(error).__name__})"
