"""Calendars from the command line: a member's feed, their own calendar, their hours."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop

MemberArgument = Annotated[str, typer.Argument(help="The roster number.", metavar="MEMBER")]


def feed(
    member: MemberArgument,
    *,
    team: Annotated[
        bool, typer.Option("--team", help="Everybody's shifts: for those who plan.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Close every feed that they were given.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print the address of a member's calendar feed. Send it to them alone: whoever has it can read it.

    Calendar programs subscribe to it and keep up by themselves.

    Examples:

      tailboard rota feed p-07

      tailboard rota feed c-01 --team
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    if withdraw:
        server.ask("DELETE", f"/v1/rota/feeds/{member}")
        print(f"every feed of {member} is closed")
        return
    scope = "team" if team else "own"
    told = server.json(server.ask("POST", f"/v1/rota/feeds/{member}", json={"scope": scope}))
    print(told.get("url"))


def calendar(
    member: Annotated[
        str | None,
        typer.Argument(help="The roster number; leave it out to list.", metavar="MEMBER"),
    ] = None,
    source: Annotated[
        str | None, typer.Argument(help="An https address or a file.", metavar="URL|FILE.ics")
    ] = None,
    *,
    forget: Annotated[
        bool, typer.Option("--forget", help="Erase what is kept of their calendar.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Keep a member from being asked while their own calendar has them busy.

    Of the calendar only busy times are kept, never what they are for. An address is read again every
    hour. Nobody who is busy is asked, except in an emergency.

    Examples:

      tailboard rota calendar p-07 https://calendar.example/p-07/private.ics

      tailboard rota calendar p-07 --forget
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    if member is None:
        _list(server.get("/v1/rota/calendars").get("calendars", []))
    elif forget:
        server.ask("DELETE", f"/v1/rota/calendars/{member}")
        print(f"nothing is kept of the calendar of {member}")
    elif source is None:
        raise Stop("name an address or a file, or say --forget", EXIT_INPUT)
    else:
        _told(server.json(_send(server, member, source)))


def hours(
    member: MemberArgument,
    times: Annotated[
        list[str] | None,
        typer.Argument(help='Such as "mon-fri 07:00-22:00".', metavar="DAYS FROM-TO"),
    ] = None,
    *,
    zone: Annotated[str, typer.Option("--zone", help="Their IANA time zone.", metavar="ZONE")] = "",
    always: Annotated[
        bool, typer.Option("--always", help="They can be asked around the clock.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say at which hours of the week a member can be asked at all. An emergency asks them anyway.

    Examples:

      tailboard rota hours p-07 "mon-fri 07:00-22:00" "sat 10:00-14:00" --zone America/New_York

      tailboard rota hours p-07 --always
    """
    from services.cli.api import Server

    server, path = Server(connection(url, key, data_dir)), f"/v1/rota/hours/{member}"
    if always:
        server.ask("DELETE", path)
        print(f"{member} can be asked around the clock")
        return
    if not times or not zone:
        raise Stop(
            'name times and --zone, such as "mon-fri 07:00-22:00" --zone America/New_York',
            EXIT_INPUT,
        )
    body = {"time_zone": zone, "times": [_times(each) for each in times]}
    server.ask("PUT", path, json=body)
    print(f"{member} can be asked {', '.join(times)} ({zone})")


def _send(server: Any, member: str, source: str) -> Any:
    if "://" in source:
        return server.ask("PUT", f"/v1/rota/calendars/{member}", json={"url": source})
    try:
        text = Path(source).read_bytes()
    except OSError as error:
        raise Stop(f"{source} cannot be read: {error.strerror}", EXIT_INPUT) from error
    query = {"member_id": member}
    return server.ask("PUT", "/v1/rota/calendar-file", params=query, content=text)


def _told(calendar: dict[str, Any]) -> None:
    often = "is read every hour" if calendar.get("subscribed") else "was read once"
    print(f"{calendar.get('member_id')}: {calendar.get('busy_times')} busy times ahead; it {often}")


def _list(calendars: list[dict[str, Any]]) -> None:
    for each in calendars:
        _told(each)
        if each.get("trouble"):
            print(f"  not read the last time: {str(each['trouble']).replace('_', ' ')}")
    if not calendars:
        print("no member's own calendar is read")


def _times(told: str) -> dict[str, Any]:
    from pydantic import ValidationError

    from services.cli.rota_file import WrittenTimes

    named, _, span = told.rpartition(" ")
    starts, _, ends = span.partition("-")
    try:
        read = WrittenTimes.model_validate({"days": named, "starts": starts, "ends": ends})
    except ValidationError as error:
        said = f'{told}: write days and times such as "mon-fri 07:00-22:00"'
        raise Stop(said, EXIT_INPUT) from error
    return read.model_dump(mode="json")
