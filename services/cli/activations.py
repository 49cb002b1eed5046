"""`tailboard activations`: the board of open activations as a table, once or as it changes."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.cases import JsonOption
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import Stop

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from services.cli.api import Server

_COLOURS = {
    "missed": "red",
    "late": "yellow",
    "coming": "cyan",
    "on_time": "green",
    "info": "dim",
}
_SHORT = 8
_MARKS = (("taken", "●", "green"), ("asked", "◐", "cyan"), ("free", "○", "dim"))
"""A place by its shape first: full is taken, half is asked for, empty is free."""
_MOST_MARKS = 12


def activations(
    *,
    watching: Annotated[
        bool, typer.Option("--watch", help="Stay, and show the board as it changes.")
    ] = False,
    every: Annotated[
        float, typer.Option(help="With --watch: look again after so many seconds.", min=0.2)
    ] = 2.0,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the open activations: places, who was asked, clocks, and what happens next by itself.

    Examples:

      tailboard activations

      tailboard activations --watch
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    if watching:
        _watch(server, every)
        return
    told = _board(server)
    if as_json:
        print(json.dumps(told, indent=2))
        return
    from rich.console import Console

    Console().print(table(told))


def table(told: dict[str, Any]) -> "RenderableType":
    """The board for people."""
    from rich.table import Table

    found = told.get("activations") or []
    if not found:
        return "nobody is being asked right now"
    shown = Table("case", "since the report", "places", "asked", "next, by itself", show_lines=True)
    for each in found:
        shown.add_row(_case(each), _since(each), _places(each), _asked(each), _next(each))
    return shown


def _board(server: "Server") -> dict[str, Any]:
    return server.get("/v1/activations")


def _watch(server: "Server", every: float) -> None:
    """Until Ctrl-C: on a terminal in place, into a file a table whenever something has changed."""
    from rich.console import Console
    from rich.live import Live

    console = Console()
    try:
        if not console.is_terminal:
            _print_changes(server, every, console)
            return
        with Live(console=console, auto_refresh=False, vertical_overflow="visible") as live:
            for _, frame in _frames(server, every):
                live.update(frame, refresh=True)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _print_changes(server: "Server", every: float, console: "Console") -> None:
    before: object = None
    for told, frame in _frames(server, every):
        if told != before:
            console.print(frame)
        before = told


def _frames(server: "Server", every: float) -> "Iterator[tuple[object, RenderableType]]":
    """The board, again and again, for ever; when the server does not answer, the last one with a
    word about that. Raises Stop when it was never there."""
    from rich.console import Group

    told: dict[str, Any] = {}
    while True:
        try:
            told = _board(server)
            yield _gist(told), table(told)
        except Stop as lost:
            if not told:
                raise
            yield str(lost), Group(table(told), _red(f"not connected: {lost}"))
        time.sleep(every)


def _gist(told: dict[str, Any]) -> list[object]:
    """All but the clocks: they change with every look."""
    return [
        [each.get(name) for name in ("case_id", "phase", "owner", "paused", "places")]
        + [(one.get("offer_id"), one.get("status"), one.get("channels")) for one in each["asked"]]
        + [(call.get("alarm_id"), call.get("escalated_to")) for call in each["alarms"]]
        for each in told.get("activations") or []
    ]


def _red(text: str) -> "Text":
    from rich.text import Text

    return Text(text, "red")


def _case(each: dict[str, Any]) -> "Text":
    from rich.text import Text

    tier = f"tier {each.get('tier')}" if each.get("tier") else ""
    shown = Text()
    if each.get("drill"):
        shown.append("EXERCISE\n", "bold yellow")
    shown.append(f"{each.get('trigger')}\n", "bold")
    shown.append(f"{str(each.get('case_id'))[:_SHORT]} {tier}\n")
    shown.append(str(each.get("phase_label") or ""), _colour(each))
    if owner := each.get("owner"):
        shown.append(f"\n{owner} has it")
    if each.get("paused"):
        shown.append("\nasking is paused", "yellow")
    return shown


def _since(each: dict[str, Any]) -> "Text":
    from rich.text import Text

    from services.cli.times import local

    shown = Text(f"{each.get('elapsed')}\n", "bold")
    shown.append(str(each.get("target") or ""))
    if each.get("form_by") and not each.get("formed_at"):
        shown.append(f"\nby {local(each['form_by'])}", "dim")
    return shown


def _places(each: dict[str, Any]) -> "Text":
    from rich.text import Text

    shown = Text()
    for place in each.get("places") or []:
        if shown:
            shown.append("\n")
        shown.append(f"{place.get('label')} {place.get('taken')} of {place.get('wanted')} ")
        if int(place.get("wanted") or 0) <= _MOST_MARKS:
            for name, mark, colour in _MARKS:
                shown.append(mark * int(place.get(name) or 0), colour)
    return shown


def _asked(each: dict[str, Any]) -> "Text":
    from rich.text import Text

    shown = Text()
    for one in each.get("asked") or []:
        if shown:
            shown.append("\n")
        told = ", ".join(
            f"{way.get('channel')} {way.get('words')}".lower() for way in one.get("channels") or []
        )
        said = ", ".join(part for part in (one.get("clock"), one.get("arrival")) if part)
        shown.append(f"{one.get('member_id')} ", "bold")
        shown.append(said, _colour(one))
        told = ", ".join(part for part in (told, one.get("another")) if part)
        if told and one.get("status") == "open":
            shown.append(f" ({told})", "dim")
    return shown


def _next(each: dict[str, Any]) -> "Text":
    from rich.text import Text

    shown = Text()
    for call in each.get("alarms") or []:
        words = "; ".join(str(call.get(name)) for name in ("whom", "then") if call.get(name))
        shown.append(f"{call.get('words')}: {words}\n", _colour(call))
    coming = each.get("next")
    if not coming:
        is_done = each.get("phase") == "complete"
        shown.append("nothing" if is_done else "nothing: it waits for a person")
        return shown
    shown.append(f"{coming.get('distance')}", "bold")
    shown.append(f": {coming.get('what')}")
    return shown


def _colour(each: dict[str, Any]) -> str:
    return _COLOURS.get(str(each.get("tone")), "")
