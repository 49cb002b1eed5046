"""`tailboard drill`: hold an exercise that asks real members, and see how it went."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.cases import JsonOption, in_path
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from services.cli.api import Server

app = typer.Typer(
    name="drill",
    help="Exercises: the whole way to members' phones, each message marked EXERCISE.",
    no_args_is_help=True,
)
TriggerOption = Annotated[
    str | None,
    typer.Option("--trigger", metavar="CLASS", help="What is practised, such as child_death."),
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--role", metavar="ROLE", help="Ask only this role, such as mhp; may be repeated."
    ),
]
DrillArgument = Annotated[
    str, typer.Argument(metavar="ID", help="An exercise's id, or at least its first 6 characters.")
]
_ROLES = ("peer", "mhp", "chaplain", "clinical_director")


@app.command("run")
def run(
    *,
    trigger: TriggerOption = None,
    role: RoleOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Hold an exercise now. Real phones ring.

    Examples:

      tailboard drill run

      tailboard drill run --trigger line_of_duty_death --role mhp
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    told = _post(server, _wanted(server, trigger, role))
    short = str(told.get("case_id"))[:8]
    print(f"The exercise has begun ({told.get('case_id')}): members are being asked.")
    print(f"How it goes: tailboard drill report {short}, or {told.get('link')}")


@app.command("schedule")
def schedule(
    *,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="Such as 2026-03-02T19:00 (this machine's zone)."
        ),
    ] = None,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--between", metavar="FROM TO", help="Unannounced: the server picks the moment."
        ),
    ] = None,
    trigger: TriggerOption = None,
    role: RoleOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Plan an exercise for a time, or for a moment in a window that nobody is told.

    Examples:

      tailboard drill schedule --at 2026-03-02T19:00

      tailboard drill schedule --between 2026-03-02T08:00 2026-03-13T18:00 --trigger child_death
    """
    from services.cli.api import Server
    from services.cli.decide_words import given_time
    from services.cli.times import local

    if (at is None) == (between is None):
        raise Stop("say when: either --at TIME, or --between FROM TO", EXIT_INPUT)
    when: dict[str, Any] = {}
    if at:
        when["at"] = given_time(at)
    if between:
        first, last = (given_time(each, "--between") for each in between)
        when["between"] = {"earliest": first, "latest": last}
    server = Server(connection(url, key, data_dir))
    told = _post(server, _wanted(server, trigger, role) | when)
    begins = f"at {local(told.get('earliest'))}"
    if between:
        window = f"between {local(told.get('earliest'))} and {local(told.get('latest'))}"
        begins = f"at a moment that nobody is told, {window}"
    print(f"The exercise begins {begins}.")
    print(f"To take it back: tailboard drill cancel {str(told.get('case_id'))[:8]}")


@app.command("list")
def listed(
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the exercises that are planned, that run and that are over.

    Example:

      tailboard drill list
    """
    from services.cli.api import Server
    from services.cli.drill_shown import show_list

    told = Server(connection(url, key, data_dir)).get("/v1/drills")
    if as_json:
        print(json.dumps(told, indent=2))
    elif told.get("drills"):
        show_list(told["drills"])
    else:
        print("no exercises yet (`tailboard drill run` holds one)")


@app.command("cancel")
def cancel(
    drill: DrillArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take back an exercise, or end one that runs: whoever was asked is thanked.

    Example:

      tailboard drill cancel 1b671a64
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    found = server.get(f"/v1/drills/{in_path(drill)}").get("drill") or {}
    whole = str(found.get("case_id") or drill)
    server.ask("DELETE", f"/v1/drills/{in_path(whole)}")
    was_running = found.get("state") == "running"
    end = "whoever was asked is thanked" if was_running else "nobody is asked"
    print(f"exercise {whole[:8]} is over: {end}")


@app.command("report")
def report(
    drill: DrillArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show how an exercise went, beside its targets: counts and times, never who.

    Examples:

      tailboard drill report 1b671a64

      tailboard drill report 1b671a64 --json
    """
    from services.cli.api import Server
    from services.cli.drill_shown import show_report

    told = Server(connection(url, key, data_dir)).get(f"/v1/drills/{in_path(drill)}")
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        show_report(told)


def _wanted(server: "Server", trigger: str | None, roles: list[str] | None) -> dict[str, Any]:
    from services.cli.decide_words import known_trigger

    wanted: dict[str, Any] = {}
    if trigger:
        wanted["trigger_class"] = known_trigger(server, trigger)
    if roles:
        wanted["roles"] = [_role(each) for each in roles]
    return wanted


def _role(typed: str) -> str:
    name = typed.strip().lower().replace("-", "_").replace(" ", "_")
    if name not in _ROLES:
        raise Stop(f"--role: no role {typed!r}: a team has {', '.join(_ROLES)}", EXIT_INPUT)
    return name


def _post(server: "Server", wanted: dict[str, Any]) -> dict[str, Any]:
    from services.runtime.clock import new_id

    headers = {"Idempotency-Key": new_id().hex}
    return server.json(server.ask("POST", "/v1/drills", json=wanted, headers=headers))
