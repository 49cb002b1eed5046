"""What is told once is not told twice; but of another team, or another closing, it is other news."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import AlarmReason, CoordinatorAlarmed, MemberNotified
from schemas.envelope import Recorded
from schemas.followup import InterventionOverdue
from schemas.sessions import WindowClosingWarned
from schemas.subjects import Entity, Stream
from services.dispatch.reactions import when_followup_news
from services.dispatch.session_news import when_session_news
from tests.support.builders import a_draft, an
from tests.unit.dispatch.cases import CASE, NOW, Case, accept, activated, activation, alarm, remind
from tests.unit.dispatch.steps import stand_down

if TYPE_CHECKING:
    from services.dispatch.commands import AlarmCoordinator

MISSED = alarm(AlarmReason.CHECK_IN_MISSED, "check-in-1-responders")


def again() -> Case:
    """A second team for the same case, with the same members."""
    wish = activation()
    brief = wish.brief.model_copy(update={"reported_at": NOW + timedelta(hours=1)})
    first = activated().and_when(accept("p-1")).and_when(MISSED)
    first = first.and_when(remind("p-1", "check-in-2-responders"))
    off = first.and_when(stand_down())
    return off.and_when(wish.model_copy(update={"brief": brief}))


def test_a_miss_is_told_once_for_each_team() -> None:
    once = activated().and_when(MISSED)
    first = once.only(CoordinatorAlarmed)
    once.and_when(MISSED).then_nothing()

    second = again().and_when(MISSED)
    assert second.only(CoordinatorAlarmed).alarm_id != first.alarm_id
    second.and_when(MISSED).then_nothing()


def test_a_check_in_is_reminded_of_once_for_each_team() -> None:
    case = again()
    asked = next(offer for offer in _offers(case) if offer.member_id == "p-1")
    accepted = case.and_when(accept("p-1").model_copy(update={"offer_id": asked.offer_id}))
    reminded = accepted.and_when(remind("p-1", "check-in-2-responders"))
    assert reminded.only(MemberNotified).member_id == "p-1"
    reminded.and_when(remind("p-1", "check-in-2-responders")).then_nothing()


@pytest.mark.parametrize("model", [WindowClosingWarned, InterventionOverdue])
def test_a_window_that_was_kept_open_is_told_of_anew_when_it_closes(
    model: type[WindowClosingWarned | InterventionOverdue],
) -> None:
    first, later = (_news(model, NOW + timedelta(hours=hours)) for hours in (0, 12))
    case = activated().and_when(first)
    assert case.only(CoordinatorAlarmed).item == "defusing-responders"
    case.and_when(first).then_nothing()
    assert case.and_when(later).only(CoordinatorAlarmed).item == "defusing-responders"


def _news(
    model: type[WindowClosingWarned | InterventionOverdue], closes_at: datetime
) -> AlarmCoordinator:
    draft = a_draft(event=an(model, item="defusing-responders", closes_at=closes_at))
    entity = Entity(Stream.FOLLOWUP, "metro", CASE)
    recorded: Recorded[Any] = Recorded(entity, draft.meta, draft.event, 1)
    react: Any = when_session_news if model is WindowClosingWarned else when_followup_news
    command: AlarmCoordinator = react(recorded, NOW)
    return command


def _offers(case: Case) -> list[Any]:
    state: Any = case.after.state
    return list(state.offers.values())
