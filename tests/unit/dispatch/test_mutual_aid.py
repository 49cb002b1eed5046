"""Agreements with neighbours: when they hold, for whom, and what a file may not say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from schemas.policy import Role
from schemas.subjects import lender_of, lent_id
from services.dispatch.mutual_aid import BadMutualAid, MutualAid, read_mutual_aid

if TYPE_CHECKING:
    from pathlib import Path

TERMS: dict[str, Any] = {
    "neighbour": "north",
    "lends": ["peer", "mhp"],
    "most": 3,
    "from": date(2026, 1, 1),
    "until": date(2026, 12, 31),
    "source": "a memorandum",
}


def read(folder: Path, *agreements: dict[str, Any]) -> MutualAid:
    file = folder / "ours.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "agreements": list(agreements)}))
    return read_mutual_aid(file)


def test_nothing_ships_agreed() -> None:
    assert read_mutual_aid().agreements == ()


def test_the_example_that_ships_can_be_used_as_it_is() -> None:
    from importlib.resources import files

    text = (files("policy") / "mutual_aid.yaml").read_text(encoding="utf-8")
    example = (
        text.partition("\nagreements: []\n")[2]
        .replace("\n# ", "\n")
        .replace("# agreements", "agreements")
    )
    aid = MutualAid.model_validate({"version": 1, **yaml.safe_load(example)})

    assert aid.agreements[0].lends == (Role.PEER, Role.MHP, Role.CHAPLAIN)


@pytest.mark.parametrize(
    ("agency", "on", "holds"),
    [
        ("metro", date(2025, 12, 31), False),
        ("metro", date(2026, 1, 1), True),
        ("metro", date(2026, 12, 31), True),
        ("metro", date(2027, 1, 1), False),
        ("north", date(2026, 5, 1), False),
    ],
)
def test_an_agreement_holds_on_its_days_and_never_for_the_lender(
    tmp_path: Path, agency: str, on: date, holds: bool
) -> None:
    assert bool(read(tmp_path, TERMS).of(agency, on)) is holds


def test_an_agreement_may_be_for_one_borrower_alone(tmp_path: Path) -> None:
    aid = read(tmp_path, TERMS | {"agency": "metro"})

    assert [each.neighbour for each in aid.of("metro", date(2026, 5, 1))] == ["north"]
    assert aid.of("harbor", date(2026, 5, 1)) == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"neighbour": "no--rth"}, "agreements.0.neighbour"),
        ({"neighbour": "North"}, "agreements.0.neighbour"),
        ({"neighbour": "metro", "agency": "metro"}, "does not borrow from itself"),
        ({"lends": []}, "agreements.0.lends"),
        ({"lends": ["coordinator"]}, "coordinator is not asked to serve"),
        ({"most": 0}, "agreements.0.most"),
        ({"until": date(2025, 1, 1)}, "until comes before from"),
        ({"source": ""}, "agreements.0.source"),
        ({"mots": 3}, "agreements.0.mots"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    tmp_path: Path, wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadMutualAid, match=r"ours\.yaml") as bad:
        read(tmp_path, TERMS | wrong)
    assert told in str(bad.value)


def test_a_member_who_is_lent_is_known_by_agency_and_own_id() -> None:
    assert lender_of(lent_id("north-county", "p-7")) == ("north-county", "p-7")
    assert lender_of("p-7") == (None, "p-7")
