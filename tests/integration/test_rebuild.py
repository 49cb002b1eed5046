"""Views built anew from a real server's streams: the same rows, beside those that go on answering."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from schemas.policy import Role
from schemas.subjects import Stream
from services.audit import homes, migrations, tables
from services.audit.homes import Home
from services.audit.news import News
from services.audit.projector import Projector
from services.audit.rebuild import rebuild
from services.audit.store import Change, Store
from services.runtime.errors import Transient
from services.runtime.ledger import Ledger
from tests.support.nats_server import patiently
from tests.unit.audit import decided
from tests.unit.audit.story import Story, enrolled
from tests.unit.audit.test_projector import dump

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.runtime.journal_jetstream import JetStreamJournal
    from tests.support.journals import JetStreamBench
    from tests.support.nats_server import NatsServer

NOW = datetime(2026, 3, 9, tzinfo=UTC)
pytestmark = pytest.mark.connected


@pytest.fixture
async def store(views_url: str) -> AsyncIterator[Store]:
    store = Store(views_url)
    yield store
    await store.close()


async def lived(journal: JetStreamJournal) -> None:
    await enrolled(journal, {"p-01": Role.PEER})  # type: ignore[arg-type]
    whole = Story(journal, number="1")  # type: ignore[arg-type]
    await whole.whole()
    await whole.lived()
    raised = Story(journal, number="2")  # type: ignore[arg-type]
    await decided.raised(raised)
    await raised.activated()
    await decided.widened(raised)


async def following(journal: JetStreamJournal, store: Store) -> list[asyncio.Task[None]]:
    projector = Projector(journal, store, News())
    tasks: list[Any] = [asyncio.ensure_future(job()) for job in projector.jobs()]
    await projector.caught_up()
    return tasks


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_rebuild_gives_the_rows_that_following_gave_while_these_go_on_answering(
    jetstream: JetStreamBench, nats: NatsServer, views_url: str, store: Store
) -> None:
    journal = jetstream.journal
    await lived(journal)
    await ended(await following(journal, store))
    before = await dump(store)
    spoilt = {"agency": "riverton", "member_id": "p-99", "role": "peer"}
    await store.write(Stream.ROSTER, 10**6, [Change(tables.members, spoilt)])

    seen: list[int] = []
    told = await rebuild(
        Ledger(await nats.connect("audit")), views_url, NOW, lambda: seen.append(1)
    )
    assert told.events == len(seen) > len(before["cases"])
    assert told.unreadable == 0
    after = await dump(store)
    assert after.pop("about") == [("filled", str(NOW))]
    assert after == {name: rows for name, rows in before.items() if name != "about"}
    assert await store.read(migrations.differences) == []
    assert homes.found(views_url) == [homes.current(views_url)], "the next ones are the ones now"


async def test_who_follows_goes_on_from_where_the_new_ones_stand(
    jetstream: JetStreamBench, nats: NatsServer, views_url: str, store: Store
) -> None:
    journal = jetstream.journal
    await lived(journal)
    tasks = await following(journal, store)
    await rebuild(Ledger(await nats.connect("audit")), views_url, NOW, lambda: None)
    await Story(journal, number="later").reported()  # type: ignore[arg-type]
    newest = await journal.last_sequence(Stream.INTAKE)
    async for attempt in patiently(AssertionError):
        with attempt:
            assert (await store.positions())["intake"] == newest
    number = tables.cases.c.number
    query = select(number).where(number.is_not(None)).order_by(number)
    assert await store.read(lambda c: list(c.execute(query).scalars())) == ["1", "later"]
    await ended(tasks)


async def test_a_rebuild_that_fails_leaves_what_answers(
    jetstream: JetStreamBench, nats: NatsServer, views_url: str, store: Store
) -> None:
    journal = jetstream.journal
    await lived(journal)
    await ended(await following(journal, store))
    before = await dump(store)
    client = await nats.connect("audit")
    await client.close()
    with pytest.raises(Transient):
        await rebuild(Ledger(client), views_url, NOW, lambda: None)
    assert await dump(store) == before


async def test_a_new_version_is_filled_beside_the_old_one(
    jetstream: JetStreamBench,
    nats: NatsServer,
    views_url: str,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = jetstream.journal
    await lived(journal)
    await ended(await following(journal, store))
    before = await dump(store)
    monkeypatch.setattr(tables, "VERSION", tables.VERSION + 1)
    await rebuild(Ledger(await nats.connect("audit")), views_url, NOW, lambda: None)
    assert await dump(store) == before
    newer = Store(views_url)
    assert await newer.filled_at() == NOW
    assert (await dump(newer))["cases"] == before["cases"]
    assert homes.outdated(views_url) == [Home(views_url, tables.VERSION - 1)]
    await newer.close()
