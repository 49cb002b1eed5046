"""`tailboard roster`: who is on the team, who could be asked, and what keeps whom from it."""

import json
from typing import Annotated, Any

import typer

from services.cli import roster_files, roster_steps
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

app = typer.Typer(name="roster", help="The members of the team.", no_args_is_help=True)
for _command, _run in (
    ("import", roster_files.import_file),
    ("export", roster_files.export),
    ("template", roster_files.template),
    ("mute", roster_steps.mute),
    ("unmute", roster_steps.unmute),
    ("confirm", roster_steps.confirm),
    ("stand-down", roster_steps.stand_down),
    ("return", roster_steps.back),
    ("leave", roster_steps.leave),
    ("invite", roster_steps.invite),
    ("erase", roster_steps.erase),
    ("contact", roster_steps.contact),
):
    app.command(_command)(_run)

JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]


@app.command("list")
def list_members(
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who is on the roster and who could be asked now, by number and never by name.

    Example:

      tailboard roster list
    """
    from rich.text import Text

    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get("/v1/roster/members")
    members = told.get("members", [])
    if as_json:
        print(json.dumps(told, indent=2))
    elif members:
        rows = []
        for member in members:
            reasons = ", ".join(_plain(reason) for reason in member.get("reasons", []))
            good = bool(member.get("pageable"))
            shown = Text("yes", "green") if good else Text(f"no: {reasons}", "yellow")
            soon = "; ".join(_ends(each, dated=False) for each in member.get("warnings", []))
            cells = [str(member.get("member_id")), _plain(member.get("role"))]
            works = f"{member.get('discipline')}, {member.get('station')}"
            rows.append([*cells, works, " ".join(member.get("units", [])), shown, soon])
        _table(("member", "role", "works in", "units", "may be asked", "ends soon"), rows)
    else:
        print("the roster is empty: fill it with `tailboard roster import FILE.csv`")


@app.command("check")
def check(
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show what keeps members from being asked, today and within the next 60 days.

    The exit code is 1 when something bites today: a lapsed training, a contact that nobody
    confirmed, a role with too few members. Run it every morning from a scheduler.

    Example:

      tailboard roster check
    """
    from rich.text import Text

    from services.cli.api import Server

    told = Server(connection(url, key, data_dir)).get("/v1/roster/check")
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        rows = [
            [
                str(member.get("member_id")),
                _plain(member.get("role")),
                Text(", ".join(_plain(code) for code in member.get("now", [])), "red"),
                "; ".join(_ends(each) for each in member.get("soon", [])),
            ]
            for member in told.get("members", [])
        ]
        if rows:
            _table(("member", "role", "today", f"within {told.get('warn_days')} days"), rows)
        for role in told.get("roles", []):
            short = f"{role.get('pageable')} of at least {role.get('wanted')} can be asked"
            print(f"too few: {_plain(role.get('role'))}, {short}")
        if told.get("not_nominated"):
            print(f"not nominated by colleagues: {', '.join(told['not_nominated'])}")
        if not (rows or told.get("roles")):
            print("nothing keeps anybody from being asked")
    if told.get("bites"):
        raise Stop("something keeps members from being asked today", EXIT_REFUSED)


@app.command("who")
def who(
    *,
    on: Annotated[
        str, typer.Option("--on", help="The day, YYYY-MM-DD; today if left out.", metavar="DATE")
    ] = "",
    role: Annotated[str, typer.Option("--role", help="Only this role.", metavar="ROLE")] = "",
    language: Annotated[
        str, typer.Option("--language", help="Only who speaks it, such as es.", metavar="CODE")
    ] = "",
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who was designated on a day, since when and until when, and who was trained then.

    Examples:

      tailboard roster who

      tailboard roster who --on 2026-03-02 --role peer --language es
    """
    from schemas.policy import Role
    from services.cli.api import Server
    from services.cli.roster_steps import day_of

    if role and role not in {each.value for each in Role}:
        known = ", ".join(each.value for each in Role)
        raise Stop(f"no role {role!r}: use {known}", EXIT_INPUT)
    day = {"on": day_of("--on", on)} if on else {}
    told = Server(connection(url, key, data_dir)).get("/v1/roster/designated", **day)
    members = [
        member
        for member in told.get("members", [])
        if role in ("", member.get("role"))
        and (not language or language in member.get("languages", []))
    ]
    if as_json:
        print(json.dumps({**told, "members": members}, indent=2))
    elif members:
        heading = ("member", "role", "discipline", "languages", "since", "until", "trained")
        _table(heading, [_designated(member) for member in members])
    else:
        print(f"nobody like that was designated on {told.get('on')}")


def _designated(member: dict[str, Any]) -> list[Any]:
    names = ("member_id", "role", "discipline")
    cells = [
        _plain(member.get(name)) if name != "member_id" else str(member[name]) for name in names
    ]
    trained = "yes" if member.get("trained") else "no"
    until = str(member.get("until") or "")
    return [*cells, " ".join(member.get("languages", [])), str(member.get("since")), until, trained]


def _table(heading: tuple[str, ...], rows: list[list[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*heading)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _plain(code: object) -> str:
    return str(code).replace("_", " ")


def _ends(warning: dict[str, Any], *, dated: bool = True) -> str:
    days = warning.get("days")
    said = f"{_plain(warning.get('kind'))} {'today' if days == 0 else f'in {days} d'}"
    return f"{said} ({warning.get('on')})" if dated else said
