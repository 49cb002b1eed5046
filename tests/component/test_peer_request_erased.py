"""How to call back on the real server: what can still be read of it after the end.

Nothing can, through the server. Its files keep the bytes until it rewrites them: that gap is known
and told in docs/reference/privacy.md, so the files themselves are not searched here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from nats.js.errors import NotFoundError

from schemas.envelope import Timer, TimerDue
from schemas.subjects import CONTACTS_BUCKET
from services.dispatch.book import RosterBook
from services.dispatch.circles import Circles
from services.dispatch.commands import CancelRequest
from services.dispatch.deadlines import REQUEST_ERASE
from services.dispatch.duty_book import DutyBook
from services.dispatch.links import RequestSigner
from services.dispatch.load_book import LoadBook
from services.dispatch.mutual_aid import read_mutual_aid
from services.dispatch.requests import RequestDesk, Wish
from services.dispatch.requests_policy import read_requests_policy
from services.dispatch.roster_policy import shipped_rules
from services.dispatch.settings import DispatchSettings
from services.runtime.auth import Keyring
from services.runtime.bucket import JetStreamBucket
from services.runtime.clock import SystemClock
from services.runtime.host import Ports
from services.runtime.journal_jetstream import JetStreamJournal

if TYPE_CHECKING:
    from pathlib import Path

    from nats.js import JetStreamContext

    from tests.support.nats_server import NatsServer

WORDS = "xylophone kaleidoscope"

pytestmark = pytest.mark.connected


async def readable(jetstream: JetStreamContext) -> list[str]:
    """The streams that still hand the words out, message by message."""
    found = []
    for info in await jetstream.streams_info():
        name = str(info.config.name)
        for sequence in range(max(info.state.first_seq, 1), info.state.last_seq + 1):
            try:
                message = await jetstream.get_msg(name, sequence)
            except NotFoundError:
                continue
            if WORDS in f"{message.subject} {message.headers} {(message.data or b'').decode()}":
                found.append(name)
    return found


async def test_nothing_can_be_read_after_the_end(nats: NatsServer, tmp_path: Path) -> None:
    client = await nats.connect()
    clock = SystemClock()
    journal = JetStreamJournal(client, clock)
    settings = DispatchSettings(data_dir=tmp_path)
    ports = Ports(settings, journal, clock, Keyring(()), client)
    book = RosterBook(journal, shipped_rules())
    keeping = asyncio.ensure_future(book.keep())
    bucket = JetStreamBucket(client, CONTACTS_BUCKET)
    duty, loads = DutyBook(journal, book, bucket), LoadBook(journal, clock)
    circles = Circles(ports, book, duty, loads, read_mutual_aid())
    desk = RequestDesk(ports, circles, bucket, RequestSigner("s"), read_requests_policy())

    entity = await desk.ask("metro", Wish(WORDS), "once")
    assert await readable(client.jetstream()) == [f"KV_{CONTACTS_BUCKET}"]
    assert await desk.contact(entity) == WORDS
    await desk.do(entity, CancelRequest)
    timer = Timer(kind=REQUEST_ERASE, key="contact", due_at=clock.now())
    await desk.on_due(TimerDue(entity, timer, ""))

    assert await desk.contact(entity) is None
    assert await readable(client.jetstream()) == []
    keeping.cancel()
