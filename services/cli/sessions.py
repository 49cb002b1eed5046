"""`tailboard sessions`: when sessions take place."""

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from services.cli.cases import CaseArgument, in_path, whole_id
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.settle import ItemArgument
from services.cli.stop import EXIT_INPUT, Stop
from services.cli.times import local

app = typer.Typer(
    name="sessions", help="When sessions take place: see, confirm, move.", no_args_is_help=True
)
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="WHEN", help="A time, such as 2026-03-02T08:00.")
]
MinutesOption = Annotated[int | None, typer.Option("--minutes", min=10, help="How long it takes.")]
ByOption = Annotated[
    list[str] | None, typer.Option("--by", help="A member who holds it, by roster number.")
]
PlaceOption = Annotated[
    str | None, typer.Option("--place", help="A code of the agency, such as st-4; no address.")
]
UnitOption = Annotated[
    list[str] | None,
    typer.Option("--unit", help="On duty then: the dispatch center is asked to cover it."),
]
CountOption = Annotated[
    int | None, typer.Option("--count", min=1, help="About how many people the units are.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="In spite of somebody who is busy, or of too few.")
]


@app.command("list")
def list_sessions(
    case_id: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="A case; or all that is to come.")
    ] = None,
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=60, help="How far ahead.")] = 14,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the sessions to come; of a case also the times that are proposed, and what is missing.

    Examples:

      tailboard sessions list

      tailboard sessions list 3fa8
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    if case_id is None:
        found = server.get("/v1/sessions", days=days)
        lines = [_to_come(each) for each in found["sessions"]] or ["no session is set or proposed"]
    else:
        found = server.get(f"/v1/cases/{in_path(whole_id(server, case_id))}/sessions")
        lines = [line for each in found["sessions"] for line in _of_case(each)]
    print(json.dumps(found, indent=2) if as_json else "\n".join(lines))


@app.command()
def propose(
    case_id: CaseArgument,
    item: ItemArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Find times for a session now: inside its window, when enough of the team are free.

    Example:

      tailboard sessions propose 3fa8 defusing-responders
    """
    _step("propose", case_id, item, {}, (url, key, data_dir))


@app.command()
def confirm(
    case_id: CaseArgument,
    item: ItemArgument,
    *,
    slot: Annotated[
        int | None, typer.Option("--slot", min=1, max=3, help="A proposed time; the first one.")
    ] = None,
    at: AtOption = None,
    minutes: MinutesOption = None,
    by: ByOption = None,
    place: PlaceOption = None,
    unit: UnitOption = None,
    count: CountOption = None,
    anyway: AnywayOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Confirm a proposed time, or set another one. Whoever holds it gets an invitation.

    Examples:

      tailboard sessions confirm 3fa8 defusing-responders

      tailboard sessions confirm 3fa8 defusing-responders --at 2026-03-02T08:00 --by p-01 --by p-04
    """
    body = _time(at, minutes, by, place) | ({"slot": slot} if slot else {})
    body |= _cover(unit, count) | ({"anyway": True} if anyway else {})
    _step("confirm", case_id, item, body, (url, key, data_dir))


@app.command()
def move(
    case_id: CaseArgument,
    item: ItemArgument,
    *,
    at: AtOption = None,
    slot: Annotated[
        int | None, typer.Option("--slot", min=1, max=3, help="A proposed time instead.")
    ] = None,
    minutes: MinutesOption = None,
    by: ByOption = None,
    place: PlaceOption = None,
    unit: UnitOption = None,
    count: CountOption = None,
    anyway: AnywayOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Move a session to another time. Calendars get the change; cover goes with it.

    Example:

      tailboard sessions move 3fa8 defusing-responders --at 2026-03-02T10:00
    """
    if at is None and slot is None:
        raise Stop("say when: --at 2026-03-02T10:00, or --slot 2 for a proposed time", EXIT_INPUT)
    body = _time(at, minutes, by, place) | ({"slot": slot} if slot else {})
    body |= _cover(unit, count) | ({"anyway": True} if anyway else {})
    _step("move", case_id, item, body, (url, key, data_dir))


@app.command()
def cancel(
    case_id: CaseArgument,
    item: ItemArgument,
    reason: Annotated[
        str,
        typer.Argument(
            metavar="REASON",
            help="One of not_called_for, nobody_wanted_it, held_elsewhere, clinical_advice, "
            "counsel, still_working, other.",
        ),
    ],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say that a session does not take place. To hold it at another time, move it instead.

    Example:

      tailboard sessions cancel 3fa8 defusing-dispatchers nobody_wanted_it
    """
    _step("cancel", case_id, item, {"reason": reason}, (url, key, data_dir))


@app.command()
def extend(
    case_id: CaseArgument,
    item: ItemArgument,
    *,
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="When it closes then.")],
    member: Annotated[
        str, typer.Option("--mhp", help="The mental health professional of the team who says so.")
    ],
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            help="One of still_working, off_shift, no_facilitators, too_soon, outage.",
        ),
    ],
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Keep a window open for longer, as far as the policy lets a professional of the team.

    Example:

      tailboard sessions extend 3fa8 defusing-responders --until 2026-03-03T02:00 --mhp m-02 --reason off_shift
    """
    body = {"closes_at": _moment("--until", until), "member_id": member, "reason": reason}
    _step("extend", case_id, item, body, (url, key, data_dir))


def _step(word: str, case_id: str, item: str, body: dict[str, Any], where: Any) -> None:
    from services.cli.api import Server

    server = Server(connection(*where))
    whole = whole_id(server, case_id)
    path = f"/v1/cases/{in_path(whole)}/items/{in_path(item)}/{word}"
    told = server.json(server.ask("POST", path, json=body))
    print("\n".join(_of_case(told)))


def _of_case(told: dict[str, Any]) -> list[str]:
    """How one session stands, and below it the times that wait for a choice."""
    item, status = told.get("item"), told.get("status")
    if told.get("starts_at"):
        at = f" at {told['place']}" if told.get("place") else ""
        cover = f"; cover asked for {', '.join(told['units'])}" if told.get("units") else ""
        who = ", ".join(told.get("facilitators", []))
        first = f"{item}: set for {local(told['starts_at'])}{at}, held by {who}{cover}"
    elif told.get("shortage"):
        first = f"{item}: no time is found ({str(told['shortage']).replace('_', ' ')})"
    else:
        closes = f", closes {local(told['closes_at'])}" if told.get("closes_at") else ""
        first = f"{item}: {status}{closes}"
    return [first, *_slots(told)]


def _slots(told: dict[str, Any]) -> list[str]:
    notes = []
    if told.get("unsure"):
        notes.append("  whether they are free could not be asked: look before you confirm")
    if told.get("awaits_approval"):
        notes.append("  waits for the mental health professional's approval")
    if told.get("confirm_at"):
        notes.append(f"  the first confirms itself at {local(told['confirm_at'])}")
    slots = told.get("slots", [])
    return [
        *(
            f"  {number}. {local(slot['starts_at'])}, {', '.join(slot['facilitators'])}"
            for number, slot in enumerate(slots, start=1)
        ),
        *(notes if slots else []),
    ]


def _to_come(told: dict[str, Any]) -> str:
    state = "" if told.get("scheduled") else " (waits to be confirmed)"
    who = ", ".join(told.get("facilitators", []))
    at = f" at {told['place']}" if told.get("place") else ""
    case = str(told.get("case_id"))[:8]
    return f"{local(told['starts_at'])}{at}  {case}  {told.get('item')}  {who}{state}"


def _time(
    at: str | None, minutes: int | None, by: list[str] | None, place: str | None
) -> dict[str, Any]:
    told = {
        "starts_at": _moment("--at", at) if at else None,
        "minutes": minutes,
        "facilitators": by or None,
        "place": place,
    }
    return {name: value for name, value in told.items() if value is not None}


def _cover(units: list[str] | None, count: int | None) -> dict[str, Any]:
    told = {"units": units or None, "count": count}
    return {name: value for name, value in told.items() if value is not None}


def _moment(option: str, text: str) -> str:
    """A time as the server reads it; without an offset it is one of this machine's clock."""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except ValueError as error:
        raise Stop(f"{option}: write a time as 2026-03-02T08:00", EXIT_INPUT) from error
