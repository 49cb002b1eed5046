"""`tailboard rota`: who is on call when, what is left open, and every change of it."""

import json
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer

from services.cli import rota_calendars, rota_changes, rota_import
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

app = typer.Typer(name="rota", help="Who is on call when.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]


@app.command("show")
def show(
    name: Annotated[
        str | None, typer.Argument(help="Only this rota.", metavar="ROTA", show_default=False)
    ] = None,
    *,
    week: Annotated[
        str,
        typer.Option(
            "--week", help="Any day of the week to show; today if left out.", metavar="DATE"
        ),
    ] = "",
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a week: who is on call on which day, and from when on where they take over.

    A row is one place in the order of asking. Times are those of each rota's own zone.

    Examples:

      tailboard rota show

      tailboard rota show peers-weekly --week 2026-03-09
    """
    from rich.console import Console

    from services.cli.api import Server
    from services.cli.rota_shown import week_table

    day = _day("--week", week) if week else date.today()  # noqa: DTZ011 - the reader's own week
    monday = day - timedelta(days=day.weekday())
    server = Server(connection(url, key, data_dir))
    only = {"rota": name} if name else {}
    told = server.get(
        "/v1/rota/shifts", start=f"{monday - timedelta(days=1)}T00:00", days=9, **only
    )
    if as_json:
        print(json.dumps(told, indent=2))
        return
    rotas = {rota["rota"]: rota for rota in server.get("/v1/rota/schedules").get("rotas", [])}
    if name and name not in rotas:
        raise Stop(f"there is no rota {name}: {_known(rotas)}")
    if not rotas:
        print("there is no rota yet: make one with `tailboard rota set FILE.yaml`")
        return
    console = Console()
    for rota_id, rota in rotas.items():
        if name in (None, rota_id):
            _describe(rota_id, rota)
            own = [each for each in told.get("shifts", []) if each["rota"] == rota_id]
            console.print(week_table(own, monday) if own else "nobody is on call in this week\n")


@app.command("who")
def who(
    *,
    at: Annotated[
        str,
        typer.Option(
            "--at",
            help="A time on the agency's clock, such as 2026-03-07T02:00, or one with its offset.",
            metavar="TIME",
        ),
    ] = "",
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who is on call now or at another time, in the order in which they are asked.

    Examples:

      tailboard rota who

      tailboard rota who --at 2026-11-01T01:30
    """
    from services.cli.api import Server

    query = {"at": _moment("--at", at)} if at else {}
    told = Server(connection(url, key, data_dir)).get("/v1/rota/on-call", **query)
    if as_json:
        print(json.dumps(told, indent=2))
        return
    when = datetime.fromisoformat(str(told.get("at")))
    print(f"{when:%A %d %B %Y %H:%M} (UTC{when:%z})")
    for each in told.get("on_call", []):
        role = str(each.get("role") or "not on the roster").replace("_", " ")
        away = ", away by their hours or calendar" if each.get("away") else ""
        print(f"  {each.get('place')}. {each.get('member_id')} ({role}){away}")
    if not told.get("on_call"):
        print("  nobody is on call")
    others = [m for m in told.get("away", []) if m not in {e["member_id"] for e in told["on_call"]}]
    if others:
        print(f"  away besides: {', '.join(others)}")


@app.command("gaps")
def gaps(
    *,
    days: Annotated[
        int | None, typer.Option("--days", help="How far to look.", min=1, max=90, metavar="DAYS")
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show times ahead for which nobody fit is on call, and what is amiss with those who are.

    The exit code is 1 when there is anything: run it every morning from a scheduler.

    Example:

      tailboard rota gaps --days 30
    """
    from services.cli.api import Server

    query = {"days": days} if days else {}
    told = Server(connection(url, key, data_dir)).get("/v1/rota/gaps", **query)
    found = told.get("gaps", [])
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        for gap in found:
            print(gap.get("words"))
        if not found:
            print("no gap: somebody fit is on call all the time, as far as there is a rota")
    if found:
        raise Stop(f"{len(found)} {'gap' if len(found) == 1 else 'gaps'} ahead", EXIT_REFUSED)


def _describe(rota_id: str, rota: dict[str, Any]) -> None:
    plan = rota.get("plan")
    if plan is None:
        print(f"{rota_id}: has ended")
        return
    role = str(plan["role"]).replace("_", " ")
    print(f"{rota_id}: {role}, times of {plan['time_zone']}")
    for each in rota.get("overrides", []):
        instead = f"instead of {each['instead_of']}" if each.get("instead_of") else "in addition"
        starts, ends = (datetime.fromisoformat(each[name]) for name in ("starts", "ends"))
        span = f"{starts:%a %d %b %H:%M} - {ends:%a %d %b %H:%M}"
        print(f"  {span}  {each['member_id']} {instead}  ({each['override_id'][:8]})")


def _known(rotas: dict[str, Any]) -> str:
    return f"there are {', '.join(sorted(rotas))}" if rotas else "there is none yet"


def _day(option: str, told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise Stop(f"{option}: write a day as YYYY-MM-DD", EXIT_INPUT) from error


def _moment(option: str, told: str) -> str:
    try:
        return datetime.fromisoformat(told).isoformat()
    except ValueError as error:
        said = "write a time such as 2026-03-07T02:00, or 2026-03-07T02:00-05:00"
        raise Stop(f"{option}: {said}", EXIT_INPUT) from error


for _command, _run in (
    ("set", rota_changes.set_rota),
    ("override", rota_changes.override),
    ("swap", rota_changes.swap),
    ("end", rota_changes.end),
    ("import", rota_import.import_file),
    ("export", rota_import.export),
    ("feed", rota_calendars.feed),
    ("calendar", rota_calendars.calendar),
    ("hours", rota_calendars.hours),
):
    app.command(_command)(_run)
