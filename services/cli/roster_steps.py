"""The small steps of `tailboard roster`: each changes one thing about one member."""

import re
from datetime import date, datetime
from typing import Annotated, Any

import typer

from services.cli.connection import (
    Connection,
    DataDirOption,
    KeyOption,
    UrlOption,
    connection,
)
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

Member = Annotated[str, typer.Argument(metavar="MEMBER", help="A roster number such as p-07.")]
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([hdw])\Z")
_HOURS = {"h": 1, "d": 24, "w": 168}


def mute(
    member: Member,
    *,
    until: Annotated[
        str, typer.Option("--until", help="A day or a time of your clock.", metavar="WHEN")
    ] = "",
    length: Annotated[
        str, typer.Option("--for", help="How long, such as 12h, 3d or 2w.", metavar="LENGTH")
    ] = "",
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Do not ask a member for a while; an emergency asks them all the same.

    Examples:

      tailboard roster mute p-07 --for 3d

      tailboard roster mute p-07 --until 2026-03-09
    """
    if bool(until) is bool(length):
        raise Stop("say how long: either --for 3d or --until 2026-03-09", EXIT_INPUT)
    told = {"until": _time("--until", until)} if until else {"hours": _hours(length)}
    _do(connection(url, key, data_dir), member, "mute", told)
    print(f"{member} is left in peace")


def unmute(
    member: Member,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask a muted member again.

    Example:

      tailboard roster unmute p-07
    """
    _do(connection(url, key, data_dir), member, "unmute")
    print(f"{member} may be asked again")


def confirm(
    member: Member,
    *,
    on: Annotated[
        str, typer.Option("--on", help="The day, YYYY-MM-DD; today if left out.", metavar="DATE")
    ] = "",
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Note that a member is still reached as their contact says.

    Example:

      tailboard roster confirm p-07
    """
    told = {"on": day_of("--on", on)} if on else {}
    _do(connection(url, key, data_dir), member, "confirm-contact", told)
    print(f"the contact of {member} is confirmed")


def stand_down(
    member: Member,
    *,
    reason: Annotated[
        str, typer.Option("--reason", help="A code such as rest or leave.", metavar="CODE")
    ] = "rest",
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Do not ask a member until they return, not even in an emergency.

    Example:

      tailboard roster stand-down p-07 --reason rest
    """
    _do(connection(url, key, data_dir), member, "stand-down", {"reason": reason})
    print(f"{member} is stood down")


def back(
    member: Member,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask a member again who was stood down, or who stays after all.

    Example:

      tailboard roster return p-07
    """
    _do(connection(url, key, data_dir), member, "return")
    print(f"{member} is back")


def leave(
    member: Member,
    *,
    on: Annotated[str, typer.Option("--on", help="Their last day, YYYY-MM-DD.", metavar="DATE")],
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """End a member's designation; who was designated when stays known.

    Example:

      tailboard roster leave p-07 --on 2026-03-31
    """
    day = day_of("--on", on)
    _do(connection(url, key, data_dir), member, "leave", {"on": day})
    print(f"{member} is on the team until {day}")


def invite(
    member: Annotated[
        str, typer.Argument(metavar="MEMBER", help="A roster number; or use --all.")
    ] = "",
    *,
    everybody: Annotated[
        bool, typer.Option("--all", help="Everybody who is designated today.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Close the links that were sent before.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send members the link of their own page: to look, to confirm, to be left in peace.

    Examples:

      tailboard roster invite p-07

      tailboard roster invite --all
    """
    from services.cli.api import Server
    from services.cli.post_tally import counted, say

    if bool(member) is everybody:
        raise Stop("name one member, as in `roster invite p-07`, or use --all", EXIT_INPUT)
    where = connection(url, key, data_dir)
    members = [member]
    if everybody:
        told = Server(where).get("/v1/roster/designated")
        members = [str(each.get("member_id")) for each in told.get("members", [])]
    failed = 0
    for each in members:
        try:
            _do(where, each, f"invite?fresh={'true' if fresh else 'false'}")
        except Stop as stop:
            failed += 1
            say(f"{each}: {stop}")
    print(f"{counted(len(members) - failed, 'link')} sent")
    if failed:
        raise Stop(f"{counted(failed, 'link')} did not go out", EXIT_REFUSED)


def erase(
    member: Member,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Erase how to reach a member, with their name and bio. Their number stays in the history.

    Example:

      tailboard roster erase p-07
    """
    from services.cli.api import Server

    where = connection(url, key, data_dir)
    if not yes:
        typer.confirm(f"Erase the contact of {member}? Nothing can bring it back.", abort=True)
    Server(where).ask("DELETE", f"/v1/roster/members/{_quoted(member)}/contact")
    print(f"the contact of {member} is erased, and {member} is stood down")


def contact(
    who: Annotated[
        str, typer.Argument(metavar="WHO", help="dispatch-center: who answers for the units.")
    ],
    *,
    email: Annotated[str | None, typer.Option("--email", help="A mail address.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="A number.")] = None,
    forget: Annotated[bool, typer.Option("--erase", help="Tell them nothing more.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say how the dispatch center is reached, which is asked to cover units during a session.

    Members give their contact with their entry, see `tailboard roster import`.

    Example:

      tailboard roster contact dispatch-center --email desk@center.example
    """
    from services.cli.api import Server

    if who != "dispatch-center":
        raise Stop(
            f"{who}: this is for dispatch-center; a member's contact is part of their entry",
            EXIT_INPUT,
        )
    if forget is bool(email or phone):
        raise Stop("give --email or --phone, or --erase what is known", EXIT_INPUT)
    server = Server(connection(url, key, data_dir))
    if forget:
        server.ask("DELETE", "/v1/dispatch-center/contact")
        print("the dispatch center's contact is erased")
        return
    body = {"email": email, "phone": phone}
    server.ask("PUT", "/v1/dispatch-center/contact", json=body)
    print("the dispatch center is told when units need cover")


def day_of(option: str, text: str) -> str:
    """A day as the server reads it. Raises Stop 2."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Stop(f"{option}: write a day as 2026-03-02", EXIT_INPUT) from error


def _time(option: str, text: str) -> str:
    """A day's beginning or a time, by this machine's clock where it names no zone."""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except ValueError as error:
        raise Stop(f"{option}: write 2026-03-09 or 2026-03-09T07:00", EXIT_INPUT) from error


def _hours(text: str) -> float:
    found = _LENGTH.match(text)
    if not found:
        raise Stop("--for: write hours, days or weeks, such as 12h, 3d or 2w", EXIT_INPUT)
    return float(found[1]) * _HOURS[found[2]]


def _do(where: Connection, member: str, step: str, told: "dict[str, Any] | None" = None) -> None:
    from services.cli.api import Server

    Server(where).ask("POST", f"/v1/roster/members/{_quoted(member)}/{step}", json=told)


def _quoted(member: str) -> str:
    from urllib.parse import quote

    return quote(member, safe="")
