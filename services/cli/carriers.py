"""`tailboard carriers`: what takes messages to phones, how each does, and whether one gets through."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_REFUSED

if TYPE_CHECKING:
    from rich.text import Text

app = typer.Typer(name="carriers", help="What takes messages to phones.", no_args_is_help=True)
_OK = "ok"


@app.command("list")
def list_carriers(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The server's JSON.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show every channel, in the order in which members are reached, and how it does.

    Example:

      tailboard carriers list
    """
    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get("/v1/carriers")
    if as_json:
        import json

        print(json.dumps(told, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "channel", "form", "answers", "sent", "arrived", "not sent", "state", "last failure"
    )
    for each in told.get("carriers", []):
        health = each.get("health", {})
        lost = sum(health.get(name, 0) for name in ("refused", "uncertain", "bounced"))
        counts = (health.get("sent", 0), health.get("delivered", 0), lost)
        table.add_row(
            str(each.get("channel")),
            str(each.get("form")),
            "yes" if each.get("answered") else "by link",
            *map(str, counts),
            _state(health),
            str(health.get("last_failure") or ""),
        )
    Console().print(table)


@app.command("check")
def check(
    *,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="MEMBER",
            help="Send a test message, which says that it is one, to this member.",
        ),
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="This channel only, such as sms.", metavar="CHANNEL")
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Connect to every carrier without sending anything; with --to, send a member a test message.

    Exit codes: 0 all good, 1 something is not.

    Examples:

      tailboard carriers check

      tailboard carriers check --to p-07

      tailboard carriers check --to p-07 --channel sms
    """
    from services.cli.api import Server

    wish = {"member_id": to, "channel": channel}
    server = Server(connection(url, key, data_dir))
    answer = server.ask("POST", "/v1/carriers/check", json=wish, timeout=60)
    checked: list[dict[str, Any]] = server.json(answer).get("checked", [])
    for each in checked:
        good = each.get("outcome") == _OK
        what = ("sent" if to else "answers") if good else f"{each['outcome']}: {each['reason']}"
        print(f"{'ok  ' if good else 'BAD '} {each.get('channel', ''):<11} {what}")
    good = bool(checked) and all(each.get("outcome") == _OK for each in checked)
    raise typer.Exit(0 if good else EXIT_REFUSED)


def _state(health: dict[str, Any]) -> "Text":
    from rich.text import Text

    if health.get("failing"):
        return Text(f"failing ({health['failing']} in a row)", "red")
    return Text("works", "green") if health.get("sent") else Text("not used yet")
