"""Totals of referrals and exceptions: no small number can be read, or worked out from the others."""

from __future__ import annotations

import pytest

from schemas.catalogue import CATALOGUE, Row
from schemas.envelope import Recorded
from schemas.exceptions import ExceptionRecorded, WrittenNoticeSent
from schemas.referrals import (
    ReferralOffered,
    ResourceConfirmed,
    ResourceListed,
    ResourceRemoved,
)
from schemas.subjects import Entity, Stream, apart_id_for, derived_id
from services.audit.folds import changes_of
from services.audit.views.support import by_kind
from tests.support.builders import AGENCY, a_draft, an

KINDS = ("eap", "clinician", "chaplain", "legal")
OF_SUPPORT = [
    row for row in CATALOGUE if row.model.__module__ in {"schemas.referrals", "schemas.exceptions"}
]
_HELD = {
    ReferralOffered: "referrals",
    ExceptionRecorded: "exceptions",
    WrittenNoticeSent: "exceptions",
    ResourceListed: "places",
    ResourceConfirmed: "places",
    ResourceRemoved: "places",
}


def found(**counts: int) -> list[str]:
    return [kind for kind, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("counts", "total", "shown"),
    [
        ({"eap": 4}, None, {}),
        ({"eap": 3, "clinician": 2}, 5, {}),
        ({"eap": 5}, 5, {"eap": 5}),
        ({"eap": 9, "clinician": 1}, 10, {}),
        ({"eap": 9, "clinician": 6, "legal": 1}, 16, {"eap": 9}),
        ({"eap": 9, "clinician": 3, "legal": 2}, 14, {"eap": 9}),
        ({"eap": 9, "clinician": 6, "chaplain": 5, "legal": 7}, 27, None),
    ],
)
def test_a_small_count_hides_and_takes_another_with_it(
    counts: dict[str, int], total: int | None, shown: dict[str, int] | None
) -> None:
    told = by_kind(found(**counts), KINDS)
    assert told.count == total
    visible = {kind: count for kind, count in told.by_category.items() if count is not None}
    assert visible == (counts if shown is None else shown)
    hidden = sum(counts.values()) - sum(visible.values())
    assert total is None or hidden == 0 or hidden >= 5
    assert set(told.by_category) == set(KINDS)


@pytest.mark.parametrize("row", OF_SUPPORT, ids=lambda row: row.model.NAME)
def test_no_line_of_any_case_tells_of_it(row: Row) -> None:
    draft = a_draft(an(row.model))
    entity = Entity(Stream.FOLLOWUP, AGENCY, apart_id_for(derived_id("one")))
    changes = list(changes_of(Recorded(entity, draft.meta, draft.event, 7)))
    tables = {change.table.name for change in changes}
    assert tables == ({_HELD[row.model]} if row.model in _HELD else set())
    assert not any("8f1a5c1e" in str(change.values) for change in changes), "not which case"
