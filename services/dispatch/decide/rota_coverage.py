"""When coordinators are warned of a gap: once, and again only when it was closed in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.rota import CoordinatorWarned, CoverageChecked, CoverageCheckPlanned, GapsWarned
from schemas.subjects import derived_id
from services.dispatch.commands.rota import (
    CoverageCommand,
    PlanCoverageCheck,
    RecordCoverage,
    RecordWarning,
)
from services.dispatch.rota_coverage import HOLES, Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event


def decide(command: CoverageCommand, state: Coverage) -> Sequence[Event] | Refusal:
    """What follows from a look through the rotas, or from the wish for one."""
    match command:
        case PlanCoverageCheck():
            sooner = state.due_at is not None and state.due_at <= command.due_at
            return () if sooner else (CoverageCheckPlanned(due_at=command.due_at),)
        case RecordCoverage():
            return _record(command, state)
        case RecordWarning():
            return _told(command, state)


def _record(command: RecordCoverage, state: Coverage) -> Sequence[Event] | Refusal:
    if state.due_at != command.due_at:
        detail = "The rotas are looked through at another time."
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, detail)
    if command.now < command.due_at:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "The rotas are not looked through yet.")
    holes = tuple(gap for gap in command.gaps if gap.kind in HOLES)
    new = tuple(gap for gap in holes if not state.knows(gap))
    checked = CoverageChecked(gaps=holes, next_at=command.next_at)
    if not new:
        return (checked,)
    warned = GapsWarned(
        warning_id=derived_id(command.command_id, "warning"),
        gaps=new,
        member_ids=command.coordinators,
    )
    return (warned, checked)


def _told(command: RecordWarning, state: Coverage) -> Sequence[Event]:
    if (command.warning_id, command.member_id) in state.told:
        return ()
    return (
        CoordinatorWarned(
            warning_id=command.warning_id, member_id=command.member_id, channel=command.channel
        ),
    )
