"""A year of offers to a whole team: `python -m benchmarks.year_of_offers`.

Prints how evenly members are asked (Gini), how often every place is filled, how long a team takes to
form, by hour of the day, and how often the search had to widen. The rules are the real ones; how
people answer is assumed (`benchmarks/year_people.py`). The same seed gives the same year.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.shares import gini
from benchmarks.year_run import BEGIN, Case, Year
from schemas.candidates import Circle
from schemas.policy import Role, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FILLED, EVEN = 0.99, 0.2
HALF, MOST = timedelta(minutes=30), timedelta(hours=2)
"""Bars for teams that are wanted at once: RISE calls back within half an hour, and the policy wants a
team within two hours."""
_BLOCK = 3


def main(
    *,
    roster: Annotated[int, typer.Option(help="Members of the team.")] = 300,
    cases: Annotated[int, typer.Option(help="Cases in the year.")] = 1200,
    seed: Annotated[int, typer.Option(help="Another year.")] = 1,
    rota: Annotated[bool, typer.Option(help="Whether anybody is on call.")] = True,
    surplus: Annotated[int, typer.Option(help="Asked at once beyond the places, per role.")] = 1,
) -> None:
    """Simulate, print and say which bars are met."""
    year = Year(seed, roster, cases, surplus, rota=rota)
    console = Console(width=100 if not sys.stdout.isatty() else None)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        days = progress.add_task("a year", total=364)
        year.run(lambda at: progress.update(days, completed=(at - BEGIN).days))
    console.print(_shares(year))
    for urgency, words in ((Urgency.NOW, "wanted at once"), (Urgency.TODAY, "wanted today")):
        console.print(_hours([c for c in year.cases if c.urgency is urgency], words))
    good = _bars(console, year)
    raise typer.Exit(0 if good else 1)


def _shares(year: Year) -> Table:
    title = f"{len(year.cases)} cases, {len(year.roster)} members, {len(year.offered)} offers"
    table = Table(title=title, title_justify="left")
    for head in ("role", "members", "offers each", "Gini", "most", "places each", "Gini", "most"):
        table.add_column(head, justify="left" if head == "role" else "right")
    offers, places = Counter(year.offered), Counter(year.taken)
    for role in (Role.PEER, Role.MHP, Role.CHAPLAIN):
        own = [m for m, member in year.roster.items() if member.entry.role is role]
        asked, took = [offers[m] for m in own], [places[m] for m in own]
        table.add_row(role.value, str(len(own)), *_cells(asked), *_cells(took))
    return table


def _cells(shares: Sequence[int]) -> tuple[str, str, str]:
    mean = sum(shares) / len(shares) if shares else 0
    return f"{mean:.1f}", f"{gini(shares):.3f}", str(max(shares, default=0))


def _hours(cases: Sequence[Case], words: str) -> Table:
    table = Table(title=f"teams {words}, by the hour of the wish", title_justify="left")
    heads = (
        "hours",
        "cases",
        "filled",
        "p50",
        "p90",
        "p99",
        "beyond on call",
        "neighbours",
        "nobody",
    )
    for head in heads:
        table.add_column(head, justify="left" if head == "hours" else "right")
    for begin in range(0, 24, _BLOCK):
        block = [c for c in cases if begin <= c.opened_at.hour < begin + _BLOCK]
        table.add_row(f"{begin:02}-{begin + _BLOCK:02}", *_row(block))
    table.add_section()
    table.add_row("all", *_row(cases), style="bold")
    return table


def _row(cases: Sequence[Case]) -> list[str]:
    took = sorted(each.took for each in cases if each.took is not None)
    times = [_minutes(_at(took, percent)) for percent in (50, 90, 99)]
    shares = (
        _share(case.formed_at is not None for case in cases),
        _share(Circle.AVAILABLE in case.used for case in cases),
        _share(Circle.MUTUAL_AID in case.used for case in cases),
        _share(case.exhausted for case in cases),
    )
    filled, beyond, lent, nobody = (f"{share:.1%}" for share in shares)
    return [str(len(cases)), filled, *times, beyond, lent, nobody]


def _bars(console: Console, year: Year) -> bool:
    formed = [each for each in year.cases if each.took is not None]
    took = sorted(each.took for each in formed if each.took and each.urgency is Urgency.NOW)
    peers = [m for m, member in year.roster.items() if member.entry.role is Role.PEER]
    offers = Counter(year.offered)
    bars = {
        f"every place filled in {FILLED:.0%} of cases": len(formed) >= FILLED * len(year.cases),
        f"Gini of offers among peers <= {EVEN}": gini([offers[m] for m in peers]) <= EVEN,
        f"half of the teams wanted at once within {_minutes(HALF)}": _at(took, 50) <= HALF,
        f"nine of ten of them within {_minutes(MOST)}": _at(took, 90) <= MOST,
    }
    for bar, met in bars.items():
        console.print(f"{'met   ' if met else 'FAILED'} {bar}", style=None if met else "bold red")
    return all(bars.values())


def _at(times: Sequence[timedelta], percent: int) -> timedelta:
    return times[min(len(times) * percent // 100, len(times) - 1)] if times else timedelta(0)


def _share(holds: Iterable[bool]) -> float:
    every = list(holds)
    return sum(every) / len(every) if every else 0.0


def _minutes(length: timedelta) -> str:
    return f"{length.total_seconds() / 60:.0f} min"


if __name__ == "__main__":
    typer.run(main)
