"""`python -m benchmarks.fuzz_adapters`: no document of any kind makes an adapter raise.

An adapter may answer with reports or with BadDocument; anything else is a crash, kept for replay.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.fuzz_mutations import Mutator
from benchmarks.fuzz_readers import MODULES, Read, reader
from benchmarks.fuzz_seeds import seeds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.progress import TaskID

CRASHES = Path("fuzz-crashes")
_KEPT_OF_EACH_KIND = 3
_SHOWN_EVERY = 200
_RARER = {"learn": 20}
"""A mapping is proposed once, by a person who looks at it, and takes as long as many readings."""
_REFUSED_SEED = 0.05
"""Beside 1: a document that is refused whole leads deep into no adapter."""


@dataclass
class Tally:
    """What an adapter made of its inputs."""

    adapter: str
    inputs: int = 0
    reports: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_bytes: int = 0
    crashes: int = 0
    kinds: dict[str, list[Path]] = field(default_factory=dict)
    """Crashes by what was raised and where, with some of the inputs."""
    absent: bool = False


def fuzz(tally: Tally, read: Read, plan: Plan, tick: Callable[[int], None]) -> None:
    """Feed the adapter until the inputs or the time are used up."""
    seeds = seeds_of(tally.adapter)
    weights = [1.0 if _gives_reports(read, seed) else _REFUSED_SEED for seed in seeds]
    mutator = Mutator(seeds, weights, Random(f"{plan.seed}:{tally.adapter}"))  # noqa: S311
    until = perf_counter() + plan.seconds if plan.seconds else None
    while tally.inputs < plan.inputs:
        one_input(tally, read, mutator.input(), plan.folder)
        if tally.inputs % _SHOWN_EVERY == 0:
            tick(tally.inputs)
            if until and perf_counter() > until:
                break
    tick(tally.inputs)


def _gives_reports(read: Read, seed: bytes) -> bool:
    try:
        return read(seed)[0] > 0
    except Exception:  # noqa: BLE001 - then its mutations will show it, and be kept
        return True


@dataclass(frozen=True)
class Plan:
    """How much of it."""

    inputs: int
    seed: int
    seconds: float | None
    folder: Path


def one_input(tally: Tally, read: Read, body: bytes, folder: Path) -> None:
    """Read one input and count what came of it; a crash is counted, and some are kept."""
    began = perf_counter()
    try:
        reports, refused = read(body)
        tally.reports += reports
        tally.errors += refused
    except Exception as error:  # noqa: BLE001 - every other exception is what this looks for
        _crashed(tally, body, error, folder)
    took = perf_counter() - began
    tally.inputs += 1
    tally.seconds += took
    if took > tally.slowest:
        tally.slowest, tally.slowest_bytes = took, len(body)


def _crashed(tally: Tally, body: bytes, error: Exception, folder: Path) -> None:
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} in {last.name}"
    kept = tally.kinds.setdefault(kind, [])
    tally.crashes += 1
    if len(kept) >= _KEPT_OF_EACH_KIND:
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{tally.adapter}-{hashlib.sha256(body).hexdigest()[:16]}.bin"
    path.write_bytes(body)
    path.with_suffix(".txt").write_text("".join(traceback.format_exception(error)))
    kept.append(path)


def replay(adapter: str, paths: Sequence[Path], console: Console) -> int:
    """Read kept inputs again, and say of each what comes of it now."""
    read = reader(adapter)
    if read is None:
        console.print(f"There is no {adapter} adapter here.")
        return 2
    failed = 0
    for path in paths:
        try:
            reports, refused = read(path.read_bytes())
            console.print(f"{path}: {reports} reports{', something refused' if refused else ''}")
        except Exception:  # noqa: BLE001 - shown whole: that is what replaying is for
            failed = 1
            console.print_exception()
    return failed


def run(adapters: Sequence[str], options: argparse.Namespace, console: Console) -> list[Tally]:
    """Fuzz one adapter after the other; a time limit is shared evenly among those still to come."""
    tallies: list[Tally] = []
    columns = (
        TextColumn("{task.description:<7}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[crashes]} crashes"),
    )
    began = perf_counter()
    with Progress(*columns, console=console) as progress:
        for at, adapter in enumerate(adapters):
            tally = Tally(adapter)
            tallies.append(tally)
            read = reader(adapter)
            if read is None:
                tally.absent = True
                continue
            left = options.time_limit and options.time_limit - (perf_counter() - began)
            share = left and max(left, 0.001) / (len(adapters) - at)
            inputs = options.inputs // _RARER.get(adapter, 1)
            bar = progress.add_task(adapter, total=inputs, crashes=0)
            plan = Plan(inputs, options.seed, share, options.save)
            fuzz(tally, read, plan, _ticker(progress, bar, tally))
    return tallies


def _ticker(progress: Progress, bar: TaskID, tally: Tally) -> Callable[[int], None]:
    return lambda done: progress.update(bar, completed=done, crashes=tally.crashes)


def shown(tallies: Sequence[Tally], console: Console) -> None:
    """The result, for people."""
    table = Table("adapter", "inputs", "reports", "errors", "crashes", "per input", "slowest")
    for column in table.columns[1:]:
        column.justify = "right"
    for tally in tallies:
        if tally.absent:
            table.add_row(tally.adapter, "not there")
            continue
        each = f"{1000 * tally.seconds / max(1, tally.inputs):.2f} ms"
        slowest = f"{1000 * tally.slowest:.0f} ms, {tally.slowest_bytes / 1000:.0f} kB"
        counts = (tally.inputs, tally.reports, tally.errors, tally.crashes)
        table.add_row(tally.adapter, *(f"{count:,}" for count in counts), each, slowest)
    console.print(table)
    for tally in tallies:
        for kind, paths in tally.kinds.items():
            console.print(f"{tally.adapter}: {kind}", *map(str, paths), sep="\n  ")


def main(arguments: list[str]) -> int:
    """0 when nothing crashed, 1 when something did, 2 when nothing could be tried."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_adapters", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="for each adapter")
    parser.add_argument("--adapter", choices=[*MODULES], action="append", help="only this one")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same inputs")
    parser.add_argument("--time-limit", type=float, metavar="SECONDS", help="for all adapters")
    parser.add_argument("--save", type=Path, default=CRASHES, help="where crashes are kept")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="read these again")
    options = parser.parse_args(arguments)
    console = Console()
    if options.replay:
        if len(options.adapter or ()) != 1:
            parser.error("--replay needs the one --adapter to read the files")
        return replay(options.adapter[0], options.replay, console)
    tallies = run(options.adapter or [*MODULES], options, console)
    shown(tallies, console)
    if all(tally.absent for tally in tallies):
        return 2
    return 1 if any(tally.crashes for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
