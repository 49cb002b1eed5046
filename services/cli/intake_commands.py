"""`tailboard intake`: proposes the mapping of an export from a sample of it. Sends nothing."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.reports import UTF_16
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from services.intake.adapters.learn import Learnt

app = typer.Typer(name="intake", help="What reports come from: learn your CAD's export.",
                  no_args_is_help=True)  # fmt: skip
_PIPE_WIDTH = 200


@app.callback()
def intake() -> None:
    """What reports come from: learn your CAD's export."""


@app.command("learn")
def learn(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON lines or JSON.")],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="Write the mapping here.")] = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Of the export, such as America/Chicago.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Short name of the feed; default: the file's.")
    ] = None,
) -> None:
    """Propose a mapping for an export: which column is what, why, and how sure.

    Prints the mapping, or writes it with --out; the table and the warnings go to stderr.

    Exit codes: 0 proposed, 2 bad input.

    Examples:

      tailboard intake learn export.csv --time-zone America/Chicago --out our-cad.yaml

      tailboard post --mapping our-cad.yaml --dry-run export.csv
    """
    from services.cli.post_tally import say
    from services.intake.adapters.learn import learn as propose
    from services.intake.adapters.learn_yaml import as_yaml, source_of
    from services.intake.adapters.records import BadMapping

    text, windows = _text(file)
    try:
        learnt = propose(text)
        mapping = as_yaml(learnt, source or source_of(file.stem), time_zone)
    except BadMapping as error:
        raise Stop(f"{file}: {error}", EXIT_INPUT) from error
    _show(learnt)
    for warning in (*learnt.warnings, *_of_the_file(windows, time_zone)):
        say(f"warning: {warning}")
    say(_tried(text, mapping))
    _give(mapping, out)


def _of_the_file(windows: bool, time_zone: str | None) -> "Iterator[str]":
    if windows:
        yield "the file is not UTF-8 and was read as Windows-1252: look at its accents"
    if time_zone is None:
        yield "no --time-zone: UTC is written, and every time is wrong if that is wrong"


def _tried(text: str, mapping: str) -> str:
    """How many records of the file the proposal reads, and what is wrong with the first other."""
    from services.intake.adapters.csv_cad import CsvCad, parse_mapping

    lines = io.StringIO(text, newline="")
    rows = list(CsvCad(lines, parse_mapping(mapping, "the learnt mapping")).rows())
    wrong = [row for row in rows if row.problem]
    said = f"tried: it reads {len(rows) - len(wrong):,} of the file's {len(rows):,} records"
    return (
        f"{said}; the first other is number {wrong[0].row}: {wrong[0].problem}" if wrong else said
    )


def _text(file: Path) -> tuple[str, bool]:
    """The file's text, and whether Windows-1252 had to be assumed."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}", EXIT_INPUT) from error
    if body.startswith(UTF_16):
        raise Stop(f"{file} is UTF-16: save it as UTF-8", EXIT_INPUT)
    if b"\0" in body:
        raise Stop(f"{file} is no text, or UTF-16: save it as UTF-8", EXIT_INPUT)
    try:
        return body.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace"), True


def _show(learnt: "Learnt") -> None:
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=_PIPE_WIDTH)
    console.print(_table(learnt))


def _table(learnt: "Learnt") -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table("column", "field", "how sure", "why", box=None, pad_edge=False)
    for each in learnt.choices:
        table.add_row(
            escape(each.column), each.field or "(left out)", each.sure.value, escape(each.why)
        )
    return table


def _give(mapping: str, out: Path | None) -> None:
    if out is None:
        print(mapping, end="")
        return
    try:
        out.write_text(mapping, encoding="utf-8")
    except OSError as error:
        raise Stop(f"{out} cannot be written: {error.strerror}", EXIT_INPUT) from error
    print(f"wrote {out}; try it: tailboard post --mapping {out} --dry-run FILE")
