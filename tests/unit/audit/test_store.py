"""What holds on SQLite and on PostgreSQL alike, and what PostgreSQL is there for."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from schemas.subjects import Stream
from services.audit import dialects, homes, tables
from services.audit.dialects import checked
from services.audit.store import Change, Store
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import Connection

    from tests.support.postgres import Postgres

AT = datetime(2026, 3, 8, 9, 59, 59, 999999, tzinfo=UTC)
LATE = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
async def store(views_url: str) -> AsyncIterator[Store]:
    store = Store(views_url)
    yield store
    await store.close()


@pytest.fixture
async def remote(postgres: Postgres) -> AsyncIterator[Store]:
    store = Store(postgres.url())
    yield store
    await store.close()


def entry(sequence: int, detail: str = "said") -> Change:
    where = {"agency": "a", "case_id": "c", "stream": "intake", "sequence": sequence, "part": 0}
    what = {"step": "reported", "state": "done", "detail": detail, "lines": [["a", "b"]]}
    return Change(tables.entries, {**where, "at": AT, **what, "key": None})


def member(number: str, **values: Any) -> Change:
    return Change(tables.members, {"agency": "a", "member_id": number, **values})


def sequences(connection: Connection) -> list[int]:
    return list(connection.execute(select(tables.entries.c.sequence)).scalars())


async def column(store: Store, of: Any) -> list[Any]:
    return await store.read(lambda c: list(c.execute(select(of).order_by(of)).scalars()))


async def test_values_come_back_as_they_were(store: Store) -> None:
    changes = [
        member("p-2", available=True, designated_from=AT.date(), competencies=[{"b": 1, "a": 2}]),
        member("P-1", muted_until=AT.astimezone(UTC)),
        member("p-1", muted_until=LATE, available=False),
        Change(tables.drills, {"agency": "a", "case_id": "d", "reply_seconds": 0.25}),
    ]
    await store.write(Stream.ROSTER, 1, changes)
    m = tables.members.c
    assert await column(store, m.member_id) == ["P-1", "p-1", "p-2"], "by bytes, in any locale"
    query = select(m.muted_until, m.available).where(m.muted_until.is_not(None))
    rows = await store.read(lambda c: c.execute(query.order_by(m.muted_until)).all())
    assert [tuple(row) for row in rows] == [(AT, None), (LATE, False)]
    assert rows[0].muted_until.tzinfo is UTC
    (competencies,) = await store.read(
        lambda c: c.execute(select(m.competencies).where(m.member_id == "p-2")).scalars().all()
    )
    assert list(competencies[0]) == ["b", "a"], "in the order in which they were told"


async def test_what_was_taken_in_already_is_not_taken_twice(store: Store) -> None:
    await store.write(Stream.INTAKE, 2, [entry(1), entry(2)], after=0)
    await store.write(Stream.INTAKE, 2, [entry(1), entry(2)], after=0)
    await store.write(Stream.INTAKE, 3, [entry(2), entry(3)], after=1)
    assert sorted(await store.read(sequences)) == [1, 2, 3]
    with pytest.raises(Transient, match="went back to 3"):
        await store.write(Stream.INTAKE, 9, [entry(9)], after=8)
    assert await store.positions() == {"intake": 3}


async def test_a_row_that_cannot_be_stored_takes_its_batch_and_position_with_it(
    store: Store,
) -> None:
    broken = Change(tables.entries, {**entry(2).values, "detail": None})
    with pytest.raises(Exception, match=r"(?i)null"):
        await store.write(Stream.INTAKE, 2, [entry(1), broken])
    assert await store.positions() == {}
    assert await store.read(sequences) == []


async def test_a_letter_that_postgresql_has_not_is_no_end_of_the_views(store: Store) -> None:
    await store.write(Stream.INTAKE, 1, [entry(1, "a\0b")])
    (detail,) = await column(store, tables.entries.c.detail)
    assert detail in {"a\0b", "a\N{REPLACEMENT CHARACTER}b"}


async def test_a_read_sees_one_moment(store: Store, views_url: str) -> None:
    await store.write(Stream.INTAKE, 1, [entry(1)])
    other = Store(views_url)
    begun, go_on = threading.Event(), threading.Event()

    def look(connection: Connection) -> tuple[list[int], list[int]]:
        before = sequences(connection)
        begun.set()
        assert go_on.wait(20)
        return before, sequences(connection)

    reading = asyncio.ensure_future(other.read(look))
    assert await asyncio.to_thread(begun.wait, 20)
    await store.write(Stream.INTAKE, 2, [entry(2)])
    go_on.set()
    assert await reading == ([1], [1])
    assert await other.read(sequences) == [1, 2]
    await other.close()


@pytest.mark.postgres
async def test_postgresql_answers_several_at_once_and_beside_the_writer(remote: Store) -> None:
    together = threading.Barrier(dialects.READERS + 1)

    def look(connection: Connection) -> int:
        together.wait(20)
        return len(sequences(connection))

    await remote.positions()
    readings = [asyncio.ensure_future(remote.read(look)) for _ in range(dialects.READERS)]
    await remote.write(Stream.INTAKE, 1, [entry(1)])
    await asyncio.to_thread(together.wait, 20)
    assert all(count in {0, 1} for count in await asyncio.gather(*readings))


@pytest.mark.postgres
async def test_a_server_that_was_away_loses_nothing(remote: Store, postgres: Postgres) -> None:
    await remote.write(Stream.INTAKE, 1, [entry(1)], after=0)
    postgres.stop()
    try:
        with pytest.raises(Transient, match="cannot be reached"):
            await remote.write(Stream.INTAKE, 2, [entry(2)], after=1)
        with pytest.raises(Transient, match="cannot be reached"):
            await remote.positions()
    finally:
        postgres.start()
    assert await remote.positions() == {"intake": 1}
    await remote.write(Stream.INTAKE, 2, [entry(2)], after=1)
    assert await remote.read(sequences) == [1, 2]


@pytest.mark.postgres
async def test_a_schema_that_was_dropped_is_made_anew(postgres: Postgres) -> None:
    url = postgres.url()
    store = Store(url)
    await store.write(Stream.INTAKE, 1, [entry(1)])
    homes.current(url).erase()
    with pytest.raises(Transient, match="built anew"):
        await store.positions()
    assert await store.positions() == {}
    await store.close()


@pytest.mark.postgres
async def test_two_audits_on_one_database_make_every_row_once(postgres: Postgres) -> None:
    url = postgres.url()
    stores = [Store(url), Store(url)]

    async def take(store: Store, size: int) -> None:
        for last in range(size, 61, size):
            fresh = [entry(number) for number in range(last - size + 1, last + 1)]
            await store.write(Stream.INTAKE, last, fresh, after=last - size)

    await asyncio.gather(take(stores[0], 3), take(stores[1], 4))
    assert await stores[0].read(sequences) == list(range(1, 61)), "in order, though each had a part"
    for store in stores:
        await store.close()


async def test_versions_live_side_by_side(
    store: Store, views_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write(Stream.INTAKE, 1, [entry(1)])
    monkeypatch.setattr(tables, "VERSION", tables.VERSION + 1)
    newer = Store(views_url)
    assert await newer.positions() == {}
    await newer.write(Stream.INTAKE, 2, [entry(2)])
    await store.write(Stream.INTAKE, 3, [entry(3)])
    assert await store.read(sequences) == [1, 3], "the old one goes on answering"
    assert await newer.read(sequences) == [2]
    (old,) = homes.outdated(views_url)
    assert old.version == tables.VERSION - 1
    assert old.size() > 0
    old.erase()
    assert homes.found(views_url) == [homes.current(views_url)]
    await newer.close()


async def test_a_moment_is_noted_once(store: Store) -> None:
    assert await store.filled_at() is None
    assert await store.filled_at(AT) == AT
    assert await store.filled_at(AT + timedelta(days=1)) == AT


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("/var/lib/audit.sqlite3", "write sqlite:///"),
        ("sqlite://", "write sqlite:///"),
        ("mysql://a@b/c", "write sqlite:///"),
        ("postgresql://a@b/c", "name the driver"),
        ("postgresql+psycopg://a@b", "write sqlite:///"),
        ("postgresql+psycopg://a@b/c?schema=A;drop", "small letters"),
    ],
)
def test_a_place_that_is_none_is_refused_with_what_to_write(url: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        checked(url)


def test_no_password_is_shown() -> None:
    told = dialects.shown("postgresql+psycopg://tailboard:geheim@db/views?schema=metro")
    assert told == "postgresql+psycopg://tailboard:***@db/views?schema=metro"


def test_files_that_are_none_of_ours_are_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    for name in (
        "audit.sqlite3",
        "audit.v3.sqlite3",
        "audit.v3.next.sqlite3",
        "audit-mine.sqlite3",
    ):
        (tmp_path / name).touch()
    known = [(home.version, home.is_next) for home in homes.outdated(url)]
    assert known == [(0, False), (3, False), (3, True)]
