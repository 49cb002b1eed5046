"""One suite for every carrier: taken, or exactly how it failed, within its time; and what it says."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from aiosmtpd import smtp

from schemas.dispatch import AlarmReason, Failure, Purpose, ReviewStage
from schemas.policy import Role, Urgency
from services.dispatch.carriers import messages
from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.carriers.port import Contact, NotDelivered, PhoneMessage
from tests.support.phones import Phones

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.dispatch.carriers.port import Carrier

_SECONDS = 0.4
_ID = UUID("6b8e3d1c-0000-5000-8000-00000000000a")
_MESSAGE = PhoneMessage(message_id=str(_ID), subject="Tailboard: test", text="Open: http://x/o/1\n")
_CONTACT = Contact(label="p-1", email="p-1@phones.invalid")


@dataclass
class MailServer:
    """A real SMTP server that misbehaves as told."""

    refuse_recipient: str | None = None
    refuse_content: str | None = None
    drop_in_data: bool = False
    hang_after: str | None = None
    taken: list[Any] = field(default_factory=list)
    quits: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.drop_in_data:
            server.transport.abort()
        if self.hang_after == "DATA":
            await asyncio.Event().wait()
        if self.refuse_content:
            return self.refuse_content
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        self.quits += 1
        if self.hang_after == "QUIT":
            await asyncio.Event().wait()
        return "221 bye"


@asynccontextmanager
async def _serving(server: MailServer) -> AsyncIterator[SmtpCarrier]:
    loop = asyncio.get_running_loop()
    protocols: list[smtp.SMTP] = []

    def connected() -> smtp.SMTP:
        protocols.append(smtp.SMTP(server, loop=loop, hostname="test"))
        return protocols[-1]

    listening = await loop.create_server(connected, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield SmtpCarrier("127.0.0.1", port, "tailboard@agency.invalid", _SECONDS)
    finally:
        listening.close()
        for protocol in protocols:
            if protocol.transport:
                protocol.transport.close()
        await listening.wait_closed()


@asynccontextmanager
async def _a_carrier(kind: str, trouble: str) -> AsyncIterator[Carrier]:
    """A carrier of either kind, in the same trouble."""
    if kind == "phones":
        phones = Phones()
        failure = {
            "refused": Failure.PERMANENT,
            "busy": Failure.TEMPORARY,
            "lost": Failure.UNCERTAIN,
        }
        if trouble in failure:
            phones.fail("p-1", failure[trouble])
        yield phones
        return
    servers = {
        "none": MailServer(),
        "refused": MailServer(refuse_recipient="550 no such mailbox"),
        "busy": MailServer(refuse_recipient="451 try later"),
        "lost": MailServer(drop_in_data=True),
    }
    async with _serving(servers[trouble]) as carrier:
        yield carrier


async def _failure(carrier: Carrier, contact: Contact = _CONTACT) -> Failure:
    with pytest.raises(NotDelivered) as caught:
        await carrier.send(_MESSAGE, contact)
    assert "p-1" not in str(caught.value), "an error names a member's address"
    return caught.value.failure


@pytest.mark.parametrize("kind", ["phones", "smtp"])
async def test_a_message_is_taken(kind: str) -> None:
    async with _a_carrier(kind, "none") as carrier:
        assert await carrier.send(_MESSAGE, _CONTACT) is None  # type: ignore[func-returns-value]
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", carrier.channel)


@pytest.mark.parametrize("kind", ["phones", "smtp"])
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


@pytest.mark.parametrize("kind", ["phones", "smtp"])
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


async def test_no_server_is_a_temporary_failure() -> None:
    async with _serving(MailServer()) as carrier:
        gone = carrier
    assert await _failure(gone) is Failure.TEMPORARY


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


_LINK = "http://town.invalid/o/signed"
_UNTIL = datetime(2026, 3, 2, 3, 15, tzinfo=UTC)


def _every_message() -> dict[str, PhoneMessage]:
    made = {
        f"{Purpose.OFFER}-{role}-{urgency}": messages.offer(_ID, role, urgency, _LINK, _UNTIL)
        for role in Role
        for urgency in Urgency
    }
    made |= {
        f"{Purpose.ALARM}-{reason}": messages.alarm(_ID, reason, _LINK) for reason in AlarmReason
    }
    made[Purpose.STAND_DOWN] = messages.stand_down(_ID, "team_complete")
    made[Purpose.CHECK_IN_DUE] = messages.check_in_due(_ID, _LINK)
    made[Purpose.CALLBACK_DUE] = messages.callback_due(_ID, _LINK)
    made |= {
        f"{Purpose.REVIEW}-{stage}": messages.review(_ID, stage, _LINK, _UNTIL)
        for stage in ReviewStage
    }
    return made


_ALLOWED = {
    f"{Purpose.OFFER}": (
        r"Tailboard: (a peer|a mental health professional|a chaplain|a coordinator|"
        r"the clinical director) is needed (now|today)\n"
        r"Your team needs (a peer|a mental health professional|a chaplain|a coordinator|"
        r"the clinical director) (now|today)\.\n\nAccept or decline: LINK\n\n"
        r"Please answer by \d\d:\d\d UTC\. Declining is one tap and nobody asks why\.\n"
    ),
    f"{Purpose.ALARM}": (
        r"Tailboard: a case needs you\n[A-Z][a-z ,'-]+\.\n\nOpen the case: LINK\n"
    ),
    f"{Purpose.CALLBACK_DUE}": (
        r"Tailboard: please look at what you took on\n"
        r"Something that you took on is still open\.\n\nOpen it: LINK\n"
    ),
    f"{Purpose.REVIEW}": (
        r"Tailboard: your decision is needed\nA recommendation [a-z ,]+\.\n\nDecide: LINK\n\n"
        r"Please answer by \d\d:\d\d UTC\.\n"
    ),
    f"{Purpose.STAND_DOWN}": r"Tailboard: [a-z ,]+\n[A-Za-z ,:.']+\n",
    f"{Purpose.CHECK_IN_DUE}": (
        r"Tailboard: a check-in is due\nA check-in [a-z ]+\.\n\nOpen the case: LINK\n"
    ),
}


def test_there_is_a_message_for_every_purpose() -> None:
    assert {name.partition("-")[0] for name in _every_message()} == {p.value for p in Purpose}


@pytest.mark.parametrize("name", list(_every_message()))
def test_a_message_says_role_urgency_and_link_and_nothing_else(name: str) -> None:
    message = _every_message()[name]
    said = f"{message.subject}\n{message.text}"

    assert re.fullmatch(_ALLOWED[name.partition("-")[0]], said.replace(_LINK, "LINK")), said
    assert message.message_id == str(_ID)
    assert len(said) < 400
    for word in ("child", "death", "tier", "incident", "suicide", "patient"):
        assert word not in said.lower()
