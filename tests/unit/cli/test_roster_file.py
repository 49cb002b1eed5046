"""A roster file: all rows or none, each problem with its row, and no name or phone repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.cli.roster_file import read_roster
from services.cli.stop import Stop
from services.dispatch.edge.roster_csv import KINDS, NEEDED, guarded, joined, parted, unguarded

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "p-01,peer,fire,st-1,E1 M1,2024-01-01,2027-01-01,2026-01-01,p-01@demo.invalid,,Demo"
OLD = (*NEEDED, "email", "phone", "label")


def roster(folder: Path, *lines: str, heading: str = ",".join(OLD)) -> Path:
    path = folder / "members.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_row_becomes_what_the_server_is_told(tmp_path: Path) -> None:
    read = read_roster(roster(tmp_path, GOOD))
    assert (read.problems, read.ignored) == ([], [])
    assert read.rows[2].member_id == "p-01"
    assert read.rows[2].part() == {
        "role": "peer",
        "discipline": "fire",
        "station": "st-1",
        "units": ["E1", "M1"],
        "designated_from": "2024-01-01",
        "training_valid_until": "2027-01-01",
        "contact_confirmed_on": "2026-01-01",
        "contact": {"label": "Demo", "email": "p-01@demo.invalid", "phone": None},
    }


def cells(folder: Path, **more: str) -> dict[str, Any]:
    """What the server is told of one good row with these columns beside it."""
    heading = ",".join([*OLD, *more])
    read = read_roster(roster(folder, ",".join([GOOD, *more.values()]), heading=heading))
    assert read.problems == []
    return read.rows[2].part()


def test_new_columns_are_read_as_people_write_them(tmp_path: Path) -> None:
    told = cells(
        tmp_path,
        languages="es en",
        supervises="E 2; E3;",
        close_to="",
        peer_nominated="Yes",
        on_team_page="no",
        designated_until="",
        sms="+1 (202) 555-0147",
        page_name="Demo p-01",
    )
    assert told["languages"] == ["es", "en"]
    assert (told["supervises"], told["close_to"]) == (["E 2", "E3"], [])
    assert (told["peer_nominated"], told["on_team_page"]) == (True, False)
    assert told["designated_until"] is None
    assert told["contact"]["sms"] == "+12025550147"
    assert told["profile"] == {"name": "Demo p-01"}


def test_trainings_say_when_they_were_earned_and_may_say_their_last_day(tmp_path: Path) -> None:
    kinds = dict.fromkeys(KINDS, "")
    told = cells(tmp_path, **kinds | {"qpr": "2024-01-01", "in_service": "2025-01-01/2026-01-31"})
    assert told["competencies"] == [
        {"kind": "qpr", "earned_on": "2024-01-01", "valid_until": None},
        {"kind": "in_service", "earned_on": "2025-01-01", "valid_until": "2026-01-31"},
    ]


def test_without_training_columns_nothing_is_said_of_trainings(tmp_path: Path) -> None:
    assert "competencies" not in cells(tmp_path)


def test_some_training_columns_and_not_all_would_lose_the_others(tmp_path: Path) -> None:
    heading = ",".join([*OLD, "qpr"])
    with pytest.raises(Stop, match="name all of the columns icisf_group"):
        read_roster(roster(tmp_path, f"{GOOD},2024-01-01", heading=heading))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("p-01,", "P 01,", "row 3: member_id: String should match pattern"),
        ("p-01,", "other--p-01,", "row 3: member_id: `--` is kept for members"),
        ("peer", "friend", "row 3: role: Input should be 'peer', 'mhp'"),
        ("2027-01-01", "soon", "row 3: training_valid_until: Input should be a valid date"),
        ("p-01@demo.invalid", "secret-name", "row 3: email: an e-mail address looks like"),
        ("p-01@demo.invalid,", ",0555", "row 3: phone: write a phone number with its country"),
        ("p-01@demo.invalid", "", "row 3: email: a member needs an e-mail address or a phone"),
        (GOOD, GOOD, "row 3: member_id: the same as in row 2"),
        (GOOD, f"{GOOD},secret-name", "row 3: 12 cells, and the heading has 11"),
        (",Demo", "", "row 3: 10 cells, and the heading has 11"),
    ],
)
def test_every_problem_has_its_row_and_repeats_no_value(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    second = GOOD.replace(old, new)
    first = GOOD if second == GOOD else GOOD.replace("p-01", "p-00")
    problems = read_roster(roster(tmp_path, first, second)).problems
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert "secret-name" not in problems[0]
    assert "0555" not in problems[0]


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("languages", "Secret", "languages.0: String should match pattern"),
        ("peer_nominated", "maybe", "peer_nominated: write yes or no"),
        ("designated_until", "soon", "designated_until: Input should be a valid date"),
        ("page_bio", "x" * 601, "page_bio: String should have at most 600"),
    ],
)
def test_a_new_column_that_does_not_fit_is_named(
    tmp_path: Path, column: str, cell: str, problem: str
) -> None:
    heading = ",".join([*OLD, column])
    problems = read_roster(roster(tmp_path, f"{GOOD},{cell}", heading=heading)).problems
    assert [each[: len(problem) + 7] for each in problems] == [f"row 2: {problem}"]


@pytest.mark.parametrize("cell", ["2024", "2024-13-01", "2024-01-01/", "last spring"])
def test_a_training_that_is_no_date_is_named(tmp_path: Path, cell: str) -> None:
    heading = ",".join([*OLD, *KINDS])
    line = f"{GOOD},{cell},,,,"
    problems = read_roster(roster(tmp_path, line, heading=heading)).problems
    assert len(problems) == 1
    assert problems[0].startswith("row 2: icisf_group")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no column 'role'"):
        read_roster(roster(tmp_path, heading="member_id"))


def test_an_unknown_column_is_left_out_with_a_guess(tmp_path: Path) -> None:
    read = read_roster(roster(tmp_path, f"{GOOD},x,y", heading=",".join([*OLD, "lable", "zz"])))
    assert read.problems == []
    assert read.ignored == [
        "the column 'lable' is not known and was left out: did you mean 'label'?",
        "the column 'zz' is not known and was left out",
    ]


def test_a_file_without_members_is_a_problem(tmp_path: Path) -> None:
    assert read_roster(roster(tmp_path)).problems == ["row 2: the file names no member"]


def test_what_a_spreadsheet_does_to_a_file_is_understood(tmp_path: Path) -> None:
    """A mark of its own at the front, semicolons, empty lines and columns, Windows line ends."""
    path = tmp_path / "members.csv"
    lines = [",".join([*OLD, "", ""]), f"{GOOD},,", ",,,,,,,,,,,,", ""]
    text = "\r\n".join(lines).replace(",", ";")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    read = read_roster(path)
    assert (list(read.rows), read.problems) == ([2], [])
    assert [line for line in read.ignored if line] == []


@for_all(cell=st.text(alphabet=st.sampled_from("=+-@\t\r' aE1"), max_size=8))
def test_no_cell_that_is_written_is_a_formula_and_each_is_read_back(cell: str) -> None:
    written = guarded(cell)
    assert written[:1] not in ("=", "+", "-", "@", "\t", "\r") or not written
    assert unguarded(written) == cell


@for_all(
    words=st.lists(
        st.text(alphabet=st.sampled_from("EM 12"), min_size=1, max_size=6)
        .map(str.strip)
        .filter(bool),
        max_size=4,
    )
)
def test_units_are_read_back_however_they_are_written(words: list[str]) -> None:
    assert parted(joined(words)) == words
