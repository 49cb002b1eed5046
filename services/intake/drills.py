"""What intake knows of an exercise, when it begins, and the timers that it needs. Pure."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.drills import DrillEnded, DrillPlanned
from schemas.envelope import Timer
from schemas.intake import ActivationRequested

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event

DRILL_BEGINS = "drill-begins"
DRILL_ENDS = "drill-ends"
OF_DRILLS = frozenset({DRILL_BEGINS, DRILL_ENDS})
SOURCE = "drill"
"""The source of every exercise's case; its id is made of a name that no feed can have."""


class Stage(Enum):
    """How far an exercise is."""

    PLANNED = auto()
    RUNNING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class NoDrill:
    """Nobody has planned it."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One exercise. `ends_by` is known once it runs."""

    plan: DrillPlanned
    stage: Stage = Stage.PLANNED
    ends_by: datetime | None = None


DrillState = NoDrill | Drill


def evolve(state: DrillState, event: Event) -> DrillState:
    """The state after one more event of the case."""
    match state, event:
        case NoDrill(), DrillPlanned():
            return Drill(event)
        case Drill(), ActivationRequested():
            return replace(state, stage=Stage.RUNNING, ends_by=ends_by(event))
        case Drill(), DrillEnded():
            return replace(state, stage=Stage.OVER)
        case _:
            return state


def ends_by(begun: ActivationRequested) -> datetime:
    """When an exercise ends by itself at the latest."""
    return begun.brief.reported_at + begun.brief.policy.form_team_within


def moment_of(plan: DrillPlanned, secret: bytes) -> datetime:
    """When an exercise begins, to the second: drawn from its window with the server's secret, so
    that whoever reads the plan cannot tell."""
    digest = hmac.digest(secret, plan.lot.bytes, "sha256")
    seconds = int((plan.latest - plan.earliest).total_seconds())
    return plan.earliest + timedelta(seconds=int.from_bytes(digest[:8]) % (seconds + 1))


def deadlines(secret: bytes, event: Event) -> Sequence[Timer]:
    """The timers that one event sets. The moment of an exercise is in its timer and nowhere else."""
    match event:
        case DrillPlanned():
            return (Timer(kind=DRILL_BEGINS, key="drill", due_at=moment_of(event, secret)),)
        case ActivationRequested():
            return (Timer(kind=DRILL_ENDS, key="drill", due_at=ends_by(event)),)
        case _:
            return ()
