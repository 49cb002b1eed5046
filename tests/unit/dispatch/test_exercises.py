"""The end of an exercise, how its messages are marked, and that it counts as nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.dispatch import (
    AlarmReason,
    MemberNotified,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    ReviewStage,
    TeamStoodDown,
)
from schemas.envelope import Meta, Recorded
from schemas.intake import ActivationRequested, ExposureRecorded
from schemas.policy import Role, Urgency
from schemas.subjects import Entity, Stream, derived_id
from services.dispatch.carriers import messages
from services.dispatch.carriers.short_forms import fits_one_text, in_short
from services.dispatch.commands import StandTeamDown
from services.dispatch.cumulative import hard_call
from services.dispatch.decider import DISPATCH
from services.dispatch.state import Idle
from tests.support.given import Outcome, given
from tests.unit.dispatch.cases import (
    CASE,
    COMMAND,
    NOW,
    Case,
    accept,
    activation,
    brief,
    decline,
    expire,
    policy,
)

LINK = "https://tailboard.agency.invalid/o/" + "x" * 90
DELIVERY = derived_id("delivery")
PRACTISED = brief(policy(peers=1, mhps=1, surplus=2)).model_copy(update={"drill": True})


def practised() -> Case:
    command = activation(own=PRACTISED.policy).model_copy(update={"brief": PRACTISED})
    return given(DISPATCH).when(command)


def over(reason: str = "time_over") -> StandTeamDown:
    at = NOW + timedelta(hours=2)
    return StandTeamDown(
        command_id=COMMAND, now=at, actor="intake", case_id=CASE, reason=reason, decided_at=at
    )


def told(outcome: Case) -> dict[str, str]:
    """Who is told what at the end."""
    found = {each.member_id: each.reason for each in outcome.all(OfferWithdrawn)}
    notices = outcome.all(MemberNotified)
    assert all(each.purpose is Purpose.EXERCISE_OVER for each in notices)
    assert not found.keys() & {each.member_id for each in notices}, "nobody is told twice"
    return found | {each.member_id: "thanked" for each in notices}


class TestTheEnd:
    def test_everybody_who_was_asked_is_thanked_once_whatever_they_answered(self) -> None:
        case = practised()
        asked = [each.member_id for each in case.all(OfferExtended)]
        assert asked == ["p-1", "p-2", "p-3", "m-1", "m-2", "m-3"]
        case = case.and_when(accept("m-1")).and_when(decline("p-1")).and_when(expire("p-2"))
        ended = case.and_when(over())
        assert told(ended) == {
            "m-1": "exercise_over",
            "p-1": "thanked",
            "p-2": "thanked",
            "p-3": "exercise_over",
            "p-4": "exercise_over",
            "p-5": "exercise_over",
        }
        assert "m-2" not in told(ended), "they were stood down with thanks when the place was taken"
        assert isinstance(ended.events[-1], TeamStoodDown)

    def test_when_a_real_incident_comes_the_words_say_so(self) -> None:
        ended = practised().and_when(over("real_incident"))
        assert set(told(ended).values()) == {"real_incident"}

    @pytest.mark.parametrize("reason", ["team_formed", "cancelled", "not_needed"])
    def test_why_else_it_ends_is_for_nobody(self, reason: str) -> None:
        assert set(told(practised().and_when(over(reason))).values()) == {"exercise_over"}

    def test_it_stays_an_exercise_to_the_end(self) -> None:
        state = practised().and_when(over()).after.state
        assert isinstance(state, Idle)
        assert state.drill

    def test_a_real_team_is_stood_down_as_ever(self) -> None:
        real: Outcome = given(DISPATCH).when(activation()).and_when(over())
        assert {each.reason for each in real.all(OfferWithdrawn)} == {"not_wanted"}
        assert real.all(MemberNotified) == ()
        assert not real.after.state.drill


WORDED = [
    messages.offer(DELIVERY, Role.CLINICAL_DIRECTOR, Urgency.TODAY, LINK, NOW),
    messages.stand_down(DELIVERY, "team_complete"),
    messages.stand_down(DELIVERY, "exercise_over"),
    messages.stand_down(DELIVERY, "real_incident"),
    messages.exercise_over(DELIVERY, "exercise_over"),
    *(messages.alarm(DELIVERY, reason, LINK) for reason in AlarmReason),
    messages.review(DELIVERY, ReviewStage.COORDINATOR, LINK, NOW),
    messages.check_in_due(DELIVERY, LINK),
]


@pytest.mark.parametrize("message", WORDED, ids=lambda each: each.subject)
def test_every_message_begins_with_exercise_on_every_channel(
    message: messages.PhoneMessage,
) -> None:
    marked = in_short(messages.as_exercise(message), "https://t.invalid/s/" + "y" * 30, "37")
    for words in (marked.subject, marked.text, marked.sms, marked.spoken):
        assert words.startswith("EXERCISE"), words
    assert fits_one_text(marked.sms), marked.sms
    assert message.text in marked.text
    plain = in_short(message, "https://t.invalid/s/" + "y" * 30, "37")
    for words in (plain.subject, plain.text, plain.sms, plain.spoken):
        assert "EXERCISE" not in words


def test_no_real_exposure_is_counted() -> None:
    meta = Meta(
        event_id=derived_id(1),
        type="t",
        source="s",
        time=NOW,
        command_id=derived_id(2),
        actor="a",
        trace="",
    )
    case = Entity(Stream.INTAKE, "metro", CASE)
    wanted = ActivationRequested(brief=PRACTISED, units=("E12",))
    more = ExposureRecorded(units=("E14",))
    history = [Recorded(case, meta, wanted, 1), Recorded(case, meta, more, 2)]
    assert hard_call(history) is None
    real = ActivationRequested(brief=brief(), units=("E12",))
    assert hard_call([Recorded(case, meta, real, 1)])
