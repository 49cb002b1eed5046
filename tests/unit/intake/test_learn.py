"""A mapping proposed from a sample: what is taken, why, what is left out, and what is doubted."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.csv_cad import BadMapping, CsvCad, parse_mapping
from services.intake.adapters.learn import Learnt, learn
from services.intake.adapters.learn_choices import Sure
from services.intake.adapters.learn_yaml import as_yaml, source_of

EXPORTS = Path("../shared/data/cad")
REAL: dict[str, tuple[str, int, int, dict[str, tuple[str, ...]]]] = {
    "seattle_fire_realtime911_2017-06_head.csv": (
        "America/Los_Angeles", 4000, 3311,
        {
            "incident_number": ("incident_number",),
            "incident_type": ("incident_type",),
            "occurred_at": ("timestamp",),
            "units": ("units",),
            "address": ("location",),
        },
    ),
    "montgomery_pa_911.csv": (
        "America/New_York", 3051, 3051,
        {
            "incident_type": ("title",),
            "occurred_at": ("timeStamp",),
            "address": ("addr",),
            "latitude": ("lat",),
            "longitude": ("lng",),
        },
    ),
    "reno_fire_calls_2011_head.csv": (
        "America/Los_Angeles", 4000, 4000,
        {
            "incident_type": ("CALL_TYPE",),
            "incident_code": ("CALL_TYPE",),
            "occurred_at": ("RECEIVED_DATE", "RECEIVED_TIME"),
            "on_scene_at": ("RECEIVED_DATE", "ONSCENE_1ST_TIME"),
            "operations_ended_at": ("RECEIVED_DATE", "CLOSE_TIME"),
        },
    ),
    "reno_police_cad_rms_2011-10.csv": (
        "America/Los_Angeles", 516, 506,
        {
            "incident_number": ("call_number",),
            "incident_type": ("nature_or_cfs_code",),
            "incident_code": ("nature_or_cfs_code",),
            "occurred_at": ("date", "time"),
            "address": ("address_block",),
        },
    ),
    "portland_911_dispatch_feed.jsonl": (
        "America/Los_Angeles", 133, 133,  # by the feed's own ids
        {
            "incident_number": ("id",),
            "incident_type": ("title",),
            "occurred_at": ("published",),
            "told_at": ("updated",),
            "address": ("title",),
            "latitude": ("point",),
            "longitude": ("point",),
        },
    ),
    "rockland_ny_firewatch.jsonl": (
        "America/New_York", 2290, 2290,
        {
            "incident_type": ("incident_type",),
            "occurred_at": ("time_reported",),
            "address": ("address_block",),
        },
    ),
    "spillman_ispyfire_open_calls.json": (
        "America/Los_Angeles", 5, 5,
        {
            "incident_number": ("LongTermCallID",),
            "incident_type": ("Nature",),
            "occurred_at": ("TimeDateReported",),
            "units": ("JoinedResponders",),
            "address": ("RespondToAddress",),
        },
    ),
    "spillman_ispyfire_detail.json": (
        "America/Los_Angeles", 1, 1,
        {
            "incident_number": ("LongTermCallID",),
            "incident_type": ("Nature",),
            "occurred_at": ("TimeDateReported",),
            "units": ("JoinedResponders",),
            "narrative": ("JoinedComments",),
            "address": ("RespondToAddress",),
            "latitude": ("iSpyCadGeoLocation",),
            "longitude": ("iSpyCadGeoLocation",),
        },
    ),
}  # fmt: skip
HEADING = "Incident Number,Nature,Received,Units"


def reports(text: str, learnt: Learnt, zone: str = "America/Chicago") -> list[dict[str, Any]]:
    """Every record of the text, read by what was learnt from it."""
    mapping = parse_mapping(as_yaml(learnt, "metro", zone), "learnt")
    rows = list(CsvCad(io.StringIO(text, newline=""), mapping).rows())
    assert [row.problem for row in rows if row.problem] == []
    return [row.report or {} for row in rows]


def sheet(*rows: str, heading: str = HEADING) -> str:
    return "".join(f"{row}\n" for row in (heading, *rows))


def of_times(*times: str) -> str:
    return sheet(*(f"26-{n:04},Structure fire,{at},E{n}" for n, at in enumerate(times, start=1)))


def doubts(learnt: Learnt) -> str:
    return " | ".join(learnt.warnings)


@pytest.mark.parametrize("file", REAL)
def test_what_is_learnt_from_a_real_export_reads_all_of_it(file: str) -> None:
    path = EXPORTS / file
    if not path.exists():
        pytest.skip(f"the public data set {file} is not beside this checkout")
    zone, count, incidents, columns = REAL[file]
    text = path.read_bytes().decode()
    learnt = learn(text)
    assert learnt.columns == columns
    mapping = parse_mapping(as_yaml(learnt, source_of(path.stem), zone), file)
    rows = list(CsvCad(io.StringIO(text, newline=""), mapping).rows())
    assert [row.problem for row in rows if row.problem] == []
    assert len(rows) == count
    assert len({(row.report or {}).get("incident_number") or row.key for row in rows}) == incidents


def test_a_table_of_codes_is_no_export_of_calls() -> None:
    path = EXPORTS / "reno_police_cfs_codes.csv"
    if not path.exists():
        pytest.skip(f"the public data set {path.name} is not beside this checkout")
    with pytest.raises(BadMapping, match="no column holds the times of calls"):
        learn(path.read_text())


@pytest.mark.parametrize(
    ("times", "formats", "first"),
    [
        (("2026-01-02 10:00:00",), (), "2026-01-02T10:00:00-06:00"),
        (("2026-01-02T10:00:00Z",), (), "2026-01-02T10:00:00+00:00"),
        (("01/28/2026 10:00",), ("%m/%d/%Y %H:%M",), "2026-01-28T10:00:00-06:00"),
        (("28/01/2026 10:00",), ("%d/%m/%Y %H:%M",), "2026-01-28T10:00:00-06:00"),
        (("01/28/26 10:00:05 PM",), ("%m/%d/%y %I:%M:%S %p",), "2026-01-28T22:00:05-06:00"),
        (("28.01.26 10:00",), ("%d.%m.%y %H:%M",), "2026-01-28T10:00:00-06:00"),
        (("28-Jan-2026 10:00",), ("%d-%b-%Y %H:%M",), "2026-01-28T10:00:00-06:00"),
        (("10:00:05 01/28/2026",), ("%H:%M:%S %m/%d/%Y",), "2026-01-28T10:00:05-06:00"),
        (("1767369600",), ("epoch",), "2026-01-02T16:00:00+00:00"),
        (("1767369600123",), ("epoch_ms",), "2026-01-02T16:00:00.123000+00:00"),
        (
            ("01/28/2026 10:00", "01/29/2026 10:00:30"),
            ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"),
            "2026-01-28T10:00:00-06:00",
        ),
    ],
)
def test_times_are_read_in_the_form_that_they_have(
    times: tuple[str, ...], formats: tuple[str, ...], first: str
) -> None:
    text = of_times(*times)
    learnt = learn(text)
    assert set(learnt.date_formats) == set(formats)
    assert reports(text, learnt)[0]["occurred_at"] == first


def test_a_day_and_a_month_that_could_be_either_are_doubted() -> None:
    learnt = learn(of_times("01/02/2026 10:00", "03/04/2026 10:00"))
    assert learnt.date_formats == ("%m/%d/%Y %H:%M",)
    assert "Received: day and month could be either way round" in doubts(learnt)
    assert [each.sure for each in learnt.choices if each.field == "occurred_at"] == [Sure.GUESS]


def test_days_that_lie_close_together_tell_day_from_month() -> None:
    learnt = learn(of_times("01/02/2026 10:00", "02/02/2026 10:00", "03/02/2026 10:00"))
    assert learnt.date_formats == ("%d/%m/%Y %H:%M",)
    assert "either way round" not in doubts(learnt)


def test_the_name_of_a_zone_is_told_and_not_trusted() -> None:
    text = of_times("01/28/2026 10:00 CST", "01/28/2026 11:00 CST")
    learnt = learn(text)
    assert learnt.date_formats == ("%m/%d/%Y %H:%M CST",)
    (why,) = (each.why for each in learnt.choices if each.field == "occurred_at")
    assert "suggests --time-zone America/Chicago" in why
    assert reports(text, learnt)[0]["occurred_at"] == "2026-01-28T10:00:00-06:00"


def test_a_clock_borrows_the_date_of_the_call() -> None:
    heading = "Call No,Call Type,Call Date,Call Time,Arrived,Cleared,Unit"
    text = sheet("26-1,Fire,1/28/2026,23:50,00:05,01:10,E1", heading=heading)
    (report,) = reports(text, learn(text))
    assert report["occurred_at"] == "2026-01-28T23:50:00-06:00"
    assert report["on_scene_at"] == "2026-01-29T00:05:00-06:00"
    assert report["operations_ended_at"] == "2026-01-29T01:10:00-06:00"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_stands_between_cells_is_found(mark: str) -> None:
    text = of_times("2026-01-02 10:00", "2026-01-02 11:00").replace(",", mark)
    learnt = learn(text)
    assert learnt.sample.delimiter == mark
    assert len(reports(text, learnt)) == 2


@pytest.mark.parametrize("mark", [" ", ",", ";", "/", "|"])
def test_what_stands_between_units_is_found(mark: str) -> None:
    text = sheet(f'26-1,Fire,2026-01-02 10:00,"E1{mark}L2"')
    assert reports(text, learn(text))[0]["units"] == ["E1", "L2"]


def test_one_row_per_unit_is_noticed() -> None:
    text = sheet(*(f"26-{n // 2},Fire,2026-01-02 10:00,E{n}" for n in range(20)))
    learnt = learn(text)
    assert learnt.collect_over_rows
    assert reports(text, learnt)[0]["units"] == ["E0", "E1"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (HEADING, "holds no record"),
        ("[]", "holds no record"),
        ("{}", "holds no record"),
        ('{"a":', "holds no record"),
        ("[1, 2]", "holds no record"),
        ("a\n1\n2\n", "it has one column"),
        ("26-1,Fire,2026-01-02 10:00,E1\n26-2,Fire,2026-01-02 10:00,E1\n", "holds values"),
        ("sep=;\nNumber;Nature\n1;Fire\n", "delete that line"),
        (sheet("26-1,Fire,,E1"), "no column holds the times of calls"),
        (sheet("26-1,,2026-01-02 10:00,E1"), "no column looks like the type"),
        ("Nature,Nature\nFire,Fire\n", "named twice"),
    ],
)
def test_what_cannot_be_learnt_from_says_why(text: str, why: str) -> None:
    with pytest.raises(BadMapping, match=why):
        learn(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Caller Name", "a caller"),
        ("Complainant", "a caller"),
        ("RP Phone", "none"),
        ("PatientAge", "3"),
        ("DOB", "2023-01-01"),
        ("Primary Officer", "1234"),
        ("Remarks", "555-010-9999"),
        ("Notes", "name@example.org"),
    ],
)
def test_peoples_details_are_never_mapped(name: str, value: str) -> None:
    text = sheet(f"26-1,Fire,2026-01-02 10:00,E1,{value}", heading=f"{HEADING},{name}")
    learnt = learn(text)
    assert name in learnt.left_out()
    assert f"people's details are never sent: {name}" in doubts(learnt)
    assert value not in as_yaml(learnt, "metro", "UTC")
    assert value not in repr(reports(text, learnt))


def test_nothing_that_is_said_of_a_file_quotes_its_values() -> None:
    marked = sheet(
        '26-98765,"Fire","2026-01-02 10:00","E4711"', '26-98766,"Flood","2026-01-02 11:00","E4712"'
    )
    learnt = learn(marked)
    said = f"{learnt.choices} {learnt.warnings} {as_yaml(learnt, 'metro', 'UTC')}"
    for value in ("98765", "Flood", "4711", "11:00"):
        assert value not in said


def test_a_count_of_the_rows_is_no_call_number() -> None:
    """The next export begins with 1 again, and another call would become the same case."""
    text = sheet(*(f"{n},Fire,2026-01-02 10:0{n},E1" for n in range(1, 6)))
    learnt = learn(text)
    assert "incident_number" not in learnt.columns
    assert "it counts the rows" in [each.why for each in learnt.choices]
    assert "no column of call numbers" in doubts(learnt)


def test_short_codes_ask_for_their_meaning() -> None:
    text = sheet(*(f"26-{n},{code},2026-01-02 10:00,E1" for n, code in enumerate(("ACCF", "RA"))))
    learnt = learn(text)
    assert learnt.columns["incident_code"] == ("Nature",)
    assert "say what they mean" in doubts(learnt)


def test_plain_words_of_a_status_are_mapped_and_others_left_out() -> None:
    def of_status(*words: str) -> Learnt:
        rows = (f"26-{n},Fire,2026-01-02 10:00,E1,{word}" for n, word in enumerate(words, start=9))
        return learn(sheet(*rows, heading=f"{HEADING},Status"))

    known = of_status("Closed", "CANCELLED EN ROUTE", "False alarm", "On scene")
    assert known.values["status"] == {
        "Closed": "closed",
        "CANCELLED EN ROUTE": "cancelled",
        "False alarm": "false_alarm",
        "On scene": "active",
    }
    unknown = of_status("Closed", "Z4")
    assert "status" not in unknown.columns
    assert "say under `values: status:`" in doubts(unknown)


def test_a_headline_is_taken_apart() -> None:
    heading = "Incident Number,Title,Received"
    text = sheet("26-1,FIRE at 100 Main St,2026-01-02 10:00", heading=heading)
    (report,) = reports(text, learn(text))
    assert (report["incident_type"], report["address"]) == ("FIRE", "100 Main St")


def test_keys_that_name_one_record_are_not_columns() -> None:
    text = (
        '[{"number": "26-1", "nature": "Fire", "received": "2026-01-02 10:00",'
        ' "crew": {"6357333b00055500019bc83c": {"unit": "E1"}, "12": {"unit": "E2"}}}]'
    )
    learnt = learn(text)
    assert [column.name for column in learnt.sample.columns] == ["number", "nature", "received"]


def test_a_name_full_of_marks_stays_one_line_and_one_column() -> None:
    odd = 'Nature: "of" call # {x}\t- y'
    heading = HEADING.replace("Nature", '"' + odd.replace('"', '""') + '"')
    text = sheet("26-1,Fire,2026-01-02 10:00,E1", heading=heading)
    learnt = learn(text)
    assert learnt.columns["incident_type"] == (odd,)
    assert reports(text, learnt)[0]["incident_type"] == "Fire"


@pytest.mark.parametrize(
    ("name", "source"),
    [("Our CAD (2026)", "our-cad-2026"), ("___", "cad"), ("É", "cad"), ("x" * 90, "x" * 63)],
)
def test_a_files_name_becomes_the_name_of_a_feed(name: str, source: str) -> None:
    assert source_of(name) == source


def test_a_wrong_zone_is_refused() -> None:
    with pytest.raises(BadMapping, match="not an IANA time zone"):
        as_yaml(learn(of_times("2026-01-02 10:00")), "metro", "Gotham")


def written(rows: list[tuple[str, ...]]) -> str:
    sheet_of = io.StringIO()
    csv.writer(sheet_of).writerows([["Nature", "Received", "Units", "Date", "Lat", "Lon"], *rows])
    return sheet_of.getvalue()


CELL = st.one_of(
    st.sampled_from(("26-0001", "Fire", "2026-01-02 10:00", "1/2/26 3:04 PM", "41.5", "E1 L2", "")),
    st.text(max_size=8),
)
TIME = st.sampled_from(
    ("2026-01-02 10:00", "1/2/26 3:04 PM", "1/2/2026", "03:04", "1767369600", "99:99", "")
)
NAME = st.one_of(
    st.sampled_from(("Incident Number", "Nature", "Received", "Date", "Time", "Units", "Lat")),
    st.text(max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.tuples(CELL, TIME, CELL, TIME, CELL, CELL), max_size=4).map(written),
        st.lists(st.dictionaries(NAME, CELL, max_size=5), max_size=4).map(json.dumps),
    )
)
def test_whatever_a_file_holds_it_is_learnt_or_refused(text: str) -> None:
    try:
        learnt = learn(text)
        mapping = parse_mapping(as_yaml(learnt, "metro", "UTC"), "learnt")
    except BadMapping:
        return
    list(CsvCad(io.StringIO(text, newline=""), mapping).rows())
