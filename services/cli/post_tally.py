"""Counts what became of the reports of one `post`, and shows it: lines, a bar, a table."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from services.cli.parcels import Fate, Sent
from services.cli.stop import EXIT_INPUT, EXIT_KEPT, EXIT_REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.progress import Task

_SHOWN_REFUSALS = 20


@dataclass
class Tally:
    """What is known so far. Lines come in the order of the input, whatever the network does."""

    lines: bool = True
    on_done: Callable[[], None] = lambda: None
    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    fates: Counter[Fate] = field(default_factory=Counter)
    problems: list[Sent] = field(default_factory=list)
    from_spool: Counter[Fate] = field(default_factory=Counter)
    ignored_fields: int = 0
    kept_because: str = ""
    _early: dict[int, Sent] = field(default_factory=dict)
    _next: int = 0

    @property
    def total(self) -> int:
        """Reports of the input that have reached their end."""
        return sum(self.fates.values())

    def done(self, number: int, sent: Sent) -> None:
        """One more report of the input has reached its end."""
        self._count(sent)
        self._early[number] = sent
        while self._next in self._early:
            self._tell(self._early.pop(self._next))
            self._next += 1
        self.on_done()

    def unreadable(self, place: str, problem: str) -> None:
        """A row that is no report: nothing of it is sent."""
        self._count(Sent(place, Fate.UNREADABLE, reason=problem))
        self.on_done()

    def spooled(self, _number: int, sent: Sent) -> None:
        """One more report of the spool was tried."""
        self.from_spool[sent.fate] += 1
        if sent.fate is Fate.KEPT:
            self.kept_because = sent.reason
        if sent.fate is Fate.REFUSED:
            self.problems.append(sent)

    def _count(self, sent: Sent) -> None:
        self.fates[sent.fate] += 1
        match sent.fate:
            case Fate.KEPT:
                self.kept_because = sent.reason
            case Fate.REFUSED | Fate.UNREADABLE:
                self.problems.append(sent)
            case Fate.TAKEN:
                for answer in sent.answers:
                    self.answers[str(answer.get("answer"))] += 1
                    self.outcomes[str(answer.get("outcome"))] += 1
                    self.ignored_fields += int(answer.get("ignored_fields") or 0)

    def _tell(self, sent: Sent) -> None:
        for answer in sent.answers if self.lines else ():
            told = (answer.get(name, "") for name in ("case_id", "outcome", "answer", "link"))
            print("  ".join(str(part) for part in told), flush=True)
        if self.lines and sent.fate is Fate.TAKEN and not sent.answers:
            say(f"{sent.place}: taken, and it holds no incident")

    def exit_code(self) -> int:
        """Bad input before a refusal before what is merely late: the one that needs a person."""
        fates = {problem.fate for problem in self.problems}
        if Fate.UNREADABLE in fates:
            return EXIT_INPUT
        if Fate.REFUSED in fates:
            return EXIT_REFUSED
        return EXIT_KEPT if self.fates[Fate.KEPT] or self.from_spool[Fate.KEPT] else 0

    def warn(self, url: str, folder: Path) -> None:
        """Say on stderr what a person should know: refusals, the spool, unknown fields."""
        for problem in self.problems[:_SHOWN_REFUSALS]:
            say(f"{problem.place}: {problem.reason}")
        if len(self.problems) > _SHOWN_REFUSALS:
            say(f"and {len(self.problems) - _SHOWN_REFUSALS:,} more like these")
        if taken := self.from_spool[Fate.TAKEN]:
            say(f"{counted(taken, 'report')} from the spool went to {url} first")
        if self.ignored_fields:
            say(f"{counted(self.ignored_fields, 'field')} not known to Tailboard, and ignored")
        if kept := self.fates[Fate.KEPT]:
            say(
                f"{self.kept_because} Kept {counted(kept, 'report')} in {folder}: "
                "`tailboard spool send` or the next `tailboard post` sends it."
            )


def say(line: str) -> None:
    """One line on stderr."""
    print(f"tailboard: {line}", file=sys.stderr, flush=True)


def counted(count: int, word: str) -> str:
    """`1 report`, `2 reports`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


@contextlib.contextmanager
def with_bar(tally: Tally, total: int | None) -> Iterator[None]:
    """A progress bar on stderr with count, rate and time to go, while the block runs."""
    from rich.console import Console  # only --progress pays for rich
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Reports a second."""

        @override
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:,.0f}/s")

    columns = (TextColumn("Posting"), BarColumn(), MofNCompleteColumn(), Rate())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task("Posting", total=total)
        tally.on_done = partial(progress.advance, task)
        yield


def summary(tally: Tally, seconds: float) -> None:
    """A table of the counts on stdout."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{counted(tally.total, 'report')} in {seconds:.1f} s")
    table.add_column("what")
    table.add_column("reports", justify="right")
    for answer in ("created", "updated", "duplicate"):
        table.add_row(answer, f"{tally.answers[answer]:,}")
    refused = tally.fates[Fate.REFUSED] + tally.fates[Fate.UNREADABLE]
    table.add_row("refused", f"{refused:,}", style="red" if refused else "")
    table.add_row("kept in the spool", f"{tally.fates[Fate.KEPT]:,}", end_section=True)
    for outcome in ("critical", "review", "routine"):
        table.add_row(outcome, f"{tally.outcomes[outcome]:,}")
    rate = tally.total / seconds if seconds else 0.0
    table.add_section()
    table.add_row("reports a second", f"{rate:,.0f}")
    Console().print(table)
