"""What every journal promises; one suite, held against the memory twin and the real server.

A promise that only a server can keep (restarts) is tested at the end, on the server alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from schemas.followup import CheckInCompleted, CheckInMissed, InterventionHeld
from schemas.intake import ActivationRequested, IncidentReported
from schemas.subjects import Entity, Stream
from services.runtime.clock import SystemClock
from services.runtime.errors import Conflict, Transient
from services.runtime.handle import Handled, handle
from services.runtime.journal import History
from tests.support.builders import a_draft, a_timer, an, an_entity
from tests.support.counter import COUNTER, Count, count
from tests.support.nats_server import patiently

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from schemas.envelope import Draft, Event, Recorded
    from services.runtime.journal import Journal
    from tests.support.journals import Bench, JetStreamBench

CASE = an_entity(Stream.FOLLOWUP)
OTHER = an_entity(Stream.FOLLOWUP, "another-case")
COMPLETED = a_draft(an(CheckInCompleted), CASE)
MISSED = a_draft(an(CheckInMissed), CASE)
HELD = a_draft(an(InterventionHeld), CASE)


async def kinds(journal: Journal, entity: Entity = CASE) -> list[str]:
    return [recorded.event.NAME for recorded in (await journal.load(entity)).events]


async def follow(
    journal: Journal, stream: Stream, after: int, enough: Callable[[list[Recorded[Event]]], bool]
) -> list[Recorded[Event]]:
    """Read until it is enough; what a reader of the stream would have seen."""
    seen: list[Recorded[Event]] = []
    async with aclosing(journal.follow(stream, after)) as batches:  # type: ignore[type-var]
        async for batch in batches:
            seen.extend(batch)
            if enough(seen):
                return seen
    raise AssertionError("following ends by itself")


async def test_nothing_is_known_of_an_entity_at_first(journal: Journal) -> None:
    assert await journal.load(CASE) == History((), 0)


async def test_what_was_appended_is_loaded_again(journal: Journal) -> None:
    version = await journal.append([COMPLETED], [], expected=0)

    history = await journal.load(CASE)

    assert [(r.entity, r.meta, r.event) for r in history.events] == [
        (CASE, COMPLETED.meta, COMPLETED.event)
    ]
    assert history.version == history.events[0].sequence == version > 0


@pytest.mark.parametrize("timers", [0, 2])
async def test_the_writer_and_everybody_else_read_the_same(bench: Bench, timers: int) -> None:
    """Whatever the writer remembers of its own writing: sequences, attributes, events."""
    waits = [a_timer(f"t{number}", SystemClock().after(60)) for number in range(timers)]
    first = await bench.journal.append([COMPLETED], waits, expected=0)
    behind = await bench.journal.load(CASE)
    await bench.journal.append([MISSED, HELD], waits, expected=first)
    another = await bench.another()
    await another.append(
        [a_draft(an(CheckInMissed), CASE, index=7)], [], (await another.load(CASE)).version
    )

    known = await bench.journal.load(CASE)

    fresh = await bench.another()
    assert known == await fresh.load(CASE)
    assert known.events[: len(behind.events)] == behind.events
    assert [each.event.NAME for each in known.events] == [
        "check_in_completed",
        "check_in_missed",
        "intervention_held",
        "check_in_missed",
    ]
    assert await follow(bench.journal, Stream.FOLLOWUP, 0, lambda seen: len(seen) >= 4) == list(
        known.events
    )


async def test_what_is_known_without_asking_is_how_the_history_begins(bench: Bench) -> None:
    assert bench.journal.known(CASE) is None
    await bench.journal.append([HELD, COMPLETED], [], expected=0)
    another = await bench.another()
    await another.append([MISSED], [], (await another.load(CASE)).version)

    known = bench.journal.known(CASE) or History((), 0)

    whole = await bench.journal.load(CASE)
    assert known.events == whole.events[: len(known.events)]
    assert known.version == (known.events[-1].sequence if known.events else 0)


async def test_a_decision_on_an_old_history_is_made_again_on_the_new_one(bench: Bench) -> None:
    """Another process went on meanwhile: nothing is lost, repeated, or refused for it."""
    another = await bench.another()
    for turn in range(6):
        await handle(bench.journal if turn % 2 else another, COUNTER, CASE, count(turn))

    assert COUNTER.fold(await bench.journal.load(CASE)) == 6
    again = await handle(bench.journal, COUNTER, CASE, count(0))
    assert again.repeated


async def test_the_version_rises_with_every_append(journal: Journal) -> None:
    first = await journal.append([COMPLETED], [], expected=0)
    second = await journal.append([MISSED], [], expected=first)

    assert (await journal.load(CASE)).version == second > first
    assert await kinds(journal) == ["check_in_completed", "check_in_missed"]


async def test_entities_do_not_mix(journal: Journal) -> None:
    await journal.append([COMPLETED], [], expected=0)
    await journal.append([a_draft(an(CheckInMissed), OTHER)], [], expected=0)

    assert await kinds(journal) == ["check_in_completed"]
    assert await kinds(journal, OTHER) == ["check_in_missed"]


async def test_another_entity_raises_no_conflict(journal: Journal) -> None:
    version = await journal.append([COMPLETED], [], expected=0)
    await journal.append([a_draft(an(CheckInMissed), OTHER)], [], expected=0)

    assert await journal.append([MISSED], [], expected=version) > version


@pytest.mark.parametrize("stale", [0, 999])
async def test_a_wrong_expectation_is_a_conflict(journal: Journal, stale: int) -> None:
    await journal.append([COMPLETED], [], expected=0)

    with pytest.raises(Conflict):
        await journal.append([a_draft(an(CheckInCompleted), CASE, index=1)], [], expected=stale)

    assert await kinds(journal) == ["check_in_completed"]


async def test_an_event_of_another_kind_is_a_conflict_too(journal: Journal) -> None:
    """The whole entity is one consistency boundary, not the subject of one event."""
    first = await journal.append([COMPLETED], [], expected=0)
    await journal.append([MISSED], [], expected=first)

    with pytest.raises(Conflict):
        await journal.append([HELD], [], expected=first)


async def test_several_events_are_stored_in_their_order(journal: Journal) -> None:
    version = await journal.append([HELD, COMPLETED, MISSED], [], expected=0)

    history = await journal.load(CASE)

    assert await kinds(journal) == ["intervention_held", "check_in_completed", "check_in_missed"]
    assert [r.meta for r in history.events] == [HELD.meta, COMPLETED.meta, MISSED.meta]
    assert history.version == history.events[-1].sequence
    assert await journal.append([HELD], [], expected=history.version) > version


async def test_of_several_events_none_is_stored_on_a_conflict(journal: Journal) -> None:
    await journal.append([HELD], [], expected=0)

    with pytest.raises(Conflict):
        await journal.append([COMPLETED, MISSED], [], expected=0)

    assert await kinds(journal) == ["intervention_held"]


async def test_the_version_after_timers_still_is_the_entitys_own(journal: Journal) -> None:
    """A timer takes a sequence of its own in the stream; the next append must not trip over it."""
    due = SystemClock().after(60)
    await journal.append([COMPLETED], [a_timer("one", due)], expected=0)
    one = (await journal.load(CASE)).version
    await journal.append([MISSED, HELD], [a_timer("two", due)], expected=one)
    both = await journal.load(CASE)

    assert len(both.events) == 3
    assert await journal.append([a_draft(an(CheckInCompleted), CASE, index=9)], [], both.version)


async def test_of_racing_writers_exactly_one_wins_each_version(bench: Bench) -> None:
    writers = [bench.journal, await bench.another(), await bench.another()]
    version = 0
    for turn in range(4):
        drafts = [a_draft(an(CheckInCompleted), CASE, index=turn * 100 + n) for n in range(20)]
        results = await asyncio.gather(
            *(writers[n % 3].append([draft], [], version) for n, draft in enumerate(drafts)),
            return_exceptions=True,
        )
        won = [result for result in results if isinstance(result, int)]
        assert len(won) == 1, results
        assert sum(isinstance(result, Conflict) for result in results) == 19, results
        version = won[0]
    assert len((await bench.journal.load(CASE)).events) == 4


async def test_of_racing_batches_exactly_one_wins(bench: Bench) -> None:
    writers = [bench.journal, await bench.another()]
    results = await asyncio.gather(
        *(writers[n % 2].append([COMPLETED, MISSED], [], 0) for n in range(20)),
        return_exceptions=True,
    )

    assert sum(isinstance(result, int) for result in results) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 19, results
    assert len(await kinds(bench.journal)) == 2


@pytest.mark.slow
async def test_racing_commands_are_each_applied_once(bench: Bench) -> None:
    """80 at once on one entity, a quarter of them a second time by another process."""
    first, second = bench.journal, await bench.another()
    commands = [count(number) for number in range(60)]
    sent = [(first, command) for command in commands]
    sent += [(second, command) for command in commands[:20]]

    handled = await asyncio.gather(*(until_taken(j, command) for j, command in sent))

    history = await first.load(CASE)
    applied = Counter(recorded.meta.command_id for recorded in history.events)
    assert applied == Counter(command.command_id for command in commands)
    assert all(len(one.events) == 1 and one.refusal is None for one in handled)
    assert sum(one.repeated for one in handled) == 20


async def test_the_same_command_twice_has_one_effect(journal: Journal) -> None:
    first = await handle(journal, COUNTER, CASE, count("same", by=3))
    again = await handle(journal, COUNTER, CASE, count("same", by=3))

    assert (first.repeated, again.repeated) == (False, True)
    assert first.events == again.events
    assert first.state == again.state == 3
    assert len((await journal.load(CASE)).events) == 3


async def test_a_history_longer_than_one_page_is_loaded_whole(journal: Journal) -> None:
    version = 0
    for part in range(11):
        drafts = [a_draft(an(CheckInCompleted), CASE, index=part * 100 + n) for n in range(100)]
        version = await journal.append(drafts, [], version)

    history = await journal.load(CASE)

    assert len({recorded.meta.event_id for recorded in history.events}) == 1100
    assert history.version == version


async def test_following_from_the_beginning_sees_everything_in_order(journal: Journal) -> None:
    await count_to(journal, 12)

    seen = await follow(journal, Stream.FOLLOWUP, 0, lambda events: len(events) >= 12)

    assert seen == list((await journal.load(CASE)).events)


async def test_following_from_the_middle_sees_what_is_behind_it(journal: Journal) -> None:
    await count_to(journal, 12)
    history = await journal.load(CASE)

    middle = history.events[6].sequence
    seen = await follow(journal, Stream.FOLLOWUP, middle, lambda events: len(events) >= 5)

    assert seen == list(history.events[7:])


def just_now(draft: Draft[Event]) -> Draft[Event]:
    return replace(draft, meta=draft.meta.model_copy(update={"time": SystemClock().now()}))


async def test_following_since_a_moment_leaves_out_what_was_stored_before(
    journal: Journal,
) -> None:
    first = await journal.append([just_now(COMPLETED)], [], expected=0)
    since = SystemClock().now()
    await journal.append([just_now(MISSED)], [], expected=first)

    async with aclosing(journal.follow(Stream.FOLLOWUP, 0, since)) as batches:  # type: ignore[type-var]
        seen = list(await anext(batches))

    assert [each.event.NAME for each in seen] == ["check_in_missed"]


async def test_following_since_the_last_word_says_that_it_has_caught_up(journal: Journal) -> None:
    await journal.append([just_now(COMPLETED)], [], expected=0)
    later = SystemClock().now()

    async with aclosing(journal.follow(Stream.FOLLOWUP, 0, later)) as batches:  # type: ignore[type-var]
        assert list(await anext(batches)) == []


async def test_following_an_empty_stream_says_that_it_has_caught_up(journal: Journal) -> None:
    async with aclosing(journal.follow(Stream.INTAKE, 0)) as batches:  # type: ignore[type-var]
        assert list(await anext(batches)) == []


async def test_following_skips_timers_and_other_streams(journal: Journal) -> None:
    due = SystemClock().after(60)
    await journal.append([COMPLETED], [a_timer("one", due), a_timer("two", due)], expected=0)
    await handle(journal, COUNTER, OTHER, count())

    seen = await follow(journal, Stream.FOLLOWUP, 0, lambda events: len(events) >= 2)

    assert [recorded.entity for recorded in seen] == [CASE, OTHER]


async def test_a_follower_sees_what_is_appended_while_it_reads(bench: Bench) -> None:
    """Never skips, never repeats: the writer begins before, and goes on while, it follows."""
    writer = await bench.another()
    await count_to(writer, 5)
    writing = asyncio.create_task(count_to(writer, 60, begin=5))

    seen = await follow(bench.journal, Stream.FOLLOWUP, 0, lambda events: len(events) >= 60)

    await writing
    assert seen == list((await bench.journal.load(CASE)).events)


async def test_the_last_sequence_is_where_a_follower_has_caught_up(journal: Journal) -> None:
    assert await journal.last_sequence(Stream.FOLLOWUP) == 0
    await count_to(journal, 3)
    newest = (await journal.load(CASE)).version
    assert await journal.last_sequence(Stream.FOLLOWUP) == newest


async def test_a_timer_that_fired_is_nothing_to_catch_up_with(bench: Bench) -> None:
    """A follower never sees it: whoever waited for its sequence would wait in vain."""
    due = SystemClock().after(1)
    newest = await bench.journal.append([COMPLETED], [a_timer("one", due)], expected=0)

    assert await bench.fired(Stream.FOLLOWUP, SystemClock().after(2))

    assert await bench.journal.last_sequence(Stream.FOLLOWUP) == newest


CALLS: dict[str, Callable[[Journal], Awaitable[object]]] = {
    "load": lambda journal: journal.load(CASE),
    "append": lambda journal: journal.append([COMPLETED], [], 0),
    "batch": lambda journal: journal.append([COMPLETED, MISSED], [a_timer()], 0),
    "last_sequence": lambda journal: journal.last_sequence(Stream.FOLLOWUP),
    "handle": lambda journal: handle(journal, COUNTER, CASE, count()),
}


@pytest.mark.parametrize("call", CALLS)
async def test_unreachable_streams_are_a_matter_of_time(bench: Bench, call: str) -> None:
    await bench.lose()

    with pytest.raises(Transient):
        await CALLS[call](bench.journal)


@pytest.mark.connected
async def test_history_survives_a_killed_server(jetstream: JetStreamBench) -> None:
    await count_to(jetstream.journal, 7)
    before = await jetstream.journal.load(CASE)

    await jetstream.server.kill()

    assert await (await jetstream.another()).load(CASE) == before


@pytest.mark.connected
async def test_a_follower_goes_on_after_the_server_was_killed(jetstream: JetStreamBench) -> None:
    """Whatever was appended before, during and after: each once, in order."""
    await count_to(jetstream.journal, 10)
    caught_up = asyncio.Event()

    def enough(events: list[Recorded[Event]]) -> bool:
        if len(events) == 10:
            caught_up.set()
        return len(events) >= 40

    reading = asyncio.create_task(follow(jetstream.journal, Stream.FOLLOWUP, 0, enough))
    await caught_up.wait()
    await jetstream.server.kill()
    writer = await jetstream.another()
    await count_to(writer, 40, begin=10)

    seen: Sequence[Recorded[Event]] = await reading
    assert seen == list((await writer.load(CASE)).events)


@pytest.mark.connected
async def test_the_journal_recovers_when_an_outage_ends(jetstream: JetStreamBench) -> None:
    await count_to(jetstream.journal, 1)
    await jetstream.server.stop()
    with pytest.raises(Transient):
        await jetstream.journal.load(CASE)

    await jetstream.server.start_again()

    async for attempt in patiently(Transient):
        with attempt:
            assert len((await jetstream.journal.load(CASE)).events) == 1


async def until_taken(journal: Journal, command: Count) -> Handled[int]:
    """As every caller does: after Transient, the same command again."""
    async for attempt in patiently(Transient, seconds=40):
        with attempt:
            return await handle(journal, COUNTER, CASE, command)
    raise AssertionError("tenacity returns or raises")


async def count_to(journal: Journal, end: int, begin: int = 0) -> None:
    for number in range(begin, end):
        await handle(journal, COUNTER, CASE, count(number))


REPORT = an(IncidentReported)
WANTED = an_entity(Stream.INTAKE)
BOTH = a_draft(an(ActivationRequested, report=REPORT), WANTED)


async def test_what_one_message_carries_is_read_one_by_one(bench: Bench) -> None:
    """By the writer from memory, by another by loading it, and by all who follow the stream."""
    version = await bench.journal.append([BOTH], [], expected=0)
    wish = an(ActivationRequested)

    for journal in (bench.journal, await bench.another()):
        loaded = (await journal.load(WANTED)).events
        followed = await follow(journal, Stream.INTAKE, 0, lambda seen: len(seen) == 2)
        for told in (loaded, followed):
            assert [(r.event, r.place) for r in told] == [(REPORT, 0), (wish, 1)]
            assert {(r.sequence, r.meta) for r in told} == {(version, BOTH.meta)}

    assert len((await bench.journal.load(WANTED)).recorded_by(BOTH.meta.command_id)) == 2
    assert await bench.journal.append([a_draft(wish, WANTED)], [], expected=version) > version


async def test_an_entity_that_is_wrongly_taken_for_new_is_read_after_all(bench: Bench) -> None:
    """Nothing is decided twice, and nothing is lost, whatever the caller believed."""
    first = await handle(bench.journal, COUNTER, CASE, count("a"), is_new=True)
    another = await bench.another()
    again = await handle(another, COUNTER, CASE, count("a"), is_new=True)
    more = await handle(another, COUNTER, CASE, count("b"), is_new=True)

    assert (first.state, first.repeated) == (1, False)
    assert (again.state, again.repeated) == (1, True)
    assert (more.state, more.repeated) == (2, False)
    assert len((await bench.journal.load(CASE)).events) == 2
