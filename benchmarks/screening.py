"""How well and how fast incidents are screened: `python -m benchmarks.screening`.

Exit code 1 when a bar fails: critical found >= 0.98 and routine called critical <= 0.03 on the shared
set, and 99 of 100 reports screened within 5 ms on one core.
"""

from __future__ import annotations

import gc
import hashlib
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.labelled import Labelled, Score, default_pack, own, score, screened, shared
from services.intake.commands import Report

if TYPE_CHECKING:
    from schemas.intake import Outcome
    from services.intake.policy import Pack

RECALL, FALSE_CRITICAL, P99_MS = 0.98, 0.03, 5.0
_ROUNDS = 5
_PARTS = {
    "develop": "own, developed on",
    "held_out": "own, held out",
    "second": "own, second set",
    "second_held_out": "own, second set, held out at first",
    "third": "own, third set",
    "fourth": "own, fourth set",
    "harmless": "own, harmless words that sound grave",
}
_LONG = 10_000


def main(
    *, verbose: Annotated[bool, typer.Option(help="List what was told otherwise.")] = False
) -> None:
    """Screen every labelled incident and print the shares, per source, and the times."""
    pack = default_pack()
    sets = {"shared": shared(), **{name: [] for name in _PARTS.values()}}
    for each in own():
        sets[_PARTS[each.part]].append(each)
    outcomes = {name: _outcomes(rows, pack) for name, rows in sets.items()}
    console = Console(width=118 if not sys.stdout.isatty() else None)
    for name, rows in outcomes.items():
        if not rows:
            console.print(f"{name}: not there, so not measured")
            continue
        console.print(_table(name, rows))
        if verbose:
            _disagreements(console, rows)
    good = _bars(console, outcomes["shared"], [e for rows in sets.values() for e in rows], pack)
    raise typer.Exit(0 if good else 1)


def _outcomes(rows: list[Labelled], pack: Pack) -> list[tuple[Labelled, Outcome]]:
    return [(each, screened(each, pack).outcome) for each in rows]


def _table(name: str, rows: list[tuple[Labelled, Outcome]]) -> Table:
    table = Table(title=name, title_justify="left")
    table.add_column("source")
    heads = ("incidents", "critical found", "or reviewed", "review seen", "routine > critical")
    for head in (*heads, "routine > review", "acceptable"):
        table.add_column(head, justify="right")
    by_source: dict[str, list[tuple[Labelled, Outcome]]] = defaultdict(list)
    for row in rows:
        by_source[row[0].source].append(row)
    for source, part in sorted(by_source.items()):
        table.add_row(source, *_cells(score(part)))
    table.add_section()
    table.add_row("all", *_cells(score(rows)), style="bold")
    return table


def _cells(found: Score) -> list[str]:
    shares = (
        found.critical_found,
        found.critical_seen,
        found.review_seen,
        found.routine_called_critical,
        found.routine_called_review,
        found.acceptable,
    )
    return [str(found.incidents), *("-" if s is None else f"{s:.3f}" for s in shares)]


def _disagreements(console: Console, rows: list[tuple[Labelled, Outcome]]) -> None:
    for each, outcome in rows:
        if outcome is not each.label:
            right = "acceptable" if outcome in each.acceptable else "WRONG"
            console.print(f"  {each.id}: {each.label} told as {outcome} ({right})", markup=False)


def _bars(
    console: Console,
    rows: list[tuple[Labelled, Outcome]],
    everything: list[Labelled],
    pack: Pack,
) -> bool:
    gc.collect()
    gc.freeze()  # as a service does once it has started
    times = sorted(t for _ in range(_ROUNDS) for t in _times(everything, pack))
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    text = " ".join(each.report.narrative for each in everything)[:_LONG]
    long = Report(source="labelled", number="long", incident_type="Call", narrative=text)
    longest = min(
        _times([Labelled("long", "", long, everything[0].label, frozenset(), "")] * 20, pack)
    )
    reference = _reference()
    console.print(
        f"one report: p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms, longest {times[-1] * 1e3:.2f} ms; "
        f"a narrative of 10 kB {longest * 1e3:.2f} ms"
    )
    console.print(f"in units of 1 MB of SHA-256 on this machine: p99 {p99 / reference:.1f}")
    found = score(rows) if rows else None
    good = p99 * 1e3 <= P99_MS
    _say(console, f"p99 <= {P99_MS} ms", good)
    if found is None:
        return good
    recall = (found.critical_found or 0) >= RECALL
    calm = (found.routine_called_critical or 0) <= FALSE_CRITICAL
    _say(console, f"critical found >= {RECALL}", recall)
    _say(console, f"routine called critical <= {FALSE_CRITICAL}", calm)
    return good and recall and calm


def _say(console: Console, bar: str, good: bool) -> None:  # noqa: FBT001 - a plain fact
    console.print(f"{'met   ' if good else 'FAILED'} {bar}", style=None if good else "bold red")


def _times(rows: list[Labelled], pack: Pack) -> list[float]:
    """The processor's time: on a core of its own that is the time that passes, and what else the
    machine does is not counted."""
    times = []
    for each in rows:
        began = time.process_time()
        screened(each, pack)
        times.append(time.process_time() - began)
    return times


def _reference() -> float:
    """A fixed piece of work, measured in the same run, as machines differ."""
    block = b"x" * 1_000_000
    times = []
    for _ in range(20):
        began = time.process_time()
        hashlib.sha256(block).digest()
        times.append(time.process_time() - began)
    return min(times)


if __name__ == "__main__":
    typer.run(main)
