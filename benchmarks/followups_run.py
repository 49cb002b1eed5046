"""A compressed year of cases, from the wish for a team to the anniversary, decided by the real rules.

Real: dispatch's and followup's decide, evolve, deadlines and reactions, `handle`, the memory journal and
its timers. Invented: people (`followups_people`), streets, and how badly news travel (`followups_streams`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from benchmarks.followups_people import People
from benchmarks.followups_services import Agency, Dispatch
from benchmarks.followups_streams import (
    ByCase,
    Moments,
    Outage,
    Post,
    Trouble,
    remembered_folds,
)
from benchmarks.followups_told import crews, deactivated, ended, tell, updated
from schemas.candidates import Candidate
from schemas.policy import CaseBrief, Role
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from services.dispatch.commands import ActivateTeam
from services.dispatch.composition import composed
from services.followup.commands import SetCrews
from services.followup.decider import FOLLOWUP
from services.intake.pack.sources import shipped_source
from services.intake.policy import read_pack
from services.runtime.errors import Transient
from services.runtime.handle import handle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from schemas.envelope import Command, Event
    from services.intake.policy import Pack

BEGIN = datetime(2027, 1, 4, tzinfo=UTC)
CASES = {
    "violent_death": 22,
    "child_death": 16,
    "child_critical": 12,
    "failed_rescue": 8,
    "serious_duty_injury": 8,
    "violence_against_responder": 6,
    "dispatcher_exposure": 6,
    "officer_involved_shooting": 5,
    "adverse_clinical_event": 4,
    "mass_casualty": 6,
    "line_of_duty_death": 5,
    "coworker_suicide": 2,
}
"""Heavier in the grave ones than any year, so that every rule is met often."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all cases. Assumed."""

    ongoing: float = 0.2
    corrected: float = 0.2
    """Of those that go on: their end turns out to be another."""
    told_crews: float = 0.35
    deactivated: float = 0.07
    reopened: float = 0.5
    """Of those."""
    graver: float = 0.08
    never_forms: float = 0.06
    no_coordinator: float = 0.03
    never_reacts: float = 0.12
    half_reacts: float = 0.28
    confirms_itself: float = 0.3


class Year:
    """The cases of one agency, until nothing more of them is to come."""

    def __init__(
        self, seed: int, number: int, cases: int, folder: Path, trouble: Trouble | None = None
    ) -> None:
        self.seed, self.trouble, self.shares = seed, trouble or Trouble(), Shares()
        self.journal = ByCase()
        chance = random.Random(f"{seed} outages")  # noqa: S311 - a simulation
        outages = [_outage(chance, self.trouble) for _ in range(2 * self.trouble.outages)]
        self.moments = Moments(BEGIN, outages)
        self.dispatch = Dispatch(self.journal, self.moments)
        self.agency = Agency(number, self.journal, self.moments, seed, folder)
        self.packs = tuple(_pack(confirms_itself=each) for each in (False, True))
        self.case_ids = [
            Story(self, case, random.Random(f"{seed} {number} {case}")).of.id  # noqa: S311 - as above
            for case in range(cases)
        ]

    async def run(self) -> None:
        """Until nothing more happens."""
        with remembered_folds():
            await self.moments.run()


class Story:
    """What happens to one case from outside."""

    def __init__(self, year: Year, number: int, chance: random.Random) -> None:
        self.year, self.chance = year, chance
        self.agency = year.agency
        case_id = case_id_for(self.agency.name, "year", f"{year.seed}-{number}")
        self.of = Entity(Stream.INTAKE, self.agency.name, case_id)
        self.pack: Pack = year.packs[chance.random() < year.shares.confirms_itself]
        self.trigger = chance.choices([*CASES], [*CASES.values()])[0]
        self.opened_at = BEGIN + timedelta(seconds=chance.uniform(0, 364 * 86_400))
        self.coordinators = () if chance.random() < year.shares.no_coordinator else ("c-1", "c-2")
        self._acts = 0
        lot = chance.random()
        shares = year.shares
        half = lot < shares.never_reacts + shares.half_reacts
        self.people = People(
            chance=chance,
            act=self._act,
            policy=self.pack.snapshot(self.trigger),
            zone=self.agency.zone,
            attentive=0.0 if lot < shares.never_reacts else 0.5 if half else 1.0,
            team_forms=chance.random() >= shares.never_forms,
        )
        listeners = (*self.agency.listeners, *year.dispatch.listeners())
        self.post = Post(
            case_id, year.journal, year.moments, listeners, chance, self.people.hear, year.trouble
        )
        self._tell()

    def _tell(self) -> None:
        """All that will be told of it."""
        shares, chance, at = self.year.shares, self.chance, self.opened_at
        ongoing = chance.random() < shares.ongoing
        self._wants_team(at, self.trigger, ongoing=ongoing)
        if ongoing:
            self._operations_end(at)
        if chance.random() < shares.told_crews:
            self._at(at + self._within(hours=20), partial(self._crews, by_hand=False))
        if chance.random() < shares.told_crews / 2:
            self._at(at + self._within(hours=40), partial(self._crews, by_hand=True))
        if chance.random() < shares.graver:
            self._wants_team(at + self._within(hours=30), "line_of_duty_death", ongoing=ongoing)
        if chance.random() < shares.deactivated:
            stopped = at + self._within(hours=24 * 12)
            self._at(stopped, partial(self._told, deactivated()))
            if chance.random() < shares.reopened:
                again = stopped + self._within(hours=48)
                self._wants_team(again, self.trigger, ongoing=False)

    def _operations_end(self, at: datetime) -> None:
        for turn in range(1 + (self.chance.random() < self.year.shares.corrected)):
            said_at = at + self._within(hours=24 * (6 + turn))
            over = said_at - self._within(hours=3)
            self._at(said_at, partial(self._told, ended(max(over, at))))

    def _wants_team(self, at: datetime, trigger: str, *, ongoing: bool) -> None:
        brief = CaseBrief(
            tier=self.pack.triggers[trigger].tier,
            trigger_class=trigger,
            urgency=self.pack.urgency(trigger),
            occurred_at=self.opened_at,
            reported_at=at,
            operations_ongoing=ongoing,
            exposed=self.chance.randint(2, 60),
            policy=self.pack.snapshot(trigger),
        )
        count = self.chance.randint(0, 9)
        peers = [Candidate(member_id=f"p-{n}", role=Role.PEER) for n in range(1, 10 + count)]
        mhps = [Candidate(member_id=f"m-{n}", role=Role.MHP) for n in range(1, 4)]
        chaplains = [Candidate(member_id="h-1", role=Role.CHAPLAIN)]
        wish = {
            "brief": composed(brief),
            "candidates": (*peers, *mhps, *chaplains),
            "excluded": (),
            "coordinators": self.coordinators,
            "program_leads": ("l-1",) if self.coordinators else (),
        }
        self._at(at, partial(self._decide, ActivateTeam, wish, self._next_id()))

    async def _crews(self, *, by_hand: bool) -> None:
        said = crews(self.chance)
        if by_hand:
            await self._decide(SetCrews, {"crews": said}, self._next_id())
        else:
            await self._told(updated(self.opened_at, said))

    async def _told(self, event: Event) -> None:
        await tell(self.year.journal, self.year.moments, self.of, event)

    def _act(self, wait: timedelta, kind: type[Command], fields: dict[str, Any]) -> None:
        self._at(self.year.moments.at + wait, partial(self._decide, kind, fields, self._next_id()))

    async def _decide(self, kind: type[Command], fields: dict[str, Any], command: Any) -> None:
        said = {"command_id": command, "now": self.year.moments.at, "actor": "member:c-1", **fields}
        if kind.__module__.startswith("services.dispatch"):
            said["case_id"] = self.of.id
            try:
                await self.year.dispatch.decide(self.of, kind.model_validate(said))
            except Transient:
                return
        else:
            followup: Any = kind.model_validate(said)
            entity = Entity(Stream.FOLLOWUP, self.of.agency, self.of.id)
            await handle(self.year.journal, FOLLOWUP, entity, followup)

    def _at(self, at: datetime, happens: Callable[[], Any]) -> None:
        """What people do and feeds tell during an outage, they do after it."""

        async def then() -> None:
            await happens()
            self.post.collect()

        self.year.moments.then(self.year.moments.up_again(at), then)

    def _within(self, *, hours: float) -> timedelta:
        return timedelta(hours=self.chance.random() * hours)

    def _next_id(self) -> Any:
        self._acts += 1
        return derived_id("year", self.of.id, self._acts)


@cache
def _pack(*, confirms_itself: bool) -> Pack:
    overrides = {"scheduling.confirm_after": "PT2H"} if confirms_itself else {}
    return read_pack(shipped_source("cism"), overrides)


def _outage(chance: random.Random, trouble: Trouble) -> Outage:
    begins = BEGIN + timedelta(seconds=chance.uniform(0, 2 * 365 * 86_400))
    return begins, begins + trouble.longest * chance.random()
