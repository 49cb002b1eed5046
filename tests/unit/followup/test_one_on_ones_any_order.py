"""Whatever people do in whatever order: an open one-on-one has a timer that asks about it, a closed one
has one that erases it, and where nobody acts a coordinator hears of it in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.followup import SessionOutcome
from schemas.one_on_ones import OneOnOneErased, OneOnOneOverdue
from services.followup.deadlines import CONTACT_DUE, RECORD_ERASE
from services.followup.decider import ONE_ON_ONE
from services.followup.private_commands import (
    AnswerHandOver,
    CloseOneOnOne,
    EraseRecord,
    MoveNextContact,
    NoteContact,
    NotePeerLeft,
    OfferHandOver,
    RemindOfContact,
)
from services.followup.private_state import OneOnOne
from tests.support.given import Given, Outcome, given
from tests.unit.followup.test_one_on_ones import DAY, NOW, RULES, a, opening

if TYPE_CHECKING:
    from datetime import timedelta

peers = st.sampled_from(["p-1", "p-2", "p-3"])
days = st.integers(min_value=0, max_value=60)
taps = st.one_of(
    st.tuples(st.sampled_from([NoteContact, MoveNextContact]), peers, days),
    st.tuples(st.just(CloseOneOnOne), peers, st.sampled_from(SessionOutcome)),
    st.tuples(st.just(OfferHandOver), peers, peers),
    st.tuples(st.just(AnswerHandOver), peers, st.booleans()),
    st.tuples(st.just(NotePeerLeft), peers, st.none()),
    st.tuples(st.just("wait"), st.none(), st.integers(min_value=1, max_value=20)),
)


class Life:
    """One of them with the timers that the server would hold."""

    def __init__(self) -> None:
        self.now = NOW
        self.history: Given[Any, Any] = given(ONE_ON_ONE)
        self.timers: dict[str, Any] = {}
        self.fired: list[Any] = []
        self.do(opening())

    @property
    def state(self) -> OneOnOne:
        state = self.history.state
        assert isinstance(state, OneOnOne)
        return state

    def do(self, command: Any) -> None:
        outcome: Outcome[Any, Any] = self.history.when(command)
        if outcome.refusal:
            return
        self.history = outcome.after
        self.fired += outcome.events
        for event in outcome.events:
            for timer in ONE_ON_ONE.deadlines(event):
                self.timers[timer.kind] = timer.due_at

    def wait(self, time: timedelta) -> None:
        until = self.now + time
        while self.timers and min(self.timers.values()) <= until:
            kind = min(self.timers, key=lambda each: self.timers[each])
            at = self.timers.pop(kind)
            self.now = max(self.now, at)
            if kind == CONTACT_DUE:
                self.do(a(RemindOfContact, self.now, due_at=at, peer_on_roster=True))
            else:
                self.do(a(EraseRecord, self.now, held=False))
        self.now = until

    def tap(self, what: Any, peer: Any, how: Any) -> None:
        if what == "wait":
            self.wait(how * DAY)
            return
        fields: dict[str, Any] = {"peer": peer}
        if what in (NoteContact, MoveNextContact):
            fields["next_contact_at"] = self.now + how * DAY
        elif what is CloseOneOnOne:
            fields["outcome"] = how
        elif what is OfferHandOver:
            fields |= {"to": how, "to_is_a_peer": True}
        elif what is AnswerHandOver:
            fields |= {"accepted": how, "designated": True}
        self.do(a(what, self.now, **fields))


@settings(max_examples=60, deadline=None)
@for_all(st.lists(taps, max_size=25))
def test_it_is_asked_about_or_erased_and_never_forgotten(steps: list[tuple[Any, Any, Any]]) -> None:
    life = Life()
    for step in steps:
        life.tap(*step)
        state = life.state
        if state.is_open:
            assert life.timers.get(CONTACT_DUE) == state.remind_at
            assert state.remind_at > life.now
        elif not state.erased:
            assert life.timers[RECORD_ERASE] == state.erase_at
        assert state.offered_to != state.peer

    before = len(life.fired)
    life.wait(RULES.at_most_ahead + RULES.alarm_after + RULES.alarm_again_after + DAY)
    since = [type(event) for event in life.fired[before:]]
    if life.state.is_open:
        assert OneOnOneOverdue in since, "in the end a coordinator hears of it"
    else:
        assert [type(event) for event in life.fired].count(OneOnOneErased) == 1
