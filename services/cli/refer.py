"""`tailboard refer` and `tailboard exception`: a referral by its kind, and what had to be told."""

from typing import Annotated, Any

import typer

from services.cli.cases import in_path, whole_id
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection

app = typer.Typer(
    name="exception",
    help="What had to be told under the law in force: its kind, never a name.",
    no_args_is_help=True,
)
_KINDS = (
    "eap, clinician, chaplain, lifeline_988, emergency_911, medical, substance, family, "
    "financial, legal, other"
)
ReferenceArgument = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="As `tailboard exception record` printed it.")
]
ToldOption = Annotated[
    list[str] | None,
    typer.Option("--told", help="Who was told, such as mhp_lead; may be given several times."),
]


def refer(
    category: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {_KINDS}.")],
    *,
    by_role: Annotated[
        str, typer.Option("--by", help="The role of whoever offered it: peer, mhp, chaplain ...")
    ] = "peer",
    case_id: Annotated[
        str | None, typer.Option("--case", help="The case that it belongs to, if any.")
    ] = None,
    item: Annotated[
        str | None, typer.Option("--item", help="The session or check-in that it was offered in.")
    ] = None,
    offered_at: Annotated[
        str | None, typer.Option("--at", help="When, with offset; now when left out.")
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Record that somebody was pointed to a kind of place. Not who, and not whether they went.

    Exit codes: 0 recorded, 1 refused, 2 it was mistyped.

    Examples:

      tailboard refer eap

      tailboard refer clinician --by mhp --case 3fa8 --item check-in-1-responders
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    told: dict[str, Any] = {"category": category, "by_role": by_role}
    told |= {"offered_at": offered_at} if offered_at else {}
    told |= {"item": item} if item else {}
    told |= {"case_id": whole_id(server, case_id)} if case_id else {}
    server.ask("POST", "/v1/referrals", json=told)
    print(f"a referral ({category}) is recorded, and nothing else")


@app.command("law")
def law(*, url: UrlOption = None, key: KeyOption = None, data_dir: DataDirOption = None) -> None:
    """Show what the law in force says must, or may, be told, and whom to tell first.

    Examples:

      tailboard exception law
    """
    from services.cli.api import Server
    from services.cli.policy_overview import plain_table, show

    told = Server(connection(url, key, data_dir)).get("/v1/exceptions/law")
    table = plain_table("category", "what", "statute", "tell first", "in writing")
    for each in told["exceptions"]:
        first = ", ".join(each["notify"])
        written = "yes" if each["written_notice_required"] else "no"
        table.add_row(
            each["category"], each["says"], each["statute"] or "not read in it", first, written
        )
    show(table)
    read = "read by a lawyer" if told["reviewed_by_counsel"] else "no lawyer has read it"
    print(f"\n{told['title']} ({told['jurisdiction']}, version {told['version']}): {read}")


@app.command("record")
def record(
    category: Annotated[
        str, typer.Argument(metavar="CATEGORY", help="As `tailboard exception law` lists it.")
    ],
    *,
    told: ToldOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Record that something had to be told. Keep the reference: nothing else leads to it.

    If a life is in danger, first call 911 or 988, and page a professional: `tailboard emergency`.

    Exit codes: 0 recorded, 1 refused, 2 it was mistyped.

    Examples:

      tailboard exception record child_abuse --told child_protective_services --told mhp_lead
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    body = {"category": category, "notified": told or []}
    _print(server.json(server.ask("POST", "/v1/exceptions", json=body)))


@app.command("show")
def show_one(
    reference: ReferenceArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show an exception: who was told, and whether the written notice went out.

    Examples:

      tailboard exception show n-7c0e...
    """
    from services.cli.api import Server

    _print(Server(connection(url, key, data_dir)).get(f"/v1/exceptions/{in_path(reference)}"))


@app.command("told")
def also_told(
    reference: ReferenceArgument,
    told: Annotated[list[str], typer.Argument(metavar="WHO...", help="Such as counsel.")],
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Record who else was told.

    Examples:

      tailboard exception told n-7c0e... counsel
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    path = f"/v1/exceptions/{in_path(reference)}/notified"
    _print(server.json(server.ask("POST", path, json={"notified": told})))


@app.command("sent")
def sent(
    reference: ReferenceArgument,
    *,
    sent_at: Annotated[
        str | None, typer.Option("--at", help="When, with offset; now when left out.")
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Mark the written notice to the person as sent.

    Examples:

      tailboard exception sent n-7c0e...
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    path = f"/v1/exceptions/{in_path(reference)}/notice-sent"
    _print(server.json(server.ask("POST", path, json={"sent_at": sent_at} if sent_at else {})))


@app.command("notice")
def notice(
    reference: ReferenceArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print the written notice: date, kind and law, with blank lines to fill in by hand.

    Examples:

      tailboard exception notice n-7c0e... | lp
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    print(server.ask("GET", f"/v1/exceptions/{in_path(reference)}/notice").text, end="")


def _print(told: dict[str, Any]) -> None:
    print(f"{told['category']}, recorded {told['recorded_at']}")
    print(f"reference: {told['reference']}")
    print(f"law: {told['jurisdiction']}, version {told['jurisdiction_version']}")
    print(f"told: {', '.join(told['notified']) or 'nobody yet'}")
    if not told["written_notice_required"]:
        print("written notice: not asked for")
    elif told["notice_sent_at"]:
        print(f"written notice: sent {told['notice_sent_at']}")
    else:
        print(f"written notice: to send by {told['notice_due_at']}")
