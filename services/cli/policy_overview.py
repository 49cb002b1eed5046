"""A whole policy on one screen: its classes, what each asks for, and until when."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from services.cli.policy_opened import Opened, opened, tell
from services.cli.policy_words import shown, span, written
from services.cli.stop import EXIT_INPUT, Stop
from services.intake.pack.problems import BadPolicy, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from services.intake.pack.parts import Trigger
    from services.intake.policy import Pack

_PIPE_WIDTH = 1000
"""No row breaks when another program reads it."""


def show_each(chosen: Sequence[str | None], overrides: Sequence[str]) -> None:
    """A summary of every policy that holds together; Stop 2 after the problems of the others."""
    bad_ones = []
    good = 0
    for named in chosen:
        try:
            policy = opened(named, overrides)
        except BadPolicy as bad:
            bad_ones.append(tell(named, bad))
            continue
        if warning := policy.warning():
            print(f"warning: {warning}", file=sys.stderr)
        if good:
            print()
        show_summary(policy)
        good += 1
    if bad_ones:
        raise Stop("; ".join(bad_ones), EXIT_INPUT)


def show_summary(policy: Opened) -> None:
    """Name, version, digest, what is overridden, and a row for every class."""
    pack = policy.pack
    print(f"{policy.title}: nothing wrong")
    print(f"digest {pack.digest()}: {len(pack.triggers)} classes, {len(pack.rules)} rules")
    if pack.forbids:
        print(f"forbids: {shown(pack.forbids)}")
    for line in overridden(policy):
        print(line)
    print()
    table = plain_table("class", "tier", "by itself", "team", "planned, and when each closes")
    for name, trigger in pack.triggers.items():
        mark = "*" if any(overridden(policy, f"triggers.{name}")) else ""
        plan = ", ".join(_closing(pack, trigger)) or "nothing"
        table.add_row(name + mark, str(trigger.tier), trigger.mode.value, _team(trigger), plan)
    show(table)


def overridden(policy: Opened, above: str = "") -> Iterator[str]:
    """One line for every value at or below a path that is the agency's own."""
    for path in policy.layers.overridden:
        if is_at(dotted(path), above):
            before = policy.in_file(path)
            yield f"override: {dotted(path)} = {_value(policy, path)} (the file: {before})"


def is_at(path: str, above: str) -> bool:
    """Whether a path is another one or lies below it; everything lies below the empty one."""
    return not above or path == above or path.startswith(f"{above}.")


def show_classes(policy: Opened) -> None:
    """Every class with its name in words, for `explain` without a class."""
    print(f"{policy.title}: its classes; `tailboard policy explain CLASS` says what happens\n")
    table = plain_table("class", "what it is", "tier", "by itself")
    for name, trigger in policy.pack.triggers.items():
        table.add_row(name, trigger.label, str(trigger.tier), shown(trigger.mode.value))
    show(table)


def plain_table(*headings: str) -> Table:
    """A table without frames: a screen reader and `cut` find words only."""
    from rich.table import Table as RichTable

    table = RichTable(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading in {"class", "tier", "by itself"})
    return table


def show(table: Table) -> None:
    """The table; into a pipe one line for each row, without colour and without a tail of spaces."""
    from rich.console import Console

    if sys.stdout.isatty():
        Console().print(table)
        return
    console = Console(width=_PIPE_WIDTH, color_system=None)
    with console.capture() as told:
        console.print(table)
    print("\n".join(line.rstrip() for line in told.get().splitlines()))


def _closing(pack: Pack, trigger: Trigger) -> Iterator[str]:
    for name in trigger.interventions:
        yield f"{name} {span(pack.interventions[name].closes_after)}"


def _team(trigger: Trigger) -> str:
    return ", ".join(f"{place.count} {place.role.value}" for place in trigger.team)


def _value(policy: Opened, path: tuple[str | int, ...]) -> str:
    place = policy.layers.raw
    for step in path:
        place = next(value for key, value in place.items() if str(key) == str(step))
    return str(written(place))
