"""From one recorded event to the rows that it changes; pure, one file per stream."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.audit.folds import (
    dispatch,
    drills,
    followup,
    intake,
    private,
    requests,
    roster,
    rota,
    support,
    team_steps,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.envelope import Event, Recorded
    from services.audit.store import Change


def changes_of(recorded: Recorded[Event]) -> Iterable[Change]:
    """The rows that an event changes; none for an event that no view shows.

    What belongs to a member's own request goes nowhere near the cases, whichever stream tells it.
    """
    if recorded.entity.is_request:
        return requests.changes(recorded)
    if recorded.entity.is_private:
        return private.changes(recorded)
    if recorded.entity.is_apart:
        return support.changes(recorded)
    return _of_a_stream(recorded)


def _of_a_stream(recorded: Recorded[Event]) -> Iterable[Change]:
    match recorded.entity.stream:
        case Stream.INTAKE:
            return chain(intake.changes(recorded), drills.changes(recorded))
        case Stream.DISPATCH:
            return chain(dispatch.changes(recorded), team_steps.changes(recorded))
        case Stream.FOLLOWUP:
            return followup.changes(recorded)
        case Stream.ROSTER:
            return roster.changes(recorded)
        case Stream.ROTA:
            return rota.changes(recorded)
