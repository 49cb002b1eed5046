"""One suite for every carrier: taken, or exactly how it failed, within its time."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from schemas.dispatch import Failure
from services.dispatch.carriers.apprised import AppriseCarrier
from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.carriers.mail_connections import MOST, KeptConnections
from services.dispatch.carriers.port import Contact, NotDelivered, PhoneMessage
from services.dispatch.carriers.signing import verify
from services.dispatch.carriers.webhook import Endpoint, WebhookCarrier
from services.runtime.clock import SystemClock
from tests.support.phones import Phones
from tests.support.receivers import HttpServer, MailServer, http_server, mail_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.dispatch.carriers.port import Carrier
    from services.dispatch.carriers.webhook import WebhookForm

_SECONDS = 0.4
_ID = UUID("6b8e3d1c-0000-5000-8000-00000000000a")
_SECRET = "a secret of a provider, for tests"  # noqa: S105 - of nobody
_MESSAGE = PhoneMessage(
    message_id=str(_ID),
    subject="Tailboard: test",
    text="Open: http://x/o/1\n",
    sms="A peer is needed now. 12 yes/12 no: http://x/s/1",
    spoken="A peer is needed now. Press 1 for yes, or 2 for no.",
    reference="a-reference",
    asks=True,
)
_NUMBER = "+14155550100"
_CONTACT = Contact(label="p-1", email="p-1@phones.invalid", phone="(415) 555-0100")
_WEBHOOKS: dict[str, WebhookForm] = {"webhook": "page", "sms": "sms", "voice": "voice"}
_KINDS = ["phones", "smtp", *_WEBHOOKS, "apprise"]


@asynccontextmanager
async def _serving(server: MailServer) -> AsyncIterator[SmtpCarrier]:
    async with mail_server(server) as port:
        yield SmtpCarrier("127.0.0.1", port, "tailboard@agency.invalid", _SECONDS)


@asynccontextmanager
async def _hooked(
    server: HttpServer, form: WebhookForm = "sms", *, allow_private: bool = True
) -> AsyncIterator[WebhookCarrier]:
    async with http_server(server) as place:
        endpoint = Endpoint(f"http://{place}/send?key=k", _SECRET, allow_private)
        to = "email" if form == "page" else "phone"
        yield WebhookCarrier("sms", form, to, endpoint, _SECONDS)


@asynccontextmanager
async def _apprised(server: HttpServer) -> AsyncIterator[AppriseCarrier]:
    """Apprise's own protocol for a server of one's own, with the member's number in the URL."""
    async with http_server(server) as place:
        url = f"json://user:a-key@{place}/{{phone}}"
        yield AppriseCarrier("push", _SECONDS, url, form="sms", allow_private=True)


@asynccontextmanager
async def _a_carrier(kind: str, trouble: str) -> AsyncIterator[Carrier]:
    """A carrier of any kind, in the same trouble."""
    troubles = {
        "refused": Failure.PERMANENT,
        "busy": Failure.TEMPORARY,
        "lost": Failure.UNCERTAIN,
    }
    answers = {"refused": "410 Gone", "busy": "503 Service Unavailable"}
    mails = {
        "none": MailServer(),
        "refused": MailServer(refuse_recipient="550 no such mailbox"),
        "busy": MailServer(refuse_recipient="451 try later"),
        "lost": MailServer(drop_in_data=True),
    }
    web = HttpServer(status=answers.get(trouble, "200 OK"), lose=trouble == "lost")
    if kind == "phones":
        phones = Phones()
        if trouble in troubles:
            phones.fail("p-1", troubles[trouble])
        yield phones
    elif kind == "smtp":
        async with _serving(mails[trouble]) as mail:
            yield mail
    elif kind == "apprise":
        async with _apprised(web) as apprise:
            yield apprise
    else:
        async with _hooked(web, _WEBHOOKS[kind]) as hook:
            yield hook


async def _failure(carrier: Carrier, contact: Contact = _CONTACT) -> Failure:
    return (await _not_delivered(carrier, contact)).failure


async def _not_delivered(carrier: Carrier, contact: Contact = _CONTACT) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        await carrier.send(_MESSAGE, contact)
    for secret in ("p-1", "555", "a-key", _SECRET, "127.0.0.1"):
        assert secret not in str(caught.value), "an error tells an address or a secret"
    return caught.value


@pytest.mark.parametrize("kind", _KINDS)
async def test_a_message_is_taken(kind: str) -> None:
    async with _a_carrier(kind, "none") as carrier:
        assert await carrier.send(_MESSAGE, _CONTACT) is None  # type: ignore[func-returns-value]
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", carrier.channel)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize(
    ("trouble", "failure"),
    [
        ("refused", Failure.PERMANENT),
        ("busy", Failure.TEMPORARY),
        ("lost", Failure.UNCERTAIN),
    ],
)
async def test_a_failure_says_whether_to_try_again(
    kind: str, trouble: str, failure: Failure
) -> None:
    async with _a_carrier(kind, trouble) as carrier:
        assert await _failure(carrier) is failure


@pytest.mark.parametrize("kind", _KINDS)
async def test_who_cannot_be_reached_at_all_is_a_permanent_failure(kind: str) -> None:
    async with _a_carrier(kind, "none") as carrier:
        assert await _failure(carrier, Contact(label="p-1")) is Failure.PERMANENT


async def test_what_arrives_is_what_was_sent_with_the_same_id_each_time() -> None:
    server = MailServer()
    async with _serving(server) as carrier:
        await carrier.send(_MESSAGE, _CONTACT)
        await carrier.send(_MESSAGE, _CONTACT)

    first, second = server.taken
    assert first["To"] == "p-1@phones.invalid"
    assert first["Subject"] == _MESSAGE.subject
    assert first.get_content().replace("\r\n", "\n").strip() == _MESSAGE.text.strip()
    assert first["Message-ID"] == second["Message-ID"] == f"<{_ID}@tailboard>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert server.quits == 2


@pytest.mark.parametrize(
    ("answer", "failure"), [("554 refused", Failure.PERMANENT), ("452 full", Failure.TEMPORARY)]
)
async def test_a_refused_content_was_not_taken(answer: str, failure: Failure) -> None:
    async with _serving(MailServer(refuse_content=answer)) as carrier:
        assert await _failure(carrier) is failure


@pytest.mark.parametrize("kind", ["smtp", *_WEBHOOKS, "apprise"])
async def test_no_server_is_a_temporary_failure(kind: str) -> None:
    async with _a_carrier(kind, "none") as carrier:
        gone = carrier
    assert await _failure(gone) is Failure.TEMPORARY
    if kind != "apprise":
        with pytest.raises(NotDelivered):
            await gone.probe()


@pytest.mark.parametrize("kind", ["smtp", *_WEBHOOKS, "apprise"])
async def test_a_probe_sends_nothing(kind: str) -> None:
    async with _a_carrier(kind, "none") as carrier:
        await carrier.probe()
        assert carrier.reaches(_CONTACT)
        assert not carrier.reaches(Contact(label="p-1"))


async def test_a_server_that_never_greets_is_given_up_in_time() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    writers: list[asyncio.StreamWriter] = []
    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    began = loop.time()

    failure = await _failure(SmtpCarrier("127.0.0.1", port, "t@agency.invalid", _SECONDS))

    assert failure is Failure.TEMPORARY
    assert loop.time() - began < _SECONDS + 2
    for writer in writers:
        writer.close()
    listening.close()
    await listening.wait_closed()


async def test_a_server_that_falls_silent_over_the_content_leaves_it_uncertain_in_time() -> None:
    loop = asyncio.get_running_loop()
    async with _serving(MailServer(hang_after="DATA")) as carrier:
        began = loop.time()
        assert await _failure(carrier) is Failure.UNCERTAIN
        assert loop.time() - began < _SECONDS + 2


async def test_a_server_that_will_not_say_goodbye_does_not_hold_a_taken_message_up() -> None:
    """The claim on a sending ends after twice the deadline: a slow QUIT must not outlast it."""
    server = MailServer(hang_after="QUIT")
    loop = asyncio.get_running_loop()
    async with _serving(server) as carrier:
        slow = SmtpCarrier(carrier.host, carrier.port, carrier.sender, seconds=20)
        began = loop.time()
        await slow.send(_MESSAGE, _CONTACT)
        assert loop.time() - began < 3
    assert len(server.taken) == 1


@pytest.mark.parametrize("address", ["p-1@\nBcc: x@y.invalid", "josé@phones.invalid"])
async def test_an_address_that_mail_cannot_use_is_a_permanent_failure(address: str) -> None:
    """Any other error would leave the claim open and the next member unasked."""
    server = MailServer()
    async with _serving(server) as carrier:
        assert await _failure(carrier, Contact(label="p-1", email=address)) is Failure.PERMANENT
    assert not server.taken


@pytest.mark.parametrize("form", ["page", "sms", "voice"])
async def test_a_webhook_is_signed_and_says_what_its_form_needs(form: WebhookForm) -> None:
    server = HttpServer()
    async with _hooked(server, form) as carrier:
        await carrier.send(_MESSAGE, _CONTACT)

    (posted,) = server.posted
    assert posted.line == "POST /send?key=k HTTP/1.1"
    verify(_SECRET, _Headers(posted.headers), posted.body, SystemClock().now())
    assert posted.headers["idempotency-key"] == str(_ID)
    said = posted.said
    assert (said.pop("channel"), said.pop("message_id")) == ("sms", str(_ID))
    assert said.pop("reference") == "a-reference"
    assert (
        said
        == {
            "page": {
                "to": "p-1@phones.invalid",
                "subject": _MESSAGE.subject,
                "text": _MESSAGE.text,
            },
            "sms": {"to": _NUMBER, "text": _MESSAGE.sms},
            "voice": {
                "to": _NUMBER,
                "say": _MESSAGE.spoken,
                "digits": {"1": "yes", "2": "no"},
            },
        }[form]
    )


class _Headers(dict[str, str]):
    """Names in any case, as a framework's headers."""

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        return super().get(name.lower(), default)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("400 Bad Request", Failure.PERMANENT),
        ("401 Unauthorized", Failure.PERMANENT),
        ("404 Not Found", Failure.PERMANENT),
        ("302 Found", Failure.PERMANENT),
        ("408 Request Timeout", Failure.TEMPORARY),
        ("425 Too Early", Failure.TEMPORARY),
        ("429 Too Many Requests", Failure.TEMPORARY),
        ("500 Internal Server Error", Failure.TEMPORARY),
        ("503 Service Unavailable", Failure.TEMPORARY),
    ],
)
async def test_a_status_says_whether_to_try_again(status: str, failure: Failure) -> None:
    server = HttpServer(status=status, headers=("Location: http://127.0.0.1:1/",))
    async with _hooked(server) as carrier:
        assert await _failure(carrier) is failure
    assert len(server.posted) == 1, "a redirect is not followed, and nothing is repeated here"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("Retry-After: 7", 7.0), ("Retry-After: 999999", 3600.0), ("Retry-After: Friday", None)],
)
async def test_a_provider_may_say_when_to_come_again(header: str, seconds: float | None) -> None:
    busy = HttpServer(status="429 Too Many Requests", headers=(header,))
    async with _hooked(busy) as carrier:
        assert (await _not_delivered(carrier)).retry_after == seconds


@pytest.mark.parametrize("kind", ["sms", "apprise"])
async def test_a_receiver_that_never_answers_leaves_it_uncertain_in_time(kind: str) -> None:
    loop = asyncio.get_running_loop()
    opened = _apprised if kind == "apprise" else _hooked
    async with opened(HttpServer(hang=True)) as carrier:
        began = loop.time()
        assert await _failure(carrier) is Failure.UNCERTAIN
        assert loop.time() - began < 2 * _SECONDS + 1


async def test_a_receiver_that_talks_without_end_has_taken_it() -> None:
    loop = asyncio.get_running_loop()
    async with _hooked(HttpServer(endless=True)) as carrier:
        began = loop.time()
        await carrier.send(_MESSAGE, _CONTACT)
        assert loop.time() - began < _SECONDS


async def test_a_webhook_does_not_go_into_ones_own_network_unless_that_is_meant() -> None:
    server = HttpServer()
    async with _hooked(server, allow_private=False) as carrier:
        failure = await _not_delivered(carrier)
        with pytest.raises(NotDelivered, match="private"):
            await carrier.probe()

    assert failure.failure is Failure.PERMANENT
    assert "allow_private" in str(failure)
    assert server.posted == []


async def test_apprise_says_the_text_and_nothing_of_it_reaches_a_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The library logs URLs with keys and numbers in them, and more of it when something fails."""
    caplog.set_level(logging.DEBUG)
    for server in (HttpServer(), HttpServer(status="400 Bad Request"), HttpServer(lose=True)):
        async with _apprised(server) as carrier:
            if server.status == "200 OK" and not server.lose:
                await carrier.send(_MESSAGE, _CONTACT)
            else:
                await _failure(carrier)
        (posted,) = server.posted
        assert posted.line == "POST /14155550100 HTTP/1.1"
        assert posted.said["message"] == _MESSAGE.sms

    written = "".join((*capfd.readouterr(), caplog.text))
    for secret in ("a-key", "555", "12 yes"):
        assert secret not in written


async def test_one_of_a_members_own_services_is_enough() -> None:
    working, broken = HttpServer(), HttpServer(status="500 Internal Server Error")
    carrier = AppriseCarrier("push", _SECONDS, allow_private=True)
    async with http_server(working) as good, http_server(broken) as bad:
        both = Contact(label="p-1", apprise=(f"json://{bad}", f"json://{good}"))
        await carrier.send(_MESSAGE, both)
        alone = Contact(label="p-1", apprise=(f"json://{bad}",))
        assert await _failure(carrier, alone) is Failure.TEMPORARY

    assert working.posted[0].said["title"] == _MESSAGE.subject
    assert len(broken.posted) == 2, "its own retries are off"


@pytest.mark.parametrize(
    "url", ["nonsense", "nobody://x", "syslog://", "json://127.0.0.1/555", "json://localhost/555"]
)
async def test_an_apprise_url_that_may_not_be_used_is_a_permanent_failure(url: str) -> None:
    carrier = AppriseCarrier("push", _SECONDS)

    assert await _failure(carrier, Contact(apprise=(url,))) is Failure.PERMANENT


async def test_an_agency_may_allow_some_services_only() -> None:
    carrier = AppriseCarrier("push", _SECONDS, services=frozenset({"ntfys"}))

    failure = await _not_delivered(carrier, Contact(apprise=("json://example.org/555",)))

    assert failure.failure is Failure.PERMANENT
    assert "not allowed" in str(failure)


@asynccontextmanager
async def _keeping(server: MailServer) -> AsyncIterator[SmtpCarrier]:
    """As `_serving`, with connections that are kept for the next message."""
    async with _serving(server) as alone:
        kept = KeptConnections(60)
        yield replace(alone, kept=kept)
        kept.close()


async def test_a_connection_is_kept_for_the_next_message() -> None:
    server = MailServer()
    async with _keeping(server) as carrier:
        for _ in range(3):
            await carrier.send(_MESSAGE, _CONTACT)
        assert (server.greeted, len(server.taken), server.quits) == (1, 3, 0)


async def test_messages_side_by_side_have_a_connection_each_and_two_are_kept() -> None:
    server = MailServer()
    async with _keeping(server) as carrier:
        await asyncio.gather(*(carrier.send(_MESSAGE, _CONTACT) for _ in range(5)))
        assert (len(server.taken), server.quits) == (5, 5 - MOST)


async def test_a_kept_connection_that_is_gone_is_made_up_for_by_a_new_one() -> None:
    server = MailServer()
    async with _keeping(server) as carrier:
        await carrier.send(_MESSAGE, _CONTACT)
        server.hang_up()
        await carrier.send(_MESSAGE, _CONTACT)
        assert (server.greeted, len(server.taken)) == (2, 2)


async def test_a_kept_connection_that_falls_silent_is_made_up_for_in_time() -> None:
    server = MailServer()
    loop = asyncio.get_running_loop()
    async with _keeping(server) as carrier:
        await carrier.send(_MESSAGE, _CONTACT)
        server.fall_silent()
        began = loop.time()
        await carrier.send(_MESSAGE, _CONTACT)
        assert loop.time() - began < _SECONDS
        assert (server.greeted, len(server.taken)) == (2, 2)


async def test_a_kept_connection_that_dies_over_the_content_leaves_it_uncertain() -> None:
    """From DATA on the message may have gone out: a second try could be a second page."""
    server = MailServer()
    async with _keeping(server) as carrier:
        await carrier.send(_MESSAGE, _CONTACT)
        server.drop_in_data = True
        assert await _failure(carrier) is Failure.UNCERTAIN
        assert server.greeted == 1


async def test_a_connection_that_had_trouble_is_not_kept() -> None:
    server = MailServer()
    async with _keeping(server) as carrier:
        server.refuse_content = "552 too much"
        assert await _failure(carrier) is Failure.PERMANENT
        server.refuse_content = None
        await carrier.send(_MESSAGE, _CONTACT)
        assert server.greeted == 2
