"""The smallest decider there is, for tests of the runtime: it counts, and can set a timer.

Borrows two plain events of followup, because history takes events of the catalogue only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Command, Event, Timer, UtcDatetime
from schemas.followup import CheckInCompleted, InterventionOverdue
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import Stream, derived_id
from services.runtime.handle import Decider
from tests.support.builders import a_command, an

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL = 250


class Count(Command):
    """Count `by`, one event each; with `wait_until` it is one event and its timer."""

    by: int = 1
    wait_until: UtcDatetime | None = None


def count(number: object = 0, **fields: object) -> Count:
    """The command with this number; the same number is the same command."""
    return a_command(Count, command_id=derived_id("count", number), **fields)


def decide(command: Count, counted: int) -> Sequence[Event] | Refusal:
    if counted + command.by > FULL:
        return Refusal(RefusalCode.TEAM_COMPLETE, "The counter is full.")
    if command.wait_until:
        return [an(InterventionOverdue, closes_at=command.wait_until)]
    return [an(CheckInCompleted)] * command.by


def evolve(counted: int, _event: Event) -> int:
    return counted + 1


def deadlines(event: Event) -> Sequence[Timer]:
    if not isinstance(event, InterventionOverdue):
        return ()
    return (Timer(kind="count", key="again", due_at=event.closes_at),)


COUNTER: Decider[int, Count] = Decider(
    stream=Stream.FOLLOWUP, initial=0, evolve=evolve, decide=decide, deadlines=deadlines
)
