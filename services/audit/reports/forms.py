"""The forms in which a report is handed out: JSON, CSV, PDF. The page is the console's own."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.audit.reports.model import Report

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run as a formula (OWASP, CSV injection)."""


class Form(StrEnum):
    """A form of a report; the value is what is asked for, and the ending of its file."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"
    HTML = "html"


MEDIA = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.HTML: "text/html; charset=utf-8",
}


def as_csv(report: Report) -> bytes:
    """All of a report as one sheet, in UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in _lines(report):
        writer.writerow([safe(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: what could be one gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def as_pdf(report: Report) -> bytes:
    """A report as tagged PDF (PDF/UA-1), so that a screen reader tells headings from tables."""
    import typst  # only a PDF pays for it

    made = typst.compile(
        _layout(),
        sys_inputs={"report": report.model_dump_json()},
        format="pdf",
        pdf_standards="ua-1",
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError("the layout makes one document")
    return made


@cache
def _layout() -> bytes:
    return (files("services.audit.reports") / "report.typ").read_bytes()


def _lines(report: Report) -> Iterable[tuple[str, ...]]:
    yield (report.title, report.about)
    yield ("Agency", report.agency)
    yield ("As of", report.as_of.isoformat(timespec="seconds"))
    yield (report.lead,)
    for fact in report.facts:
        yield (fact.label, fact.value)
    for table in report.tables:
        yield ()
        yield (table.title,)
        yield table.columns
        yield from table.rows
    yield ()
    for note in report.notes:
        yield ("Note", note)
    for source in report.sources:
        yield ("Source", source)
