"""How fast a member is asked: `python -m benchmarks.offers`, or `python -m benchmarks --only offers`.

From a dispatch center's POST to the first offer in a carrier's hands, against a whole `tailboard up`
with its embedded server (every write on disk) and a real mail server. Exit code 1 when a bar fails.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.running import Running, running
from schemas.deliveries import DeliveryStarted
from schemas.dispatch import (
    AlarmEscalated,
    CoordinatorAlarmed,
    OfferExpired,
    OfferExtended,
    TeamActivated,
)
from schemas.subjects import Stream
from services.runtime.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from schemas.envelope import Event, Recorded

P50_MS, P99_MS, LATE_SECONDS = 20.0, 100.0, 0.5
ROSTER, RATE, EVERY = 300, 50, 20
"""Fifty incidents a second, one in twenty of them critical: five times what all 911 centers of the
United States take in together. A critical one asks five members."""
_WARM_SECONDS = 3
_SETTLE_SECONDS = 60.0
_RAW = 500
CRITICAL = {
    "incident_type": "Pediatric cardiac arrest",
    "patients": [{"age_years": 3, "outcome": "died", "resuscitated": True}],
    "units": ["E12", "M12"],
    "disciplines": ["fire"],
}
ROUTINE = {"incident_type": "Vehicle lockout", "units": ["E9"]}


@dataclass(frozen=True, slots=True)
class Posted:
    """One incident, when it was posted and answered, in seconds of the monotonic clock."""

    case_id: str
    at: float
    wall: datetime
    answered: float
    critical: bool


def main(
    *,
    seconds: Annotated[int, typer.Option(help="How long to post.")] = 20,
    rate: Annotated[int, typer.Option(help="Incidents a second.")] = RATE,
    every: Annotated[int, typer.Option(help="Of so many incidents one is critical.")] = EVERY,
    quick: Annotated[bool, typer.Option(help="A look in half a minute.")] = False,
) -> None:
    """Measure, print the times and say which bars are met."""
    good = asyncio.run(_measured(5 if quick else seconds, rate, every))
    raise typer.Exit(0 if good else 1)


async def _measured(seconds: int, rate: int, every: int) -> bool:
    console = Console(width=118 if not sys.stdout.isatty() else None)
    async with running(ROSTER, {}) as town:
        raw = await _raw_publish(town)
        warm = await post(town, _WARM_SECONDS, rate, every)
        await _settled(town, warm)
        before = town.cpu_seconds()
        posted = await post(town, seconds, rate, every)
        told = await _settled(town, posted)
        computed = (town.cpu_seconds() - before) / len(posted)
        first = _first_offers(town, posted, told)
        memory = town.resident_mb()
    lost = sum(each.critical for each in posted) - len(first)
    steps = _steps(posted, told)
    console.print(_table(rate, every, posted, steps | {"POST to first offer": first}, raw))
    console.print(f"process: {memory:.0f} MB, {computed * 1e3:.0f} ms of one core an incident")
    console.print(f"critical incidents without an offer: {lost}")
    late = await _lateness()
    for name, times in late.items():
        console.print(
            f"{name}: {len(times)} times, p50 {at_percent(times, 50):.3f} s, "
            f"p99 {at_percent(times, 99):.3f} s, latest {max(times, default=0):.3f} s"
        )
    bars = {
        f"first offer p50 <= {P50_MS:.0f} ms": at_percent(first, 50) * 1e3 <= P50_MS,
        f"first offer p99 <= {P99_MS:.0f} ms": at_percent(first, 99) * 1e3 <= P99_MS,
        "every critical incident has an offer": not lost,
        f"nothing later than {LATE_SECONDS} s": all(
            times and max(times) <= LATE_SECONDS for times in late.values()
        ),
    }
    for bar, met in bars.items():
        console.print(f"{'met   ' if met else 'FAILED'} {bar}", style=None if met else "bold red")
    return all(bars.values())


async def post(town: Running, seconds: int, rate: int, every: int) -> list[Posted]:
    """Post at a steady rate, whatever the answers take: a center does not wait for us."""
    began, posts = time.monotonic() + 0.05, []
    for number in range(seconds * rate):
        await until(began + number / rate)
        body = CRITICAL if number % every == 0 else ROUTINE
        posts.append(asyncio.create_task(_one(town, body)))
    return await asyncio.gather(*posts)


async def _one(town: Running, body: dict[str, Any]) -> Posted:
    at, wall = time.monotonic(), SystemClock().now()
    answer = await town.http.post("/v1/incidents", json=body)
    answer.raise_for_status()
    return Posted(answer.json()["case_id"], at, wall, time.monotonic(), body is CRITICAL)


async def until(moment: float) -> None:
    """Wait for a moment of the monotonic clock."""
    await asyncio.sleep(max(moment - time.monotonic(), 0))  # noqa: TID251 - a steady rate


async def _settled(town: Running, posted: Sequence[Posted]) -> list[Recorded[Event]]:
    """What dispatch recorded, once every critical case has its first message, or time is up."""
    wanted = {each.case_id for each in posted if each.critical}
    latest = time.monotonic() + _SETTLE_SECONDS
    while True:
        told = await town.events(Stream.DISPATCH)
        started = {e.entity.id for e in told if isinstance(e.event, DeliveryStarted)}
        if wanted <= started or time.monotonic() > latest:
            await until(time.monotonic() + 1)
            return told
        await until(time.monotonic() + 0.5)


def _first_offers(
    town: Running, posted: Sequence[Posted], told: Iterable[Recorded[Event]]
) -> list[float]:
    """For each critical incident the seconds from its POST to its first offer with the mail server."""
    handed: dict[str, list[float]] = defaultdict(list)
    for recorded in told:
        event = recorded.event
        if isinstance(event, DeliveryStarted) and event.offer_id is not None:
            at = town.sink.taken.get(str(event.delivery_id))
            if at is not None:
                handed[recorded.entity.id].append(at)
    return [min(handed[p.case_id]) - p.at for p in posted if p.critical and handed[p.case_id]]


def _steps(posted: Sequence[Posted], told: Iterable[Recorded[Event]]) -> dict[str, list[float]]:
    """When the members were ranked, and when the first offer was claimed, by the events' own times."""
    began = {each.case_id: each.wall for each in posted if each.critical}
    steps: dict[str, dict[str, float]] = {"POST to ranking": {}, "POST to claim": {}}
    names = {TeamActivated: "POST to ranking", DeliveryStarted: "POST to claim"}
    for recorded in told:
        case_id, name = recorded.entity.id, names.get(type(recorded.event))
        if name and case_id in began:
            after = (recorded.meta.time - began[case_id]).total_seconds()
            steps[name].setdefault(case_id, after)
    return {name: list(times.values()) for name, times in steps.items()}


async def _raw_publish(town: Running) -> list[float]:
    """Plain publishes to the same server, one after the other: what the disk alone costs here."""
    jetstream = town.client.jetstream()
    await jetstream.add_stream(name="BENCH", subjects=["bench.raw"])
    times = []
    for _ in range(_RAW):
        began = time.monotonic()
        await jetstream.publish("bench.raw", b"x" * 1000)
        times.append(time.monotonic() - began)
    return times


async def _lateness() -> dict[str, list[float]]:
    """How late offers expire and unanswered alarms are escalated, in seconds, with short clocks."""
    short = {
        "clocks.reply_within.auto_page": "PT4S",
        "clocks.alarm_answer_within": "PT3S",
        "clocks.surplus": 3,
    }
    async with running(40, short) as town:
        fatal = CRITICAL | {
            "responders": [{"outcome": "killed"}]
        }  # wants a chaplain: there is none
        for _ in range(10):
            await town.http.post("/v1/incidents", json=fatal)
            await until(time.monotonic() + 0.5)
        await until(time.monotonic() + 15)
        return _late(await town.events(Stream.DISPATCH))


def _late(told: Iterable[Recorded[Event]]) -> dict[str, list[float]]:
    due: dict[Any, Any] = {}
    late: dict[str, list[timedelta]] = {"offer expired": [], "alarm escalated": []}
    for recorded in told:
        event, at = recorded.event, recorded.meta.time
        match event:
            case OfferExtended():
                due[event.offer_id] = event.expires_at
            case CoordinatorAlarmed(answer_by=by) if by:
                due[event.alarm_id] = by
            case OfferExpired():
                late["offer expired"].append(at - due[event.offer_id])
            case AlarmEscalated():
                late["alarm escalated"].append(at - due[event.alarm_id])
            case _:
                pass
    return {name: [each.total_seconds() for each in times] for name, times in late.items()}


def _table(
    rate: int,
    every: int,
    posted: Sequence[Posted],
    critical: Mapping[str, Sequence[float]],
    raw: Sequence[float],
) -> Table:
    title = f"{rate} incidents a second, one of {every} critical, a roster of {ROSTER}"
    table = Table(title=title, title_justify="left")
    table.add_column("milliseconds")
    for head in ("count", "p50", "p90", "p99", "longest"):
        table.add_column(head, justify="right")
    answered = [each.answered - each.at for each in posted]
    rows = {"POST answered": answered, **critical, "plain publish": raw}
    for name, times in rows.items():
        cells = [
            at_percent(times, 50),
            at_percent(times, 90),
            at_percent(times, 99),
            max(times, default=0),
        ]
        table.add_row(name, str(len(times)), *(f"{cell * 1e3:.1f}" for cell in cells))
    return table


def at_percent(times: Sequence[float], percent: int) -> float:
    """The time that so many percent do not exceed, 0 of none."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] if ordered else 0.0


if __name__ == "__main__":
    typer.run(main)
