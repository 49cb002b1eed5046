"""No event of a search is silent: the timeline tells each in words, and never by a code."""

from __future__ import annotations

import re

import pytest

from schemas.catalogue import CATALOGUE, Row
from schemas.deliveries import DeliveryStarted
from schemas.envelope import Recorded
from schemas.requests import (
    CallbackMade,
    EmergencyPaged,
    EmergencyRaised,
    EmergencyRepeated,
    FollowupWaived,
    MemberFinished,
    PeerRequested,
    RequestClosed,
)
from schemas.roster import MemberEnrolled, TeamPageConsentChanged
from schemas.rota import CoverageChecked
from schemas.subjects import Stream
from services.audit import tables
from services.audit.folds import changes_of
from services.audit.steps import LABELS, Step
from tests.support.builders import a_draft, an

QUIET = {
    DeliveryStarted: "that it went out, or did not, is told",
    PeerRequested: "nothing of a request is told of the case",
    CallbackMade: "as above",
    EmergencyRaised: "as above",
    EmergencyRepeated: "as above",
    EmergencyPaged: "as above",
    MemberFinished: "as above",
    RequestClosed: "as above",
    FollowupWaived: "as above",
}
OF_CASES = [row for row in CATALOGUE if row.stream in {Stream.INTAKE, Stream.DISPATCH}]
_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")


def told(row: Row) -> list[dict[str, object]]:
    draft = a_draft(an(row.model))
    recorded = Recorded(draft.entity, draft.meta, draft.event, 7)
    return [c.values for c in changes_of(recorded) if c.table is tables.entries]


@pytest.mark.parametrize("row", OF_CASES, ids=lambda row: row.model.NAME)
def test_every_event_of_a_case_is_told_in_words(row: Row) -> None:
    lines = told(row)
    assert bool(lines) is (row.model not in QUIET)
    for line in lines:
        assert LABELS[Step(str(line["step"]))]
        said = f"{line['detail']} {' '.join(map(str, line['lines']))}"  # type: ignore[call-overload]
        assert not _CODE.search(said.partition("Rule ")[0]), said


@pytest.mark.parametrize("row", OF_CASES, ids=lambda row: row.model.NAME)
def test_an_event_told_twice_gives_the_same_rows(row: Row) -> None:
    draft = a_draft(an(row.model))
    recorded = Recorded(draft.entity, draft.meta, draft.event, 7)
    assert list(changes_of(recorded)) == list(changes_of(recorded))


@pytest.mark.parametrize(
    "row",
    [row for row in CATALOGUE if row.stream in {Stream.ROSTER, Stream.ROTA}],
    ids=lambda row: row.model.NAME,
)
def test_the_roster_and_the_rotas_leave_rows_without_a_case(row: Row) -> None:
    draft = a_draft(an(row.model))
    recorded = Recorded(draft.entity, draft.meta, draft.event, 7)
    found = {change.table.name for change in changes_of(recorded)}
    assert found <= {"members", "coverage"}
    if row.model in {MemberEnrolled, CoverageChecked}:
        assert found
    if row.model is TeamPageConsentChanged:
        assert not found, "what a member shows of themselves is no view's"
