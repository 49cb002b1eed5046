"""What a case is to each of its members: asked, taken, rest, sessions, talks; in any order of telling."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.dispatch import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    TeamActivated,
    TeamWidened,
)
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    CrewsSet,
    FollowupCancelled,
    FollowupPlanned,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
    PlannedIntervention,
)
from schemas.one_on_ones import (
    ContactFellDue,
    OneOnOneClosed,
    OneOnOneContacted,
    OneOnOneErased,
    OneOnOneOpened,
    OneOnOneOverdue,
    OneOnOneTakenOver,
)
from schemas.policy import Group, InterventionKind, LoadCaps, Role, Urgency
from schemas.requests import MemberFinished, RequestClosed
from schemas.steps import MembersAskedAgain, StandbyOffered
from schemas.subjects import derived_id
from services.dispatch.case_load import CaseLoad, evolve, parts
from services.dispatch.load import FREE, Load, Part, together
from tests.support.builders import BRIEF, NOW, an

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNTIL = NOW + 15 * MINUTE


def offer(member_id: str, turn: int = 0) -> UUID:
    return derived_id("load", member_id, turn)


def extended(member_id: str, role: Role = Role.PEER, turn: int = 0) -> OfferExtended:
    return OfferExtended(
        offer_id=offer(member_id, turn),
        member_id=member_id,
        role=role,
        urgency=Urgency.NOW,
        expires_at=UNTIL,
    )


def settled(kind: type[Any], member_id: str, role: Role = Role.PEER, **more: Any) -> Any:
    fields = {"offer_id": offer(member_id), "member_id": member_id, "role": role}
    return kind.model_validate(fields | more)


def accepted(member_id: str, role: Role = Role.PEER) -> Any:
    return settled(OfferAccepted, member_id, role)


def of_tier(tier: int, drill: bool = False) -> dict[str, Any]:
    return {"brief": BRIEF.model_copy(update={"tier": tier, "drill": drill})}


def session(kind: InterventionKind, group: Group = Group.RESPONDERS, **more: Any) -> Any:
    fields = {
        "item": f"{kind}-{group}".replace("_", "-"),
        "kind": kind,
        "group": group,
        "opens_at": NOW,
        "target_at": NOW + DAY,
        "closes_at": NOW + 3 * DAY,
        "leads": Role.PEER,
        "mhp_required": False,
        "source": "ours",
    }
    return PlannedIntervention.model_validate(fields | more)


def plan(*sessions: Any) -> FollowupPlanned:
    return an(FollowupPlanned, interventions=sessions)


def told(*events: Event | tuple[Event, datetime], request: bool = False) -> CaseLoad:
    """A minute between any two, unless a time is given."""
    case = CaseLoad(newest=NOW, is_request=request)
    for number, each in enumerate(events):
        event, at = each if isinstance(each, tuple) else (each, NOW + number * MINUTE)
        case = evolve(case, event, at)
    return case


def part(member_id: str, *events: Event | tuple[Event, datetime], request: bool = False) -> Part:
    return parts(told(*events, request=request)).get(member_id, Part())


def test_an_offer_waits_until_it_is_settled() -> None:
    assert part("p-1", extended("p-1")) == Part(asked=(NOW,), open_until=UNTIL)


@pytest.mark.parametrize("end", [OfferDeclined, OfferExpired])
def test_one_who_said_no_or_nothing_was_asked_and_carries_nothing(end: type[Event]) -> None:
    """A no weighs no more than silence, and neither is counted."""
    assert part("p-1", extended("p-1"), settled(end, "p-1")) == Part(asked=(NOW,))


def test_a_place_is_taken_from_the_moment_of_the_yes() -> None:
    assert part("p-1", extended("p-1"), accepted("p-1")) == Part(
        asked=(NOW,), taken_at=NOW + MINUTE
    )


def test_a_place_that_was_given_back_is_no_load() -> None:
    back = settled(OfferWithdrawn, "p-1", reason="cannot_serve")

    assert part("p-1", extended("p-1"), accepted("p-1"), back) == Part(asked=(NOW,))


def test_one_who_stood_by_and_then_got_the_place_has_it() -> None:
    let_off = settled(OfferWithdrawn, "p-1", reason="team_complete")
    standby = settled(StandbyOffered, "p-1", stands_until=UNTIL)
    events = [extended("p-1"), let_off, standby]

    assert part("p-1", *events) == Part(asked=(NOW,))
    assert part("p-1", *events, accepted("p-1")).taken_at == NOW + 3 * MINUTE


def test_one_who_is_asked_again_waits_with_the_newest_offer_alone() -> None:
    again = MembersAskedAgain(
        member_ids=("p-1",),
        by="key:operator",
        reason="nobody_answers",  # type: ignore[arg-type]
    )
    events = [extended("p-1"), again, extended("p-1", turn=1)]

    assert part("p-1", *events) == Part(asked=(NOW, NOW + 2 * MINUTE), open_until=UNTIL)
    expired = settled(OfferExpired, "p-1", offer_id=offer("p-1", 1))
    assert part("p-1", *events, expired).open_until is None


def test_rest_counts_from_taking_a_place_in_a_tier_1_response() -> None:
    events = [an(TeamActivated, **of_tier(1)), extended("p-1"), extended("p-2"), accepted("p-1")]

    assert part("p-1", *events).tier1_at == NOW + 3 * MINUTE
    assert part("p-2", *events).tier1_at is None, "who was only asked needs no rest"


def test_a_case_that_turns_out_tier_1_lets_its_team_rest_from_then_on() -> None:
    events = [an(TeamActivated, **of_tier(2)), extended("p-1"), accepted("p-1")]

    assert part("p-1", *events).tier1_at is None
    widened = an(TeamWidened, **of_tier(1))
    assert part("p-1", *events, widened).tier1_at == NOW + 3 * MINUTE


def test_a_drill_tires_nobody_and_keeps_nobody_from_a_real_case() -> None:
    events = [an(TeamActivated, **of_tier(1, drill=True)), extended("p-1")]

    assert part("p-1", *events) == Part()
    assert part("p-1", *events, accepted("p-1")) == Part()


def held(
    kind: InterventionKind, group: Group, hours: int, by: tuple[str, ...] = ()
) -> InterventionHeld:
    return InterventionHeld(item=f"{kind}-{group}", held_at=NOW + hours * HOUR, facilitators=by)


def test_a_group_session_counts_once_for_each_kind_and_only_for_the_team() -> None:
    """Of two groups of one kind, a member sits in one."""
    defusing, debriefing = InterventionKind.DEFUSING, InterventionKind.DEBRIEFING
    two = (Group.RESPONDERS, Group.DISPATCHERS)
    sessions = [session(kind, group) for kind in (defusing, debriefing) for group in two]
    events: list[Event] = [extended("p-1"), accepted("p-1"), extended("p-2"), plan(*sessions)]

    assert part("p-1", *events).sessions == ()
    events += [held(defusing, Group.DISPATCHERS, 5), held(defusing, Group.RESPONDERS, 3)]
    assert part("p-1", *events).sessions == (NOW + 3 * HOUR,)
    events += [held(debriefing, Group.RESPONDERS, 40)]
    assert part("p-1", *events).sessions == (NOW + 3 * HOUR, NOW + 40 * HOUR)
    assert part("p-2", *events).sessions == ()


def test_a_group_session_counts_for_those_who_held_it_where_somebody_says_who() -> None:
    kind = InterventionKind.DEFUSING
    two = (Group.RESPONDERS, Group.DISPATCHERS)
    events: list[Event] = [extended("p-1"), accepted("p-1"), extended("p-2"), accepted("p-2")]
    events.append(plan(*(session(kind, group) for group in two)))
    events.append(held(kind, Group.RESPONDERS, 3, ("p-1", "m-9")))
    events.append(held(kind, Group.DISPATCHERS, 5, ("p-1",)))

    assert part("p-1", *events).sessions == (NOW + 3 * HOUR, NOW + 5 * HOUR)
    assert part("p-2", *events).sessions == ()
    assert part("m-9", *events).sessions == (NOW + 3 * HOUR,), "without a place on the team"


def test_a_session_that_was_planned_anew_is_known_and_one_that_was_dropped_is_not() -> None:
    kind = InterventionKind.DEFUSING
    anew = an(
        CrewsSet,
        dropped=(f"{kind}-{Group.RESPONDERS}",),
        interventions=(session(kind, item="defusing-fire"),),
        deferred=(),
    )
    events: list[Event] = [extended("p-1"), accepted("p-1"), plan(session(kind)), anew]

    assert part("p-1", *events, held(kind, Group.RESPONDERS, 3)).sessions == ()
    of_fire = InterventionHeld(item="defusing-fire", held_at=NOW)
    assert part("p-1", *events, of_fire).sessions == (NOW,)


def test_a_session_that_was_added_later_counts_too() -> None:
    debriefing = session(InterventionKind.DEBRIEFING)
    added = an(InterventionAdded, intervention=debriefing)
    events = [extended("p-1"), accepted("p-1"), added, held(debriefing.kind, Group.RESPONDERS, 30)]

    assert part("p-1", *events).sessions == (NOW + 30 * HOUR,)


@pytest.mark.parametrize("kind", [InterventionKind.BRIEFING, InterventionKind.DEMOBILIZATION])
def test_a_session_that_only_informs_is_no_group_talk(kind: InterventionKind) -> None:
    events = [extended("p-1"), accepted("p-1"), plan(session(kind))]

    assert part("p-1", *events, held(kind, Group.RESPONDERS, 3)).sessions == ()


TALK = session(InterventionKind.ONE_ON_ONE)


@pytest.mark.parametrize(
    "end",
    [
        InterventionHeld(item=TALK.item, held_at=NOW),
        InterventionMissed(item=TALK.item),
        InterventionDeclined(item=TALK.item),
        an(FollowupCancelled),
        an(CaseClosed),
    ],
)
def test_the_talks_of_a_response_are_one_for_each_who_leads_them_until_they_are_over(
    end: Event,
) -> None:
    events = [extended("p-1"), accepted("p-1"), extended("m-1", Role.MHP), plan(TALK)]
    events.append(accepted("m-1", Role.MHP))

    assert part("p-1", *events).one_on_ones == 1
    assert part("m-1", *events).one_on_ones == 0, "peers lead it"
    assert part("p-1", *events, end).one_on_ones == 0


def fell_due(number: int, peer: str | None) -> CheckInFellDue:
    return CheckInFellDue(item=f"check-in-{number}-responders", due_at=NOW, peer=peer)


@pytest.mark.parametrize("end", [CheckInCompleted, CheckInMissed])
def test_a_check_in_is_its_peers_from_falling_due_until_it_is_made_or_missed(
    end: type[Any],
) -> None:
    """Also in a case whose team is too long ago to be known."""
    events = [fell_due(1, "p-1"), fell_due(2, "p-1"), fell_due(3, None)]

    assert part("p-1", *events).one_on_ones == 2
    assert part("p-1", *events, end(item="check-in-1-responders")).one_on_ones == 1


@pytest.mark.parametrize("end", [MemberFinished(offer_id=offer("p-1")), an(RequestClosed)])
def test_a_request_is_one_talk_of_its_taker_until_they_are_done(end: Event) -> None:
    events = [extended("p-1"), extended("p-2"), accepted("p-1")]

    assert part("p-1", *events, request=True).one_on_ones == 1
    assert part("p-2", *events, request=True).one_on_ones == 0
    assert part("p-1", *events, end, request=True).one_on_ones == 0


STORY: list[tuple[Event, datetime]] = [
    (event, NOW + number * MINUTE)
    for number, event in enumerate(
        [
            an(TeamActivated, **of_tier(1)),
            extended("p-1"),
            extended("p-2"),
            settled(OfferDeclined, "p-2"),
            accepted("p-1"),
            plan(session(InterventionKind.DEFUSING), TALK),
            held(InterventionKind.DEFUSING, Group.RESPONDERS, 3),
            fell_due(1, "p-1"),
            InterventionHeld(item=TALK.item, held_at=NOW + DAY),
            CheckInCompleted(item="check-in-1-responders"),
        ]
    )
]


@for_all(st.integers(0, len(STORY)), st.integers(0, len(STORY)))
def test_what_was_known_before_the_streams_told_it_changes_nothing(begin: int, end: int) -> None:
    """This process notes its own events at once; the streams bring them again later, in order."""
    assert parts(told(*STORY[begin:end], *STORY)) == parts(told(*STORY))


def test_an_older_word_that_comes_again_takes_nothing_back() -> None:
    let_off = settled(OfferWithdrawn, "p-1", reason="team_complete")
    noted = [(extended("p-1"), NOW), (let_off, NOW + MINUTE), (accepted("p-1"), NOW + 2 * MINUTE)]

    again = told(*noted, (let_off, NOW + MINUTE))

    assert parts(again)["p-1"].taken_at == NOW + 2 * MINUTE


def test_a_load_is_all_cases_together() -> None:
    load = together(
        {
            "a": Part(asked=(NOW,), taken_at=NOW, tier1_at=NOW, sessions=(NOW,), one_on_ones=2),
            "b": Part(asked=(NOW - DAY, NOW + HOUR), open_until=UNTIL),
            "c": Part(asked=(NOW - 2 * DAY,), taken_at=NOW - 2 * DAY, one_on_ones=1),
        }
    )

    assert load == Load(
        asked=(NOW - 2 * DAY, NOW - DAY, NOW, NOW + HOUR),
        taken=(NOW - 2 * DAY, NOW),
        sessions=(NOW,),
        one_on_ones=3,
        tier1_at=NOW,
        open_until={"b": UNTIL},
    )
    assert together({}) == FREE


def test_an_offer_elsewhere_counts_while_it_can_be_answered() -> None:
    load = Load(open_until={"b": UNTIL})

    assert load.waits_elsewhere("a", UNTIL - MINUTE)
    assert not load.waits_elsewhere("a", UNTIL)
    assert not load.waits_elsewhere("b", UNTIL - MINUTE), "that is the case itself"


def test_places_and_offers_are_counted_over_the_time_that_the_policy_says() -> None:
    load = Load(asked=(NOW - 40 * DAY, NOW - 10 * DAY), taken=(NOW - 40 * DAY, NOW - 10 * DAY))

    assert load.places_since(NOW - 30 * DAY) == 1
    assert load.asked_since(NOW - 30 * DAY) == NOW - 10 * DAY
    assert load.asked_since(NOW - 9 * DAY) is None


@pytest.mark.parametrize(
    ("sessions", "capped"),
    [(0, False), (1, False), (2, True), (3, True)],
)
def test_a_member_is_capped_by_group_sessions(sessions: int, capped: bool) -> None:
    load = Load(sessions=tuple(NOW - n * DAY for n in range(sessions)))

    assert load.is_capped(LoadCaps(), NOW) is capped


@pytest.mark.parametrize(
    "first", [OneOnOneOpened, OneOnOneContacted, ContactFellDue, OneOnOneOverdue]
)
def test_a_one_on_one_is_a_talk_of_its_peers_until_it_is_closed(first: type[Event]) -> None:
    case = evolve(CaseLoad(newest=NOW), an(first), NOW)
    assert {name: part.one_on_ones for name, part in parts(case).items()} == {"p-01": 1}
    taken = evolve(case, an(OneOnOneTakenOver), NOW)
    assert {name: part.one_on_ones for name, part in parts(taken).items()} == {"p-02": 1}
    caps = LoadCaps(open_one_on_ones=1)
    assert together({"o-1": parts(case)["p-01"]}).is_capped(caps, NOW)
    for over in (OneOnOneClosed, OneOnOneErased):
        closed = evolve(taken, an(over), NOW)
        assert parts(closed) == {}
        assert parts(evolve(closed, an(first), NOW)) == {}, "an old telling brings nothing back"
