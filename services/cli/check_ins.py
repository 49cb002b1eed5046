"""`tailboard check-ins`: check-ins after requests that were missed, and why."""

from typing import Annotated

import typer

from services.cli.cases import in_path
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection

app = typer.Typer(
    name="check-ins",
    help="Check-ins after members' own requests that a peer missed. Nobody who asked is named.",
    no_args_is_help=True,
)
_REASONS = "nobody_free, nobody_wanted_it, held_elsewhere, not_called_for, outage or other"


@app.command("list")
def list_all(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List what was missed and nobody has seen to: call the peer, then say why it was missed.

    Examples:

      tailboard check-ins list
    """
    from services.cli.api import Server
    from services.cli.policy_overview import plain_table, show

    told = Server(connection(url, key, data_dir)).get("/v1/check-ins")
    if as_json:
        import json

        print(json.dumps(told["missed"], indent=2))
        return
    if not told["missed"]:
        print("nothing waits: every missed check-in has been seen to")
        return
    table = plain_table("request", "check-in", "peer", "missed", "then called")
    for each in told["missed"]:
        then = "program leads were called" if each["escalated"] else each["answer_by"] or ""
        row = (each["request_id"], each["item"], each["peer"] or "", each["missed_at"], then)
        table.add_row(*row)
    show(table)


@app.command("explain")
def explain(
    request_id: Annotated[
        str, typer.Argument(metavar="REQUEST", help="As `tailboard check-ins list` shows it.")
    ],
    item: Annotated[str, typer.Argument(metavar="CHECK-IN", help="Such as check-in-7d.")],
    reason: Annotated[str, typer.Argument(metavar="REASON", help=f"One of {_REASONS}.")],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say that you spoke with the peer, and why it was missed: nobody else is called for it.

    Exit codes: 0 settled, 1 refused, 2 it was mistyped.

    Examples:

      tailboard check-ins explain 3fa85f64-5717-4562-b3fc-2c963f66afa6 check-in-7d nobody_free
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    path = f"/v1/check-ins/{in_path(request_id)}/{in_path(item)}/explain"
    server.ask("POST", path, json={"reason": reason})
    print(f"settled: {item} was missed because {reason.replace('_', ' ')}")
