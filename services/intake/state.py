"""What intake knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.intake import ActivationRequested, IncidentReported, OperationsEnded, Screening

if TYPE_CHECKING:
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
    activated: bool = False


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
            )
        case Seen(), IncidentReported():
            return replace(
                state,
                fingerprints=state.fingerprints | {event.fingerprint},
                occurred_at=min(state.occurred_at, event.occurred_at),
                screening=event.screening,
                operations_ongoing=event.operations_ongoing,
            )
        case Seen(), ActivationRequested():
            return replace(state, activated=True)
        case Seen(), OperationsEnded():
            return replace(state, operations_ongoing=False)
        case _:
            return state
