"""`tailboard done`, `decline`, `missed`, `crews`, `close`: what became of a case's plan."""

from typing import Annotated, Any

import typer

from services.cli.cases import CaseArgument, in_path, whole_id
from services.cli.connection import Connection, DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop

ItemArgument = Annotated[
    str, typer.Argument(metavar="ITEM", help="As `tailboard case` shows it: defusing-responders.")
]

_REASONS = (
    "nobody_wanted_it, nobody_free, no_mhp, still_working, held_elsewhere, not_called_for, "
    "outage, other"
)


def done(
    case_id: CaseArgument,
    item: ItemArgument,
    *,
    head_count: Annotated[
        int | None, typer.Option("--head-count", min=0, help="How many were there. Never who.")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", min=1, help="How long it took.")
    ] = None,
    held_at: Annotated[
        str | None, typer.Option("--at", help="When it began, with offset; now when left out.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="A member who held it, by roster number.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="no_further, follow_up, referral or emergency; for all."),
    ] = None,
    referrals: Annotated[
        list[str] | None,
        typer.Option("--referral", help="A kind of place that was pointed to, such as clinician."),
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Record that a session was held, or that a check-in was offered. Nothing else about it is asked.

    Examples:

      tailboard done 3fa8 check-in-1-responders

      tailboard done 3fa8 defusing-responders --head-count 9 --minutes 45 --by p-01 --by p-04

      tailboard done 3fa8 check-in-1-responders --outcome referral --referral clinician
    """
    told = {
        "held_at": held_at,
        "minutes": minutes,
        "head_count": head_count,
        "facilitators": by or None,
        "outcome": outcome,
        "referrals": referrals or None,
    }
    body = {name: value for name, value in told.items() if value is not None}
    where = connection(url, key, data_dir)
    case = _settle(where, case_id, "POST", f"items/{in_path(item)}/done", body or None)
    print(f"{item} of case {case} is recorded as done")


def decline(
    case_id: CaseArgument,
    item: ItemArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Record that what was offered is not wanted. Nobody asks why.

    Example:

      tailboard decline 3fa8 defusing-dispatchers
    """
    where = connection(url, key, data_dir)
    case = _settle(where, case_id, "POST", f"items/{in_path(item)}/decline", None)
    print(f"{item} of case {case} is not wanted, and settled")


def missed(
    case_id: CaseArgument,
    item: ItemArgument,
    reason: Annotated[str, typer.Argument(metavar="REASON", help=f"One of {_REASONS}.")],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say why a session or a check-in was missed: a case closes only when every miss has its reason.

    Example:

      tailboard missed 3fa8 debriefing-responders nobody_free
    """
    where = connection(url, key, data_dir)
    body = {"reason": reason}
    case = _settle(where, case_id, "POST", f"items/{in_path(item)}/explain", body)
    print(f"{item} of case {case} was missed: {reason.replace('_', ' ')}")


def crews(
    case_id: CaseArgument,
    told: Annotated[
        list[str],
        typer.Argument(
            metavar="CREW...", help="AGENCY:DISCIPLINE:COUNT[:EXPOSURE], parts may be empty."
        ),
    ],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say who was there, so that group sessions are planned for groups that do not mix.

    Exposures: responders (when left out), dispatchers, command, hospital.

    Examples:

      tailboard crews 3fa8 metro:fire:24 metro:ems:8 county:law:15

      tailboard crews 3fa8 :fire:9 ::4:command
    """
    body = {"crews": [_crew(each) for each in told]}
    case = _settle(connection(url, key, data_dir), case_id, "PUT", "crews", body)
    print(f"the groups of case {case} are planned for {len(told)} crews")


def close(
    case_id: CaseArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Close a case, or hear what keeps it open. A case closes by itself with its last item.

    Example:

      tailboard close 3fa8
    """
    case = _settle(connection(url, key, data_dir), case_id, "POST", "close", None)
    print(f"case {case} is closed")


def _crew(text: str) -> dict[str, Any]:
    parts = [part.strip() or None for part in text.split(":")]
    if not 2 <= len(parts) <= 4:
        raise Stop(
            f"{text}: write a crew as AGENCY:DISCIPLINE:COUNT, such as metro:fire:24", EXIT_INPUT
        )
    agency, discipline, count, exposure = (*parts, None, None)[:4]
    if count is not None and not count.isdigit():
        raise Stop(f"{text}: COUNT is a number, or left out", EXIT_INPUT)
    told = {"agency": agency, "discipline": discipline, "exposure": exposure}
    known: dict[str, Any] = {name: value for name, value in told.items() if value}
    return known | ({"count": int(count)} if count else {})


def _settle(
    where: Connection, case_id: str, method: str, path: str, body: dict[str, Any] | None
) -> str:
    """The short id of the case that it was recorded for."""
    from services.cli.api import Server

    server = Server(where)
    whole = whole_id(server, case_id)
    server.ask(method, f"/v1/cases/{in_path(whole)}/{path}", json=body)
    return whole[:8]
