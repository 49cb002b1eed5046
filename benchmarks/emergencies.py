"""How fast each page of an emergency is handed over: `python -m benchmarks emergencies`.

While incidents come in as in `benchmarks.offers`, an emergency is raised now and then. From its POST to
the moment at which the mail server has each page of the mental health professional and of the backup:
not the fastest one, every one. Exit code 1 when the bar is missed.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from benchmarks.offers import EVERY, RATE, ROSTER, at_percent, post, until
from benchmarks.running import Running, running
from schemas.deliveries import DeliveryStarted
from schemas.requests import EmergencyPaged
from schemas.subjects import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from schemas.envelope import Event, Recorded

PAGE_MS = 100.0
_EVERY_SECONDS = 0.7
_WARM_SECONDS = 3
_SETTLE_SECONDS = 3.0


def main(
    *,
    seconds: Annotated[int, typer.Option(help="How long to post and raise.")] = 20,
    rate: Annotated[int, typer.Option(help="Incidents a second beside them.")] = RATE,
    quick: Annotated[bool, typer.Option(help="A look in half a minute.")] = False,
) -> None:
    """Measure, print the times and say whether the bar is met."""
    raise typer.Exit(0 if asyncio.run(_measured(7 if quick else seconds, rate)) else 1)


async def _measured(seconds: int, rate: int) -> bool:
    console = Console()
    async with running(ROSTER, {}) as town:
        await post(town, _WARM_SECONDS, rate, EVERY)
        raised, _ = await asyncio.gather(_raise(town, seconds), post(town, seconds, rate, EVERY))
        await until(time.monotonic() + _SETTLE_SECONDS)
        pages = _pages(town, raised, await town.events(Stream.DISPATCH))
    took = [each for times in pages for each in times]
    lost = len(raised) - sum(bool(times) for times in pages)
    console.print(
        f"{len(raised)} emergencies beside {rate} incidents a second, {len(took)} pages: "
        f"p50 {at_percent(took, 50) * 1e3:.1f} ms, p99 {at_percent(took, 99) * 1e3:.1f} ms, "
        f"latest {max(took, default=0) * 1e3:.1f} ms; {lost} without a page"
    )
    met = not lost and bool(took) and max(took) * 1e3 <= PAGE_MS
    bar = f"every page within {PAGE_MS:.0f} ms"
    console.print(f"{'met   ' if met else 'FAILED'} {bar}", style=None if met else "bold red")
    return met


async def _raise(town: Running, seconds: int) -> list[float]:
    """When each was posted, in seconds of the monotonic clock."""
    began, raised = time.monotonic(), []
    for number in range(int(seconds / _EVERY_SECONDS)):
        await until(began + number * _EVERY_SECONDS)
        raised.append(asyncio.create_task(_one(town)))
    return await asyncio.gather(*raised)


async def _one(town: Running) -> float:
    at = time.monotonic()
    answer = await town.http.post("/v1/emergencies", json={"category": "suicide_risk"})
    answer.raise_for_status()
    return at


def _pages(
    town: Running, raised: Iterable[float], told: Iterable[Recorded[Event]]
) -> list[list[float]]:
    """For each emergency the seconds until each page of its first moment was handed over; a page that
    never was counts as never. An answer names no case, but they are paged in the order of posting."""
    offers: dict[str, list[UUID]] = {}
    handed: dict[UUID, float] = defaultdict(lambda: float("inf"))
    for recorded in told:
        event = recorded.event
        if isinstance(event, EmergencyPaged):
            offers.setdefault(recorded.entity.id, [page.offer_id for page in event.pages])
        elif isinstance(event, DeliveryStarted) and event.offer_id is not None:
            at = town.sink.taken.get(str(event.delivery_id), float("inf"))
            handed[event.offer_id] = min(handed[event.offer_id], at)
    return [
        [handed[offer] - at for offer in paged]
        for at, paged in zip(sorted(raised), offers.values(), strict=False)
    ]


if __name__ == "__main__":
    typer.run(main)
