"""Is anybody forgotten? `python -m benchmarks.year_of_followups`.

Thousands of cases go through a compressed year and on to their last check-in, decided by the real rules,
with outages, news that come late, twice and in any order, and people who do not react. A checker then
reads what is recorded, and nothing else. Exit code 1 when it finds anything. The same seed gives the same
year, however many processes share the work.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.followups_checked import End, checked
from benchmarks.followups_run import Year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.followups_found import Violation

PER_AGENCY = 100
_SHOWN = 20


@dataclass
class Report:
    """What became of some cases."""

    cases: int = 0
    events: int = 0
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """These and those."""
        self.cases += other.cases
        self.events += other.events
        self.ends += other.ends
        self.violations += other.violations


def main(
    *,
    cases: Annotated[int, typer.Option(help="Cases in the year.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Another year.")] = 1,
    jobs: Annotated[int, typer.Option(help="Processes that share the work.")] = os.cpu_count() or 1,
) -> None:
    """Simulate, check, print."""
    began = time.monotonic()
    sizes = [min(PER_AGENCY, cases - first) for first in range(0, cases, PER_AGENCY)]
    whole = Report()
    with (
        Progress(console=Console(stderr=True), transient=True) as progress,
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
    ):
        bar = progress.add_task("a year", total=cases)
        for done in as_completed(
            [pool.submit(of_agency, seed, number, size) for number, size in enumerate(sizes)]
        ):
            whole.add(done.result())
            progress.update(bar, completed=whole.cases)
    show(whole, f"seed {seed}, {timedelta(seconds=int(time.monotonic() - began))}, {jobs} jobs")
    raise typer.Exit(1 if whole.violations else 0)


def of_agency(seed: int, number: int, cases: int) -> Report:
    """Simulate and check the cases of one agency, whose streams nobody else needs."""
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=quiet)
    gc.disable()
    try:
        with tempfile.TemporaryDirectory() as folder:
            year = Year(seed, number, cases, Path(folder))
            asyncio.run(year.run())
    finally:
        gc.enable()
        gc.collect()
        structlog.configure(wrapper_class=before)
    report = Report(cases)
    for case_id in year.case_ids:
        told = year.journal.told(case_id)
        found = checked(told)
        report.events += len(told)
        report.ends += found.ends
        report.violations += found.violations
    return report


def show(report: Report, how: str) -> None:
    """The table and the verdict."""
    console = Console(width=None if os.isatty(1) else 160)
    promised = sum(report.ends.values())
    title = f"{report.cases} cases, {report.events} events, {promised} promises; {how}"
    table = Table(title=title, title_justify="left")
    for head in ("promised", *End, "all"):
        table.add_column(head, justify="left" if head == "promised" else "right")
    for kind in sorted({kind for kind, _ in report.ends}):
        table.add_row(kind.replace("_", " "), *_counts(report, (kind,)))
    table.add_section()
    table.add_row("all", *_counts(report, sorted({kind for kind, _ in report.ends})), style="bold")
    console.print(table)
    for each in report.violations[:_SHOWN]:
        console.print(f"{each.breach.value}: {each.item} {each.why} ({each.case_id})", style="red")
    count = len(report.violations)
    verdict = f"FAILED {count} violations" if count else "met    no violation"
    console.print(verdict, style="bold red" if count else None)


def _counts(report: Report, kinds: Sequence[str]) -> list[str]:
    by_end = [sum(report.ends[kind, end] for kind in kinds) for end in End]
    return [*(str(count or "") for count in by_end), str(sum(by_end))]


if __name__ == "__main__":
    typer.run(main)
