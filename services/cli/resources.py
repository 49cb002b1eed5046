"""`tailboard resources`: the places that peers point to."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.cases import in_path
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop

app = typer.Typer(
    name="resources",
    help="Places to turn to: organisations, their public lines, and whether they were tried lately.",
    no_args_is_help=True,
)
NameArgument = Annotated[
    str, typer.Argument(metavar="ID", help="As `tailboard resources list` shows it.")
]


@app.command("list")
def list_all(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List the places, each with the day on which somebody last tried it.

    Examples:

      tailboard resources list

      tailboard resources list --json
    """
    from services.cli.api import Server
    from services.cli.policy_overview import plain_table, show

    places = Server(connection(url, key, data_dir)).get("/v1/resources")["places"]
    if as_json:
        import json

        print(json.dumps(places, indent=2))
        return
    table = plain_table("id", "kind", "organisation", "line", "web", "hours", "for", "confirmed")
    for each in places:
        place = each["resource"]
        told = (place["public_line"], place["web"], place["hours"], ", ".join(place["disciplines"]))
        table.add_row(
            place["resource_id"],
            place["category"],
            place["organisation"],
            *(cell or "" for cell in told),
            _standing(each),
        )
    show(table)


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, as `tailboard resources export` writes it.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Also take out every place that the file does not name.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Read places from a CSV file: all of its rows, or none when one is wrong.

    Columns: resource_id, organisation, category, public_line, web, hours, disciplines, confirmed_on.
    List organisations by their public lines, never a private person's number.

    Exit codes: 0 done, 1 refused, 2 the file does not fit, each problem with its row on stderr.

    Examples:

      tailboard resources import places.csv --dry-run

      tailboard resources import places.csv --whole
    """
    import sys

    from services.cli.api import Server
    from services.cli.resource_file import read_resources

    found = read_resources(file)
    for name in found.ignored:
        print(f"warning: column {name!r} is not known and was left out", file=sys.stderr)
    for problem in found.problems:
        print(f"{file}: {problem}", file=sys.stderr)
    if found.problems:
        number = len(found.problems)
        said = f"{file}: {number} problem{'s' if number > 1 else ''}, nothing was changed"
        raise Stop(said, EXIT_INPUT)
    server = Server(connection(url, key, data_dir))
    body = {"resources": found.resources, "whole": whole}
    query = {"dry_run": "true"} if dry_run else {}
    told = server.json(server.ask("PUT", "/v1/resources", json=body, params=query))
    _print_change(told, dry_run=dry_run)


@app.command("export")
def export(
    *,
    out: Annotated[Path | None, typer.Option("--out", help="A file; stdout when left out.")] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write the agency's own places as CSV, which `import` reads again.

    Examples:

      tailboard resources export --out places.csv
    """
    import csv
    import sys

    from services.cli.api import Server
    from services.cli.resource_file import written

    places = Server(connection(url, key, data_dir)).get("/v1/resources")["places"]
    rows = list(written(each["resource"] for each in places if not each["built_in"]))
    if out is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    except OSError as error:
        raise Stop(f"{out} cannot be written: {error.strerror}", EXIT_INPUT) from error
    print(f"{len(rows) - 1} places in {out}")


@app.command("confirm")
def confirm(
    name: NameArgument,
    *,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="2026-03-02; today when left out.")
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say that you tried a place, and that it is as it stands there.

    Examples:

      tailboard resources confirm eap-north
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    body = {"confirmed_on": on} if on else {}
    server.ask("POST", f"/v1/resources/{in_path(name)}/confirm", json=body)
    print(f"{name} is confirmed")


@app.command("remove")
def remove(
    name: NameArgument,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take a place out of the directory.

    Examples:

      tailboard resources remove eap-north
    """
    from services.cli.api import Server

    Server(connection(url, key, data_dir)).ask("DELETE", f"/v1/resources/{in_path(name)}")
    print(f"{name} is not in the directory any more")


def _print_change(told: dict[str, Any], *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for name in told["listed"]:
        print(f"{name}: {would}listed")
    for name in told["removed"]:
        print(f"{name}: {would}removed")
    listed, removed = len(told["listed"]), len(told["removed"])
    print(f"{would}listed {listed}, {would}removed {removed}, unchanged {told['unchanged']}")


def _standing(place: dict[str, Any]) -> str:
    if place["built_in"]:
        return "comes with Tailboard"
    day = place["resource"]["confirmed_on"] or "never"
    return str(day) if place["confirmed"] else f"UNCONFIRMED, last {day}"
