"""Spans of months as people ask for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.spans import BadSpan, choices, span_of

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-q1", "2026-01-01", "2026-04-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("1-month", "2026-11-01", "2026-12-01"),
        ("12-months", "2025-12-01", "2026-12-01"),
        (" 3-months ", "2026-09-01", "2026-12-01"),
    ],
)
def test_a_span_is_whole_months_of_the_agencys_calendar(name: str, since: str, until: str) -> None:
    span = span_of(name, NOW, ZONE)
    assert (f"{span.since:%Y-%m-%d}", f"{span.until:%Y-%m-%d}") == (since, until)
    assert span.since.astimezone(ZONE).hour == 0


def test_the_month_that_runs_is_that_of_the_agency() -> None:
    evening = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    assert span_of("1-month", evening, ZONE).since.month == 11


def test_a_month_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    march, november = span_of("2026-03", NOW, ZONE), span_of("2026-11", NOW, ZONE)
    lasted = [each.until.astimezone(UTC) - each.since.astimezone(UTC) for each in (march, november)]
    assert lasted == [timedelta(days=31, hours=-1), timedelta(days=30, hours=1)]


@pytest.mark.parametrize(
    "name",
    ["", "yesterday", "2026-13", "2026-q5", "0-months", "99-months", "1999", "2026-1", "202\u0666"],
)
def test_anything_else_is_refused_with_what_to_give_instead(name: str) -> None:
    with pytest.raises(BadSpan, match="2026"):
        span_of(name, NOW, ZONE)


@given(st.text(max_size=40))
def test_no_text_breaks_it(name: str) -> None:
    try:
        span = span_of(name, NOW, ZONE)
    except BadSpan:
        return
    assert span.since < span.until


def test_what_a_page_offers_can_be_asked_for() -> None:
    assert all(span_of(name, NOW, ZONE) for name, _ in choices(NOW, ZONE))
