"""`tailboard retention`: what can be erased, how much is held and until when, and what a hold keeps."""

import json
from typing import Annotated, Any

import typer

from services.cli.cases import in_path
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_REFUSED, Stop
from services.cli.times import local

app = typer.Typer(
    name="retention",
    help="What can be erased: how much is held, until when, and what a legal hold keeps.",
    invoke_without_command=True,
)
_NAMES = {
    "contacts": ("contacts of members who left", "their last day"),
    "one_on_ones": ("one-on-ones that are closed", "closing"),
    "way_back": ("ways to call somebody back", "asking"),
}


@app.callback()
def retention(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The server's JSON.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the purge clock: what is held, until when, and what a legal hold keeps.

    Examples:

      tailboard retention

      tailboard retention purge
    """
    if context.invoked_subcommand:
        return
    from services.cli.api import Server

    found = Server(connection(url, key, data_dir)).get("/v1/retention")
    print(json.dumps(found, indent=2) if as_json else "\n".join(_lines(found)))


@app.command()
def purge(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Erase the contacts of members who left so long ago that the policy wants them gone.

    Everything else that can be erased goes by itself. A legal hold over the agency keeps all of it.

    Examples:

      tailboard retention purge

      tailboard retention purge --yes
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    found = server.get("/v1/retention")
    due = [each["member_id"] for each in found["left"] if each["overdue"]]
    if found["contacts_on_hold"]:
        raise Stop("a legal hold over the agency keeps every contact: lift it first", EXIT_REFUSED)
    if not due:
        print("no contact is due")
        return
    if not yes:
        question = f"Erase the contacts of {', '.join(due)}? Nothing can bring them back."
        typer.confirm(question, abort=True)
    for member_id in due:
        server.ask("DELETE", f"/v1/roster/members/{in_path(member_id)}/contact")
        print(f"the contact of {member_id} is erased")


def _lines(found: dict[str, Any]) -> list[str]:
    few = f"fewer than {found['fewest']}"
    lines = [f"{'what':<30} {'held':>14} {'overdue':>14}  kept"]
    for each in found["clocks"]:
        what, since = _NAMES[each["what"]]
        held, overdue = (few if each[n] is None else str(each[n]) for n in ("held", "overdue"))
        kept = f"{each['after_days']:g} days after {since}, {'' if each['by_itself'] else 'then '}"
        kept += "erased by itself" if each["by_itself"] else "`tailboard retention purge`"
        upcoming = f"; next {local(each['next_at'])}" if each["next_at"] else ""
        lines.append(f"{what:<30} {held:>14} {overdue:>14}  {kept}{upcoming}")
    for member in found["left"]:
        when = "kept by a legal hold" if found["contacts_on_hold"] else local(member["due_at"])
        late = "  overdue" if member["overdue"] and not found["contacts_on_hold"] else ""
        lines.append(f"  {member['member_id']} left {member['left_on']}, erase from {when}{late}")
    return lines + [
        f"hold over {hold['scope']}: {hold['reason']}, since {local(hold['set_at'])}"
        for hold in found["holds"]
    ]
