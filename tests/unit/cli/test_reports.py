"""Reading reports: every file that cannot be read ends in one line that names place and remedy."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from services.cli.reports import Sources, Told, csv_mapping, shipped_mappings
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from pathlib import Path


def read(*names: Path | str) -> list[Told]:
    sources = Sources(tuple(str(name) for name in names), None, lambda _line: None)
    sources.check()
    return list(sources.read())


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("a.json", '{"incident_type": "A"}', [""]),
        ("a.json", '\ufeff{\n"incident_type": "A"\n}\n', [""]),
        ("a.json", '[{"incident_type": "A"}, {"incident_type": "A"}]', [" item 1", " item 2"]),
        ("a.ndjson", '{"incident_type": "A"}\n\n{"incident_type": "A"}\n', [" line 1", " line 3"]),
        ("feed", '{"incident_type": "A"}\n{"incident_type": "A"}\n', [" line 1", " line 2"]),
        ("feed", '\n{\n"incident_type": "A"}', [""]),
    ],
)
def test_reports_are_found_in_every_shape(
    tmp_path: Path, name: str, text: str, places: list[str]
) -> None:
    path = written(tmp_path, name, text)
    told = read(path)
    assert [each.report for each in told] == [{"incident_type": "A"}] * len(places)
    assert [each.place.removesuffix(" line 1") for each in told] == [
        f"{path}{place}".removesuffix(" line 1") for place in places
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", '{\n  "units": [1,]\n}', "not JSON at line 2, column 15"),
        ("a.json", "", "not JSON at line 1, column 1"),
        ("a.json", '{"age": NaN}', "NaN is not JSON"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", b'{"incident_type": "\xff"}', "byte 20 is not UTF-8"),
        ("calls.csv", "a,b\n1,2\n", "a CSV export needs --format NAME or --mapping FILE.yaml"),
    ],
)
def test_a_damaged_file_stops_before_anything_is_sent(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    path = written(tmp_path, name, text)
    with pytest.raises(Stop) as stop:
        read(path)
    assert stop.value.code == EXIT_INPUT
    assert str(stop.value).startswith(f"{path}: ")
    assert said in str(stop.value)
    assert "\n" not in str(stop.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"none\.json cannot be read: No such file"):
        read(tmp_path / "none.json")
    with pytest.raises(Stop, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_a_bad_line_of_json_lines_does_not_hold_up_the_others(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.jsonl", '{"incident_type": "A"}\n{"x":\n[]\n3\n{"incident_type": "B"}\n'
    )
    told = read(path)
    assert [each.report and each.report["incident_type"] for each in told] == ["A", None, None, "B"]
    assert told[1].place == f"{path} line 2"
    assert told[1].problem is not None
    assert told[1].problem.startswith("not JSON at column 6: ")
    assert told[2].problem == 'a report is a JSON object: {"incident_type": ...}'


def test_standard_input_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b'{"incident_type": "A"}\n{"incident_type": "B"}\n'))
    monkeypatch.setattr("sys.stdin", stream)
    told = read("-")
    assert [each.report and each.report["incident_type"] for each in told] == ["A", "B"]
    stream.detach()


def test_a_format_that_does_not_ship_names_those_that_do() -> None:
    assert {"montgomery", "portland", "seattle", "spillman"} < set(shipped_mappings())
    known = ", ".join(shipped_mappings())
    with pytest.raises(Stop, match=f"no format 'atlantis': use {known}, or --mapping"):
        csv_mapping("atlantis", None)


def test_columns_that_no_mapping_names_are_mentioned_once(tmp_path: Path) -> None:
    mapping = written(
        tmp_path, "m.yaml", "source: a\ntime_zone: UTC\ncolumns: {incident_type: type}\n"
    )
    export = written(tmp_path, "calls.csv", "type,caller\nFire,Nobody\nFire,Nobody\n")
    said: list[str] = []
    sources = Sources((str(export),), csv_mapping(None, mapping), said.append)
    sources.check()
    assert sources.count() == 2
    assert len(list(sources.read())) == 2
    assert said == [f"{export}: columns that the mapping does not name were left out: caller"]
