"""What every journal promises of timers: never early, never lost, one per name.

The memory twin's clock is the test's; the server's is real, so due times lie a second ahead.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schemas.followup import CheckInCompleted, CheckInMissed, InterventionOverdue
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import Stream
from services.runtime.clock import ScaledClock, SystemClock
from services.runtime.errors import Conflict
from services.runtime.handle import Decider, handle
from services.runtime.journal_jetstream import JetStreamJournal
from tests.support.builders import TRACE, a_draft, a_timer, an, an_entity
from tests.support.counter import COUNTER, Count, count, deadlines, evolve
from tests.support.nats_server import patiently

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from tests.support.journals import Bench, JetStreamBench

CASE = an_entity(Stream.FOLLOWUP)
COMPLETED = a_draft(an(CheckInCompleted), CASE)
MISSED = a_draft(an(CheckInMissed), CASE)
LATEST = timedelta(seconds=0.5)
"""The server looks at its schedules a few times a second; 0.25 s late was the most we saw."""


def soon(seconds: float = 0.6) -> datetime:
    return SystemClock().after(seconds)


async def test_a_timer_fires_on_time_with_what_it_was_set_for(bench: Bench) -> None:
    due_at = soon()
    await bench.journal.append([COMPLETED], [a_timer("one", due_at)], expected=0)

    (fired,) = await bench.fired(Stream.FOLLOWUP, due_at + 2 * LATEST)

    assert fired.due.entity == CASE
    assert fired.due.timer == a_timer("one", due_at)
    assert fired.due.trace == TRACE
    assert due_at <= fired.at <= due_at + LATEST


async def test_many_timers_never_fire_early_and_none_is_lost(bench: Bench) -> None:
    timers = [a_timer(f"t-{n}", soon(0.4 + n * 0.02)) for n in range(30)]
    await bench.journal.append([COMPLETED, MISSED], timers, expected=0)

    fired = await bench.fired(Stream.FOLLOWUP, timers[-1].due_at + 2 * LATEST)

    assert {one.due.timer for one in fired} == set(timers)
    assert len(fired) == 30
    assert all(one.at >= one.due.timer.due_at for one in fired)


async def test_those_of_one_moment_that_are_set_once_all_fire(bench: Bench) -> None:
    """The server keeps them as one message; one of another moment or kind, or that may be set again,
    is none of theirs."""
    due_at = soon()
    offers = [a_timer(f"o-{n}", due_at).model_copy(update={"once": True}) for n in range(5)]
    later = a_timer("o-9", soon(0.8)).model_copy(update={"once": True})
    again = a_timer("t-1", due_at)
    one = await bench.journal.append([COMPLETED], [*offers, later, again], expected=0)
    moved = a_timer("t-1", soon(0.8))
    await bench.journal.append([MISSED], [moved], expected=one)

    fired = await bench.fired(Stream.FOLLOWUP, soon(0.8) + LATEST)

    found = [
        (key, one.due.timer.due_at) for one in fired for key in (one.due.timer.key, *one.due.also)
    ]
    assert sorted(found) == sorted((t.key, t.due_at) for t in (*offers, later, moved))
    assert all(one.due.trace == TRACE and one.due.entity == CASE for one in fired)


async def test_a_timer_of_the_past_fires_at_once(bench: Bench) -> None:
    await bench.journal.append([COMPLETED], [a_timer("one", soon(-3600))], expected=0)

    assert len(await bench.fired(Stream.FOLLOWUP, soon(0.8))) == 1


async def test_setting_a_timer_again_replaces_it(bench: Bench) -> None:
    first, second = a_timer("one", soon(0.5)), a_timer("one", soon(1.0))
    version = await bench.journal.append([COMPLETED], [first], expected=0)
    await bench.journal.append([MISSED], [second], expected=version)

    (fired,) = await bench.fired(Stream.FOLLOWUP, second.due_at + 2 * LATEST)

    assert fired.due.timer == second


@pytest.mark.parametrize(("kind", "key"), [("reply", "two"), ("held", "one")])
async def test_timers_of_another_name_stand_beside_it(bench: Bench, kind: str, key: str) -> None:
    one, two = a_timer("one", soon(0.4)), a_timer(key, soon(0.4), kind)
    await bench.journal.append([COMPLETED], [one, two], expected=0)

    fired = await bench.fired(Stream.FOLLOWUP, soon(1.2))

    assert {fired_one.due.timer for fired_one in fired} == {one, two}


async def test_timers_of_two_entities_do_not_mix(bench: Bench) -> None:
    other = an_entity(Stream.FOLLOWUP, "another-case")
    due_at = soon(0.4)
    await bench.journal.append([COMPLETED], [a_timer("one", due_at)], expected=0)
    draft = a_draft(an(CheckInCompleted), other)
    await bench.journal.append([draft], [a_timer("one", due_at)], expected=0)

    fired = await bench.fired(Stream.FOLLOWUP, soon(1.2))

    assert {one.due.entity for one in fired} == {CASE, other}


async def test_of_a_batch_in_conflict_no_timer_is_set(bench: Bench) -> None:
    await bench.journal.append([COMPLETED], [], expected=0)
    with pytest.raises(Conflict):
        await bench.journal.append([MISSED, COMPLETED], [a_timer("one", soon(0.3))], expected=0)

    assert await bench.fired(Stream.FOLLOWUP, soon(1.0)) == []


async def test_a_timer_without_its_event_is_refused_when_it_fires(bench: Bench) -> None:
    """One event is stored after its timers, so a conflict may leave a timer: allowed, harmless."""
    await bench.journal.append([COMPLETED], [], expected=0)
    overdue = a_draft(an(InterventionOverdue, closes_at=soon(0.3)), CASE)
    with pytest.raises(Conflict):
        await bench.journal.append([overdue], list(deadlines(overdue.event)), expected=0)

    fired = await bench.fired(Stream.FOLLOWUP, soon(1.0))
    answers = [await handle(bench.journal, EXPECTING, CASE, count("fired")) for _ in fired]

    assert len(answers) <= 1
    assert [answer.refusal and answer.refusal.code for answer in answers] == [
        RefusalCode.TIMER_NO_LONGER_NEEDED
    ] * len(answers)
    assert [r.event.NAME for r in (await bench.journal.load(CASE)).events] == ["check_in_completed"]


async def test_the_deadlines_of_a_decision_are_set_with_it(bench: Bench) -> None:
    due_at = soon(0.4)
    await handle(bench.journal, COUNTER, CASE, count(wait_until=due_at))

    (fired,) = await bench.fired(Stream.FOLLOWUP, due_at + 2 * LATEST)

    assert (fired.due.timer.kind, fired.due.timer.due_at) == ("count", due_at)


@pytest.mark.connected
async def test_a_timer_survives_a_killed_server(jetstream: JetStreamBench) -> None:
    timer = a_timer("one", soon(1.5))
    await jetstream.journal.append([COMPLETED], [timer], expected=0)

    await jetstream.server.kill()

    restarted = await jetstream.another_bench()
    (fired,) = await restarted.fired(Stream.FOLLOWUP, timer.due_at + 2 * LATEST)
    assert timer.due_at <= fired.at <= timer.due_at + LATEST


@pytest.mark.connected
async def test_a_timer_that_fell_due_while_the_server_was_away_fires_once(
    jetstream: JetStreamBench,
) -> None:
    timer = a_timer("one", soon(0.3))
    await jetstream.journal.append([COMPLETED], [timer], expected=0)
    await jetstream.server.stop()
    assert SystemClock().now() < timer.due_at, "too slow a machine: the timer fired before the stop"
    async for attempt in patiently(AssertionError):
        with attempt:
            assert SystemClock().now() > timer.due_at

    await jetstream.server.start_again()

    restarted = await jetstream.another_bench()
    (fired,) = await restarted.fired(Stream.FOLLOWUP, soon(1.5))
    assert fired.due.timer == timer


@pytest.mark.connected
async def test_a_compressed_clock_shortens_the_wait_and_nothing_else(
    jetstream: JetStreamBench,
) -> None:
    origin = SystemClock().now()
    clock = ScaledClock(origin, 600)
    client = await jetstream.server.connect()
    five_minutes = a_timer("one", origin + timedelta(minutes=5))
    await JetStreamJournal(client, clock).append([COMPLETED], [five_minutes], expected=0)

    (fired,) = await jetstream.fired(Stream.FOLLOWUP, origin + timedelta(seconds=1.5))

    assert fired.due.timer == five_minutes
    assert timedelta(seconds=0.5) <= fired.at - origin <= timedelta(seconds=0.5) + LATEST


def expects_its_event(_command: Count, counted: int) -> Sequence[Event] | Refusal:
    """As every rule about a timer: no event that set it, nothing to do."""
    assert counted == 1, "only the first event is there"
    return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "Nothing waits for it.")


EXPECTING: Decider[int, Count] = Decider(Stream.FOLLOWUP, 0, evolve, expects_its_event, deadlines)
