"""The rules of reports: what may be told, what a range is, and what a sheet must not run."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.roster import CompetencyKind
from services.audit.currency import read_numbers
from services.audit.reports.forms import as_csv, safe
from services.audit.reports.impact import NOT_TOLD, Support, impact, quarters
from services.audit.reports.model import Kind, Report, Table, file_name
from services.audit.reports.roi import Inputs, problem, roi
from services.audit.reports.training import training
from services.audit.spans import span_of

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 20, tzinfo=CHICAGO)
QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3")
CELLS = tuple((support, number) for support in Support for number in range(3))
COUNTS = st.fixed_dictionaries({cell: st.integers(0, 23) for cell in CELLS})


def statement(counts: dict[tuple[Support, int], int], span: str = "2026") -> Report:
    moments = [
        (support, datetime(2026, 3 * number + 2, 10, tzinfo=CHICAGO))
        for (support, number), count in counts.items()
        for _ in range(count)
    ]
    asked = span_of(span, NOW, CHICAGO)
    within = [(s, at) for s, at in moments if asked.since <= at < asked.until]
    return impact(within, asked, "metro-fire", NOW, CHICAGO)


@given(COUNTS, st.data())
def test_nobody_can_tell_two_worlds_apart_that_differ_in_small_counts_alone(
    counts: dict[tuple[Support, int], int], data: st.DataObject
) -> None:
    """Whatever reports are asked for, added and subtracted: they are the same in both worlds."""
    other = {
        cell: data.draw(st.integers(0, 4)) if count < 5 else count for cell, count in counts.items()
    }
    for span in ("2026", "2026-q1", "2026-q2", "2026-q3", "12-months", "3-months", "2026-02"):
        assert statement(counts, span) == statement(other, span)


@given(COUNTS)
def test_every_figure_is_at_most_the_truth_and_no_small_one(
    counts: dict[tuple[Support, int], int],
) -> None:
    for row in statement(counts).tables[0].rows:
        for number, cell in enumerate(row[1:]):
            true = counts[Support(row[0]), number]
            assert (cell == NOT_TOLD) == (true < 5)
            if true >= 5:
                assert 5 <= int(cell) <= true < int(cell) + 5


def test_the_sentence_counts_contacts_and_leaves_sessions_and_places_out() -> None:
    counts = dict.fromkeys(CELLS, 0) | {
        (Support.CHECK_INS, 0): 12,
        (Support.REQUESTS, 1): 7,
        (Support.ONE_ON_ONES, 2): 4,
        (Support.SESSIONS, 0): 40,
    }
    told = statement(counts)
    assert told.lead == "We have served at least 15 contacts in 2026-Q1 to 2026-Q3."
    assert {f.label: f.value for f in told.facts}["One-on-ones begun"] == "not told"


def test_the_whole_sheet_of_a_small_example() -> None:
    counts = {(Support.CHECK_INS, 0): 12, (Support.CHECK_INS, 1): 4, (Support.REFERRALS, 0): 9}
    told = statement(counts, "2026-q1").model_copy(update={"notes": ("Kept short.",)})
    assert as_csv(told).decode("utf-8-sig").splitlines() == [
        "Impact statement,2026-q1",
        "Agency,metro-fire",
        "As of,2026-11-20T00:00:00-06:00",
        "We have served at least 10 contacts in 2026-Q1.",
        "Check-ins done,at least 10",
        "Requests for a peer that were reached,not told",
        "One-on-ones begun,not told",
        "Sessions held,not told",
        "Places pointed to,at least 5",
        "",
        '"By quarter, at least"',
        "Support,2026-Q1",
        "Check-ins done,10",
        "Requests for a peer that were reached,fewer than 5",
        "One-on-ones begun,fewer than 5",
        "Sessions held,fewer than 5",
        "Places pointed to,5",
        "",
        "Note,Kept short.",
    ]


def test_a_quarter_that_runs_is_not_told() -> None:
    span = span_of("2026-q4", NOW, CHICAGO)
    told = impact([(Support.CHECK_INS, NOW)] * 30, span, "metro-fire", NOW, CHICAGO)
    assert (told.facts, told.tables) == ((), ())
    assert quarters(span_of("2026", NOW, CHICAGO), NOW, CHICAGO) == QUARTERS


def test_a_contact_belongs_to_the_quarter_of_the_wall_clock() -> None:
    last_evening = datetime(2026, 4, 1, 3, tzinfo=UTC)  # 22:00 on 31 March in Chicago
    span = span_of("2026", NOW, CHICAGO)
    told = impact([(Support.CHECK_INS, last_evening)] * 5, span, "metro-fire", NOW, CHICAGO)
    assert told.tables[0].rows[0][1:] == ("5", NOT_TOLD, NOT_TOLD)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-15,000", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    report = Report(
        kind=Kind.ROI,
        title=cell,
        about=cell,
        agency=cell,
        as_of=NOW,
        lead=cell,
        tables=(Table(title=cell, columns=(cell,), rows=((cell,),)),),
        notes=(cell,),
    )
    sheet = csv.reader(io.StringIO(as_csv(report).decode("utf-8-sig"), newline=""))
    assert all(
        not each.startswith(("=", "+", "-", "@", "\t", "\r")) for row in sheet for each in row
    )


def test_a_file_name_is_plain() -> None:
    report = statement(dict.fromkeys(CELLS, 0))
    assert file_name(report, "pdf") == "tailboard-impact-2026.pdf"
    odd = report.model_copy(update={"about": '../Ü"\r\nx'})
    assert file_name(odd, "csv") == "tailboard-impact-x.csv"


def test_a_range_is_what_was_assumed_and_nothing_more() -> None:
    told = roi(
        Inputs(programme_cost=40_000, replacement_cost=50_000, stay_low=0.5, stay_high=2),
        "metro-fire",
        NOW,
    )
    assert told.lead == (
        "Under these assumptions a year ends between -15,000 and 60,000 after a cost of 40,000."
    )
    bare = roi(Inputs(programme_cost=40_000), "metro-fire", NOW)
    assert bare.facts == ()
    assert "no return can be shown" in bare.lead
    even = roi(Inputs(programme_cost=40_000, replacement_cost=50_000), "metro-fire", NOW)
    assert even.lead == "The programme pays for itself if 0.8 more people stay in a year."


def test_the_published_figure_is_no_part_of_the_sum() -> None:
    without, beside = (
        roi(Inputs(programme_cost=1, calls=calls), "metro-fire", NOW) for calls in (None, 9)
    )
    assert without.tables == beside.tables
    assert [fact.value for fact in beside.facts] == ["203,184"]
    assert "22,576.05" in beside.sources[0]


def test_a_range_needs_its_price_and_its_order() -> None:
    assert problem(Inputs(programme_cost=1, days_low=2, days_high=1)) is not None
    assert "day_cost" in str(problem(Inputs(programme_cost=1, days_high=1)))
    assert problem(Inputs(programme_cost=1)) is None


def member(number: str, since: date, until: date | None = None, *earned: date) -> dict[str, object]:
    kind = CompetencyKind.IN_SERVICE.value
    return {
        "member_id": number,
        "role": "peer",
        "designated_from": since,
        "designated_until": until,
        "left_on": None,
        "training_valid_until": date(2026, 6, 30),
        "competencies": [
            {"kind": kind, "earned_on": str(day), "valid_until": None} for day in earned
        ],
    }


@pytest.mark.parametrize(
    ("on", "numbers", "trained"),
    [
        (date(2025, 12, 31), [], 0),
        (date(2026, 1, 1), ["p-01"], 1),
        (date(2026, 6, 30), ["p-01", "p-02"], 2),
        (date(2026, 7, 1), ["p-01", "p-02"], 0),
        (date(2026, 8, 1), ["p-01"], 0),
    ],
)
def test_an_attestation_holds_on_its_day(on: date, numbers: list[str], trained: int) -> None:
    first = date(2026, 1, 1)
    team = [member("p-01", first), member("p-02", date(2026, 3, 1), date(2026, 7, 31))]
    told = training(team, on, read_numbers(None), "metro-fire", NOW)
    rows = [row for table in told.tables for row in table.rows]
    assert [row[0] for row in rows] == numbers
    assert sum(row[-1] == "yes" for row in rows) == trained


def test_a_training_that_came_later_is_not_attested() -> None:
    day = date(2026, 5, 1)
    team = [member("p-01", date(2026, 1, 1), None, day + timedelta(days=1))]
    told = training(team, day, read_numbers(None), "metro-fire", NOW)
    assert told.tables[0].rows[0][3:] == ("by summary date", "never trained", "no")
