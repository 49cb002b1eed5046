"""Whatever comes in whatever order and however often, no promise of a case is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from benchmarks.followups_checked import checked
from benchmarks.followups_found import Breach
from schemas.catalogue import CATALOGUE, row_of
from schemas.envelope import Meta, Recorded, TimerDue
from schemas.followup import MissReason
from schemas.policy import Crew, Group
from schemas.refusals import Refusal
from schemas.sessions import CancelReason, ExtendReason
from schemas.subjects import Entity, Stream, derived_id
from services.followup.commands import (
    Availability,
    CancelFollowup,
    CancelSession,
    CloseCase,
    DeclineIntervention,
    ExplainMiss,
    ExtendWindow,
    FollowupCommand,
    MarkDone,
    NoteApproval,
    OpenGroupWindows,
    PlanFollowup,
    ScheduleSession,
    SetCrews,
)
from services.followup.deadlines import LATE, deadlines
from services.followup.decider import FOLLOWUP
from services.followup.reactions import NEED_TO_KNOW, when_due
from services.followup.state import FollowupState, Planned, Unplanned, evolve
from services.runtime.handle import handle
from services.runtime.journal_memory import MemoryJournal
from tests.support.builders import an
from tests.unit.followup.cases import HOUR, NOW, planned, planning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from schemas.envelope import Event, Timer

CASE = Entity(Stream.FOLLOWUP, "metro", "6b8e3d1c-0000-5000-8000-000000000001")
KNOWN = Availability(zone="America/New_York")
METRO = Crew(agency="metro", discipline="fire", count=45)
COUNTY = Crew(agency="county", discipline="ems", count=4)
COMMAND_STAFF = Crew(exposure=Group.COMMAND, agency="metro")


@dataclass(frozen=True)
class At:
    """When somebody does it, with which item, as a command of its own."""

    now: datetime
    item: str
    turn: int

    def said(self, **fields: Any) -> dict[str, Any]:
        who = {"command_id": derived_id("step", self.turn), "now": self.now, "actor": "key:test"}
        return who | fields

    def about(self, **fields: Any) -> dict[str, Any]:
        return self.said(item=self.item, **fields)


def _wish(at: At, trigger: str, *, ongoing: bool = False, peers: int = 2) -> PlanFollowup:
    wish = planning(trigger, peers, operations_ongoing=ongoing)
    brief = wish.brief.model_copy(update={"reported_at": at.now})
    return wish.model_copy(update=at.said(brief=brief))


def _approval(at: At, *, approved: bool) -> NoteApproval:
    return NoteApproval(**at.said(kinds=("debriefing",), approved=approved))


_STEPS: dict[str, Callable[[At], FollowupCommand]] = {
    "plan": lambda at: _wish(at, "child_death"),
    "plan while working": lambda at: _wish(at, "child_death", ongoing=True),
    "another team": lambda at: _wish(at, "child_death", peers=4),
    "graver": lambda at: _wish(at, "line_of_duty_death"),
    "graver while working": lambda at: _wish(at, "mass_casualty", ongoing=True),
    "call off": lambda at: CancelFollowup(**at.said(decided_at=at.now)),
    "operations end": lambda at: OpenGroupWindows(**at.said(ended_at=at.now)),
    "operations ended": lambda at: OpenGroupWindows(**at.said(ended_at=at.now - 2 * HOUR)),
    "crews": lambda at: SetCrews(**at.said(crews=(METRO, COUNTY))),
    "more crews": lambda at: SetCrews(**at.said(crews=(COMMAND_STAFF,), adds=True)),
    "no crews": lambda at: SetCrews(**at.said(crews=())),
    "done": lambda at: MarkDone(**at.about()),
    "done before": lambda at: MarkDone(**at.about(held_at=at.now - HOUR)),
    "decline": lambda at: DeclineIntervention(**at.about()),
    "explain": lambda at: ExplainMiss(**at.about(reason=MissReason.OUTAGE)),
    "close": lambda at: CloseCase(**at.said()),
    "approve": lambda at: _approval(at, approved=True),
    "not now": lambda at: _approval(at, approved=False),
    "confirm": lambda at: ScheduleSession(**at.about(slot=1, known=KNOWN)),
    "set": lambda at: ScheduleSession(
        **at.about(starts_at=at.now + 26 * HOUR, anyway=True, known=KNOWN)
    ),
    "cancel": lambda at: CancelSession(**at.about(reason=CancelReason.OTHER)),
    "extend": lambda at: ExtendWindow(
        **at.about(closes_at=at.now + 12 * HOUR, member_id="m-1", reason=ExtendReason.TOO_SOON)
    ),
}
_steps = st.one_of(st.sampled_from(sorted(_STEPS)), st.sampled_from(sorted(LATE)))
_begins = st.lists(st.sampled_from(("plan", "plan while working", "crews", "approve")), max_size=3)
_scripts = st.builds(
    lambda begins, rest: [*((step, 0, 1) for step in begins), *rest],
    _begins,
    st.lists(st.tuples(_steps, st.integers(0, 30), st.integers(0, 30)), max_size=30),
)


class Story:
    """A case that is told by a script: what is done, with which item, after how many hours."""

    def __init__(self) -> None:
        self.state: FollowupState = FOLLOWUP.initial
        self.told: list[Recorded[Event]] = []
        self.timers: dict[tuple[str, str], Timer] = {}
        self.now = NOW

    def tell(self, script: Sequence[tuple[str, int, int]]) -> None:
        for turn, (step, number, hours) in enumerate(script):
            self.now += hours * HOUR
            self.do(self.command(step, number, turn))

    def command(self, step: str, number: int, turn: int) -> FollowupCommand:
        if step in _STEPS:
            return _STEPS[step](At(self.now, self.item(number), turn))
        mine = [timer for timer in self.timers.values() if timer.kind == step]
        if not mine:
            return _STEPS["close"](At(self.now, "", turn))
        return self.fired(mine[number % len(mine)])

    def fired(self, timer: Timer) -> FollowupCommand:
        known = KNOWN if timer.kind in NEED_TO_KNOW else None
        return when_due(TimerDue(CASE, timer, ""), self.now, known)

    def item(self, number: int) -> str:
        if isinstance(self.state, Unplanned):
            return "nothing"
        waiting = [each.item for each in self.state.deferred]
        known = [*self.state.status, *waiting]
        return known[number % len(known)] if known else "nothing"

    def do(self, command: FollowupCommand) -> None:
        decision = FOLLOWUP.decide(command, self.state)
        for event in () if isinstance(decision, Refusal) else decision:
            self.state = evolve(self.state, event)
            self.told.append(self.recorded(event, command))
            for timer in deadlines(event):
                self.timers[timer.kind, timer.key] = timer

    def recorded(self, event: Event, command: FollowupCommand) -> Recorded[Event]:
        meta = Meta(
            event_id=derived_id("told", len(self.told)),
            type=row_of(type(event)).type,
            source="/tailboard/followup/metro",
            time=command.now,
            command_id=command.command_id,
            actor=command.actor,
            trace="",
        )
        return Recorded(CASE, meta, event, len(self.told) + 1)

    def let_all_timers_fire(self) -> None:
        """Each at its time or later, until none is left."""
        while self.timers:
            timer = min(self.timers.values(), key=lambda each: each.due_at)
            del self.timers[timer.kind, timer.key]
            self.now = max(self.now, timer.due_at)
            self.do(self.fired(timer))

    def breaches(self) -> set[tuple[Breach, str, str]]:
        """What the checker of the simulated year finds; what needs dispatch is not for here."""
        alone = {Breach.NO_ALARM, Breach.UNAPPROVED, Breach.DURING_OPERATIONS}
        found = checked(self.told).violations if self.told else []
        return {(v.breach, v.item, v.why) for v in found if v.breach not in alone}


@settings(max_examples=150, deadline=None)
@for_all(_scripts)
def test_no_order_of_steps_loses_a_promise(script: list[tuple[str, int, int]]) -> None:
    story = Story()
    story.tell(script)
    early = {each for each in story.breaches() if each[0] is not Breach.DROPPED}
    assert not early, "before the end nothing but an end may be lacking"

    story.let_all_timers_fire()
    story.do(_STEPS["operations end"](At(story.now, "", 1000)))
    story.let_all_timers_fire()

    assert not story.breaches()


@settings(max_examples=60, deadline=None)
@for_all(_scripts)
def test_what_is_settled_stays_settled(script: list[tuple[str, int, int]]) -> None:
    """Only being held after all follows on an end, and only a plan that is called off forgets it."""
    story = Story()
    for turn, step in enumerate(script):
        before = story.state
        story.now += step[2] * HOUR
        story.do(story.command(step[0], step[1], turn))
        if isinstance(before, Unplanned) or isinstance(story.state, Unplanned):
            continue
        for item, status in before.status.items():
            after = story.state.status.get(item)
            if status.name in {"DONE", "MISSED", "DECLINED", "CANCELLED"}:
                assert after in {status, type(status).DONE}, (item, status, after)


@settings(max_examples=40, deadline=None)
@for_all(_scripts)
def test_the_same_again_changes_nothing(script: list[tuple[str, int, int]]) -> None:
    """As the broker delivers it: every command twice."""
    story, commands = Story(), list[Any]()
    for turn, (step, number, hours) in enumerate(script):
        story.now += hours * HOUR
        commands.append(story.command(step, number, turn))
        story.do(commands[-1])

    async def recorded(times: int) -> list[Event]:
        journal = MemoryJournal()
        for command in [each for each in commands for _ in range(times)]:
            await handle(journal, FOLLOWUP, CASE, command)
        return [each.event for each in journal.all(Stream.FOLLOWUP)]

    once = asyncio.run(recorded(1))
    assert asyncio.run(recorded(2)) == once


_NEWS: dict[str, Callable[[At], FollowupCommand]] = {
    "plan": lambda at: _wish(at, "child_death", ongoing=True),
    "end": lambda at: OpenGroupWindows(**at.said(ended_at=NOW + HOUR / 2)),
    "metro": lambda at: SetCrews(**at.said(crews=(METRO,), adds=True)),
    "county": lambda at: SetCrews(**at.said(crews=(COUNTY, COMMAND_STAFF), adds=True)),
    "approved": lambda at: _approval(at, approved=True),
}


def _plan_after(order: Sequence[str]) -> tuple[Any, ...]:
    story = Story()
    story.now = NOW + HOUR
    for turn, name in enumerate([*order, *order]):
        story.do(_NEWS[name](At(NOW + HOUR, "", turn % len(order))))
    assert isinstance(story.state, Planned)
    state = story.state
    return state.interventions, state.check_ins, state.deferred, state.approved, state.status


def test_the_order_of_delivery_does_not_change_what_is_planned() -> None:
    expected = _plan_after(list(_NEWS))
    assert len(expected[0]) > 8
    for order in permutations(_NEWS):
        assert _plan_after(order) == expected, order


@pytest.mark.parametrize("model", [row.model for row in CATALOGUE if row.stream is Stream.FOLLOWUP])
def test_every_event_can_be_read_in_every_state(model: type[Event]) -> None:
    """Of whatever version wrote it, and even where today's rules would not record it."""
    event = an(model)
    for state in (Unplanned(), planned().after.state):
        assert isinstance(evolve(state, event), Unplanned | Planned)


def test_time_passes_in_the_stories() -> None:
    story = Story()
    story.tell([("plan", 0, 0), ("session-target", 0, 24)])
    assert story.now - NOW == timedelta(days=1)
    assert {each.event.NAME for each in story.told} >= {"followup_planned"}
