"""What the checker of follow-ups finds: promises in the events, and breaches of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from schemas.envelope import Frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from schemas.envelope import Event


class Breach(StrEnum):
    """What must never be."""

    DROPPED = "forgotten"
    TWICE = "twice"
    NO_ALARM = "nobody was told"
    DURING_OPERATIONS = "while operations went on"
    UNAPPROVED = "without the professional"
    NOT_MARKED_LATE = "late and not marked"
    TOO_EARLY = "before its time"
    CLOSED_OPEN = "closed while open"
    NOT_CLOSED = "settled and not closed"


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach, and where."""

    case_id: str
    breach: Breach
    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that is planned. Without `closes_at` its window is not known yet."""

    item: str
    kind: str
    group: str
    opens_at: datetime | None
    target_at: datetime | None
    closes_at: datetime | None


def promises(event: Event) -> Iterator[Promise]:
    """Whatever an event carries that has an `item` of its own."""
    for name in type(event).model_fields:
        found = getattr(event, name)
        for each in found if isinstance(found, tuple) else (found,):
            if isinstance(each, Frozen) and isinstance(getattr(each, "item", None), str):
                yield _promise(each)


def _promise(planned: Any) -> Promise:
    kind = getattr(planned, "kind", None) or getattr(getattr(planned, "rule", None), "kind", None)
    return Promise(
        item=planned.item,
        kind=str(kind or "check_in"),
        group=str(getattr(planned, "group", "")),
        opens_at=getattr(planned, "opens_at", getattr(planned, "due_at", None)),
        target_at=getattr(planned, "target_at", None),
        closes_at=getattr(planned, "closes_at", None),
    )
