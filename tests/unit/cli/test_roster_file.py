"""A roster file: all rows or none, each problem with its row, and no name or phone repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.cli.roster_file import NEEDED, read_roster
from services.cli.stop import Stop

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "p-01,peer,fire,st-1,E1 M1,2024-01-01,2027-01-01,2026-01-01,p-01@demo.invalid,,Demo"


def roster(folder: Path, *lines: str, heading: str = ",".join(NEEDED)) -> Path:
    path = folder / "members.csv"
    path.write_text("\n".join([heading, *lines]) + "\n")
    return path


def test_a_row_becomes_what_the_server_is_told(tmp_path: Path) -> None:
    rows, problems = read_roster(roster(tmp_path, GOOD))
    assert problems == []
    assert rows[0].member_id == "p-01"
    assert rows[0].entry() == {
        "role": "peer",
        "discipline": "fire",
        "station": "st-1",
        "units": ["E1", "M1"],
        "designated_from": "2024-01-01",
        "training_valid_until": "2027-01-01",
        "contact_confirmed_on": "2026-01-01",
        "contact": {"label": "Demo", "email": "p-01@demo.invalid", "phone": None},
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("p-01,", "P 01,", "row 3: member_id: String should match pattern"),
        ("peer", "friend", "row 3: role: Input should be 'peer', 'mhp'"),
        ("2027-01-01", "soon", "row 3: training_valid_until: Input should be a valid date"),
        ("p-01@demo.invalid", "secret-name", "row 3: email: an e-mail address looks like"),
        ("p-01@demo.invalid,", ",0555", "row 3: phone: write a phone number with its country"),
        ("p-01@demo.invalid", "", "row 3: email: a member needs an e-mail address or a phone"),
        (GOOD, GOOD, "row 3: member_id: the same as in row 2"),
    ],
)
def test_every_problem_has_its_row_and_repeats_no_value(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    second = GOOD.replace(old, new)
    first = GOOD if old == GOOD else GOOD.replace("p-01", "p-00")
    _rows, problems = read_roster(roster(tmp_path, first, second))
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert "secret-name" not in problems[0]
    assert "0555" not in problems[0]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no column 'role'"):
        read_roster(roster(tmp_path, heading="member_id"))


def test_a_file_without_members_is_a_problem(tmp_path: Path) -> None:
    assert read_roster(roster(tmp_path))[1] == ["row 2: the file names no member"]
