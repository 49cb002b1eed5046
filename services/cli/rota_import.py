"""Shifts from another calendar program, and rotas on their way out."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from services.cli.api import Server

Span = tuple[datetime, datetime]
_AHEAD = timedelta(days=366)
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift of the file."""

    member_id: str
    starts: datetime
    ends: datetime
    uid: str
    line: int


def import_file(
    file: Annotated[Path, typer.Argument(help="A calendar of shifts.", metavar="FILE.ics")],
    *,
    rota: Annotated[
        str, typer.Option("--rota", help="The rota that the shifts belong to.", metavar="ROTA")
    ],
    place: Annotated[
        int, typer.Option("--place", help="Whose place they take, 1 first.", min=1, metavar="N")
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be changed.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take shifts of the year ahead from a calendar program over, as stand-ins in a rota.

    Each entry names its member by roster number, in its title or among its attendees. Where the rota
    has somebody else on call then, the member stands in for them; where it has nobody, they are on
    call in addition. What is so already is left alone: the same file again changes nothing.

    Example:

      tailboard rota import shifts.ics --rota peers-weekly --dry-run
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    plan = server.get(f"/v1/rota/schedules/{rota}").get("plan")
    if plan is None:
        raise Stop(f"{rota} has ended: set it again first")
    members = {str(m["member_id"]) for m in server.get("/v1/roster/members").get("members", [])}
    now = datetime.fromisoformat(server.get("/v1/rota/on-call")["at"])
    entries = read_entries(file, members, plan["time_zone"], now)
    changed = 0
    refused: list[str] = []
    for entry in entries:
        for change in _changes(server, rota, place, entry, plan):
            problem = "" if dry_run else _post(server, rota, change)
            if problem:
                refused.append(f"{file}:{entry.line}: {_said(change)}: {problem}")
                continue
            changed += 1
            print(_said(change))
    print(f"{len(entries)} shifts read, {changed} {'would be changed' if dry_run else 'changed'}")
    if refused:
        raise Stop("\n".join(refused), EXIT_REFUSED)


def export(
    rota: Annotated[str, typer.Argument(help="The rota's name.", metavar="ROTA")],
    *,
    ics: Annotated[
        bool, typer.Option("--ics", help="Its shifts as a calendar, instead of its plan.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print a rota's plan as YAML for `tailboard rota set`, or its shifts as a calendar.

    Examples:

      tailboard rota export peers-weekly > peers.yaml

      tailboard rota export peers-weekly --ics > peers.ics
    """
    from services.cli.api import Server
    from services.cli.rota_file import as_file

    server = Server(connection(url, key, data_dir))
    if ics:
        print(server.ask("GET", f"/v1/rota/schedules/{rota}/shifts.ics").text, end="")
        return
    plan = server.get(f"/v1/rota/schedules/{rota}").get("plan")
    if plan is None:
        raise Stop(f"{rota} has ended: it has no plan any more")
    print(as_file(rota, plan), end="")


def read_entries(file: Path, members: "Collection[str]", zone: str, start: datetime) -> list[Entry]:
    """The shifts of a file. Raises Stop 2 with a line for each entry that names no one member."""
    import recurring_ical_events
    from icalendar import Calendar

    try:
        text = file.read_bytes()
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}", EXIT_INPUT) from error
    try:
        calendar = Calendar.from_ical(text)
    except ValueError as error:
        raise Stop(f"{file} is not an iCalendar file", EXIT_INPUT) from error
    lines, found, problems = _lines_of(text), [], []
    for event in recurring_ical_events.of(calendar).between(start, start + _AHEAD):
        uid = str(event.get("UID", ""))
        named = sorted(_named(event) & set(members))
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        if len(named) != 1:
            what = "no member of the roster" if not named else f"{' and '.join(named)}: name one"
            problems.append(f"{file}:{lines.get(uid, 1)}: SUMMARY, ATTENDEE: {what}")
            continue
        starts, ends = _moment(event.start, zone), _moment(event.end, zone)
        found.append(Entry(named[0], starts, ends, uid, lines.get(uid, 1)))
    if problems:
        raise Stop("\n".join(dict.fromkeys(problems)), EXIT_INPUT)
    return sorted(found, key=lambda entry: (entry.starts, entry.member_id))


def _named(event: Any) -> set[str]:
    """Every word of a title and of the attendees; roster numbers are among them."""
    attendees = event.get("ATTENDEE", [])
    told = [str(event.get("SUMMARY", ""))]
    for each in attendees if isinstance(attendees, list) else [attendees]:
        told += [str(each), str(each.params.get("CN", ""))]
    return {word for part in told for word in _WORD.findall(part.lower())}


def _lines_of(text: bytes) -> dict[str, int]:
    """In which line each entry begins, by its UID."""
    found: dict[str, int] = {}
    begun, uid = 1, ""
    for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), start=1):
        if uid and line.startswith((" ", "\t")):  # a long line goes on in the next
            del found[uid]
            uid += line[1:]
        else:
            uid = line[4:].strip() if line.upper().startswith("UID:") else ""
        if uid:
            found[uid] = begun
        if line.strip().upper() == "BEGIN:VEVENT":
            begun = number
    return found


def _moment(at: date, zone: str) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(0))  # a whole day on the rota's clock
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _changes(
    server: "Server", rota: str, place: int, entry: Entry, plan: dict[str, Any]
) -> "Iterator[dict[str, Any]]":
    """What has to be changed for one shift to be as the file says."""
    days = (entry.ends - entry.starts).days + 1
    told = server.get("/v1/rota/shifts", rota=rota, start=entry.starts.isoformat(), days=days)
    shifts = [(each, _times(each)) for each in told["shifts"]]
    theirs = [span for each, span in shifts if each["member_id"] == entry.member_id]
    for opens, closes in _without((entry.starts, entry.ends), theirs):
        until = opens
        for each, (starts, ends) in shifts:
            if each["place"] != place or starts >= closes or ends <= until:
                continue
            if until < starts:
                yield _override(entry, None, (until, starts), plan)
            span = max(starts, until), min(ends, closes)
            yield _override(entry, each["member_id"], span, plan)
            until = span[1]
        if until < closes:
            yield _override(entry, None, (until, closes), plan)


def _times(shift: dict[str, Any]) -> Span:
    return datetime.fromisoformat(shift["starts"]), datetime.fromisoformat(shift["ends"])


def _without(span: Span, taken: list[Span]) -> "Iterator[Span]":
    """What is left of a time: the member is on call already in the rest."""
    until, closes = span
    for starts, ends in sorted(taken):
        if until < min(starts, closes):
            yield until, min(starts, closes)
        until = max(until, ends)
    if until < closes:
        yield until, closes


def _post(server: "Server", rota: str, change: dict[str, Any]) -> str:
    """Make one change; why not, when the server refuses it."""
    try:
        server.ask("POST", f"/v1/rota/schedules/{rota}/overrides", json=change)
    except Stop as refusal:
        return str(refusal)
    return ""


def _said(change: dict[str, Any]) -> str:
    instead = f"instead of {change['instead_of']}" if change["instead_of"] else "in addition"
    span = f"{change['starts'].replace('T', ' ')} - {change['ends'].replace('T', ' ')}"
    return f"{span}  {change['member_id']} {instead}"


def _override(
    entry: Entry, instead_of: str | None, span: tuple[datetime, datetime], plan: dict[str, Any]
) -> dict[str, Any]:
    from schemas.subjects import derived_id

    zone = ZoneInfo(plan["time_zone"])
    starts, ends = (f"{each.astimezone(zone):%Y-%m-%dT%H:%M}" for each in span)
    named = derived_id("rota-import", entry.uid, entry.member_id, instead_of, starts, ends)
    return {
        "member_id": entry.member_id,
        "instead_of": instead_of,
        "starts": starts,
        "ends": ends,
        "override_id": str(named),
    }
