"""A stream of any length: some hundred told cases, copied under other ids, as the services write them."""

from __future__ import annotations

import asyncio
import re
from itertools import count
from typing import TYPE_CHECKING

from schemas.catalogue import encode
from schemas.envelope import Draft
from schemas.policy import Role
from schemas.subjects import Stream
from services.runtime.journal_memory import MemoryJournal
from services.runtime.ledger import Raw
from tests.unit.audit import decided
from tests.unit.audit.story import Story, enrolled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

_TOLD = 60
_AT_ONCE = 500
_UUID = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6})[0-9a-f]{6}")


async def templates() -> list[Raw]:
    """Cases that went well, that found nobody, and that people raised and widened; with a roster."""
    journal = MemoryJournal()
    await enrolled(journal, {f"p-{number:02}": Role.PEER for number in range(20)})
    for number in range(_TOLD):
        whole = Story(journal, number=f"whole-{number}")
        await whole.whole()
        await whole.lived()
        stuck = Story(journal, number=f"stuck-{number}")
        await stuck.reported()
        await stuck.activated(())
        await stuck.exhausted(())
        raised = Story(journal, number=f"raised-{number}")
        await decided.raised(raised)
        await raised.activated()
        await raised.formed()
        await raised.planned()
        await decided.widened(raised)
    raws = []
    for stream in Stream:
        for told in journal.all(stream):
            headers, body = encode(Draft(told.entity, told.meta, told.event))
            raws.append(
                Raw(told.sequence, told.entity.event_subject(told.event.NAME), headers, body)
            )
    return raws


def copies(told: list[Raw]) -> Iterator[Raw]:
    """The same again and again, each time of other cases."""
    for number in count():
        other = rf"\g<1>{number:06x}"
        for raw in told:
            headers = {name: _UUID.sub(other, value) for name, value in raw.headers.items()}
            body = _UUID.sub(other, raw.body.decode()).encode()
            yield Raw(raw.sequence, _UUID.sub(other, raw.subject), headers, body)


async def write(jetstream: JetStreamContext, events: int) -> None:
    """Store so many of them, in order within each case."""
    source = copies(await templates())
    written = 0
    while written < events:
        size = min(_AT_ONCE, events - written)
        page = [next(source) for _ in range(size)]
        await asyncio.gather(
            *(jetstream.publish(raw.subject, raw.body, headers=raw.headers) for raw in page)
        )
        written += size
