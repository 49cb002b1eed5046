"""All that the books know of whom to ask at one moment: roster, duty, load, and who lends members."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.dispatch.eligibility import Asking
from services.dispatch.mutual_aid import Lender

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from schemas.policy import CaseBrief, ResponsePolicy
    from services.dispatch.book import RosterBook
    from services.dispatch.duty import Duty
    from services.dispatch.duty_book import DutyBook
    from services.dispatch.load_book import LoadBook
    from services.dispatch.mutual_aid import Agreement, MutualAid
    from services.dispatch.roster import Member
    from services.runtime.host import Ports


@dataclass(frozen=True, slots=True)
class Known:
    """One agency's members, for what they would be asked, and who lends more of them."""

    roster: Mapping[str, Member]
    asking: Asking
    lenders: tuple[Lender, ...] = ()


@dataclass(frozen=True, slots=True)
class Circles:
    """The books side by side."""

    ports: Ports
    book: RosterBook
    duty: DutyBook
    loads: LoadBook
    aid: MutualAid

    async def for_case(
        self,
        agency: str,
        case_id: str,
        brief: CaseBrief,
        units: Collection[str] = (),
        *,
        at: datetime | None = None,
    ) -> Known:
        """What is known for a team of this case. Raises Transient as the books of roster and duty do."""
        now = at or self.ports.clock.now()
        agreements = self.aid.of(agency, self._day(now))
        (roster, duty), lenders = await asyncio.gather(
            self._own(agency, now),
            asyncio.gather(*(self._lender(each, (agency, case_id), now) for each in agreements)),
        )
        asking = self._of_case((agency, case_id), brief, units, now, duty)
        return Known(roster, asking, tuple(lenders))

    def guess(
        self, agency: str, case_id: str, brief: CaseBrief, units: Collection[str], *, at: datetime
    ) -> Known:
        """The same as `for_case` as far as this process has read, waiting for nothing; without those
        whom neighbours lend."""
        asking = self._of_case((agency, case_id), brief, units, at, self.duty.known(agency, at))
        return Known(self.book.known(agency), asking)

    async def for_request(self, agency: str, case_id: str, policy: ResponsePolicy) -> Known:
        """What is known for a member's own request: of one's own team alone, and nobody was at any
        incident. Raises Transient."""
        now = self.ports.clock.now()
        roster, duty = await self._own(agency, now)
        return Known(roster, self._asking(agency, case_id, policy, now, duty))

    def for_emergency(self, case_id: str) -> Asking:
        """What an emergency asks by: it waits for no book, and leaves nobody in peace."""
        now = self.ports.clock.now()
        today = self._day(now)
        rules = self.book.rules
        return Asking(case_id, now, incident_on=today, today=today, rules=rules, emergency=True)

    async def neighbours(self, agency: str) -> Mapping[str, Mapping[str, Member]]:
        """The rosters of those who lend to an agency today, by agency. Raises Transient."""
        agreements = self.aid.of(agency, self._day(self.ports.clock.now()))
        return {each.neighbour: await self.book.of(each.neighbour) for each in agreements}

    async def _own(self, agency: str, now: datetime) -> tuple[Mapping[str, Member], Duty]:
        return await asyncio.gather(self.book.of(agency), self.duty.of(agency, now))

    def _of_case(
        self,
        case: tuple[str, str],
        brief: CaseBrief,
        units: Collection[str],
        now: datetime,
        duty: Duty,
    ) -> Asking:
        return replace(
            self._asking(*case, brief.policy, now, duty),
            incident_on=self._day(brief.occurred_at),
            units=frozenset(units),
            disciplines=frozenset(brief.disciplines),
        )

    def _asking(
        self, agency: str, case_id: str, policy: ResponsePolicy, now: datetime, duty: Duty
    ) -> Asking:
        today = self._day(now)
        return Asking(
            case_id=case_id,
            now=now,
            incident_on=today,
            today=today,
            duty=duty,
            loads=self.loads.of(agency, now, (agency, case_id)),
            caps=policy.caps,
            fairness=policy.fairness,
            rules=self.book.rules,
        )

    async def _lender(self, agreement: Agreement, case: tuple[str, str], now: datetime) -> Lender:
        neighbour = agreement.neighbour
        roster, duty = await self._own(neighbour, now)
        return Lender(agreement, roster, duty, self.loads.of(neighbour, now, case))

    def _day(self, at: datetime) -> date:
        """The day by the agency's clock: a designation begins at its midnight."""
        return at.astimezone(ZoneInfo(self.ports.settings.time_zone)).date()
