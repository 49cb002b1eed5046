"""`tailboard case` and `cases`: how cases stand, in words as well as in colour."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection

if TYPE_CHECKING:
    from rich.text import Text

    from services.cli.api import Server

CaseArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A case's id, or at least its first 6 characters.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]
STATES = {
    "on_time": ("on time", "green"),
    "late": ("late", "yellow"),
    "missed": ("missed", "red"),
    "coming": ("coming", "cyan"),
}
"""How a line stands to its target: a word for everyone, a colour for those who see it."""
_SHORT = 8
_AIM, _LINES = 24, 3
"""As many reasons of one line are shown where nobody asked for all."""


def case(
    case_id: CaseArgument,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Every reason and source of every line.")
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show one case: what happened and what is to come, each with its distance to its target.

    Examples:

      tailboard case 1b671a64

      tailboard case 1b671a64 --full

      tailboard case 1b671a64 --json
    """
    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get(f"/v1/cases/{in_path(case_id)}")
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        _show_case(told, full=full)


def cases(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also routine, closed and set-aside cases.")
    ] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=1000)] = 100,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the open cases, the most urgent first.

    Examples:

      tailboard cases

      tailboard cases --all --limit 20
    """
    from services.cli.api import Server

    state = "all" if everything else "open"
    told = Server(connection(url, key, data_dir)).get("/v1/cases", state=state, limit=limit)
    if as_json:
        print(json.dumps(told, indent=2))
    elif told.get("cases"):
        _show_cases(told["cases"])
    else:
        print(
            "no cases" if everything else "no open cases (`tailboard cases --all` shows the rest)"
        )


def whole_id(server: "Server", case_id: str) -> str:
    """A case's id from its beginning, or what was typed when the views do not know it yet."""
    found = server.get(f"/v1/cases/{in_path(case_id)}").get("case") or {}
    return str(found.get("case_id") or case_id)


def word(row: dict[str, Any]) -> "Text":
    """How a line stands to its target, such as `late: 5 min late`, coloured."""
    from rich.text import Text

    name, colour = STATES.get(str(row.get("state")), ("", ""))
    distance = str(row.get("distance") or "")
    return Text(": ".join(part for part in (name, distance) if part), colour)


def _show_case(told: dict[str, Any], *, full: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from services.cli.times import local_parts

    console = Console()
    found = told.get("case") or {}
    parts = (found.get(name) for name in ("state_label", "outcome", "trigger", "incident_type"))
    console.print(f"Case {found.get('case_id')}", markup=False, highlight=False)
    console.print("  ".join(str(part) for part in parts if part), markup=False, highlight=False)
    for line in _decisions(told):
        console.print(line, style="yellow", markup=False, highlight=False)
    for mark in found.get("marks") or []:
        console.print(f"! {mark}", style="red", markup=False, highlight=False)
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0))
    table.add_column("time", no_wrap=True)
    table.add_column("what", ratio=1)
    table.add_column("target", max_width=_AIM)
    day = zone = ""
    for row in told.get("timeline") or []:
        at, due = local_parts(row.get("at")), local_parts(row.get("target_at"))
        if at and at.day != day:
            day, zone = at.day, at.zone
            table.add_row("", f"[bold]{_escaped(day)}[/bold]", "")
        aim = word(row)
        if due:
            aim.append(("\n" if aim.plain else "") + due.said(day))
        table.add_row(at.time if at else "-", _what(row, full=full), aim)
    console.print(table)
    console.print(f"Times in {zone}." if zone else "", style="dim", highlight=False)


def _what(row: dict[str, Any], *, full: bool) -> str:
    """The step and its detail, with its reasons below."""
    lines = [_escaped(part) for part in row.get("lines", [])]
    if not full and len(lines) > _LINES:
        lines[_LINES - 1 :] = [f"and {len(lines) - _LINES + 1} lines more: --full"]
    if item := row.get("item"):
        lines.append(f"item {_escaped(item)}")
    step, detail = str(row.get("label") or row.get("step")), str(row.get("detail") or "")
    said = f"[bold]{_escaped(step)}[/bold] {_escaped(detail.removeprefix(step).strip())}"
    return "\n".join([said, *(f"[dim]{line}[/dim]" for line in lines)])


def _decisions(told: dict[str, Any]) -> list[str]:
    """What waits for a person, and which cases are one incident."""
    lines: list[str] = []
    merges = told.get("merges") or {}
    if into := merges.get("into"):
        lines.append(f"This is case {str(into.get('case_id'))[:_SHORT]} now ({into.get('why')})")
    lines += [
        f"Also told as case {str(other.get('case_id'))[:_SHORT]} ({other.get('why')})"
        for other in merges.get("absorbed") or []
    ]
    if review := told.get("review"):
        case_id = str(review.get("case_id"))[:_SHORT]
        lines.append(f"{review.get('question')} {review.get('distance')}")
        lines.append(f"  tailboard reviews answer {case_id} raise|decline")
    return lines


def _show_cases(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from services.cli.times import local

    table = Table("case", "state", "outcome", "incident", "number", "reported", "next", "look at")
    for each in found:
        coming = each.get("next") or {}
        what = f"{coming.get('distance')}: {coming.get('what')}" if coming else ""
        table.add_row(
            str(each.get("case_id"))[:_SHORT],
            _escaped(each.get("state_label")),
            _escaped(each.get("outcome")),
            _escaped(each.get("incident_type")),
            _escaped(each.get("number")),
            local(each.get("reported_at")),
            _escaped(what),
            "[red]" + _escaped("; ".join(each.get("marks") or [])) + "[/red]",
        )
    Console().print(table)


def _escaped(text: object) -> str:
    """Text of a report must not be taken for rich's markup."""
    from rich.markup import escape

    return escape(str(text)) if text else ""


def in_path(part: str) -> str:
    """What was typed, as one part of an address."""
    from urllib.parse import quote

    return quote(part.strip(), safe="")
