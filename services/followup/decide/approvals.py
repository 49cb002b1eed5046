"""The mental health professional's word: what the policy wants approved is not held without it.

ICISF teams are peer-driven and led by a professional; what the policy leaves to peers they hold
by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import ApprovalGiven, ApprovalWithdrawn
from schemas.refusals import Refusal, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention
    from services.followup.commands import NoteApproval
    from services.followup.state import Planned, Unplanned


def note_approval(command: NoteApproval, state: Planned | Unplanned) -> Sequence[Event]:
    """What the professional said of these kinds; the windows stay where they are."""
    if command.approved:
        fresh = tuple(kind for kind in command.kinds if kind not in state.approved)
        in_force = tuple(sorted(state.approved | set(fresh)))
        return (ApprovalGiven(kinds=fresh, in_force=in_force),) if fresh else ()
    gone = tuple(kind for kind in command.kinds if kind in state.approved)
    in_force = tuple(sorted(state.approved - set(gone)))
    return (ApprovalWithdrawn(kinds=gone, in_force=in_force),) if gone else ()


def unapproved(session: PlannedIntervention, state: Planned) -> Refusal | None:
    """Why it may not be held yet, and what to do about it; None when it may."""
    if not state.awaits_approval(session):
        return None
    name = session.kind.value.replace("_", " ")
    return Refusal(
        RefusalCode.NEEDS_APPROVAL,
        f"A {name} is held once the mental health professional on the team has approved it: they "
        "do so with one tap on the page of their own offer. With none on the team, add one first.",
    )
