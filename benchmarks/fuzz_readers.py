"""Each adapter as a function of bytes, with what intake does to its reports before it decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Read = Callable[[bytes], tuple[int, bool]]
"""From an input to how many reports it gave, and whether anything in it was refused."""

MODULES = {name: f"services.intake.adapters.{name}" for name in
           ("eido", "cap", "neris", "nemsis", "native")} | {
    "csv": "services.intake.adapters.csv_cad", "learn": "services.intake.adapters.learn"}  # fmt: skip


def reader(adapter: str) -> Read | None:
    """The adapter as a function of bytes; None when it is not there."""
    try:
        module = import_module(MODULES[adapter])
    except ModuleNotFoundError as error:
        if error.name == MODULES[adapter]:
            return None
        raise
    special = {"csv": _csv_reader, "learn": _learner}
    return special.get(adapter, _document_reader)(module)


def _document_reader(module: Any) -> Read:
    from services.intake.adapters.document import BadDocument

    def read(body: bytes) -> tuple[int, bool]:
        try:
            told = module.read(body, "fuzz")
        except BadDocument as problem:
            return 0, bool(str(problem))
        _taken(each.report for each in told)
        _screened(each.report for each in told)
        return len(told), False

    return read


def _learner(module: Any) -> Read:
    """What is learnt from a file must be a mapping, and read that file or say why not."""
    from services.intake.adapters.csv_cad import BadMapping, CsvCad, parse_mapping
    from services.intake.adapters.learn_yaml import as_yaml

    def read(body: bytes) -> tuple[int, bool]:
        text = body.decode("utf-8-sig", errors="replace")
        try:
            mapping = parse_mapping(as_yaml(module.learn(text), "fuzz", "UTC"), "learnt")
        except BadMapping as problem:
            return 0, bool(str(problem))
        rows = list(CsvCad(text.splitlines(keepends=True), mapping).rows())
        told = sum(row.report is not None for row in rows)
        return told, told < len(rows)

    return read


def _csv_reader(module: Any) -> Read:
    from services.intake.adapters.native import NativeReport, to_report

    mappings = [
        module.parse_mapping(path.read_text(encoding="utf-8"), path.name)
        for path in sorted((Path(module.__file__).parent / "mappings").glob("*.yaml"))
    ]

    def read(body: bytes) -> tuple[int, bool]:
        lines = body.decode("utf-8-sig", errors="replace").splitlines(keepends=True)
        reports, refused = 0, False
        for mapping in mappings:
            try:
                rows = list(module.CsvCad(lines, mapping).rows())
            except module.BadMapping:
                refused = True
                continue
            told = [row.report for row in rows if row.report is not None]
            _taken(to_report(NativeReport.model_validate(each), "fuzz") for each in told)
            reports += len(told)
            refused = refused or len(told) < len(rows)
        return reports, refused

    return read


def _taken(reports: Iterable[Any]) -> None:
    """What intake does with any report before deciding: a report that fails there is a crash too."""
    from services.intake.matching import block, cells

    for report in reports:
        report.model_dump_json(exclude={"told_at"}).encode()
        block(report.address)
        if report.place:
            cells(report.place)


def _screened(reports: Iterable[Any]) -> None:
    """Whatever the words of a report are, they are screened."""
    from benchmarks.labelled import NOW
    from services.intake.screening.screen import screen

    pack = _pack()
    for report in reports:
        screen(report, pack, NOW, NOW)


@cache
def _pack() -> Any:
    from benchmarks.labelled import default_pack

    return default_pack()
