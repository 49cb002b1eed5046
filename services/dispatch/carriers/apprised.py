"""Apprise: a hundred services (push, chat, SMS gateways) behind one library, each named by a URL.

A URL holds keys and numbers, and the library writes such things into its log: nothing of it is let
through. It blocks, so each sending has a thread of its own and a hard limit in time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import warnings
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from schemas.dispatch import Failure
from services.dispatch.carriers.addresses import is_inside
from services.dispatch.carriers.apprised_log import failure_in, listening, silence
from services.dispatch.carriers.numbers import e164
from services.dispatch.carriers.port import Contact, NotDelivered, PhoneMessage
from services.dispatch.carriers.short_forms import spoken_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCAL = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
"""Services that show a message on the very machine that Tailboard runs on."""


@dataclass(frozen=True, slots=True)
class AppriseCarrier:
    """The members' own URLs, or the agency's one `url` with a member's `{phone}` or `{email}` in it.

    `seconds` bounds half of one attempt.
    """

    channel: str
    seconds: float
    url: str | None = field(default=None, repr=False)
    region: str = "US"
    form: Literal["push", "sms", "voice"] = "push"
    services: frozenset[str] = frozenset()
    """The only ones that a URL may name; empty for all that are not on this machine."""
    allow_private: bool = False

    def reaches(self, contact: Contact) -> bool:
        """See Carrier.reaches."""
        return bool(self._urls(contact))

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        """See Carrier.send. With several URLs, one that took it is enough."""
        urls = self._urls(contact)
        if not urls:
            raise NotDelivered(Failure.PERMANENT, "no usable Apprise URL is on file")
        await asyncio.to_thread(_library)  # loading it is no part of the time that a sending has
        ends = await asyncio.gather(*(self._one(url, message) for url in urls))
        failures = [end for end in ends if end is not None]
        if len(failures) == len(ends):
            raise _gravest(failures)

    async def probe(self) -> None:
        """See Carrier.probe: as far as the agency's own URL can be read."""
        if self.url is not None:
            await asyncio.to_thread(_library)
            sample = self.url.format(phone="14155550100", email="somebody@example.invalid")
            await asyncio.to_thread(self._service, sample)

    def _urls(self, contact: Contact) -> tuple[str, ...]:
        if self.url is None:
            return contact.apprise
        number = contact.calls_to if self.form == "voice" else contact.texts_to
        phone = (e164(number, self.region) or "").removeprefix("+")
        values = {"phone": phone, "email": contact.email or ""}
        wanted = [name for name in values if f"{{{name}}}" in self.url]
        if not all(values[name] for name in wanted):
            return ()
        return (self.url.format(**values),)

    async def _one(self, url: str, message: PhoneMessage) -> NotDelivered | None:
        try:
            await _in_a_thread(lambda: self._blocking(url, message), 2 * self.seconds)
        except NotDelivered as failure:
            return failure
        return None

    def _blocking(self, url: str, message: PhoneMessage) -> None:
        service = self._service(url)
        title, body = self._worded(message)
        with listening() as lines:
            if service.notify(body=body, title=title):
                return
        raise failure_in(lines, targets=len(service))

    def _worded(self, message: PhoneMessage) -> tuple[str, str]:
        match self.form:
            case "push":
                return message.subject, message.text
            case "sms":
                return "", text_of(message)
            case "voice":
                return "", spoken_of(message)

    def _service(self, url: str) -> Any:
        """The library's own object for a URL. Raises NotDelivered for one that may not be used."""
        apprise, asset = _library()
        schema = url.partition("://")[0].lower()
        if schema in _LOCAL or (self.services and schema not in self.services):
            raise NotDelivered(Failure.PERMANENT, "this Apprise service is not allowed here")
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            raise NotDelivered(Failure.PERMANENT, "the Apprise URL cannot be read")
        if not self.allow_private and is_inside(str(getattr(service, "host", None) or "")):
            inside = "the Apprise URL names a private address: set allow_private if that is meant"
            raise NotDelivered(Failure.PERMANENT, inside)
        service.request_rate_per_sec = 0
        service.socket_connect_timeout = self.seconds / 2
        service.socket_read_timeout = self.seconds
        return service


_LOADING = threading.Lock()


def _library() -> tuple[Any, Any]:
    """The library and our settings of it, loaded once. Blocks the first time."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> tuple[Any, Any]:
    """A third of a second, which most installations never need. Its warnings are about itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import apprise

        silence()
        asset = apprise.AppriseAsset(
            app_id="Tailboard", app_desc="Tailboard", app_url="", storage_mode="memory"
        )
        apprise.Apprise.instantiate("json://localhost", asset=asset)  # loads every service
    return apprise, asset


def warm() -> None:
    """Load the library before the first message needs it. Blocks."""
    _library()


async def _in_a_thread(work: Callable[[], None], seconds: float) -> None:
    """Run blocking work; what has not ended in time is left behind, and nobody knows its end.

    A thread that is left behind does not keep the process from stopping.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Exception | None] = loop.create_future()

    def told(trouble: Exception | None) -> None:
        if not done.done():
            done.set_result(trouble)

    def run() -> None:
        trouble: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever waits
            trouble = error
        with contextlib.suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(told, trouble)

    threading.Thread(target=run, name="apprise", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            trouble = await done
    except TimeoutError:
        raise NotDelivered(Failure.UNCERTAIN, "not done in time") from None
    if isinstance(trouble, NotDelivered):
        raise trouble
    if trouble is not None:
        kind = type(trouble).__name__
        raise NotDelivered(Failure.UNCERTAIN, f"stopped ({kind})") from None


_GRAVITY = (Failure.UNCERTAIN, Failure.TEMPORARY, Failure.PERMANENT)


def _gravest(failures: list[NotDelivered]) -> NotDelivered:
    """Of several: what may have gone out is not sent again; what may work later is tried later."""
    return min(failures, key=lambda failure: _GRAVITY.index(failure.failure))
