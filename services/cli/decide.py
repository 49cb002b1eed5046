"""`tailboard raise`, `lower`, `merge` and `split`: what people decide, from the command line."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.cases import CaseArgument
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection

if TYPE_CHECKING:
    from services.cli.api import Server

SHORT = 8


class Why(StrEnum):
    """Why no team is wanted: a word of a list, as nothing about anybody belongs here."""

    NOT_NEEDED = "not_needed"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    HANDLED_ELSEWHERE = "handled_elsewhere"


def raise_case(
    case_id: Annotated[
        str | None,
        typer.Argument(
            metavar="CASE",
            help="A case's id, or at least its first 6 characters; without it a new case opens.",
        ),
    ] = None,
    *,
    trigger: Annotated[
        str, typer.Option("--trigger", metavar="CLASS", help="What it is, such as child_death.")
    ],
    units: Annotated[
        str, typer.Option("--units", metavar="E12,M4", help="Who took part: they are not asked.")
    ] = "",
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="TIME",
            help="When it happened, such as 2026-03-02T03:00 (this machine's zone); by default now.",
        ),
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Bring the team in, whatever screening says; for an incident that no feed has told, too.

    Examples:

      tailboard raise --trigger coworker_suicide --units E12,M4

      tailboard raise 1b671a64 --trigger child_death

      tailboard raise --trigger media_interest --at 2026-03-02T03:00
    """
    from services.cli.api import Server
    from services.cli.decide_words import given_time, given_units, known_trigger

    told: dict[str, Any] = {"units": given_units(units)}
    told |= {"occurred_at": given_time(at)} if at else {}
    server = Server(connection(url, key, data_dir))
    told["trigger_class"] = known_trigger(server, trigger)
    path = f"/v1/cases/{whole_id(server, case_id)}:raise" if case_id else "/v1/raises"
    decided = server.json(server.ask("POST", path, json=told))
    print(f"case {_short(decided)} is raised as {told['trigger_class']}: the team is wanted")
    print(decided["link"])


def lower(
    case_id: CaseArgument,
    *,
    reason: Annotated[Why, typer.Option("--reason", help="Why no team is wanted.")] = (
        Why.NOT_NEEDED
    ),
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """No team is wanted: who was asked is stood down with thanks, and the plan is taken back.

    Examples:

      tailboard lower 1b671a64

      tailboard lower 1b671a64 --reason false_alarm
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    path = f"/v1/cases/{whole_id(server, case_id)}:lower"
    decided = server.json(server.ask("POST", path, json={"reason": reason.value}))
    print(f"case {_short(decided)} is lowered: no team is wanted ({reason.replace('_', ' ')})")


def merge(
    case_id: CaseArgument,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="The case that is the same incident.")
    ],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Two cases are one incident: the graver goes on, the other points to it from then on.

    Example:

      tailboard merge 1b671a64 9f2c01aa
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    one, two = whole_id(server, case_id), whole_id(server, other)
    decided = server.json(server.ask("POST", f"/v1/cases/{one}:merge", json={"other": two}))
    stays = str(decided["case_id"])
    gone = one if stays == two else two
    print(
        f"case {gone[:SHORT]} is case {stays[:SHORT]} now (`tailboard split {gone[:SHORT]}` undoes it)"
    )


def split(
    case_id: CaseArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """A merged case is an incident of its own after all: its own reports count again.

    Example:

      tailboard split 9f2c01aa
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    decided = server.json(server.ask("POST", f"/v1/cases/{whole_id(server, case_id)}:split"))
    wanted = "its team is wanted" if decided.get("activated") else "no team is wanted yet"
    print(f"case {_short(decided)} is an incident of its own again: {wanted}")


def whole_id(server: "Server", typed: str) -> str:
    """A case's whole id from its beginning. Raises Stop when there is none, or several."""
    from services.cli.cases import in_path

    found = server.get(f"/v1/cases/{in_path(typed)}").get("case") or {}
    return str(found.get("case_id") or typed)


def _short(decided: dict[str, Any]) -> str:
    return str(decided.get("case_id"))[:SHORT]
