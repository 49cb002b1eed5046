"""`tailboard roster`: put members on the roster, and see who could be asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.connection import Connection, DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

if TYPE_CHECKING:
    from services.cli.roster_file import Row

app = typer.Typer(name="roster", help="The members of the team.", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="One row per member.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the file and change nothing.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Add or replace members from a CSV file; with one bad row, nothing is changed.

    Columns: member_id, role, discipline, station, units (parted by spaces), designated_from,
    training_valid_until, contact_confirmed_on, email, phone, label. Dates are YYYY-MM-DD.

    Examples:

      tailboard roster import members.csv --dry-run

      tailboard roster import members.csv
    """
    from services.cli.post_tally import counted, say
    from services.cli.roster_file import read_roster

    rows, problems = read_roster(file)
    for problem in problems:
        say(f"{file} {problem}")
    if problems:
        raise Stop(
            f"{file}: {counted(len(problems), 'problem')}, so nothing was changed", EXIT_INPUT
        )
    if dry_run:
        print(f"{file}: {counted(len(rows), 'member')}, nothing wrong; nothing was changed")
        return
    _enroll(file, rows, connection(url, key, data_dir))


def _enroll(file: Path, rows: "list[Row]", where: Connection) -> None:
    from services.cli.api import Server
    from services.cli.post_tally import counted

    server = Server(where)
    for done, row in enumerate(rows):
        try:
            server.ask("PUT", f"/v1/roster/members/{row.member_id}", json=row.entry())
        except Stop as stop:
            raise Stop(
                f"{file}: {row.member_id} was not taken, and {done} of {len(rows)} were: {stop} "
                "Importing the file again is safe.",
                EXIT_REFUSED,
            ) from stop
    print(f"{counted(len(rows), 'member')} on the roster")


@app.command("list")
def list_members(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The server's JSON.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who is on the roster and who could be asked today, by number and never by name.

    Example:

      tailboard roster list
    """
    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get("/v1/roster/members")
    if as_json:
        import json

        print(json.dumps(told, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    members = told.get("members", [])
    table = Table("member", "role", "discipline", "station", "units", "may be asked")
    for member in members:
        reasons = ", ".join(str(reason).replace("_", " ") for reason in member.get("reasons", []))
        good = bool(member.get("pageable"))
        shown = Text("yes", "green") if good else Text(f"no: {reasons}", "yellow")
        cells = (member.get(name, "") for name in ("member_id", "role", "discipline", "station"))
        table.add_row(*map(str, cells), " ".join(member.get("units", [])), shown)
    if members:
        Console().print(table)
    else:
        print("the roster is empty: fill it with `tailboard roster import FILE.csv`")
