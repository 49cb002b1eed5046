"""`tailboard feedback`: what people answered, as far as it may be told, and the form's links."""

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection

if TYPE_CHECKING:
    from services.cli.api import Server

app = typer.Typer(name="feedback", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]


class Kind(StrEnum):
    """What a form is about."""

    GROUP = "group"
    ONE_ON_ONE = "one_on_one"
    REQUEST = "request"


_KINDS = {"group": "Talks of a crew", "one_on_one": "One-on-ones", "request": "Requests for a peer"}
_QUESTIONS = {
    "helpful": "helpful",
    "felt_safe": "a safe place",
    "would_use_again": "would use it again",
    "right_time": "at the right time",
}
_ANSWERS = {"yes": "yes", "partly": "partly", "no": "no", "not_said": "left open"}


@app.callback()
def feedback(context: typer.Context) -> None:
    """Anonymous feedback by whole quarters; counts under five are never told. Alone, it shows them.

    Examples:

      tailboard feedback

      tailboard feedback link group --qr
    """
    if context.invoked_subcommand is None:
        alone = get_command(app).get_command(context, "show")  # type: ignore[attr-defined]
        with alone.make_context("show", [], parent=context) as child:
            alone.invoke(child)


@app.command("show")
def show(
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what people answered in the quarters that take no more answers.

    Example:

      tailboard feedback show --json
    """
    told = _server(url, key, data_dir).get("/v1/feedback")
    if as_json:
        print(json.dumps(told, indent=2))
        return
    if not told.get("quarters"):
        print("no quarter with answers is closed yet: results come three weeks after its end")
    for quarter in told.get("quarters") or []:
        _show(quarter, int(told.get("fewest") or 5))


@app.command("link")
def link(
    kind: Annotated[Kind, typer.Argument(help="What the form is about.")] = Kind.GROUP,
    *,
    qr: Annotated[bool, typer.Option("--qr", help="Draw it as a QR code, too.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print this quarter's link of a form. Everybody gets the same: it says nothing of anybody.

    Examples:

      tailboard feedback link

      tailboard feedback link request --qr
    """
    told = _server(url, key, data_dir).get("/v1/feedback")
    address = next(each["url"] for each in told["links"] if each["kind"] == kind.value)
    print(address)
    if qr:
        import segno

        segno.make(address, error="m").terminal(compact=True)


def _server(url: Any, key: Any, data_dir: Any) -> "Server":
    from services.cli.api import Server

    return Server(connection(url, key, data_dir))


def _show(quarter: dict[str, Any], fewest: int) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for kind in quarter["kinds"]:
        title = f"{quarter['quarter']}: {_KINDS.get(kind['kind'], kind['kind'])}"
        if kind["count"] is None:
            console.print(f"{title}: fewer than {fewest} answered")
            continue
        table = Table("question", *_ANSWERS.values(), title=f"{title}, {kind['count']} answered")
        for asked in kind["questions"]:
            counts = (asked["answers"].get(answer) for answer in _ANSWERS)
            shown = ("-" if count is None else str(count) for count in counts)
            table.add_row(_QUESTIONS.get(asked["question"], asked["question"]), *shown)
        console.print(table)
