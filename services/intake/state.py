"""What intake knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.intake import ActivationRequested, IncidentReported, OperationsEnded, Screening

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Event


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nothing was reported yet."""


@dataclass(frozen=True, slots=True)
class Seen:
    """At least one report came in."""

    fingerprints: frozenset[str]
    occurred_at: datetime
    screening: Screening
    operations_ongoing: bool
    operations_ended_at: datetime | None = None
    activated: bool = False
    units: tuple[str, ...] = ()
    """Every unit that any report named, in the order of naming."""


IntakeState = Unseen | Seen


def evolve(state: IntakeState, event: Event) -> IntakeState:
    """The state after one more event."""
    match state, event:
        case Unseen(), IncidentReported():
            return Seen(
                fingerprints=frozenset({event.fingerprint}),
                occurred_at=event.occurred_at,
                screening=event.screening,
                operations_ongoing=event.operations_ongoing,
                operations_ended_at=event.operations_ended_at,
                units=event.units,
            )
        case Seen(), IncidentReported():
            return replace(
                state,
                fingerprints=state.fingerprints | {event.fingerprint},
                occurred_at=event.occurred_at,
                screening=event.screening,
                operations_ongoing=event.operations_ongoing,
                operations_ended_at=event.operations_ended_at,
                units=tuple(dict.fromkeys((*state.units, *event.units))),
            )
        case Seen(), ActivationRequested():
            return replace(state, activated=True)
        case Seen(), OperationsEnded():
            return replace(state, operations_ongoing=False, operations_ended_at=event.ended_at)
        case _:
            return state
