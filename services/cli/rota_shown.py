"""Shifts as a week on the terminal: a row per place of a rota, a column per day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from rich.table import Table

_DAY = timedelta(days=1)


def week_table(shifts: Iterable[dict[str, Any]], monday: date) -> Table:
    """Who is on call on each day of a week; a time before a member is when they take over."""
    from rich import box
    from rich.table import Table

    found = list(shifts)
    days = [monday + _DAY * number for number in range(7)]
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for day in days:
        table.add_column(f"{day:%a %d}", no_wrap=True, min_width=10)  # `18:00 p-06`
    for place in sorted({each["place"] for each in found}):
        own = [each for each in found if each["place"] == place]
        table.add_row(f"{place}.", *("\n".join(_on_day(own, day)) for day in days))
    return table


def _on_day(shifts: list[dict[str, Any]], day: date) -> Iterable[str]:
    opens, closes = datetime.combine(day, time(0)), datetime.combine(day + _DAY, time(0))
    until = opens
    for shift in shifts:
        starts, ends = _wall(shift["starts"]), _wall(shift["ends"])
        if starts >= closes or ends <= opens:
            continue
        if starts > until:
            yield _nobody(until, opens)
        shown = f"{starts:%H:%M} " if starts > opens else ""
        yield f"{shown}{shift['member_id']}"
        until = max(until, ends)
    if until < closes:
        yield _nobody(until, opens)


def _nobody(since: datetime, opens: datetime) -> str:
    return "-" if since == opens else f"{since:%H:%M} -"


def _wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def spell(shift: dict[str, Any]) -> str:
    """One shift in a line, such as `Mon 02 Mar 08:00 - Mon 09 Mar 08:00 EDT  p-01`."""
    starts, ends = datetime.fromisoformat(shift["starts"]), datetime.fromisoformat(shift["ends"])
    behind = f" ({shift['place']}.)" if shift["place"] > 1 else ""
    return f"{starts:%a %d %b %H:%M} - {ends:%a %d %b %H:%M}  {shift['member_id']}{behind}"
