"""Makes each report from the store, for programs, for pages and for mail alike."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from services.audit.reports import drill, impact, response_times, roi, training
from services.audit.spans import BadSpan, Span, span_of
from services.audit.views.clocks_shown import without_small_counts
from services.runtime.edge import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from services.audit.currency import Numbers
    from services.audit.drills import DrillReader
    from services.audit.reader import Reader
    from services.audit.reports.impact import Support
    from services.audit.reports.model import Report
    from services.audit.reports.roi import Inputs


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reading of reports, on the reader's store and clock, in the agency's zone."""

    reader: Reader
    drills: DrillReader
    numbers: Numbers
    zone: ZoneInfo

    async def response_times(self, agency: str, name: str) -> Report:
        """Each clock of the cases reported in a span. A report is made to be handed on: it is the same
        for every role, and tells nothing that fewer than five cases make. Raises Problem 422.
        """
        span = self.span(name)
        told = without_small_counts(await self.reader.response_times(agency, span.ends, self.zone))
        return response_times.response_times(told, agency, span.name)

    async def impact(self, agency: str, name: str) -> Report:
        """How much support there was in the whole quarters of a span. Raises Problem 422."""
        span, now = self.span(name), self.reader.clock.now()

        def look(connection: Connection) -> list[tuple[Support, datetime]]:
            return list(impact.moments(connection, agency, span.ends))

        found = await self.reader.store.read(look)
        return impact.impact(found, span, agency, now, self.zone)

    async def training(self, agency: str, on: date | None) -> Report:
        """Who was designated and trained on a day; today without one. Raises Problem 422."""
        now = self.reader.clock.now()
        today = now.astimezone(self.zone).date()
        if on is not None and on > today:
            raise _unfit("on: what will be cannot be attested. Give today or an earlier day.")
        members = await self.reader.store.read(lambda c: training.rows(c, agency))
        return training.training(members, on or today, self.numbers, agency, now)

    async def drill(self, agency: str, case_id: str) -> Report:
        """How an exercise went, by its id or the beginning of it. Raises Problem 404 and 409."""
        return drill.drill(await self.drills.report(agency, case_id), agency)

    async def roi(self, agency: str, given: Inputs) -> Report:
        """Cost and return from the agency's own numbers. Raises Problem 422."""
        if wrong := roi.problem(given):
            raise _unfit(wrong)
        return roi.roi(given, agency, self.reader.clock.now())

    def span(self, name: str) -> Span:
        """The span of this name. Raises Problem 422."""
        try:
            return span_of(name, self.reader.clock.now(), self.zone)
        except BadSpan as error:
            raise _unfit(f"span: {error}") from error

    def spans(self) -> Iterator[tuple[str, str]]:
        """What a page offers: whole years and quarters, the newest first, and how they read."""
        today = self.reader.clock.now().astimezone(self.zone)
        for year in (today.year, today.year - 1):
            yield str(year), str(year) if year < today.year else f"{year} so far"
            for quarter in (4, 3, 2, 1):
                if (year, quarter * 3 - 2) <= (today.year, today.month):
                    yield f"{year}-q{quarter}", f"{year}, quarter {quarter}"


def _unfit(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
