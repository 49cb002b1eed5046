"""`tailboard report`: the reports of a program, in the terminal or as a file."""

import sys
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop


class Format(StrEnum):
    """A form that is handed out as a file."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Hand out a file; without it, the terminal shows the report."),
]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write the file.")
]
YearOption = Annotated[int | None, typer.Option("--year", metavar="YEAR", help="Such as 2026.")]
QuarterOption = Annotated[
    int | None, typer.Option("--quarter", metavar="1-4", help="A quarter of --year.")
]
MonthOption = Annotated[
    str | None, typer.Option("--month", metavar="YYYY-MM", help="Such as 2026-10.")
]
AmountOption = Annotated[float | None, typer.Option(min=0, metavar="N")]
app = typer.Typer(
    name="report",
    help="Reports: how fast, how much support, who was trained, what it costs. Never who was helped.",
    no_args_is_help=True,
)
_BINARY = frozenset({Format.PDF})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A report, the form of it, and where it is made."""

    kind: str
    query: dict[str, Any]
    form: Format | None
    out: Path | None
    where: tuple[str | None, str | None, Path | None]


@app.command("response-times")
def response_times(
    *,
    year: YearOption = None,
    quarter: QuarterOption = None,
    month: MonthOption = None,
    form: FormatOption = None,
    out: OutOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Each clock against its target; the twelve months up to now unless told otherwise.

    Examples:

      tailboard report response-times

      tailboard report response-times --year 2026 --quarter 3 --format pdf -o q3.pdf
    """
    span = span_given(year, quarter, month)
    _tell(_Wanted("response-times", span, form, out, (url, key, data_dir)))


@app.command("impact")
def impact(
    *,
    year: YearOption = None,
    quarter: QuarterOption = None,
    month: MonthOption = None,
    form: FormatOption = None,
    out: OutOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """How much support there was: contacts, not persons, by whole quarters, never fewer than five.

    Examples:

      tailboard report impact --year 2026

      tailboard report impact --year 2026 --format pdf -o impact.pdf
    """
    span = span_given(year, quarter, month)
    _tell(_Wanted("impact", span, form, out, (url, key, data_dir)))


@app.command("training")
def training(
    *,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="Such as 2026-03-01; today without.")
    ] = None,
    form: FormatOption = None,
    out: OutOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Attest who was designated and trained on a day, by roster number.

    Examples:

      tailboard report training

      tailboard report training --on 2026-03-01 --format csv -o trained.csv
    """
    query = {"on": _day(on)} if on else {}
    _tell(_Wanted("training", query, form, out, (url, key, data_dir)))


@app.command("drill")
def drill(
    case_id: Annotated[
        str, typer.Argument(metavar="ID", help="An exercise's id, or its first 6 characters.")
    ],
    *,
    form: FormatOption = None,
    out: OutOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """How an exercise went, beside its targets.

    Example:

      tailboard report drill 1b671a64 --format pdf -o exercise.pdf
    """
    if len(case_id) > 36:
        raise Stop("ID: an exercise's id has at most 36 characters", EXIT_INPUT)
    _tell(_Wanted("drill", {"case_id": case_id}, form, out, (url, key, data_dir)))


@app.command("roi")
def roi(
    *,
    programme_cost: Annotated[float, typer.Option(min=0, metavar="N", help="Of one year.")],
    members: Annotated[int | None, typer.Option(min=1, metavar="N")] = None,
    turnover_percent: AmountOption = None,
    replacement_cost: AmountOption = None,
    sick_days: AmountOption = None,
    day_cost: AmountOption = None,
    stay_low: AmountOption = None,
    stay_high: AmountOption = None,
    days_low: AmountOption = None,
    days_high: AmountOption = None,
    calls: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    form: FormatOption = None,
    out: OutOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Cost and return as a range, from your own numbers of a year. Nothing is assumed for you.

    Example:

      tailboard report roi --programme-cost 40000 --replacement-cost 50000 --stay-low 0.5 --stay-high 2
    """
    given: dict[str, Any] = {
        "programme_cost": programme_cost,
        "members": members,
        "turnover_percent": turnover_percent,
        "replacement_cost": replacement_cost,
        "sick_days": sick_days,
        "day_cost": day_cost,
        "stay_low": stay_low,
        "stay_high": stay_high,
        "days_low": days_low,
        "days_high": days_high,
        "calls": calls,
    }
    query = {name: value for name, value in given.items() if value is not None}
    _tell(_Wanted("roi", query, form, out, (url, key, data_dir)))


def span_given(year: int | None, quarter: int | None, month: str | None) -> dict[str, Any]:
    """The span that the options name; none of them means the usual one. Raises Stop 2."""
    if month is not None and (year is not None or quarter is not None):
        raise Stop("--month: name a month, or a year with or without its quarter", EXIT_INPUT)
    if month is not None:
        try:
            date.fromisoformat(f"{month}-01")
        except ValueError as error:
            raise Stop(f"--month: no month {month!r}: such as 2026-10", EXIT_INPUT) from error
        return {"span": month}
    if quarter is not None and year is None:
        raise Stop("--quarter: say of which --year", EXIT_INPUT)
    if quarter is not None and not 1 <= quarter <= 4:
        raise Stop("--quarter: is 1, 2, 3 or 4", EXIT_INPUT)
    if year is None:
        return {}
    if not 2000 <= year <= 2100:
        raise Stop("--year: lies between 2000 and 2100", EXIT_INPUT)
    return {"span": f"{year}-q{quarter}" if quarter else str(year)}


def _tell(wanted: _Wanted) -> None:
    from services.cli.api import Server
    from services.cli.report_shown import show

    form = wanted.form or _by_name(wanted.out)
    if form in _BINARY and wanted.out is None and sys.stdout.isatty():
        raise Stop("--format pdf: say where to write it with -o FILE", EXIT_INPUT)
    server = Server(connection(*wanted.where))
    query = wanted.query | {"format": (form or Format.JSON).value}
    answer = server.ask("GET", f"/v1/reports/{wanted.kind}", params=query)
    if form is None:
        show(server.json(answer))
    elif wanted.out is None:
        sys.stdout.buffer.write(answer.content)
    else:
        _write(wanted.out, answer.content)


def _by_name(out: Path | None) -> Format | None:
    """The form that a file's name asks for. Raises Stop 2 when it names none."""
    if out is None:
        return None
    try:
        return Format(out.suffix.lower().lstrip("."))
    except ValueError as error:
        raise Stop(f"{out}: name a .pdf, .csv or .json, or give --format", EXIT_INPUT) from error


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Stop(f"{out} cannot be written: {error.strerror}", EXIT_INPUT) from error
    print(f"written: {out}")


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError as error:
        raise Stop(f"--on: no day {typed!r}: such as 2026-03-01", EXIT_INPUT) from error
