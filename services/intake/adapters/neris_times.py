"""The times and ages of a NERIS record: instants in either notation, and what a month of birth
tells. Pure arithmetic; knows no clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from services.intake.adapters.eido_parts import when

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_MILLISECONDS_FROM = 100_000_000_000
"""Seconds reach this in the year 5138, milliseconds passed it in 1973."""
_MONTH_OF_BIRTH = re.compile(r"(0?[1-9]|1[0-2])/(\d{4})")
_RANGE_OF_AGES = re.compile(r"(\d{1,3})(?:-\d{1,3}|\+)")
_OLDEST = 130


def instant(value: object) -> datetime | None:
    """ISO 8601 with an offset, or seconds or milliseconds since 1970, as a number or as its text.

    None for anything else, a time without an offset among it.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _since_1970(float(value)) if abs(value) < 10**15 else None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return _since_1970(float(value))
    return when(value)


def _since_1970(number: float) -> datetime | None:
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    try:
        return _EPOCH + timedelta(seconds=seconds) if seconds > 0 else None
    except OverflowError:
        return None


def age_at(born: object, at: datetime | None) -> float | None:
    """The age in years on the day of the incident, of which only the month of birth is told.

    In the month of the birthday it may have been or be yet to come: the younger of the two ages is
    taken, because a child that is overlooked costs more than an adult taken for one. The API's
    answers carry a range (`10-14`) in the same field: its lower end is taken.
    """
    if not isinstance(born, str):
        return None
    if told := _RANGE_OF_AGES.fullmatch(born.strip()):
        return float(told[1]) if int(told[1]) <= _OLDEST else None
    month_of_birth = _MONTH_OF_BIRTH.fullmatch(born.strip())
    if at is None or month_of_birth is None:
        return None
    month, year = int(month_of_birth[1]), int(month_of_birth[2])
    months = (at.year - year) * 12 + at.month - month
    if not -1 <= months <= _OLDEST * 12:  # -1: born on the 1st where it is a day later than in UTC
        return None
    return max(months - 1, 0) / 12
