"""The console's page of response times: each clock against its target, by month, tier and trigger.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from services.audit.console.charts import durations_by_month
from services.audit.console.console import Console
from services.audit.spans import USUAL, BadSpan, Span, choices, span_of
from services.audit.views.clocks import ClockTimes, ResponseTimes, Times
from services.audit.views.clocks_shown import without_small_counts
from services.audit.views.laps import Late
from services.audit.words import plain
from services.runtime.access import May, may
from services.runtime.edge import Problem

_LATE = {
    Late.NOBODY_LEFT: "nobody was left to ask",
    Late.NO_ANSWER: "offers ran out without an answer",
    Late.SAID_NO: "members said no",
    Late.HANDED_BACK: "somebody handed their place back",
    Late.NOT_DECIDED: "nobody decided in time",
    Late.HELD_LATE: "it was held late",
    Late.NOT_MARKED: "nobody marked it done in time",
    Late.UNEXPLAINED: "the record does not say",
}


def routes(console: Console) -> APIRouter:
    """GET /response-times."""
    router = APIRouter(include_in_schema=False)
    zone = ZoneInfo(console.settings.time_zone)

    async def shown(request: Request, name: str) -> Response:
        who, now = console.who(request), console.reader.clock.now()
        try:
            span = span_of(name, now, zone)
        except BadSpan as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"span: {error}") from error
        told = await console.reader.response_times(who.agency, span.ends, zone)
        has_all = may(who, May.SEE_SMALL_COUNTS)
        told = told if has_all else without_small_counts(told)
        return await console.show(
            "response_times.html",
            request,
            "response-times",
            told=told,
            has_all=has_all,
            charts={each.clock: _chart(each) for each in told.clocks},
            tables={each.clock: _tables(each) for each in told.clocks},
            late=_LATE,
            span=span,
            words=_words(span, told, zone),
            choices=choices(now, zone),
        )

    @router.get("/response-times")
    async def response_times(
        request: Request, span: Annotated[str, Query(max_length=30)] = USUAL
    ) -> Response:
        return await console.answer(request, shown(request, span))

    return router


def _chart(each: ClockTimes) -> str | None:
    """A picture of the months, where there are two that can be compared."""
    months = each.months
    if sum(month.p50 is not None for month in months) < 2:
        return None
    return durations_by_month(
        f"{each.name} by month: median and slowest tenth against the target",
        [month.month for month in months],
        tuple(month.p50 for month in months),
        tuple(month.p90 for month in months),
        tuple(each.total.target for _ in months),
    )


def _tables(each: ClockTimes) -> dict[str, list[tuple[str, Times]]]:
    """The same numbers in parts, by what people call these."""
    named = ((f"{datetime.strptime(m.month, '%Y-%m'):%B %Y}", m) for m in each.months)  # noqa: DTZ007 - a name, no time
    triggers = ((plain(name).capitalize(), times) for name, times in each.by_trigger.items())
    return {
        "Month": [(name, month) for name, month in named if month.count],
        "Tier": list(each.by_tier.items()),
        "Trigger": sorted(triggers, key=lambda pair: -pair[1].count),
    }


def _words(span: Span, told: ResponseTimes, zone: ZoneInfo) -> str:
    """The span as its days."""
    first, last = span.since.astimezone(zone), min(span.until, told.as_of).astimezone(zone)
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
