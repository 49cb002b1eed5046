"""How a report looks in a terminal: the same words as on the page."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show(told: dict[str, Any]) -> None:
    """A whole report."""
    console = Console()
    console.print(f"[bold]{escape(str(told.get('title')))}[/], {escape(str(told.get('about')))}")
    console.print(str(told.get("lead")), markup=False, highlight=False)
    for fact in told.get("facts") or []:
        line = f"  {fact.get('label')}: {fact.get('value')}"
        console.print(line, markup=False, highlight=False)
    for table in told.get("tables") or []:
        console.print(_table(table))
    for note in told.get("notes") or []:
        console.print(f"- {note}", markup=False, highlight=False, style="dim")
    for source in told.get("sources") or []:
        console.print(f"Source: {source}", markup=False, highlight=False, style="dim")


def _table(told: dict[str, Any]) -> Table:
    table = Table(title=escape(str(told.get("title"))), title_justify="left")
    for column in told.get("columns") or []:
        table.add_column(escape(str(column)), overflow="fold")
    for row in told.get("rows") or []:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table
