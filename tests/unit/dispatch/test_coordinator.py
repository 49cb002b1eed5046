"""A coordinator's steps: each is recorded with who and why, and none of them breaks a team."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schemas.candidates import Excluded, Exclusion
from schemas.dispatch import (
    CoordinatorAlarmed,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    TeamFormed,
    TeamStoodDown,
    TeamWidened,
)
from schemas.policy import Place, Role
from schemas.refusals import RefusalCode
from schemas.steps import (
    AskingPaused,
    AskingResumed,
    CandidateAdded,
    CaseTakenOver,
    MembersAskedAgain,
    StepReason,
    TeamResized,
)
from services.dispatch.deadlines import TEAM_OVERDUE, deadlines
from services.dispatch.decider import DISPATCH
from services.dispatch.state import Active, OfferStatus
from tests.support.given import given
from tests.unit.dispatch.cases import (
    NOW,
    REPLY_WITHIN,
    Case,
    accept,
    activated,
    activation,
    brief,
    decline,
    exclude,
    expire,
    offer_of,
    policy,
    roster,
)
from tests.unit.dispatch.steps import (
    BY,
    add,
    ask_again,
    cannot,
    pause,
    replace,
    resize,
    resume,
    stand_down,
    take_over,
    withdraw,
)

if TYPE_CHECKING:
    from services.dispatch.commands import ActivateTeam


def formed() -> Case:
    case = activated()
    for member_id in ("p-1", "p-2", "m-1"):
        case = case.and_when(accept(member_id))
    return case


def asked(case: Case) -> list[str]:
    return [offer.member_id for offer in case.all(OfferExtended)]


def team(case: Case) -> Active:
    state = case.after.state
    assert isinstance(state, Active)
    return state


@pytest.mark.parametrize(
    "step",
    [take_over(), pause(), resume(), add("p-9"), withdraw("p-1"), ask_again(), stand_down()],
    ids=lambda step: type(step).__name__,
)
def test_a_step_needs_a_team(step: object) -> None:
    nobody = given(DISPATCH)
    nobody.when(step).then_refused(RefusalCode.UNKNOWN_CASE)  # type: ignore[arg-type]
    gone = activated().and_when(stand_down())
    gone.and_when(step).then_refused(RefusalCode.STOOD_DOWN)  # type: ignore[arg-type]


def test_a_case_has_one_owner_and_asking_goes_on() -> None:
    case = activated().and_when(take_over()).then_kinds(CaseTakenOver)

    assert case.only(CaseTakenOver).by == team(case).oversight.owner == BY
    case.and_when(take_over()).then_nothing()
    assert asked(case.and_when(decline("p-1"))) == ["p-4"]


def test_while_paused_nobody_new_is_asked_and_answers_still_count() -> None:
    case = activated().and_when(pause()).then_kinds(AskingPaused)
    case.and_when(pause()).then_nothing()

    case = case.and_when(decline("p-1")).then_kinds(OfferDeclined)
    case = case.and_when(expire("p-2")).then_kinds(OfferExpired)
    case = case.and_when(accept("p-3")).then_kinds(OfferAccepted)

    resumed = case.and_when(resume())
    resumed.then_kinds(AskingResumed, OfferExtended, OfferExtended)
    assert asked(resumed) == ["p-4", "p-5"]
    resumed.and_when(resume()).then_nothing()


def test_a_paused_team_that_is_made_smaller_lets_off_who_waits() -> None:
    case = activated().and_when(accept("p-1")).and_when(pause()).and_when(resize(peers=1))

    assert {each.member_id for each in case.all(OfferWithdrawn)} == {"p-2", "p-3"}


def test_a_member_is_asked_past_the_order() -> None:
    case = activated().and_when(add("p-5"))

    case.then_kinds(CandidateAdded, OfferExtended)
    added = case.only(CandidateAdded)
    assert (added.by, added.reason, added.overridden) == (BY, StepReason.BETTER_FIT, ())
    assert added.candidate.because == ("added_by_hand",)
    assert asked(case) == ["p-5"]
    assert asked(case.and_when(decline("p-5"))) == []
    case.and_when(add("p-5")).then_refused(RefusalCode.ALREADY_ASKED)


def test_adding_to_a_complete_team_makes_it_larger() -> None:
    case = formed().and_when(add("p-5"))

    case.then_kinds(TeamResized, CandidateAdded, OfferExtended)
    assert case.only(TeamResized).places[0] == Place(role=Role.PEER, count=3)
    assert case.and_when(accept("p-5")).only(TeamFormed).members[-1].member_id == "p-5"


def test_who_said_yes_in_a_call_has_the_place() -> None:
    fresh = activated().and_when(add("p-5", said_yes=True))
    fresh.then_kinds(CandidateAdded, OfferExtended, OfferAccepted)
    known = activated().and_when(add("p-1", said_yes=True))
    known.then_kinds(OfferAccepted)
    declined = activated().and_when(decline("p-1")).and_when(add("p-1", said_yes=True))
    declined.then_kinds(CandidateAdded, MembersAskedAgain, OfferExtended, OfferAccepted)
    assert declined.only(OfferAccepted).offer_id == offer_of("p-1", 1)
    formed().and_when(add("p-1")).then_refused(RefusalCode.ALREADY_ON_TEAM)


@pytest.mark.parametrize("reason", [Exclusion.UNTRAINED, Exclusion.TRAINING_LAPSED])
def test_training_is_never_overridden(reason: Exclusion) -> None:
    step = add("p-9", exclusions=(reason,), override=(reason,))

    activated().and_when(step).then_refused(RefusalCode.NOT_TRAINED)


@pytest.mark.parametrize(
    ("reason", "at_risk"),
    [
        (Exclusion.INVOLVED, True),
        (Exclusion.SUPERVISOR, True),
        (Exclusion.NOT_DESIGNATED, True),
        (Exclusion.DESIGNATION_ENDED, True),
        (Exclusion.CLOSE_TO, False),
        (Exclusion.RESTING, False),
        (Exclusion.CAPPED, False),
    ],
)
def test_every_other_reason_is_overridden_by_naming_it(reason: Exclusion, at_risk: bool) -> None:
    case = activated().and_when(add("p-9", exclusions=(reason,)))
    case.then_refused(RefusalCode.EXCLUDED)
    assert case.refusal
    assert reason.value in case.refusal.detail

    case = activated().and_when(add("p-9", exclusions=(reason,), override=(reason,)))

    added = case.only(CandidateAdded)
    assert added.overridden == (reason,)
    assert added.privilege_at_risk is at_risk


def test_what_the_case_knows_against_a_member_counts_whatever_the_roster_says_today() -> None:
    command = activation().model_copy(
        update={"excluded": (Excluded(member_id="p-9", reasons=(Exclusion.INVOLVED,)),)}
    )
    case = given(DISPATCH).when(command)

    case.and_when(add("p-9")).then_refused(RefusalCode.EXCLUDED)
    found_later = activated().and_when(exclude("p-5")).and_when(add("p-5"))
    found_later.then_refused(RefusalCode.EXCLUDED)


def test_news_of_an_overridden_reason_takes_nobody_off_the_team() -> None:
    step = add("p-5", exclusions=(Exclusion.INVOLVED,), override=(Exclusion.INVOLVED,))
    case = activated().and_when(step).and_when(accept("p-5"))

    case.and_when(exclude("p-5")).then_nothing()


def test_a_withdrawn_member_is_thanked_and_the_next_is_asked() -> None:
    case = formed().and_when(withdraw("p-2"))

    case.then_kinds(OfferWithdrawn, OfferExtended, OfferExtended)
    back = case.only(OfferWithdrawn)
    assert (back.reason, back.by, back.why) == ("withdrawn", BY, StepReason.CANNOT_SERVE)
    assert back.fill_by == NOW + timedelta(hours=2)
    assert asked(case) == ["p-4", "p-5"]
    case.and_when(withdraw("p-2")).then_refused(RefusalCode.NOT_ON_TEAM)
    case.and_when(withdraw("p-99")).then_refused(RefusalCode.NOT_ON_TEAM)


def test_an_open_offer_is_taken_back_without_opening_a_place() -> None:
    case = activated().and_when(withdraw("p-1"))

    case.then_kinds(OfferWithdrawn, OfferExtended)
    assert case.only(OfferWithdrawn).fill_by is None
    assert asked(case) == ["p-4"]


def test_with_fewer_people_to_see_to_the_place_goes_with_the_member() -> None:
    case = formed().and_when(withdraw("p-2", StepReason.FEWER_EXPOSED))

    case.then_kinds(OfferWithdrawn, TeamResized, TeamFormed)
    assert {m.member_id for m in case.only(TeamFormed).members} == {"p-1", "m-1"}
    last = activated(own=policy(peers=1, mhps=0)).and_when(accept("p-1"))
    last = last.and_when(withdraw("p-1", StepReason.FEWER_EXPOSED))
    last.then_refused(RefusalCode.PLACES_TAKEN)


def test_a_member_is_replaced_by_the_one_who_is_named_and_by_nobody_else() -> None:
    case = formed().and_when(replace("p-2", "p-5"))

    case.then_kinds(OfferWithdrawn, CandidateAdded, OfferExtended)
    assert case.only(OfferWithdrawn).reason == "replaced"
    assert asked(case) == ["p-5"]
    assert asked(case.and_when(decline("p-5"))) == ["p-4"], "then the order goes on"
    assert asked(formed().and_when(replace("p-2"))) == ["p-4", "p-5"]
    barred = replace("p-2", "p-9", exclusions=(Exclusion.UNTRAINED,))
    formed().and_when(barred).then_refused(RefusalCode.NOT_TRAINED)
    formed().and_when(replace("p-5", "p-4")).then_refused(RefusalCode.NOT_ON_TEAM)


def test_who_did_not_answer_is_asked_again_and_the_old_link_still_works() -> None:
    late = NOW + REPLY_WITHIN
    case = activated(roster(peers=2, mhps=1)).and_when(expire("p-1")).and_when(decline("p-2"))

    again = case.and_when(ask_again(now=late))

    again.then_kinds(MembersAskedAgain, OfferExtended)
    assert asked(again) == ["p-1"], "who declined is left in peace"
    assert again.only(OfferExtended).expires_at == late + REPLY_WITHIN
    assert again.and_when(accept("p-1")).only(OfferAccepted).offer_id == offer_of("p-1", 1)
    again.and_when(ask_again()).then_refused(RefusalCode.NOBODY_TO_ASK)
    assert asked(again.and_when(ask_again("p-2"))) == ["p-2"], "unless they are named"


def test_asked_again_in_vain_calls_the_coordinator_again() -> None:
    case = activated(roster(peers=1, mhps=1), policy(peers=1)).and_when(expire("p-1"))
    first = case.only(CoordinatorAlarmed)

    case = case.and_when(ask_again()).and_when(decline("p-1"))

    assert case.only(CoordinatorAlarmed).alarm_id != first.alarm_id


def test_nobody_is_asked_again_for_a_complete_team() -> None:
    formed().and_when(ask_again()).then_refused(RefusalCode.TEAM_COMPLETE)


def test_a_larger_team_asks_and_a_smaller_one_lets_off() -> None:
    larger = formed().and_when(resize(peers=3))
    larger.then_kinds(TeamResized, OfferExtended, OfferExtended)
    assert [timer.kind for timer in deadlines(larger.only(TeamResized))] == [TEAM_OVERDUE]
    smaller = activated().and_when(accept("p-1")).and_when(resize(peers=1))
    smaller.then_kinds(TeamResized, OfferWithdrawn, OfferWithdrawn)
    assert {each.member_id for each in smaller.all(OfferWithdrawn)} == {"p-2", "p-3"}
    smaller.and_when(resize(peers=1)).then_nothing()


def test_a_team_is_never_made_smaller_than_it_is() -> None:
    formed().and_when(resize(peers=1)).then_refused(RefusalCode.PLACES_TAKEN)
    formed().and_when(resize(peers=2, mhps=0)).then_refused(RefusalCode.PLACES_TAKEN)
    activated().and_when(resize(peers=0, mhps=0)).then_refused(RefusalCode.PLACES_TAKEN)


def test_a_graver_incident_keeps_the_places_and_the_members_that_a_coordinator_gave() -> None:
    case = activated().and_when(resize(peers=4)).and_when(add("p-77"))
    graver = activation().model_copy(update={"brief": brief().model_copy(update={"tier": 1})})

    widened = case.and_when(graver).only(TeamWidened)

    (timer,) = deadlines(widened)
    assert (timer.kind, timer.due_at) == (TEAM_OVERDUE, widened.form_by)
    assert Place(role=Role.PEER, count=4) in widened.brief.policy.places
    assert widened.candidates[0].member_id == "p-77"


def _with_peers(count: int) -> ActivateTeam:
    """The same wish, for so many peers."""
    return activation().model_copy(update={"brief": brief(policy(count))})


def test_a_team_grows_with_those_who_were_there_and_keeps_who_said_yes() -> None:
    case = activated().and_when(accept("p-1"))

    grown = case.and_when(_with_peers(4))

    assert Place(role=Role.PEER, count=4) in grown.only(TeamWidened).brief.policy.places
    asked = {offer.member_id for offer in grown.all(OfferExtended)}
    assert asked
    assert "p-1" not in asked
    assert team(grown).offers[offer_of("p-1")].status is OfferStatus.ACCEPTED


def test_a_team_does_not_shrink_and_a_coordinators_word_on_its_size_stands() -> None:
    activated().and_when(_with_peers(1)).then_nothing()
    activated().and_when(resize(peers=3)).and_when(_with_peers(4)).then_nothing()


def test_a_coordinator_stands_a_team_down() -> None:
    case = formed().and_when(stand_down())

    assert {each.member_id for each in case.all(OfferWithdrawn)} == {"p-1", "p-2", "m-1"}
    assert (case.only(TeamStoodDown).by, case.only(TeamStoodDown).reason) == (BY, "not_needed")


def test_an_old_link_of_one_who_was_asked_again_declines_the_newest_offer() -> None:
    case = activated().and_when(expire("p-1")).and_when(ask_again("p-1"))

    assert case.and_when(decline("p-1")).only(OfferDeclined).offer_id == offer_of("p-1", 1)
    assert team(case).offers[offer_of("p-1")].status is OfferStatus.SUPERSEDED
    yes = case.and_when(accept("p-1"))
    assert yes.and_when(cannot("p-1")).only(OfferWithdrawn).offer_id == offer_of("p-1", 1)
