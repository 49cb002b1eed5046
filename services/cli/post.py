"""`tailboard post`: reports go to the server, or to the spool until they can."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import (
    Connection,
    DataDirOption,
    KeyOption,
    SpoolOption,
    UrlOption,
    connection,
    spool_folder,
)
from services.cli.documents import STDIN, named_format
from services.cli.reports import Sources, Told, csv_mapping
from services.cli.stop import EXIT_INPUT, EXIT_INTERRUPTED, Stop

if TYPE_CHECKING:
    from services.cli.parcels import Parcel
    from services.cli.post_tally import Tally


_READ_AHEAD = 1024
FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Reports in any format; - is stdin.")
]
FormatOption = Annotated[
    str | None,
    typer.Option("--format", help="eido, cap, neris, nemsis, or a CSV format that ships."),
]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="Your own mapping of CSV columns (YAML).")
]
ProgressOption = Annotated[
    bool, typer.Option("--progress", help="A progress bar, and a summary at the end.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Check, and print what would be sent. Send nothing.")
]
IdempotencyOption = Annotated[
    str | None, typer.Option(help="Name one report, so that repeating it changes nothing.")
]
ConcurrencyOption = Annotated[
    int, typer.Option(help="Requests at once; one incident's go in order.", min=1, max=256)
]


def post(
    files: FilesArgument,
    *,
    form: FormatOption = None,
    mapping: MappingOption = None,
    progress: ProgressOption = False,
    dry_run: DryRunOption = False,
    idempotency_key: IdempotencyOption = None,
    concurrency: ConcurrencyOption = 16,
    spool_dir: SpoolOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send incident reports: one line each with case, outcome, answer and link.

    Takes our JSON and JSON lines, EIDO, NERIS, CAP and NEMSIS by what the file holds, and CSV.

    Exit codes: 0 all taken, 1 refused by the server, 2 bad input, 75 kept in the spool, 130 stopped.

    Examples:

      tailboard post examples/pediatric-cpr.json

      tailboard post --format seattle --progress calls.csv

      tailboard post alert.xml transfer.json

      tailboard post --mapping our-cad.yaml --dry-run export.csv

      producer | tailboard post -
    """
    from services.cli.post_tally import say

    document = None if mapping else named_format(form)
    sheet = csv_mapping(None if document else form, mapping)
    sources = Sources(tuple(files), sheet, say, document)
    if idempotency_key is not None:
        _one_report_only(sources, idempotency_key)
    sources.check()
    if dry_run:
        raise typer.Exit(_dry(sources))
    where = connection(url, key, data_dir)
    folder = spool_folder(spool_dir)
    raise typer.Exit(_send(where, folder, sources, concurrency, idempotency_key, progress))


def _send(
    where: Connection,
    folder: Path,
    sources: Sources,
    concurrency: int,
    idempotency_key: str | None,
    progress: bool,
) -> int:
    """Everything that needs the network; the exit code."""
    from services.cli.delivery import deliver
    from services.cli.post_tally import Tally, say, summary, with_bar
    from services.cli.sending import Courier
    from services.cli.spool import Spool

    tally = Tally(lines=not progress)
    ahead = 1 if STDIN in sources.names else _READ_AHEAD
    courier = Courier(where, Spool(folder), concurrency, ahead)
    parcels = _parcels(sources, tally, idempotency_key)
    begun = time.monotonic()
    if progress:
        with with_bar(tally, sources.count()):
            asyncio.run(deliver(courier, tally, parcels))
    else:
        asyncio.run(deliver(courier, tally, parcels))
    tally.warn(where.url, folder)
    if progress:
        summary(tally, time.monotonic() - begun)
    if courier.stopped_at:
        say(
            f"stopped: {courier.stopped_at} and all behind it was not sent; post it again from there"
        )
        return EXIT_INTERRUPTED
    return tally.exit_code()


def _parcels(sources: Sources, tally: "Tally", idempotency_key: str | None) -> "Iterator[Parcel]":
    from services.cli.parcels import Parcel
    from services.runtime.clock import new_id

    for told in sources.read():
        if told.report is None:
            tally.unreadable(told.place, told.problem or "no report")
        else:
            key = idempotency_key or told.key or str(new_id())
            yield Parcel(told.place, told.report, key, form=told.form)


def _one_report_only(sources: Sources, key: str) -> None:
    if not key.isascii() or not key.isprintable() or not 0 < len(key) <= 200:
        raise Stop("--idempotency-key takes 1 to 200 plain characters", EXIT_INPUT)
    if len(sources.names) > 1 or (sources.count() or 0) > 1:
        raise Stop("--idempotency-key names one report: send one file with one report", EXIT_INPUT)


def _dry(sources: Sources) -> int:
    """Print every report as one line of JSON, with what the server would refuse on stderr."""
    from services.cli.post_tally import say

    wrong = 0
    for told in sources.read():
        problem, line = _checked(told)
        if problem:
            wrong += 1
            say(f"{told.place}: {problem}")
        else:
            print(line)
    return EXIT_INPUT if wrong else 0


def _checked(told: Told) -> tuple[str | None, str]:
    """What the server would refuse, or else what would be sent."""
    from pydantic import ValidationError

    from services.intake.adapters.csv_cad import problem_of
    from services.intake.adapters.native import NativeReport

    if told.report is None:
        return told.problem or "no report", ""
    if told.form != "native":
        return _checked_document(told.form, told.report)
    try:
        NativeReport.model_validate(told.report)
    except ValidationError as error:
        return problem_of(error), ""
    return told.problem, json.dumps(told.report)


def _checked_document(form: str, report: dict[str, Any]) -> tuple[str | None, str]:
    from services.intake.adapters.document import BadDocument
    from services.intake.adapters.formats import Format, read

    try:
        found = read(base64.b64decode(report["document"]), "dry", Format(form))
    except BadDocument as bad:
        return str(bad), ""
    return None, json.dumps({"format": form, "reports": len(found)})
