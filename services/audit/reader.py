"""Answers questions about an agency's cases from the store, at the clock's time; changes nothing."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from schemas.envelope import Frozen
from services.audit import tables
from services.audit.views import (
    activations,
    case_file,
    clocks,
    feedback,
    merges,
    open_work,
    orders,
    places,
    private,
    requests,
    reviews,
    roster,
    support,
)
from services.audit.views.activations import Activation, Activations
from services.audit.views.merges import Merges
from services.audit.views.open_work import CaseSummary, Counts, Strength, Which
from services.audit.views.orders import Order
from services.audit.views.reviews import OpenReview, Reviews
from services.audit.views.timeline import TimelineRow, happened, timeline
from services.runtime.edge import Problem

if TYPE_CHECKING:
    from collections.abc import Collection
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from services.audit.currency import Numbers
    from services.audit.news import News
    from services.audit.store import Store
    from services.audit.views.case_file import CaseFile
    from services.audit.views.clocks import ResponseTimes
    from services.audit.views.feedback import Feedback
    from services.audit.views.places import Places
    from services.audit.views.private import Private
    from services.audit.views.requests import Requests
    from services.audit.views.roster import RosterPage
    from services.audit.views.support import Support
    from services.runtime.clock import Clock

_PREFIX = re.compile(r"^[0-9a-f-]{6,36}$")
_FULL = 36
_FRESH_SECONDS = 2.0
_PAGE = 500


class CaseList(Frozen):
    """Some cases and how many there are of each kind, at one moment."""

    as_of: datetime
    counts: Counts
    roster: tuple[Strength, ...]
    cases: tuple[CaseSummary, ...]
    request_waiting: bool = False
    """A member's request waits and nobody has taken it; nothing else is told of it."""


class CasePage(Frozen):
    """One case and its timeline, at one moment."""

    as_of: datetime
    case: CaseSummary
    timeline: tuple[TimelineRow, ...]
    team: Activation | None = None
    """The team that is being put together, or stands."""
    order: Order | None = None
    """Who is still to be asked, and who is not and why."""
    review: OpenReview | None = None
    """The question that waits for a person."""
    merges: Merges = Merges()


@dataclass(frozen=True, slots=True)
class Reader:
    """All reading goes through here, for programs and for people alike."""

    store: Store
    news: News
    clock: Clock

    async def cases(self, agency: str, which: Which, limit: int) -> CaseList:
        """The newest cases of a kind; the open ones by urgency."""
        now = self.clock.now()

        def look(connection: Connection) -> CaseList:
            return CaseList(
                as_of=now,
                counts=open_work.counts(connection, agency),
                roster=open_work.strength(connection, agency),
                cases=tuple(open_work.listed(connection, agency, which, limit, now)),
                request_waiting=bool(requests.waiting(connection, (agency,))),
            )

        return await self.store.read(look)

    async def requests(self, agency: str) -> Requests:
        """What may be told of members' own requests: whole months, and whether one waits."""
        now = self.clock.now()
        return await self.store.read(lambda connection: requests.told(connection, agency, now))

    async def response_times(
        self, agency: str, span: tuple[datetime, datetime], zone: ZoneInfo
    ) -> ResponseTimes:
        """Every clock of the cases that were reported in a span of time."""
        now = self.clock.now()
        return await self.store.read(lambda c: clocks.told(c, agency, span, zone, now))

    async def places(self, agency: str) -> Places:
        """The agency's own places to turn to."""
        now = self.clock.now()
        return await self.store.read(lambda connection: places.told(connection, agency, now))

    async def feedback(self, agency: str) -> Feedback:
        """Anonymous feedback by whole quarters."""
        now = self.clock.now()
        return await self.store.read(lambda connection: feedback.told(connection, agency, now))

    async def support(self, agency: str) -> Support:
        """What may be told of referrals and exceptions: totals by kind."""
        now = self.clock.now()
        return await self.store.read(lambda connection: support.told(connection, agency, now))

    async def private(self, agency: str) -> Private:
        """What may be told of one-on-ones: counts, clocks, holds and broken glass."""
        now = self.clock.now()
        return await self.store.read(lambda connection: private.told(connection, agency, now))

    async def case(self, agency: str, case_id: str) -> tuple[CasePage, CaseFile]:
        """One case by its id or the beginning of it. Raises Problem 404 and 409."""
        file = await self.find(agency, case_id)
        now = self.clock.now()
        e = tables.entries.c
        query = select(tables.entries).where(e.agency == agency, e.case_id == file.case.case_id)

        def look(connection: Connection) -> CasePage:
            return CasePage(
                as_of=now,
                case=open_work.summary(file, now),
                timeline=timeline(file, case_file.entries(connection, query), now),
                team=activations.activation(file, now),
                order=orders.order(connection, file),
                review=reviews.of(file, now),
                merges=merges.merges(connection, file),
            )

        return await self.store.read(look), file

    async def activations(self, agency: str, most: int | None = None) -> Activations:
        """The open activations, the most urgent first; beyond `most` without who was asked."""
        now = self.clock.now()
        found = await self.store.read(lambda c: activations.listed(c, agency, now, most))
        return Activations(as_of=now, activations=found)

    async def roster(self, agency: str, zone: ZoneInfo, numbers: Numbers) -> RosterPage:
        """Who can be asked, what bites soon, and how messages go out."""
        now = self.clock.now()
        return await self.store.read(lambda c: roster.roster(c, agency, now, zone, numbers))

    async def reviews(self, agency: str) -> Reviews:
        """The questions that wait for a person, the most urgent first."""
        now = self.clock.now()
        found = await self.store.read(lambda c: reviews.waiting(c, agency, now))
        return Reviews(as_of=now, reviews=found)

    async def open_reviews(self, agency: str) -> int:
        """How many questions wait for a person."""
        return await self.store.read(lambda connection: reviews.count(connection, agency))

    async def look_up(self, agency: str, typed: str) -> tuple[CaseSummary, ...]:
        """The cases that a person may mean by an id, its beginning, or an incident number."""
        now = self.clock.now()

        def look(connection: Connection) -> list[CaseFile]:
            found = case_file.by_number(connection, agency, typed)
            begins = _PREFIX.match(typed.lower())
            return found or (
                case_file.by_prefix(connection, agency, typed.lower()) if begins else []
            )

        return tuple(open_work.summary(file, now) for file in await self.store.read(look))

    async def find(self, agency: str, case_id: str) -> CaseFile:
        """One case's file. A whole id that was just given out is waited for: it is on its way here.

        Raises Problem 404 when there is no such case, 409 when several begin like that.
        """
        wanted = case_id.lower()
        if not _PREFIX.match(wanted):
            raise _unknown()
        found = await self._look(agency, wanted)
        if not found and len(wanted) == _FULL:
            found = await self._wait_for(agency, wanted)
        if not found:
            raise _unknown()
        if len(found) > 1:
            raise Problem(
                HTTPStatus.CONFLICT,
                "Several cases begin like that: give more of the id.",
                code="ambiguous-case",
            )
        return found[0]

    async def newest_entry(self) -> int:
        """The id of the newest entry; 0 when there is none."""
        query = select(func.coalesce(func.max(tables.entries.c.id), 0))
        return await self.store.read(lambda connection: int(connection.execute(query).scalar_one()))

    async def since(self, agency: str, after: int, case_id: str | None) -> list[TimelineRow]:
        """The next lines behind entry `after`, in the order in which they came; at most 500."""
        e = tables.entries.c
        query = select(tables.entries).where(e.agency == agency, e.id > after)
        if case_id:
            query = query.where(e.case_id == case_id)

        def look(connection: Connection) -> list[TimelineRow]:
            fresh = case_file.entries(connection, query.order_by(e.id).limit(_PAGE))
            known = _files(connection, agency, {entry.case_id for entry in fresh})
            return [happened(known[entry.case_id], entry) for entry in fresh]

        return await self.store.read(look)

    async def _look(self, agency: str, prefix: str) -> list[CaseFile]:
        return await self.store.read(lambda c: case_file.by_prefix(c, agency, prefix))

    async def _wait_for(self, agency: str, case_id: str) -> list[CaseFile]:
        try:
            async with asyncio.timeout(_FRESH_SECONDS):
                while True:
                    seen = self.news.latest(agency)
                    if found := await self._look(agency, case_id):
                        return found
                    await self.news.wait(agency, seen)
        except TimeoutError:
            return []


def _files(connection: Connection, agency: str, ids: Collection[str]) -> dict[str, CaseFile]:
    c = tables.cases.c
    query = select(tables.cases).where(c.agency == agency, c.case_id.in_(list(ids)))
    found = case_file.files(connection, agency, case_file.cases(connection, query))
    known = {file.case.case_id: file for file in found}
    return {case_id: known.get(case_id) or case_file.bare(agency, case_id) for case_id in ids}


def _unknown() -> Problem:
    return Problem(
        HTTPStatus.NOT_FOUND,
        "There is no such case. Give its id, or at least its first 6 characters.",
        code="unknown-case",
    )
