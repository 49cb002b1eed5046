"""`tailboard deadletters`: what could not be handled, and handing it back to its listener."""

import json
from typing import Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop

app = typer.Typer(
    name="deadletters", help="Messages that a service gave up on.", no_args_is_help=True
)


@app.command("list")
def list_letters(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The server's JSON.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the newest dead letters with their reasons.

    Example:

      tailboard deadletters list
    """
    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get("/v1/deadletters")
    if as_json:
        print(json.dumps(told, indent=2))
        return
    _show(told.get("letters", []))


@app.command("replay")
def replay(
    sequence: Annotated[
        int | None, typer.Argument(metavar="[SEQ]", help="Its number in the list.", min=1)
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All letters of the list.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Hand a dead letter to its listener again. Doing it twice changes nothing.

    Examples:

      tailboard deadletters replay 12

      tailboard deadletters replay --all
    """
    if (sequence is None) != everything:
        raise Stop("name one letter, as in `deadletters replay 12`, or use --all", EXIT_INPUT)
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    numbers = [sequence]
    if sequence is None:
        letters = server.get("/v1/deadletters").get("letters", [])
        numbers = sorted(letter["sequence"] for letter in letters)
    for number in numbers:
        server.ask("POST", f"/v1/deadletters/{number}/replay")
        print(f"{number} handed back")
    if not numbers:
        print("no dead letters")


def _show(letters: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from services.cli.times import local

    if not letters:
        print("no dead letters")
        return
    table = Table("seq", "at", "service", "listener", "reason")
    for letter in letters:
        cells = (str(letter.get(name, "")) for name in ("service", "listener", "reason"))
        table.add_row(str(letter.get("sequence")), local(letter.get("at")), *cells)
    Console().print(table)
