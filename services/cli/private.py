"""`tailboard private`: legal holds, breaking the glass, and the clock of what is erased."""

import json
from typing import Annotated, Any

import typer

from services.cli.cases import in_path
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop
from services.cli.times import local

app = typer.Typer(
    name="private",
    help="One-on-ones: legal holds, breaking the glass, the purge clock.",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="The server's JSON.")]
OneArgument = Annotated[
    str, typer.Argument(metavar="ONE-ON-ONE", help="As `status --peer` lists it: o-6b8e...")
]
_WHOLE = 36
"""Letters of an id: one that is typed whole needs no look at the cases."""
_HOLD_REASONS = "subpoena, litigation, records_request, counsel or other"
_LIFT_REASONS = "released, counsel, mistake or other"
_GLASS_REASONS = "peer_left, peer_unreachable, safety or court_order"


@app.command()
def status(
    *,
    peer: Annotated[
        str | None, typer.Option("--peer", help="List this peer's by their ids, and nobody.")
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show how many one-on-ones there are, the legal holds, and when the next record is erased.

    Examples:

      tailboard private status

      tailboard private status --peer p-01
    """
    from services.cli.api import Server

    asked = {"peer": peer} if peer else {}
    found = Server(connection(url, key, data_dir)).get("/v1/private/status", **asked)
    print(json.dumps(found, indent=2) if as_json else "\n".join(_lines(found, peer)))


@app.command()
def hold(
    *,
    agency: Annotated[bool, typer.Option("--agency", help="Everything of the agency.")] = False,
    case_id: Annotated[
        str | None, typer.Option("--case", help="All that comes from one case.")
    ] = None,
    one_on_one: Annotated[
        str | None, typer.Option("--one-on-one", help="One of them: o-6b8e...")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=f"{_HOLD_REASONS}.")],
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Set a legal hold: nothing that it covers is erased until you lift it.

    Examples:

      tailboard private hold --agency --reason subpoena

      tailboard private hold --case 3fa8 --reason litigation

      tailboard private hold --one-on-one o-6b8e3d1c-0000-4000-8000-00000000000a --reason counsel
    """
    from services.cli.api import Server
    from services.cli.cases import whole_id

    if sum((agency, case_id is not None, one_on_one is not None)) != 1:
        raise Stop("say what it covers: --agency, --case ID or --one-on-one ID", EXIT_INPUT)
    server = Server(connection(url, key, data_dir))
    body: dict[str, Any] = {"scope": "agency", "reason": reason}
    if case_id is not None:
        is_whole = len(case_id) == _WHOLE
        whole = case_id if is_whole else whole_id(server, case_id)
        body |= {"scope": "case", "case_id": whole}
    if one_on_one is not None:
        body |= {"scope": "one_on_one", "one_on_one": one_on_one}
    told = server.json(server.ask("POST", "/v1/private/holds", json=body))
    print(f"nothing of it is erased; lift it with: tailboard private lift {told['hold_id']}")


@app.command()
def lift(
    hold_id: Annotated[str, typer.Argument(metavar="HOLD", help="As `status` lists it.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help=f"{_LIFT_REASONS}.")],
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Lift a legal hold: what should have been erased meanwhile is erased at once.

    Example:

      tailboard private lift 6b8e3d1c-0000-4000-8000-00000000000b --reason released
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    server.ask("POST", f"/v1/private/holds/{in_path(hold_id)}/lift", json={"reason": reason})
    print(f"hold {hold_id} is lifted; what is overdue is erased")


@app.command("break-glass")
def break_glass(
    one_on_one: OneArgument,
    *,
    on_behalf_of: Annotated[
        str,
        typer.Option("--for", help="The clinician of the roster who answers for it, such as m-01."),
    ],
    reason: Annotated[str, typer.Option("--reason", help=f"{_GLASS_REASONS}.")],
    hand_over_to: Annotated[
        str | None,
        typer.Option("--hand-over-to", help="Ask this peer to take it over; shows nobody."),
    ] = None,
    as_json: JsonOption = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Open a record that is somebody else's. It is on record, and its owner is told at once.

    Examples:

      tailboard private break-glass o-6b8e... --for m-01 --reason safety

      tailboard private break-glass o-6b8e... --for m-01 --reason peer_left --hand-over-to p-02
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    body = {"on_behalf_of": on_behalf_of, "reason": reason, "hand_over_to": hand_over_to}
    path = f"/v1/private/one-on-ones/{in_path(one_on_one)}/break-glass"
    told = server.json(server.ask("POST", path, json=body))
    if as_json:
        print(json.dumps(told, indent=2))
    elif told["offered_to"]:
        print(f"{told['offered_to']} is asked to take it over from {told['peer']}, who is told")
    else:
        who = f"{told['call_them']}, {told['reach_at']}" if told["call_them"] else "nothing is kept"
        print(f"{who}\nnext contact {local(told['next_contact_at'])}; {told['peer']} is told")


@app.command()
def rekey(*, url: UrlOption = None, key: KeyOption = None, data_dir: DataDirOption = None) -> None:
    """Make a new master key and wrap every record's key with it; the old master opens nothing more.

    Broken off, it goes on where it stopped when you call it again. Then make a new backup of the
    data folder: with an older one the records cannot be opened.

    Example:

      tailboard private rekey
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    told = server.json(server.ask("POST", "/v1/private/rekey"))
    print(f"{told['keys']} keys are wrapped by the new master; back the data folder up again")


def _lines(found: dict[str, Any], peer: str | None) -> list[str]:
    lines = [
        f"open     {found['open']} ({found['due']} due, {found['overdue']} overdue, "
        f"{found['needs_a_peer']} without a peer)",
        f"closed   {found['closed']}, erased {found['erase_after_days']:g} days after closing; "
        f"next {local(found['next_erasure_at'])}",
        f"on hold  {found['held']} that would be erased by now",
    ]
    for each in found["holds"]:
        about = f" {each['about']}" if each["about"] else ""
        lines.append(f"hold     {each['hold_id']}  {each['scope']}{about}  {each['reason']}")
    if peer and not found["of_peer"]:
        lines.append(f"{peer} has none")
    for one in found["of_peer"]:
        when = (
            f"erased {local(one['erase_at'])}" if one["erase_at"] else local(one["next_contact_at"])
        )
        flags = [word for word in ("overdue", "needs_a_peer", "held") if one[word]]
        lines.append("  ".join((one["one_on_one"], one["kind"], when, *flags)).replace("_", " "))
    return lines
