"""One line of a case's timeline as it is stored: what happened, in words that name no one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.audit import tables
from services.audit.steps import RowState, Step
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.envelope import Event, Recorded
    from schemas.subjects import Entity

_LINES = 100
"""More than any event has."""


def line(
    step: Step,
    detail: str,
    *,
    key: object = None,
    lines: Iterable[str] = (),
    state: RowState = RowState.INFO,
) -> dict[str, Any]:
    """The part of an entry that an event's own fields give."""
    return {
        "step": step.value,
        "detail": detail,
        "key": None if key is None else str(key),
        "lines": list(lines),
        "state": state.value,
    }


def entries(recorded: Recorded[Event], *lines: dict[str, Any]) -> Iterator[Change]:
    """The lines of one event, numbered, so that the store would refuse to hold one twice."""
    for part, each in enumerate(lines):
        place = {
            "agency": recorded.entity.agency,
            "case_id": recorded.entity.id,
            "stream": recorded.entity.stream.value,
            "sequence": recorded.sequence,
            "part": recorded.place * _LINES + part,
            "at": recorded.meta.time,
        }
        yield Change(tables.entries, {**place, **each})


def case_key(recorded: Recorded[Event], **more: object) -> dict[str, str]:
    """The key of a row that belongs to a case, such as an offer's."""
    entity = recorded.entity
    told = {name: str(value) for name, value in more.items()}
    return {"agency": entity.agency, "case_id": entity.id, **told}


def case_row(entity: Entity, first: dict[str, Any] | None = None, **columns: Any) -> Change:
    """Some columns of the case's row; those of `first` only where nothing is known yet."""
    key = {"agency": entity.agency, "case_id": entity.id}
    return Change(tables.cases, {**key, **columns}, first or {})
