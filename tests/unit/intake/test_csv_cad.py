"""CSV exports: mapped rows, rows that say why not, and the nights when clocks change."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.intake.adapters.csv_cad import (
    BadMapping,
    CsvCad,
    CsvMapping,
    MappedRow,
    parse_mapping,
)
from services.intake.adapters.native import NativeReport

MAPPINGS = Path("services/intake/adapters/mappings")
EXPORTS = Path("../shared/data/cad")
PLAIN = """
source: metro
time_zone: America/New_York
date_formats: ["%m/%d/%Y %H:%M"]
columns:
  incident_number: no
  incident_type: [type, subtype]
  occurred_at: when
  status: disp
  units: units
units: {split: ","}
values: {status: {C: closed, X: cancelled}}
fixed: {exercise: true}
ignore: [address]
"""
HEADING = "no,type,subtype,when,disp,units,address\n"


def mapping(text: str = PLAIN) -> CsvMapping:
    return parse_mapping(text, "metro.yaml")


def rows(*lines: str, by: str = PLAIN, heading: str = HEADING) -> list[MappedRow]:
    return list(CsvCad([heading, *(f"{line}\n" for line in lines)], mapping(by)).rows())


def test_a_row_becomes_a_native_report() -> None:
    (row,) = rows('12,Fire,"House, attic",11/23/2026 14:05,C,"E1, L2,E1",1 Nowhere St')
    assert row == MappedRow(
        row=2,
        report={
            "source": "metro",
            "incident_number": "12",
            "incident_type": "Fire House, attic",
            "occurred_at": "2026-11-23T14:05:00-05:00",
            "status": "closed",
            "units": ["E1", "L2"],
            "exercise": True,
        },
    )
    assert NativeReport.model_validate(row.report).exercise


def test_nothing_of_an_ignored_or_unnamed_column_is_sent() -> None:
    heading = HEADING.strip() + ",caller\n"
    export = CsvCad([heading, "12,Fire,,11/23/2026 14:05,,E1,1 Nowhere St,Nobody\n"], mapping())
    (row,) = export.rows()
    assert export.left_out == ("caller",)
    assert "Nowhere" not in str(row.report)
    assert "Nobody" not in str(row.report)


@pytest.mark.parametrize(
    ("wall", "told"),
    [
        ("11/01/2026 00:59", "2026-11-01T00:59:00-04:00"),
        ("11/01/2026 01:30", "2026-11-01T01:30:00-04:00"),  # comes twice: the first one
        ("11/01/2026 02:00", "2026-11-01T02:00:00-05:00"),
        ("03/08/2026 02:30", "2026-03-08T02:30:00-05:00"),  # never comes: 03:30 daylight time
    ],
)
def test_wall_times_on_the_nights_when_clocks_change(wall: str, told: str) -> None:
    (row,) = rows(f"12,Fire,,{wall},,E1,")
    assert row.report is not None
    assert row.report["occurred_at"] == told


def test_a_time_with_its_own_offset_keeps_it() -> None:
    by = "source: a\ntime_zone: UTC\ncolumns: {incident_type: type, occurred_at: when}"
    (row,) = rows("Fire,2026-11-01T01:30:00-05:00", by=by, heading="type,when\n")
    assert row.report is not None
    assert row.report["occurred_at"] == "2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("12,,,11/23/2026 14:05,,E1,", "incident_type: the column 'type' + 'subtype' is empty"),
        ("12,Fire,,,,E1,", "occurred_at: the column 'when' is empty"),
        ("12,Fire,,soon,,E1,", "occurred_at: the column 'when' is not a time like %m/%d/%Y %H:%M"),
        ("12,Fire,,11/23/2026 14:05,?,E1,", "status: Input should be 'active'"),
        ("12,Fire", "the row has 2 cells and the heading 7"),
        ('12,"Fire"s,,11/23/2026 14:05,,E1,', "this is not CSV"),
        ('12,"Fire,,11/23/2026 14:05,,E1,', "this is not CSV"),
    ],
)
def test_a_bad_row_says_why_and_the_others_go_on(line: str, problem: str) -> None:
    found = rows("11,Fire,,11/23/2026 14:05,,E1,", line)
    assert found[0].report is not None
    assert [row.row for row in found] == [2, 3]
    assert found[1].problem is not None
    assert found[1].problem.startswith(problem)


def test_a_good_row_after_a_bad_one_keeps_its_number() -> None:
    found = rows('12,"Fire"s,,11/23/2026 14:05,,E1,', "13,Fire,,11/23/2026 14:05,,E1,")
    assert found[0].problem
    assert found[1].row == 3
    assert found[1].report


def test_units_of_all_rows_are_known_from_the_first_report_on() -> None:
    by = PLAIN.replace('{split: ","}', '{split: " ", collect_over_rows: true}')
    first, other, last = rows(
        "12,Fire,,11/23/2026 14:05,,E1,",
        "13,Fire,,11/23/2026 14:06,,E9,",
        "12,Fire,,11/23/2026 14:05,,L2 E1,",
        by=by,
    )
    assert first.report is not None
    assert first.report["units"] == ["E1", "L2"]
    assert last.report == first.report
    assert other.report is not None
    assert other.report["units"] == ["E9"]


def test_rows_without_a_number_get_the_same_key_every_time_and_each_its_own() -> None:
    lines = (
        ",Fire,,11/23/2026 14:05,,E1,",
        ",Fire,,11/23/2026 14:05,,E1,",
        ",Fire,,11/23/2026 14:06,,E1,",
    )
    keys = [row.key for row in rows(*lines)]
    assert None not in keys
    assert len(set(keys)) == 3
    assert [row.key for row in rows(*lines)] == keys


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: [", "metro.yaml: line 1, column 5: this is not YAML"),
        ("[]", "metro.yaml: a mapping file holds"),
        (
            PLAIN.replace("New_York", "Gotham"),
            "time_zone: 'America/Gotham' is not an IANA time zone",
        ),
        (PLAIN.replace("status: disp", "caller: disp"), "columns.caller: there is no such entry"),
        (PLAIN.replace("exercise: true", "exercise: maybe"), "fixed.exercise: Input should be"),
        (PLAIN.replace("exercise: true", "exercize: true"), "only fields of the native report"),
        (
            PLAIN.replace("incident_type: [type, subtype]", ""),
            "columns.incident_type: Field required",
        ),
    ],
)
def test_a_wrong_mapping_names_the_entry(text: str, said: str) -> None:
    with pytest.raises(BadMapping) as error:
        mapping(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("no,type\n", "the file has no column 'disp'"),
        ("", "the file is empty"),
        ("no,no,type,subtype,when,disp,units\n", "the column 'no' is named twice"),
    ],
)
def test_a_file_that_does_not_fit_the_mapping_is_refused(heading: str, said: str) -> None:
    with pytest.raises(BadMapping, match=said):
        CsvCad([heading] if heading else [], mapping())


@pytest.mark.parametrize("name", sorted(path.stem for path in MAPPINGS.glob("*.yaml")))
def test_a_shipped_mapping_sends_a_place_only_to_be_matched(name: str) -> None:
    shipped = parse_mapping((MAPPINGS / f"{name}.yaml").read_text(), name)
    places = {"location", "addr", "lat", "lng", "twp", "point", "RespondToAddress", "address_block"}
    for field, columns in shipped.columns.by_field().items():
        if field not in {"address", "latitude", "longitude"}:
            assert not places & set(columns)


@pytest.mark.parametrize(
    ("name", "file", "count", "incidents"),
    [
        ("seattle", "seattle_fire_realtime911_2017-06_head.csv", 4000, 3311),
        ("montgomery", "montgomery_pa_911.csv", 3051, 3051),
        ("reno_fire", "reno_fire_calls_2011_head.csv", 4000, 4000),
        ("reno_police", "reno_police_cad_rms_2011-10.csv", 516, 506),
        ("portland", "portland_911_dispatch_feed.jsonl", 133, 132),
        ("rockland", "rockland_ny_firewatch.jsonl", 2290, 2290),
        ("spillman", "spillman_ispyfire_open_calls.json", 5, 5),
        ("spillman", "spillman_ispyfire_detail.json", 1, 1),
    ],
)
def test_every_record_of_a_real_export_goes_through(
    name: str, file: str, count: int, incidents: int
) -> None:
    path = EXPORTS / file
    if not path.exists():
        pytest.skip(f"the public data set {file} is not beside this checkout")
    shipped = parse_mapping((MAPPINGS / f"{name}.yaml").read_text(), name)
    with path.open(newline="") as export:
        found = list(CsvCad(export, shipped).rows())
    assert [row.problem for row in found if row.problem] == []
    assert len(found) == count
    named = {(row.report or {}).get("incident_number") or row.key for row in found}
    assert len(named) == incidents
