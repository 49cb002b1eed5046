"""Feedback as numbers: which quarter's form is open, which week an answer belongs to, what is counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import Command, Slug, UtcDatetime
from schemas.feedback import Answer, FeedbackCounted, Quarter, Question, SupportKind, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schemas.envelope import Event

Answers = dict[Question, Answer]
_QUARTER = re.compile(r"(?P<year>20\d\d)-q(?P<number>[1-4])\Z")
_A_WEEK_AND_A_DAY = timedelta(days=8)
"""The last answers are recorded when their week is over; the day is for servers that were down."""


class FeedbackRules(BaseModel):
    """The whole file policy/feedback.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    open_after: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=60))]
    hourly_limit: Annotated[int, Field(ge=1)]
    form_for: Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(days=1))]


class CountFeedback(Command):
    """Record a week's answers, once."""

    kind: SupportKind
    quarter: Quarter
    batch: Slug
    count: Annotated[int, Field(ge=1)]
    tallies: dict[Question, Tally]
    shown_from: UtcDatetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What was recorded of an agency's feedback: by week, kind and quarter."""

    known: frozenset[tuple[str, SupportKind, str]] = frozenset()


def counted(state: Counted, event: Event) -> Counted:
    """What is recorded after one more event."""
    if not isinstance(event, FeedbackCounted):
        return state
    return replace(state, known=state.known | {(event.batch, event.kind, event.quarter)})


def count(command: CountFeedback, state: Counted) -> Sequence[Event]:
    """Once: a repeat after an outage counts nobody twice."""
    if (command.batch, command.kind, command.quarter) in state.known:
        return ()
    said = command.model_dump(include=set(FeedbackCounted.model_fields))
    return (FeedbackCounted.model_validate(said),)


def spans(quarter: str, zone: str) -> tuple[datetime, datetime]:
    """When a quarter begins and ends on the agency's wall clock. Raises ValueError."""
    found = _QUARTER.match(quarter)
    if found is None:
        raise ValueError(f"{quarter!r} is no quarter: write it as 2026-q1")
    year, number = int(found["year"]), int(found["number"])
    first = date(year, number * 3 - 2, 1)
    after = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return _begins(first, zone), _begins(after, zone)


def is_open(quarter: str, now: datetime, zone: str, rules: FeedbackRules) -> bool:
    """Whether its form takes answers. Raises ValueError for what is no quarter."""
    begins, ends = spans(quarter, zone)
    return begins <= now < ends + rules.open_after


def shown_from(quarter: str, zone: str, rules: FeedbackRules) -> datetime:
    """When its results can be told, because nothing comes to them any more."""
    return spans(quarter, zone)[1] + rules.open_after + _A_WEEK_AND_A_DAY


def batch_of(at: datetime, zone: str) -> str:
    """The week that an answer is counted with, such as `2026-w10`; weeks sort by their names."""
    year, week, _ = at.astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-w{week:02d}"


def tallied(answers: Iterable[Mapping[Question, Answer]]) -> dict[Question, Tally]:
    """Each question's answers added up, whatever stood beside them."""
    every = list(answers)
    found: dict[Question, Tally] = {}
    for question in Question:
        said = Counter(one.get(question, Answer.NOT_SAID) for one in every)
        found[question] = {answer: said[answer] for answer in Answer}
    return found


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
