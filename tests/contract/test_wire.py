"""Events as they lie in streams today must stay readable: one golden sample per type and version.

A sample is never edited: a new version of an event gets a new sample beside the old one. A field that
an event has gained since, with a default, is not in its sample: what older writers left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.catalogue import CATALOGUE, Row, UnknownEvent, decode, encode
from tests.support.builders import a_draft, an

WIRE = Path(__file__).parent / "wire"
SAMPLES = sorted(WIRE.glob("*.json"))


def sample(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["headers"], kept["body"]


def built(row: Row) -> tuple[dict[str, str], dict[str, Any]]:
    headers, body = encode(a_draft(an(row.model)))
    return headers, json.loads(body)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_decodes_to_the_same_event(path: Path) -> None:
    headers, body = sample(path)
    row = next(
        row for row in CATALOGUE if headers["ce-type"].startswith(row.type.rsplit(".", 1)[0])
    )

    meta, event = decode(headers, json.dumps(body).encode())

    assert type(event) is row.model
    assert meta.type == path.stem
    assert missing(body, json.loads(event.model_dump_json())) == [], "nothing of it is lost"
    if row.type == path.stem:
        assert meta == a_draft(event).meta


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.type)
def test_what_is_written_today_keeps_every_key_of_the_sample(row: Row) -> None:
    """Readers of the version before us rely on these keys and on these values."""
    golden_headers, golden_body = sample(WIRE / f"{row.type}.json")
    headers, body = built(row)

    assert golden_headers.items() <= headers.items()
    assert missing(golden_body, body) == []


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.type)
def test_every_current_version_has_a_golden_sample(row: Row) -> None:
    assert (WIRE / f"{row.type}.json").exists(), f"add wire/{row.type}.json (see write_samples)"


def test_a_field_of_a_newer_writer_is_ignored() -> None:
    for row in CATALOGUE:
        headers, body = built(row)
        newer = json.dumps(body | {"added_in_a_newer_release": 1}).encode()
        assert decode(headers, newer)[1] == an(row.model)


def test_an_unknown_type_or_a_newer_version_is_not_guessed() -> None:
    headers, body = encode(a_draft(an(CATALOGUE[0].model)))
    for strange in (
        "tailboard.intake.never_heard.v1",
        "tailboard.intake.incident_reported.v99",
        "",
    ):
        with pytest.raises(UnknownEvent):
            decode(headers | {"ce-type": strange}, body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"item": 7}', b"\xff\xfe"])
def test_a_body_that_does_not_fit_is_a_value_error(body: bytes) -> None:
    row = next(row for row in CATALOGUE if row.model.NAME == "check_in_missed")
    headers, _ = encode(a_draft(an(row.model)))
    with pytest.raises(ValueError, match=r"CheckInMissed|validation"):
        decode(headers, body)


def test_missing_attributes_are_named() -> None:
    headers, body = encode(a_draft(an(CATALOGUE[0].model)))
    for attribute in ("ce-id", "ce-type", "ce-source", "ce-time", "ce-commandid", "ce-actor"):
        without = {key: value for key, value in headers.items() if key != attribute}
        with pytest.raises(KeyError, match=attribute):
            decode(without, body)


def missing(golden: Any, found: Any, place: str = "") -> list[str]:
    """Where a golden value is not what is written today; added keys are fine."""
    if isinstance(golden, dict) and isinstance(found, dict):
        return [
            entry
            for key, value in golden.items()
            for entry in (
                missing(value, found[key], f"{place}.{key}") if key in found else [f"{place}.{key}"]
            )
        ]
    if isinstance(golden, list) and isinstance(found, list) and len(golden) == len(found):
        return [
            entry
            for number, value in enumerate(golden)
            for entry in missing(value, found[number], f"{place}[{number}]")
        ]
    return [] if golden == found else [place]


def test_what_is_missing_is_named() -> None:
    assert missing({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3}) == []
    assert missing({"a": [{"b": 1}]}, {"a": [{"c": 1}]}) == [".a[0].b"]
    assert missing({"a": [1]}, {"a": []}) == [".a"]


def write_samples() -> None:
    """Keep a sample of each new type: `python -m tests.contract.test_wire`. Replaces nothing."""
    WIRE.mkdir(exist_ok=True)
    for row in CATALOGUE:
        path = WIRE / f"{row.type}.json"
        if not path.exists():
            headers, body = built(row)
            kept = json.dumps({"headers": headers, "body": body}, indent=2, sort_keys=True)
            path.write_text(f"{kept}\n", encoding="utf-8")


if __name__ == "__main__":
    write_samples()
