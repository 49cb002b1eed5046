"""What a member's page shows: what is theirs, what is due first, and no more than fits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from schemas.followup import MissExplained, MissReason, SessionOutcome
from schemas.policy import Group, InterventionKind
from schemas.sessions import CancelReason, EscalationReason, InterventionProposed, Slot
from schemas.subjects import Entity, Stream
from services.followup.commands import Availability, EscalateItem, MarkDone, ScheduleSession
from services.followup.decider import FOLLOWUP
from services.followup.edge import facilitator_words as words
from services.followup.edge.facilitator_given import Tapped, Unclear
from services.followup.edge.facilitator_shown import MOST, STEPS, Card, card, overview
from services.followup.holding import Holding, Stage, held_by
from services.followup.state import Planned
from tests.support.given import given
from tests.unit.followup.cases import DAY, HOUR, NOW, Case, close, done, fall_due, miss, planned
from tests.unit.followup.test_escalations import CHECK_IN, ITEM, cannot, scheduled

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Event

CASE = Entity(Stream.FOLLOWUP, "metro", "case-1")
DUE = NOW + 3 * DAY
ZONE = ZoneInfo("America/Denver")
"""Seven hours behind on that day."""


def mine(case: Case, at: datetime, member: str = "p-1") -> dict[str, Holding]:
    state = case.after.state
    assert isinstance(state, Planned)
    return {each.item: each for each in held_by(member, CASE, state, at)}


def after(*events: Event) -> Case:
    """A plan, and what has happened since; the last step changes nothing."""
    history = (*planned().events, *events)
    return given(FOLLOWUP, *history).when(cannot("p-9"))


def a_card(item: str, stage: Stage, hours: int) -> Card:
    kind = None if item.startswith("check") else InterventionKind.DEFUSING
    at = NOW + hours * HOUR
    found = Holding(CASE, item, stage, Group.RESPONDERS, at, at + HOUR, kind=kind)
    return card(found, "p-1", lambda _: "a pass")


def test_a_session_is_theirs_from_the_proposal_until_it_is_settled() -> None:
    slot = Slot(starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR, facilitators=("p-1", "m-1"))
    proposed = after(InterventionProposed(item=ITEM, slots=(slot,), facilitators=2))
    assert mine(proposed, NOW)[ITEM].stage is Stage.PROPOSED
    assert ITEM not in mine(proposed, NOW, "p-2")

    known = after(scheduled())
    assert mine(known, NOW)[ITEM].stage is Stage.SCHEDULED
    begun = mine(known, NOW + 5 * HOUR)[ITEM]
    assert (begun.stage, begun.held_by) == (Stage.WAS_IT_HELD, ("p-1", "m-1"))
    assert ITEM not in mine(known.and_when(done(ITEM, NOW + 6 * HOUR)), NOW + DAY)

    missed = known.and_when(close(ITEM, NOW + DAY))
    assert mine(missed, NOW + DAY)[ITEM].stage is Stage.MISSED
    why = MissExplained(item=ITEM, reason=MissReason.NO_MHP, by="key:test")
    assert ITEM not in mine(after(scheduled(), *missed.events, why), NOW + DAY)


def test_a_check_in_comes_falls_due_and_is_missed() -> None:
    case = planned()
    assert mine(case, NOW)[CHECK_IN].stage is Stage.COMING
    due = case.and_when(fall_due(CHECK_IN, DUE))
    assert mine(due, DUE)[CHECK_IN].stage is Stage.CHECK_IN_DUE
    assert CHECK_IN not in mine(due, DUE, "p-2")
    missed = due.and_when(miss(CHECK_IN, NOW + 4 * DAY))
    assert mine(missed, NOW + 4 * DAY)[CHECK_IN].stage is Stage.MISSED


def test_what_is_due_stands_first_and_what_does_not_fit_is_counted() -> None:
    cards = [a_card(f"defusing-{n}", Stage.SCHEDULED, 20 - n) for n in range(MOST + 3)]
    cards += [a_card("check-in-2", Stage.COMING, 2), a_card("check-in-1", Stage.CHECK_IN_DUE, 9)]
    cards.append(a_card("defusing-late", Stage.MISSED, 1))

    page = overview(cards)

    assert [each.holding.item for each in page.due.cards] == ["defusing-late", "check-in-1"]
    assert [each.holding.item for each in page.check_ins.cards] == ["check-in-2"]
    assert (len(page.sessions.cards), page.sessions.more) == (MOST, 3)
    times = [each.holding.when for each in page.sessions.cards]
    assert times == sorted(times)


@pytest.mark.parametrize("stage", Stage)
def test_a_coordinator_says_why_and_does_nothing_else_with_what_others_hold(stage: Stage) -> None:
    found = Holding(CASE, ITEM, stage, Group.RESPONDERS, NOW, NOW + HOUR, held_by=("p-1",))
    theirs = card(found, "c-1", lambda _: "a pass")
    assert theirs.steps == (("why",) if stage is Stage.MISSED else ())
    assert bool(theirs.leave) == bool(theirs.steps)
    assert card(found, "p-1", lambda _: "a pass").steps == STEPS[stage]


def test_every_reason_and_kind_has_its_words() -> None:
    for kinds, said in (
        (InterventionKind, words.KINDS),
        (Group, words.GROUPS),
        (SessionOutcome, words.OUTCOMES),
        (MissReason, words.MISSES),
        (CancelReason, words.CANCELS),
        (EscalationReason, words.ESCALATIONS),
    ):
        assert set(said) == set(kinds)


def tapped(word: str, at: datetime, **told: str) -> Tapped:
    (found,) = (each for each in mine(after(scheduled()), at).values() if each.item == ITEM)
    return Tapped(word, found, "p-1", at, ZONE, told)


def test_one_tap_says_that_it_was_held_as_planned() -> None:
    told = tapped("done", NOW + 7 * HOUR, once="1", minutes="", head_count="4").command(None)
    assert isinstance(told, MarkDone)
    assert (told.held_at, told.head_count, told.minutes) == (NOW + 5 * HOUR, 4, None)
    assert told.facilitators == ("p-1", "m-1")
    assert told.actor == "member:p-1"


def test_a_second_press_is_the_same_command_and_another_choice_is_not() -> None:
    def named(**told: str) -> object:
        return tapped("escalate", NOW, once="1", **told).command(None).command_id

    assert named(reason="other") == named(reason="other")
    assert named(reason="other") != named(reason="no_place")
    assert isinstance(tapped("escalate", NOW, reason="other").command(None), EscalateItem)


def test_a_time_of_their_own_is_read_by_the_wall_clock() -> None:
    told = tapped("set", NOW, starts_at="2026-03-02T08:30").command(Availability(zone=ZONE.key))
    assert isinstance(told, ScheduleSession)
    assert told.starts_at is not None
    assert told.starts_at - NOW == timedelta(hours=12, minutes=30)


@pytest.mark.parametrize(
    ("word", "told", "why"),
    [
        ("set", {}, "misfit"),
        ("set", {"starts_at": "soon"}, "misfit"),
        ("set", {"slot": "2026-03-02T08:00"}, "misfit"),
        ("set", {"slot": "2026-03-02T08:00:00+00:00"}, "not-proposed"),
        ("done", {"head_count": "many"}, "misfit"),
        ("done", {"outcome": "fine"}, "misfit"),
        ("cancel", {}, "misfit"),
        ("forget", {}, "misfit"),
    ],
)
def test_what_does_not_fit_is_named(word: str, told: dict[str, str], why: str) -> None:
    with pytest.raises(Unclear, match=why):
        tapped(word, NOW, **told).command(Availability(zone=ZONE.key))
