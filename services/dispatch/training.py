"""Whether a member's training is good on a day, and until when. Pure; the numbers are the policy's."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from schemas.roster import CompetencyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.roster import Competency, MemberEnrolled
    from services.dispatch.roster_policy import RoleNeeds, RosterRules

_ONE_DAY = timedelta(days=1)


def in_months(start: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is too short."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def lapses_after(competency: Competency, rules: RosterRules) -> date:
    """The last day on which a training counts: the certificate's own, or the policy's."""
    if competency.valid_until is not None:
        return competency.valid_until
    return in_months(competency.earned_on, rules.valid_months[competency.kind]) - _ONE_DAY


def training_ends(entry: MemberEnrolled, on: date, rules: RosterRules) -> date | None:
    """The last day of the training that the role needs, as it was known on a day.

    A day in the past means that it has lapsed; None that it never was, and date.max that the role
    needs none. Without competencies the entry's summary date decides.
    """
    needs = rules.roles.get(entry.role)
    if not entry.competencies:
        return entry.training_valid_until
    if needs is None:
        return date.max
    had = [each for each in entry.competencies if each.earned_on <= on]
    ends = [max(days, default=None) for days in _days(had, needs, rules)]
    known = [day for day in ends if day is not None]
    return min(known) if len(known) == len(ends) else None


def _days(
    had: Iterable[Competency], needs: RoleNeeds, rules: RosterRules
) -> Iterator[tuple[date, ...]]:
    """For each thing that a role needs, the last days of all trainings that give it."""
    yield tuple(lapses_after(each, rules) for each in had if each.kind in needs.one_of)
    if needs.current:
        yield tuple(_current_until(each, rules) for each in had)


def _current_until(competency: Competency, rules: RosterRules) -> date:
    """Any training keeps a member current for as long as in-service training counts."""
    if competency.kind is CompetencyKind.IN_SERVICE:
        return lapses_after(competency, rules)
    months = rules.valid_months[CompetencyKind.IN_SERVICE]
    return in_months(competency.earned_on, months) - _ONE_DAY
