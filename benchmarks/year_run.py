"""A year of cases, minute by minute, decided by the real rules: rank, decide, load, plan.

Only the clock, the phones and the streets are invented (`year_people`). Timers fire exactly on time.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from benchmarks.year_people import UNITS, People, Rota, a_roster
from schemas.dispatch import OfferAccepted, OfferExtended, RosterExhausted, TeamFormed
from schemas.envelope import TimerDue
from schemas.followup import CheckInCompleted, CheckInFellDue, FollowupPlanned, InterventionHeld
from schemas.policy import CaseBrief, Role
from schemas.refusals import Refusal
from schemas.subjects import Entity, Stream, case_id_for, derived_id, lender_of
from services.dispatch.commands import AcceptOffer, ActivateTeam, DeclineOffer
from services.dispatch.composition import composed
from services.dispatch.deadlines import OFFER_EXPIRY
from services.dispatch.decider import DISPATCH
from services.dispatch.eligibility import Asking
from services.dispatch.load_book import LoadBook
from services.dispatch.mutual_aid import Agreement, Lender
from services.dispatch.ranking import rank
from services.dispatch.reactions import when_due
from services.followup.commands import PlanFollowup
from services.followup.decider import FOLLOWUP
from services.intake.pack.sources import shipped_source
from services.intake.policy import read_pack
from services.runtime.journal_memory import MemoryJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from schemas.candidates import Circle
    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention
    from schemas.policy import Urgency
    from services.dispatch.state import DispatchState
    from services.intake.policy import Pack

BEGIN = datetime(2027, 1, 4, tzinfo=UTC)
AGENCY, NEIGHBOUR = "metro", "north"
HOURS = (9, 8, 7, 6, 5, 4, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7, 7, 8, 9, 10, 11, 11, 11, 10)
"""How the cases fall over the hours of a day: one and a half times as many at night."""
MIX = (("fire",), ("fire",), ("ems",), ("fire", "ems"), ("fire",), ("ems", "law"), ("law",))
"""Who was there, about as the roster is made up."""
CLASSES = {
    "violent_death": 25,
    "child_death": 18,
    "child_critical": 14,
    "failed_rescue": 8,
    "threat_to_life": 8,
    "serious_duty_injury": 7,
    "violence_against_responder": 6,
    "dispatcher_exposure": 6,
    "adverse_clinical_event": 4,
    "coworker_suicide": 2,
    "mass_casualty": 1,
    "line_of_duty_death": 1,
}


@dataclass
class Case:
    """What became of one case."""

    number: int
    opened_at: datetime
    urgency: Urgency
    state: DispatchState
    offers: dict[UUID, str] = field(default_factory=dict)
    circles: dict[str, Circle] = field(default_factory=dict)
    used: set[Circle] = field(default_factory=set)
    formed_at: datetime | None = None
    exhausted: bool = False

    @property
    def entity(self) -> Entity:
        """Its place in the streams."""
        return Entity(Stream.DISPATCH, AGENCY, case_id_for(AGENCY, "year", str(self.number)))

    @property
    def took(self) -> timedelta | None:
        """From the wish for a team to the team."""
        return self.formed_at - self.opened_at if self.formed_at else None


@dataclass
class Clock:
    """A clock that the simulation moves."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        """The simulated time."""
        return self.at

    def wall(self, at: datetime) -> datetime:
        """The same."""
        return at

    def after(self, seconds: float) -> datetime:
        """So many seconds from now."""
        return self.at + timedelta(seconds=seconds)


class Year:
    """The agency, its neighbour, and what is still to happen."""

    def __init__(self, seed: int, roster: int, cases: int, surplus: int, *, rota: bool) -> None:
        self.seed, self.clock = seed, Clock()
        self.roster = a_roster(roster)
        self.people = People(seed, self.roster, Rota() if rota else None)
        self.theirs = a_roster(40, "n-")
        self.neighbours = People(seed + 1, self.theirs, None)
        self.pack: Pack = read_pack(shipped_source("cism"), {"clocks.surplus": surplus})
        self.loads = LoadBook(MemoryJournal(), self.clock)
        self.cases: list[Case] = []
        self.offered: list[str] = []
        self.taken: list[str] = []
        self._turns = count()
        self._next: list[tuple[datetime, int, Callable[[], None]]] = []
        chance = random.Random(seed)  # noqa: S311 - a simulation
        for number in range(cases):
            day = BEGIN + timedelta(days=chance.randrange(364))
            hour = chance.choices(range(24), HOURS)[0]
            at = day + timedelta(hours=hour, seconds=chance.randrange(3600))
            name = chance.choices([*CLASSES], [*CLASSES.values()])[0]
            crews = min(1 + int(chance.expovariate(1 / 2.5)), 25)
            units = frozenset(f"U{n}" for n in chance.sample(range(UNITS), crews))
            self._at(at, partial(self._open, number, name, units))

    def run(self, moved: Callable[[datetime], None]) -> None:
        """Until nothing more happens; `moved` hears of each step."""
        while self._next:
            self.clock.at, _, happens = heapq.heappop(self._next)
            happens()
            moved(self.clock.at)

    def _at(self, at: datetime, happens: Callable[[], None]) -> None:
        heapq.heappush(self._next, (at, next(self._turns), happens))

    def _open(self, number: int, trigger_class: str, units: frozenset[str]) -> None:
        now = self.clock.at
        policy = self.pack.snapshot(trigger_class)
        brief = CaseBrief(
            tier=self.pack.triggers[trigger_class].tier,
            trigger_class=trigger_class,
            urgency=self.pack.urgency(trigger_class),
            occurred_at=now,
            reported_at=now,
            operations_ongoing=False,
            exposed=4 * len(units),
            disciplines=MIX[number % len(MIX)],
            policy=policy,
        )
        case = Case(number, now, brief.urgency, DISPATCH.initial)
        self.cases.append(case)
        ranking = rank(self.roster, self._asking(case, brief, units), [self._lender(case)])
        case.circles = {each.member_id: each.circle for each in ranking.candidates}
        command = ActivateTeam(
            **_said(case, now),
            brief=composed(brief),
            candidates=ranking.candidates,
            excluded=ranking.excluded,
            coordinators=("c-1",),
        )
        self._decide(case, command)

    def _asking(self, case: Case, brief: CaseBrief, units: frozenset[str]) -> Asking:
        now, own = self.clock.at, (AGENCY, case.entity.id)
        return Asking(
            case_id=case.entity.id,
            now=now,
            incident_on=now.date(),
            today=now.date(),
            units=units,
            disciplines=frozenset(brief.disciplines),
            duty=self.people.duty(now),
            loads=self.loads.of(AGENCY, now, own),
            caps=brief.policy.caps,
            fairness=brief.policy.fairness,
        )

    def _lender(self, case: Case) -> Lender:
        now = self.clock.at
        agreement = Agreement.model_validate(
            {
                "neighbour": NEIGHBOUR,
                "lends": ["peer", "mhp", "chaplain"],
                "most": 4,
                "from": BEGIN.date(),
                "until": BEGIN.date() + timedelta(days=400),
                "source": "assumed",
            }
        )
        loads = self.loads.of(NEIGHBOUR, now, (AGENCY, case.entity.id))
        return Lender(agreement, self.theirs, self.neighbours.duty(now), loads)

    def _decide(self, case: Case, command: Any) -> None:
        decision = DISPATCH.decide(command, case.state)
        if isinstance(decision, Refusal):
            return
        for event in decision:
            case.state = DISPATCH.evolve(case.state, event)
            self._told(case, event)
        self.loads.note(case.entity, decision, self.clock.at)

    def _told(self, case: Case, event: Event) -> None:
        for timer in DISPATCH.deadlines(event):
            if timer.kind == OFFER_EXPIRY:
                due = TimerDue(case.entity, timer, "")
                self._at(timer.due_at, partial(self._decide, case, when_due(due, timer.due_at)))
        match event:
            case OfferExtended():
                self.offered.append(event.member_id)
                case.used.add(case.circles[event.member_id])
                self._ring(case, event)
            case OfferAccepted():
                self.taken.append(event.member_id)
            case TeamFormed() if case.formed_at is None:
                case.formed_at = self.clock.at
                self._follow_up(case, event)
            case RosterExhausted():
                case.exhausted = True
            case _:
                pass

    def _ring(self, case: Case, event: OfferExtended) -> None:
        lender, member_id = lender_of(event.member_id)
        people = self.neighbours if lender else self.people
        answer = people.answer(member_id, self.clock.at)
        if answer is None:
            return
        delay, says_yes = answer
        kind = AcceptOffer if says_yes else DeclineOffer
        at = self.clock.at + delay
        said = kind(**_said(case, at, event.offer_id), offer_id=event.offer_id)
        self._at(at, partial(self._decide, case, said))

    def _follow_up(self, case: Case, event: TeamFormed) -> None:
        """Sessions are held at their target by two of the team, check-ins are made the next day."""
        plan = PlanFollowup(
            **_said(case, self.clock.at),
            brief=event.brief,
            members=event.members,
            team_complete=True,
        )
        plain = {k: v for k, v in plan.model_dump().items() if k != "case_id"}
        decision = FOLLOWUP.decide(PlanFollowup.model_validate(plain), FOLLOWUP.initial)
        assert not isinstance(decision, Refusal)  # noqa: S101 - a first plan is never refused
        self.loads.note(case.entity, decision, self.clock.at)
        peers = [m.member_id for m in event.members if m.role is Role.PEER] or [""]
        for planned in decision:
            assert isinstance(planned, FollowupPlanned)  # noqa: S101 - and it is a plan
            self._sessions(case, planned.interventions, tuple(peers[:2]))
            for turn, check_in in enumerate(planned.check_ins):
                peer = peers[turn % len(peers)] or None
                fell = CheckInFellDue(item=check_in.item, due_at=check_in.due_at, peer=peer)
                made = CheckInCompleted(item=check_in.item)
                self._later(case, check_in.due_at, fell)
                self._later(case, check_in.due_at + timedelta(days=1), made)

    def _sessions(
        self, case: Case, sessions: Iterable[PlannedIntervention], by: tuple[str, ...]
    ) -> None:
        for each in sessions:
            at = max(each.target_at, self.clock.at)
            held = InterventionHeld(item=each.item, held_at=at, facilitators=by)
            self._later(case, at, held)

    def _later(self, case: Case, at: datetime, event: Event) -> None:
        if at >= self.clock.at:
            self._at(at, partial(self.loads.note, case.entity, [event], at))


def _said(case: Case, at: datetime, *parts: object) -> dict[str, Any]:
    return {
        "command_id": derived_id("year", case.number, at.isoformat(), *parts),
        "now": at,
        "actor": "year",
        "case_id": case.entity.id,
    }
