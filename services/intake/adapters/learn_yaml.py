"""A proposal as the text of a mapping file, with a comment wherever a person should look. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from services.intake.adapters.mapping import parse_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.intake.adapters.learn import Learnt


def source_of(name: str) -> str:
    """A file's name as the short name of a feed."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63].strip("-") or "cad"


def as_yaml(learnt: Learnt, source: str, time_zone: str | None) -> str:
    """The mapping file. Raises BadMapping when it would not hold together, as for a wrong zone."""
    sample = learnt.sample
    head = ["# Learnt from a sample: read it through, then try it with `tailboard post --dry-run`."]
    head += [f"# Look at this: {_one_line(warning)}" for warning in learnt.warnings]
    zone = "time_zone: UTC   # not told, and seldom right: write the zone of the export's clock"
    left = learnt.left_out() if sample.records == "csv" else ()
    lines = [
        *head,
        f"source: {_quoted(source)}   # part of what makes a case: do not change it later",
        f"records: {sample.records}",
        f"time_zone: {_quoted(time_zone)}" if time_zone else zone,
        *([f"delimiter: {_quoted(sample.delimiter)}"] if sample.delimiter != "," else []),
        *([f"date_formats: {_listed(learnt.date_formats)}"] if learnt.date_formats else []),
        "columns:",
        *(_column(learnt, field) for field in learnt.columns),
        *_block("patterns", learnt.patterns),
        *(["values:"] if learnt.values else []),
        *(
            line
            for field, words in learnt.values.items()
            for line in [
                f"  {field}:",
                *(f"    {_quoted(a)}: {_quoted(b)}" for a, b in words.items()),
            ]
        ),
        *_units(learnt),
        *([f"ignore: {_listed(left)}"] if left else []),
    ]
    text = "\n".join(lines) + "\n"
    parse_mapping(text, "the learnt mapping")
    return text


def _column(learnt: Learnt, field: str) -> str:
    names = learnt.columns[field]
    named = _quoted(names[0]) if len(names) == 1 else _listed(names)
    sure = next((each.sure for each in learnt.choices if each.field == field), None)
    return f"  {field}: {named}" + (f"   # {sure.value}" if sure else "")


def _units(learnt: Learnt) -> list[str]:
    if "units" not in learnt.columns:
        return []
    rule = [f"  split: {_quoted(learnt.split)}"]
    return ["units:", *rule, *(["  collect_over_rows: true"] if learnt.collect_over_rows else [])]


def _block(name: str, entries: Mapping[str, str]) -> list[str]:
    lines = [f"  {field}: {_quoted(text)}" for field, text in entries.items()]
    return [f"{name}:", *lines] if lines else []


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """A JSON string is a YAML string, too."""
    return json.dumps(text)


def _one_line(text: str) -> str:
    """A column's name may hold anything, and a comment ends with its line."""
    return " ".join(text.split())
