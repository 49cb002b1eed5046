"""The views follow the streams: exactly once, in any interleaving, past what cannot be read."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from schemas.intake import ReviewAnswer
from schemas.policy import Role
from schemas.subjects import Stream
from services.audit import tables
from services.audit.folds import changes_of
from services.audit.homes import current
from services.audit.news import News
from services.audit.projector import Projector
from services.audit.store import Change, Store, erase, merged
from services.runtime.errors import Transient
from services.runtime.journal_memory import MemoryJournal
from tests.unit.audit import decided
from tests.unit.audit.story import Story, enrolled, hours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schemas.envelope import Event, Recorded


async def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every view, without the numbers that only say in which order rows came."""

    def look(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        for table in tables.metadata.sorted_tables:
            columns = [column for column in table.c if column is not tables.entries.c.id]
            found[table.name] = sorted(
                tuple(map(str, row)) for row in connection.execute(select(*columns))
            )
        return found

    return await store.read(look)


@pytest.fixture
async def journal() -> MemoryJournal:
    journal = MemoryJournal()
    await enrolled(journal, {"p-01": Role.PEER, "c-01": Role.COORDINATOR})
    story = Story(journal)
    await story.whole()
    await story.lived()
    stuck = Story(journal, number="2")
    await stuck.reported()
    await stuck.activated(())
    await stuck.exhausted(())
    await people_decide(journal)
    return journal


async def people_decide(journal: MemoryJournal) -> None:
    """A case that was raised, stood down and wanted again; one asked, answered and merged into it."""
    raised = Story(journal, number="raised")
    await decided.raised(raised)
    await raised.activated()
    await raised.formed()
    await raised.planned()
    await decided.widened(raised)
    await decided.stood_down(raised, hours(2))
    await raised.tell(Stream.INTAKE, hours(3), raised.wanted())
    await raised.tell(Stream.FOLLOWUP, hours(3), *(await plans(raised)))
    asked = await decided.to_review(journal, "asked")
    await decided.answered(asked, ReviewAnswer.RAISE, then=(asked.wanted(),))
    await decided.merged(asked, raised)


async def plans(story: Story) -> list[Event]:
    """The story's own plan, to be made anew."""
    other = Story(MemoryJournal(), number=story.number)
    await other.planned()
    return [told.event for told in other.journal.all(Stream.FOLLOWUP)]


@pytest.fixture
async def store(views_url: str) -> AsyncIterator[Store]:
    store = Store(views_url)
    yield store
    await store.close()


async def project(journal: MemoryJournal, store: Store) -> None:
    """Run a projector until it has caught up."""
    projector = Projector(journal, store, News())
    tasks = [asyncio.ensure_future(job()) for job in projector.jobs()]
    await projector.caught_up()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_order_between_streams_does_not_matter(
    journal: MemoryJournal, tmp_path: Path
) -> None:
    results = []
    for seed in range(12):
        dice = random.Random(seed)  # noqa: S311 - a test's dice
        waiting = {stream: list(journal.all(stream)) for stream in Stream}
        store = Store(f"sqlite:///{tmp_path / f'{seed}.sqlite3'}")
        while open_streams := [stream for stream, events in waiting.items() if events]:
            stream = dice.choice(open_streams)
            size = dice.randint(1, 4)
            batch, waiting[stream] = waiting[stream][:size], waiting[stream][size:]
            changes = [change for recorded in batch for change in changes_of(recorded)]
            await store.write(stream, batch[-1].sequence, changes)
        results.append(await dump(store))
        await store.close()
    assert all(result == results[0] for result in results)
    assert len(results[0]["cases"]) == 4


async def test_each_column_of_a_case_belongs_to_one_stream(journal: MemoryJournal) -> None:
    for stream in Stream:
        for recorded in journal.all(stream):
            for change in changes_of(recorded):
                if change.table is tables.cases:
                    written = [tables.cases.c[name] for name in change.values]
                    owners = {column.info.get("stream", stream) for column in written}
                    assert owners == {stream}


async def test_a_crash_between_rows_and_position_doubles_nothing(
    journal: MemoryJournal, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Store(f"sqlite:///{tmp_path / 'whole.sqlite3'}")
    await project(journal, whole)
    events = journal.all(Stream.DISPATCH)
    changes = [change for recorded in events for change in changes_of(recorded)]

    with monkeypatch.context() as crashing:
        crashing.setattr("services.audit.store.tables.positions", None)
        with pytest.raises(AttributeError):
            await store.write(Stream.DISPATCH, events[-1].sequence, changes)
    assert await store.positions() == {}
    assert (await dump(store))["entries"] == []
    await project(journal, store)
    await project(journal, store)
    assert await dump(store) == await dump(whole)
    await whole.close()


async def test_what_was_recorded_just_now_can_be_waited_for(
    journal: MemoryJournal, store: Store
) -> None:
    projector = Projector(journal, store, News())
    tasks = [asyncio.ensure_future(job()) for job in projector.jobs()]
    await projector.caught_up()
    for number in range(20):
        await Story(journal, number=f"pressed-{number}").reported()
        await projector.level()
        assert len((await dump(store))["cases"]) == 5 + number
    journal.reachable = False
    await projector.level()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_rebuild_gives_the_same_rows(journal: MemoryJournal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'views.sqlite3'}"
    first = Store(url)
    await project(journal, first)
    before = await dump(first)
    await first.close()
    erase(url)
    assert os.listdir(tmp_path) == []
    again = Store(url)
    await project(journal, again)
    assert await dump(again) == before
    await again.close()


async def test_views_of_other_streams_are_built_anew(journal: MemoryJournal, store: Store) -> None:
    await project(journal, store)
    fresh = MemoryJournal()
    await Story(fresh, number="new").reported()
    await project(fresh, store)
    assert len((await dump(store))["cases"]) == 1


def damage(file: Path) -> None:
    file.write_bytes(b"this is not a database, and it is long enough to be read as one" * 99)


async def test_damaged_views_are_built_anew(journal: MemoryJournal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'views.sqlite3'}"
    whole = Store(f"sqlite:///{tmp_path / 'whole.sqlite3'}")
    await project(journal, whole)
    expected = await dump(whole)
    await whole.close()
    file = Path(current(url).name)
    damage(file)
    store = Store(url)
    await project(journal, store)
    assert await dump(store) == expected
    assert store._engine
    store._engine.dispose()
    damage(file)
    with pytest.raises(Transient):
        await store.positions()
    await project(journal, store)
    assert await dump(store) == expected
    await store.close()


async def test_an_event_that_cannot_be_shown_does_not_stop_the_others(
    journal: MemoryJournal, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(recorded: Recorded[Event]) -> list[Change]:
        if recorded.event.NAME == "team_activated":
            raise ValueError("a shape that nobody thought of")
        return list(changes_of(recorded))

    monkeypatch.setattr("services.audit.projector.changes_of", stumbling)
    await project(journal, store)
    steps = {row[6] for row in (await dump(store))["entries"]}
    assert "team_formed" in steps
    assert "team_activated" not in steps


def test_a_row_that_changes_twice_in_a_batch_is_written_once_with_its_last_values() -> None:
    key = {"agency": "a", "member_id": "p-01"}
    rows, fresh = merged(
        [
            Change(tables.members, {**key, "role": "peer", "available": True}),
            Change(tables.members, {**key, "available": False}),
        ]
    )
    row = {**key, "role": "peer", "available": False}
    assert rows == [(tables.members, frozenset(), [row])]
    assert fresh == []


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("known", "kept"),
    [
        ({"role": "mhp"}, "mhp"),
        ({"role": None}, "peer"),
        ({}, "peer"),
    ],
)
async def test_what_only_fills_a_gap_takes_nothing_away(
    store: Store, known: dict[str, str | None], kept: str, *, apart: bool
) -> None:
    key = {"agency": "a", "member_id": "p-01"}
    first = Change(tables.members, {**key, "available": True, **known})
    fill = Change(tables.members, key, {"role": "peer"})
    if apart:
        await store.write(Stream.ROSTER, 1, [first])
        await store.write(Stream.ROSTER, 2, [fill])
    else:
        await store.write(Stream.ROSTER, 2, [first, fill])
    (row,) = (await dump(store))["members"]
    assert row[:4] == ("a", "p-01", kept, "True")
