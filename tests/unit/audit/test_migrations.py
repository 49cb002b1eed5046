"""The steps make the very tables that the code names, on both databases; nothing is lost on the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect, select, text

from services.audit import dialects, homes, migrations, tables
from services.audit.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

HINT = 'a table changed: run `python -m services.audit.migrations "Add ..."`'
RECORDED = Path(__file__).parents[2] / "data" / "views" / "step-0001.sql"
FIRST = "0001"


@pytest.fixture
def empty(views_url: str) -> Iterator[Connection]:
    home = homes.current(views_url)
    with dialects.begin_write(home.engine(pooled=False)).begin() as connection:
        if not dialects.is_file(views_url):
            dialects.make_schema(connection, home.name)
        yield connection


def indexes(connection: Connection) -> set[tuple[str, str, str]]:
    known = inspect(connection)
    return {
        (table, str(index["name"]), str(index["column_names"]))
        for table in known.get_table_names()
        for index in known.get_indexes(table)
    }


def test_the_steps_make_the_tables(empty: Connection, views_url: str) -> None:
    migrations.upgrade(empty)
    assert migrations.stamped(empty) == migrations.head()
    assert migrations.differences(empty) == [], HINT


def test_tables_that_are_made_whole_are_the_same(empty: Connection) -> None:
    dialects.create(empty)
    migrations.stamp(empty)
    assert migrations.differences(empty) == []
    assert migrations.stamped(empty) == migrations.head()
    whole = indexes(empty)
    with create_engine("sqlite://").begin() as other:
        migrations.upgrade(other)
        mine = {named for named in indexes(other) if not named[1].startswith("sqlite_")}
    assert {named for named in whole if "_key" not in named[1]} == mine, HINT


def test_every_step_follows_on_the_one_before(empty: Connection) -> None:
    numbers = sorted(step.name[:4] for step in migrations.steps())
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    for number in numbers:
        migrations.upgrade(empty, number)
        assert migrations.stamped(empty) == number


async def test_a_file_of_an_earlier_step_is_brought_up_to_date_in_place(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    old = sqlite3.connect(homes.current(url).name)
    old.executescript(RECORDED.read_text(encoding="utf-8"))
    before = old.execute("SELECT count(*) FROM entries").fetchone()
    assert before[0] > 20
    old.close()
    store = Store(url)
    assert await store.read(migrations.stamped) == migrations.head()
    assert await store.read(migrations.differences) == []
    assert (await store.positions())["dispatch"] > 0, "nothing is read again"
    count = select(tables.entries.c.id)
    assert await store.read(lambda c: len(c.execute(count).all())) == before[0]
    await store.close()


@pytest.mark.postgres
async def test_a_schema_of_an_earlier_step_is_too(views_url: str) -> None:
    home = homes.current(views_url)
    with dialects.begin_write(home.engine(pooled=False)).begin() as connection:
        if not dialects.is_file(views_url):
            dialects.make_schema(connection, home.name)
        migrations.upgrade(connection, FIRST)
        connection.execute(text("INSERT INTO positions (stream, sequence) VALUES ('intake', 7)"))
    store = Store(views_url)
    assert await store.positions() == {"intake": 7}
    assert await store.read(migrations.stamped) == migrations.head()
    await store.close()


async def test_a_later_step_of_the_same_version_is_left_as_it_is(views_url: str) -> None:
    first = Store(views_url)
    await first.positions()
    await first.close()
    with dialects.begin_write(homes.current(views_url).engine(pooled=False)).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    again = Store(views_url)
    assert await again.read(migrations.stamped) == "9999"
    await again.close()
