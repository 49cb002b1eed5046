"""What people answer about the support they had, as counters of a whole week and nothing else.

A form has no id of a person, a case or a member; what it says is added up before it is recorded, so
that neither an answer nor its time can be told from another (docs/domain.md, section 6).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from schemas.envelope import Event, Slug, UtcDatetime

if TYPE_CHECKING:
    from datetime import datetime


class SupportKind(StrEnum):
    """What the answers are about."""

    GROUP = "group"
    """A defusing, a debriefing, or another talk of a crew."""
    ONE_ON_ONE = "one_on_one"
    REQUEST = "request"
    """A peer whom somebody asked for."""


class Question(StrEnum):
    """What is asked; each can be left open."""

    HELPFUL = "helpful"
    FELT_SAFE = "felt_safe"
    WOULD_USE_AGAIN = "would_use_again"
    RIGHT_TIME = "right_time"


class Answer(StrEnum):
    """What can be said. There is no field for words of one's own."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SAID = "not_said"


Quarter = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-q[1-4]$")]
"""Such as `2026-q1`."""
Tally = dict[Answer, Annotated[int, Field(ge=0)]]


class FeedbackCounted(Event):
    """The answers of one week, added up question by question: no answer is beside another one of the
    same form."""

    NAME: ClassVar[str] = "feedback_counted"
    kind: SupportKind
    quarter: Quarter
    batch: Slug
    """Which week, such as `2026-w10`."""
    count: Annotated[int, Field(ge=1)]
    tallies: dict[Question, Tally]
    shown_from: UtcDatetime
    """Nothing of this quarter is told before: then it does not grow any more."""


def quarter_of(at: datetime, zone: str) -> str:
    """The quarter of a moment, on the agency's calendar."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.year}-q{(local.month - 1) // 3 + 1}"


def form_path(kind: SupportKind, at: datetime, zone: str) -> str:
    """The path of the form that is open at this moment: the same for everybody."""
    return f"/feedback/{quarter_of(at, zone)}/{kind.value}"
