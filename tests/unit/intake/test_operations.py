"""When work at the scene is over: said, implied by the incident's end, but never by silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.intake import ActivationRequested, IncidentUpdated, OperationsEnded
from tests.support.given import given
from tests.unit.intake.reports import CHILD_DIED, DECIDER, NOW, telling

LATER = NOW + timedelta(hours=5)
ONGOING = telling(operations_ongoing=True)


def test_saying_so_ends_operations() -> None:
    ended_at = LATER - timedelta(hours=1)
    over = telling(now=LATER, operations_ongoing=False, operations_ended_at=ended_at)

    outcome = given(DECIDER).when(ONGOING).and_when(over)

    outcome.then_kinds(IncidentUpdated, OperationsEnded)
    assert outcome.only(OperationsEnded).ended_at == ended_at


def test_without_a_time_they_ended_when_we_were_told() -> None:
    outcome = given(DECIDER).when(ONGOING).and_when(telling(now=LATER, operations_ongoing=False))

    assert outcome.only(OperationsEnded).ended_at == LATER


def test_an_end_in_the_future_is_taken_as_now() -> None:
    ahead = LATER + timedelta(hours=9)
    over = telling(now=LATER, operations_ongoing=False, operations_ended_at=ahead)

    outcome = given(DECIDER).when(ONGOING).and_when(over)

    assert outcome.only(OperationsEnded).ended_at == LATER


def test_an_update_that_is_silent_about_operations_does_not_end_them() -> None:
    silent = telling(now=LATER, units=("E12", "L3"))

    outcome = given(DECIDER).when(ONGOING).and_when(silent).then_kinds(IncidentUpdated)

    assert outcome.only(IncidentUpdated).operations_ongoing


@pytest.mark.parametrize("status", ["closed", "cancelled", "false_alarm"])
def test_an_incident_that_is_over_has_no_operations(status: str) -> None:
    outcome = given(DECIDER).when(ONGOING).and_when(telling(now=LATER, status=status))

    outcome.then_kinds(IncidentUpdated, OperationsEnded)


def test_an_end_time_alone_says_that_they_ended() -> None:
    over = telling(now=LATER, operations_ended_at=LATER - timedelta(hours=1))

    given(DECIDER).when(ONGOING).and_when(over).then_kinds(IncidentUpdated, OperationsEnded)


def test_they_end_once() -> None:
    ended = given(DECIDER).when(ONGOING).and_when(telling(now=LATER, operations_ongoing=False))

    again = ended.and_when(telling(now=LATER, operations_ongoing=False, units=("L3",)))

    again.then_kinds(IncidentUpdated)


@pytest.mark.parametrize("told_before", [True, False])
def test_an_activation_after_the_end_knows_when_they_ended(told_before: bool) -> None:
    case = given(DECIDER).when(ONGOING)
    if told_before:
        case = case.and_when(telling(now=LATER, operations_ongoing=False))

    upgraded = case.and_when(telling(now=LATER, operations_ongoing=False, **CHILD_DIED))

    brief = upgraded.only(ActivationRequested).brief
    assert not brief.operations_ongoing
    assert brief.operations_ended_at == LATER


def test_an_activation_while_they_go_on_says_so() -> None:
    upgraded = given(DECIDER).when(ONGOING).and_when(telling(now=LATER, **CHILD_DIED))

    assert upgraded.only(ActivationRequested).brief.operations_ongoing


def test_a_first_report_cannot_end_operations_in_the_future() -> None:
    ahead = telling(**CHILD_DIED, operations_ended_at=NOW + timedelta(days=2))

    outcome = given(DECIDER).when(ahead)

    assert outcome.only(ActivationRequested).brief.operations_ended_at == NOW
