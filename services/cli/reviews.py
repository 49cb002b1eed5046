"""`tailboard reviews`: what waits for a person's decision, each with its clock, and the answer to it."""

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.decide import SHORT
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from services.cli.api import Server

app = typer.Typer(name="reviews", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]
_SHORTEST = 6


class Answer(StrEnum):
    """What can be said to a question."""

    RAISE = "raise"
    DECLINE = "decline"


_MEANS = {
    ("activate", "raise"): "the team comes",
    ("activate", "decline"): "no team comes",
    ("stand_down", "raise"): "the team goes on",
    ("stand_down", "decline"): "the team stands down",
}


@app.callback()
def reviews(context: typer.Context) -> None:
    """What waits for a person's decision, the most urgent first. Alone, it lists them.

    Examples:

      tailboard reviews

      tailboard reviews answer 1b671a64 raise
    """
    if context.invoked_subcommand is None:
        alone = get_command(app).get_command(context, "list")  # type: ignore[attr-defined]
        with alone.make_context("list", [], parent=context) as child:
            alone.invoke(child)


@app.command("list")
def list_reviews(
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what waits, the most urgent first, with the time that is left.

    Example:

      tailboard reviews list
    """
    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get("/v1/reviews")
    if as_json:
        print(json.dumps(told, indent=2))
    elif told.get("reviews"):
        _show(told["reviews"])
    else:
        print("nothing waits for a decision")


@app.command("answer")
def answer(
    review_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The case's id or the question's, or its first 6 characters."
        ),
    ],
    said: Annotated[
        Answer,
        typer.Argument(
            metavar="raise|decline",
            help="`raise`: the team comes, or goes on. `decline`: no team, or it stands down.",
        ),
    ],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Decide a question: the first answer counts.

    Examples:

      tailboard reviews answer 1b671a64 raise

      tailboard reviews answer 1b671a64 decline
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    found = _meant(server, review_id.strip().lower())
    path = f"/v1/cases/{found['case_id']}/reviews/{found['review_id']}"
    server.ask("POST", path, json={"answer": said.value})
    means = _MEANS.get((str(found.get("kind")), said.value), said.value)
    print(f"case {str(found['case_id'])[:SHORT]} is decided: {means}")


def _meant(server: "Server", typed: str) -> dict[str, Any]:
    if len(typed) < _SHORTEST:
        raise Stop(f"{typed!r} is too short: give at least {_SHORTEST} characters", EXIT_INPUT)
    waiting = server.get("/v1/reviews").get("reviews") or []
    named = ("case_id", "review_id")
    found = [each for each in waiting if any(str(each[name]).startswith(typed) for name in named)]
    if not found:
        raise Stop(
            f"no question {typed!r} waits: it was decided, or never asked "
            "(`tailboard reviews list` shows what waits)"
        )
    if len(found) > 1:
        raise Stop(f"{len(found)} questions begin with {typed!r}: give more of the id", EXIT_INPUT)
    return dict(found[0])


def _show(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("case", "time", "question", "as", "tier", "incident", "how sure", "because")
    for each in found:
        colour = "red" if each.get("is_overdue") else "yellow"
        sure = each.get("confidence")
        how_sure = f"{each.get('sureness')} ({sure:.2f})" if isinstance(sure, float | int) else ""
        because = each.get("reasons") or []
        because = [each["news"]] if each.get("news") else because
        table.add_row(
            str(each.get("case_id"))[:SHORT],
            f"[{colour}]{escape(str(each.get('distance')))}[/{colour}]",
            escape(str(each.get("question"))),
            escape(str(each.get("trigger"))),
            str(each.get("tier")),
            escape(" ".join(str(each.get(name) or "") for name in ("incident_type", "number"))),
            how_sure,
            escape("\n".join(str(reason) for reason in because)),
        )
    Console().print(table)
    print("decide with `tailboard reviews answer CASE raise|decline`")
