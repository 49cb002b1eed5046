"""`tailboard roster import`, `export` and `template`: the roster as a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import (
    Connection,
    DataDirOption,
    KeyOption,
    UrlOption,
    connection,
)
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

if TYPE_CHECKING:
    from services.cli.roster_file import RosterFile, Row

_LONG = 30
"""From so many members on, a bar shows how far an import is."""
_AT_ONCE = 100
_SHOWN_VALUE = 40


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="One row per member.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add or change members from a CSV file; with one bad row, nothing is changed.

    `tailboard roster template` prints a file to start from, with every column. A column that the
    file does not have stays as it is. Nobody is removed: who is missing from the file is named.

    Examples:

      tailboard roster import members.csv --dry-run

      tailboard roster import members.csv
    """
    from services.cli.post_tally import counted, say
    from services.cli.roster_file import read_roster

    read = read_roster(file)
    for line in read.ignored:
        if line:
            say(f"{file}: {line}")
    _stop_at(file, read.problems)
    try:
        where = connection(url, key, data_dir)
        found = _previews(where, read)
    except Stop as stop:
        kept = "the file itself is in order, and nothing was changed"
        raise Stop(f"{file}: {kept}: {stop}", stop.code) from stop
    _stop_at(file, [line for each in found for line in each.problems])
    if dry_run:
        _show(where, read, found)
        print("nothing was changed")
        return
    _amend(file, where, [each for each in found if each.answer != "unchanged"])
    same = sum(each.answer == "unchanged" for each in found)
    added = sum(each.answer == "added" for each in found)
    changed = len(found) - same - added
    print(f"{counted(added, 'member')} added, {changed} changed, {same} as before")


class _Previewed:
    """What the server says of one row."""

    def __init__(self, number: int, row: "Row", told: dict[str, Any]) -> None:
        self.member_id = row.member_id
        self.part = row.part()
        self.answer = str(told.get("answer"))
        self.fields: list[dict[str, Any]] = told.get("fields", [])
        self.problems = [
            f"row {number}: {each.get('field')}: {each.get('problem')}"
            for each in told.get("problems", [])
        ]


def _previews(where: Connection, read: "RosterFile") -> list[_Previewed]:
    """Each row against what the server has, in parts that fit into a request."""
    from services.cli.api import Server

    rows, server = list(read.rows.items()), Server(where)
    found: list[_Previewed] = []
    for start in range(0, len(rows), _AT_ONCE):
        batch = rows[start : start + _AT_ONCE]
        members = [{"member_id": row.member_id, "entry": row.part()} for _, row in batch]
        told = server.json(server.ask("POST", "/v1/roster/preview", json={"members": members}))
        for (number, row), each in zip(batch, told.get("members", []), strict=True):
            found.append(_Previewed(number, row, each))
    return found


def _stop_at(file: Path, problems: list[str]) -> None:
    from services.cli.post_tally import counted, say

    for problem in problems:
        say(f"{file} {problem}")
    if problems:
        count = counted(len(problems), "problem")
        raise Stop(f"{file}: {count}, so nothing was changed", EXIT_INPUT)


def _amend(file: Path, where: Connection, found: list[_Previewed]) -> None:
    from rich.console import Console
    from rich.progress import track

    from services.cli.api import Server

    server, console = Server(where), Console(stderr=True)
    hidden = len(found) < _LONG or not console.is_terminal
    for done, each in enumerate(track(found, "Importing", console=console, disable=hidden)):
        try:
            server.ask("PATCH", f"/v1/roster/members/{each.member_id}", json=each.part)
        except Stop as stop:
            raise Stop(
                f"{file}: {each.member_id} was not taken, and {done} of {len(found)} were: {stop} "
                "Importing the file again is safe.",
                EXIT_REFUSED,
            ) from stop


def _show(where: Connection, read: "RosterFile", found: list[_Previewed]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from services.cli.api import Server
    from services.cli.post_tally import counted

    table = Table("member", "would be", "what")
    colors = {"added": "green", "changed": "yellow"}
    for each in found:
        if each.answer in colors:
            said = "\n".join(_change(field) for field in each.fields)
            table.add_row(each.member_id, Text(each.answer, colors[each.answer]), Text(said))
    if table.row_count:
        Console().print(table)
    print(f"{counted(len(found) - table.row_count, 'member')} unchanged")
    named = {row.member_id for row in read.rows.values()}
    told = Server(where).get("/v1/roster/designated")
    members = (str(each.get("member_id")) for each in told.get("members", []))
    if missing := [each for each in members if each not in named]:
        print(f"not in the file, and left as they are: {', '.join(missing)}")
        print("`tailboard roster leave MEMBER --on DATE` ends a designation")


def _change(field: dict[str, Any]) -> str:
    """A contact or a bio is named, and what it holds is not shown."""
    name, before, after = field.get("field"), field.get("before"), field.get("after")
    if before is None and after is None:
        return f"{name}"
    return f"{name}: {_value(before)} -> {_value(after)}"


def _value(value: object) -> str:
    if isinstance(value, list):
        shown = " ".join(_training(each) if isinstance(each, dict) else str(each) for each in value)
        return shown if 0 < len(shown) <= _SHOWN_VALUE else f"{len(value)} entries"
    return "none" if value is None else str(value)


def _training(told: dict[str, Any]) -> str:
    return f"{told.get('kind')}={told.get('earned_on')}"


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.csv", help="Where to; the terminal if left out.")
    ] = None,
    *,
    with_contacts: Annotated[
        bool,
        typer.Option("--with-contacts", help="Names, contacts and bios too: confidential."),
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write the roster as a CSV file that `import` takes again, by number and without contacts.

    Examples:

      tailboard roster export members.csv

      tailboard roster export confidential.csv --with-contacts
    """
    from services.cli.api import Server
    from services.runtime.auth import write_private

    if with_contacts and file is None and sys.stdout.isatty():
        raise Stop("name a file: contacts are not for a screen", EXIT_INPUT)
    query = {"contacts": "true"} if with_contacts else {}
    where = connection(url, key, data_dir)
    text = Server(where).ask("GET", "/v1/roster/export.csv", params=query).text
    if file is None:
        sys.stdout.write(text.replace("\r\n", "\n"))
        return
    try:
        write_private(file, text)
    except OSError as error:
        raise Stop(f"{file} cannot be written: {error.strerror}", EXIT_INPUT) from error
    print(f"{file} is written" + (": it is CONFIDENTIAL" if with_contacts else ""))


def template() -> None:
    """Print a roster file to start from: every column, and one invented member.

    Example:

      tailboard roster template > members.csv
    """
    from services.dispatch.edge.roster_csv import example

    sys.stdout.write(example())
