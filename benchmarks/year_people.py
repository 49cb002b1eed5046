"""The people of a simulated year: an invented roster, its rota, and how phones are answered.

No source publishes how members of a team answer. Every number here is an assumption; change them and
run again. The same seed gives the same year.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from schemas.policy import Role
from schemas.roster import MemberEnrolled
from services.dispatch.duty import Duty
from services.dispatch.roster import Member

if TYPE_CHECKING:
    from collections.abc import Mapping

NIGHT_FROM, NIGHT_UNTIL = 22, 6
"""Hours of the clock on the wall."""
STATIONS, UNITS = 40, 120


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a member answers a phone. Shares are of all members in that situation."""

    asleep_at_night: float = 0.5
    """Hears nothing until the morning."""
    asleep_on_call: float = 0.15
    unheard_by_day: float = 0.15
    """At work on a call of their own, or the phone is elsewhere."""
    yes: float = 0.45
    """Of those who hear it; the others say no."""
    yes_on_call: float = 0.85
    minutes: float = 3.0
    """Half of all answers are faster; one in ten takes three and a half times as long."""
    spread: float = 1.0
    on_leave: float = 0.06
    """On any day, and muted for it."""
    days_only: float = 0.10
    """Have told that they can be asked by day only."""


@dataclass(frozen=True, slots=True)
class Rota:
    """How many of each role are on call at a time, a week each, in turn."""

    peers: int = 6
    mhps: int = 2
    chaplains: int = 1

    def counts(self) -> Mapping[Role, int]:
        """By role."""
        return {Role.PEER: self.peers, Role.MHP: self.mhps, Role.CHAPLAIN: self.chaplains}


def is_night(at: datetime) -> bool:
    """Whether people sleep."""
    return at.hour >= NIGHT_FROM or at.hour < NIGHT_UNTIL


def a_roster(size: int, prefix: str = "") -> dict[str, Member]:
    """Of twenty-five members, twenty are peers, four are professionals and one is a chaplain."""
    roster = {}
    for number in range(size):
        is_peer = number % 5 != 4
        role = Role.PEER if is_peer else Role.CHAPLAIN if number % 25 == 24 else Role.MHP
        entry = MemberEnrolled(
            role=role,
            discipline=("fire", "fire", "ems", "law")[number % 4],
            station=f"st-{number % STATIONS}",
            units=(f"U{number % UNITS}",) if role is Role.PEER else (),
            designated_from=date(2020, 1, 1),
            training_valid_until=date(2099, 1, 1),
            contact_confirmed_on=date(2098, 12, 31),
        )
        roster[f"{prefix}{role.value[:1]}-{number:03}"] = Member(entry)
    return roster


class People:
    """Who is on call, who is away, and what a phone that rings leads to."""

    def __init__(self, seed: int, roster: Mapping[str, Member], rota: Rota | None) -> None:
        self._seed, self._roster, self._rota = seed, roster, rota
        self._by_role: dict[Role, list[str]] = {}
        for member_id, member in roster.items():
            self._by_role.setdefault(member.entry.role, []).append(member_id)
        chance = random.Random(f"{seed} days only")  # noqa: S311 - a simulation
        self.how = Behaviour()
        self._by_day = {m for m in sorted(roster) if chance.random() < self.how.days_only}

    def duty(self, at: datetime) -> Duty:
        """As the duty book would tell it."""
        away = {m for m in self._roster if self._chance(m, at.date(), "leave") < self.how.on_leave}
        if is_night(at):
            away |= self._by_day
        return Duty(on_call=self._on_call(at), away=frozenset(away))

    def answer(self, member_id: str, at: datetime) -> tuple[timedelta, bool] | None:
        """After how long they answer, and whether it is a yes; None for silence."""
        on_call = member_id in self._on_call(at)
        if self._chance(member_id, _night_of(at), "asleep") < self._unheard(at, on_call=on_call):
            return None
        chance = random.Random(f"{self._seed} {member_id} {at.isoformat()}")  # noqa: S311 - as above
        delay = timedelta(minutes=chance.lognormvariate(0, self.how.spread) * self.how.minutes)
        says_yes = chance.random() < (self.how.yes_on_call if on_call else self.how.yes)
        return delay, says_yes

    def _unheard(self, at: datetime, *, on_call: bool) -> float:
        if not is_night(at):
            return 0.0 if on_call else self.how.unheard_by_day
        return self.how.asleep_on_call if on_call else self.how.asleep_at_night

    def _on_call(self, at: datetime) -> dict[str, int]:
        if self._rota is None:
            return {}
        week = at.toordinal() // 7
        on_call: dict[str, int] = {}
        for role, count in self._rota.counts().items():
            members = self._by_role.get(role, [])
            for place in range(min(count, len(members))):
                on_call[members[(week * count + place) % len(members)]] = place + 1
        return on_call

    def _chance(self, member_id: str, day: date, what: str) -> float:
        """The same all day: who sleeps, sleeps for the whole night."""
        return random.Random(f"{self._seed} {what} {member_id} {day}").random()  # noqa: S311 - as above


def _night_of(at: datetime) -> date:
    """The evening's date for the hours after midnight too."""
    return (at - timedelta(hours=12)).date()
