"""Changes of rotas from the command line: set, override, swap, end."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    import httpx

    from services.cli.api import Server
    from services.cli.rota_file import RotaFile

RotaArgument = Annotated[str, typer.Argument(help="The rota's name.", metavar="ROTA")]
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]


def set_rota(
    file: Annotated[Path, typer.Argument(help="The rota as YAML.", metavar="FILE.yaml")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would follow; nothing is changed.")
    ] = False,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a rota or replace its plan, and show the first shifts and the gaps that are left.

    Who was on call up to now is never rewritten: a new plan holds from now on, or from its
    `effective_from` on. Stand-ins and swaps stay, wherever the plan still has the member that they
    are about.

    Examples:

      tailboard rota set peers.yaml --dry-run

      tailboard rota set peers.yaml
    """
    from services.cli.rota_file import one_per_line, read_rota

    read = read_rota(file)
    answer = _put(read, dry_run, connection(url, key, data_dir))
    if answer.status_code == 422:
        problems = read.told(_fields(answer.json()))
        raise one_per_line(problems or [str(answer.json().get("detail"))])
    told = _told(answer)
    if as_json:
        print(json.dumps(told, indent=2))
        return
    _show(read.rota.rota, told, dry_run)


def override(
    rota: RotaArgument,
    *,
    member: Annotated[
        str, typer.Option("--member", help="Who is on call for this time.", metavar="MEMBER")
    ] = "",
    instead_of: Annotated[
        str,
        typer.Option(
            "--instead-of", help="Whom they stand in for; nobody: in addition.", metavar="MEMBER"
        ),
    ] = "",
    starts: Annotated[
        str, typer.Option("--from", help="On the wall of the rota's zone.", metavar="TIME")
    ] = "",
    ends: Annotated[str, typer.Option("--until", help="The same.", metavar="TIME")] = "",
    remove: Annotated[
        str, typer.Option("--remove", help="Take this override or swap back.", metavar="ID")
    ] = "",
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Put a member on call for a while, instead of another or in addition, or take that back.

    Examples:

      tailboard rota override peers-weekly --member p-03 --instead-of p-01
      --from 2026-03-07T08:00 --until 2026-03-08T08:00

      tailboard rota override peers-weekly --remove 4f6c02d1
    """
    from services.cli.api import Server
    from services.cli.rota_file import wall

    server = Server(connection(url, key, data_dir))
    path = f"/v1/rota/schedules/{rota}/overrides"
    if remove:
        server.ask("DELETE", f"{path}/{_whole_id(server, rota, remove)}")
        print(f"taken back; `tailboard rota show {rota}` shows who is on call")
        return
    for option, given in (("--member", member), ("--from", starts), ("--until", ends)):
        if not given:
            raise Stop(f"{option} is missing", EXIT_INPUT)
    body = {
        "member_id": member,
        "instead_of": instead_of or None,
        "starts": wall("--from", starts),
        "ends": wall("--until", ends),
    }
    told = server.json(server.ask("POST", path, json=body))
    print(f"{member} is on call then; to take it back: --remove {str(told.get('override_id'))[:8]}")


def swap(
    rota: RotaArgument,
    first: Annotated[str, typer.Argument(help="MEMBER@TIME", metavar="MEMBER@TIME")],
    second: Annotated[str, typer.Argument(help="MEMBER@TIME", metavar="MEMBER@TIME")],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let two members take over a whole shift of each other: those that they have at these times.

    Example:

      tailboard rota swap peers-weekly p-01@2026-03-04T12:00 p-02@2026-03-11T12:00
    """
    from services.cli.api import Server

    (one, one_at), (two, two_at) = _side(first), _side(second)
    body = {"first": one, "first_at": one_at, "second": two, "second_at": two_at}
    server = Server(connection(url, key, data_dir))
    told = server.json(server.ask("POST", f"/v1/rota/schedules/{rota}/swaps", json=body))
    back = f"`tailboard rota override {rota} --remove {str(told.get('override_id'))[:8]}`"
    print(f"{one} and {two} have swapped; to take it back: {back}")


def end(
    rota: RotaArgument,
    *,
    at: Annotated[
        str, typer.Option("--at", help="On the wall of its zone; now if left out.", metavar="TIME")
    ] = "",
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Put nobody on call by this rota any more. What has been stays known.

    Example:

      tailboard rota end peers-weekly --at 2026-06-01T08:00
    """
    from services.cli.api import Server
    from services.cli.rota_file import wall

    body = {"ends": wall("--at", at)} if at else {}
    Server(connection(url, key, data_dir)).ask("POST", f"/v1/rota/schedules/{rota}/end", json=body)
    print(f"{rota} ends {at or 'now'}")


def _put(read: "RotaFile", dry_run: bool, to: Any) -> "httpx.Response":
    """The server's answer, a 422 too: that is told by line. Raises Stop when there is none."""
    import httpx

    from services.cli.api import unreachable

    path = f"/v1/rota/schedules/{read.rota.rota}"
    try:
        with to.client() as client:
            answer: httpx.Response = client.put(
                path, json=read.rota.plan(), params={"dry_run": dry_run}
            )
    except httpx.TransportError as error:
        raise Stop(unreachable(to, error)) from error
    return answer


def _told(answer: "httpx.Response") -> dict[str, Any]:
    from services.cli.api import refusal

    if not answer.is_success:
        raise Stop(refusal(answer))
    told: dict[str, Any] = answer.json()
    return told


def _fields(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(each["field"]), str(each["problem"])) for each in told.get("errors", [])]


def _show(name: str, told: dict[str, Any], dry_run: bool) -> None:
    from services.cli.rota_shown import spell

    said = "would be set" if dry_run else "is set"
    print(f"{name} {said}" if told.get("changed") else f"{name} is so already: nothing changes")
    for shift in told.get("shifts", [])[:10]:
        print(f"  {spell(shift)}")
    gaps = told.get("gaps", [])
    if gaps:
        print("left open, by all rotas together:")
    for gap in gaps[:10]:
        print(f"  {gap.get('words')}")
    if len(gaps) > 10:
        print(f"  and {len(gaps) - 10} more: `tailboard rota gaps`")


def _whole_id(server: "Server", rota: str, short: str) -> str:
    """The id that begins so, as `show` prints it. Raises Stop when there is none, or more than one."""
    told = server.get(f"/v1/rota/schedules/{rota}").get("overrides", [])
    found = {str(each["override_id"]) for each in told}
    fits = [each for each in found if each.startswith(short.lower())]
    if len(fits) != 1:
        none = f"no override of {rota} that is not over begins with {short}"
        raise Stop(
            none if not fits else f"{short} could be {' or '.join(sorted(fits))}", EXIT_INPUT
        )
    return fits[0]


def _side(told: str) -> tuple[str, str]:
    from services.cli.rota_file import wall

    member, at, when = told.partition("@")
    if not (member and at):
        raise Stop(f"{told}: write MEMBER@TIME, such as p-01@2026-03-04T12:00", EXIT_INPUT)
    return member, wall(told, when)
