"""How exercises and their reports look in a terminal: in words as well as in colour."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.cli.times import local

_MET = {"True": ("met", "green"), "False": ("missed", "red")}
_STATES = {"planned": "cyan", "running": "yellow", "over": "white"}


def show_list(found: list[dict[str, Any]]) -> None:
    """The exercises, the newest first."""
    table = Table("exercise", "state", "practised", "asks", "when")
    for each in found:
        state = str(each.get("state"))
        table.add_row(
            str(each.get("case_id"))[:8],
            f"[{_STATES.get(state, 'white')}]{escape(state)}[/]",
            escape(str(each.get("trigger"))),
            escape(_roles(each)),
            escape(_when(each)),
        )
    Console().print(table)


def show_report(told: dict[str, Any]) -> None:
    """How one went, beside its targets."""
    console = Console()
    drill = told.get("drill") or {}
    console.print(f"EXERCISE {drill.get('case_id')}", markup=False, highlight=False)
    about = f"{drill.get('trigger')}, {_roles(drill)}. {_when(drill)}"
    console.print(about, markup=False, highlight=False)
    if not drill.get("begun_at"):
        console.print("Nobody has been asked.")
        return
    console.print(_measures(told.get("measures") or []))
    console.print(_counts(told), markup=False, highlight=False)
    for title, name in (("not reached", "not_reached"), ("could not be asked", "not_asked")):
        if lacking := told.get(name):
            console.print(_lacking(title, lacking))


def _measures(found: list[dict[str, Any]]) -> Table:
    table = Table("what", "result", "target", "")
    for each in found:
        word, colour = _MET.get(str(each.get("met")), ("", "white"))
        table.add_row(
            escape(str(each.get("label"))),
            escape(str(each.get("shown"))),
            escape(str(each.get("wanted") or "-")),
            f"[{colour}]{word}[/]",
        )
    return table


def _counts(told: dict[str, Any]) -> str:
    parts = [
        ("asked", "asked"),
        ("reached", "reached"),
        ("accepted", "said yes"),
        ("declined", "said no"),
        ("silent", "said nothing"),
        ("let_off", "let off in time"),
    ]
    if told.get("waiting"):
        parts.append(("waiting", "still have time"))
    return ", ".join(f"{told.get(name, 0)} {word}" for name, word in parts)


def _lacking(title: str, found: list[dict[str, Any]]) -> Table:
    table = Table("role", "why", "members", title=title, title_justify="left")
    for each in found:
        table.add_row(
            escape(str(each.get("role"))), escape(str(each.get("words"))), str(each.get("count"))
        )
    return table


def _roles(drill: dict[str, Any]) -> str:
    return ", ".join(str(role) for role in drill.get("roles") or ()) or "the whole team"


def _when(drill: dict[str, Any]) -> str:
    begun, ended, why = drill.get("begun_at"), drill.get("ended_at"), drill.get("ended")
    first, last = drill.get("earliest"), drill.get("latest")
    if begun:
        over = f", over {local(ended)}: {why}" if ended else ""
        return f"began {local(begun)}{over}"
    if ended:
        return f"never began: {why}"
    if first == last:
        return f"begins {local(first)}"
    return f"unannounced, between {local(first)} and {local(last)}"
