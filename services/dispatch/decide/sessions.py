"""The mental health professional's word on group interventions: peer-driven, professionally led.

Only kinds that the policy wants approved are asked about (`mhp_required`); the others are the
peers' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.steps import GroupSessionsApproved, GroupSessionsRefused
from services.dispatch.state import OfferStatus, newest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.dispatch.commands import DecideSessions
    from services.dispatch.state import Active

APPROVERS = frozenset({Role.MHP, Role.CLINICAL_DIRECTOR})
_UNKNOWN = Refusal(RefusalCode.UNKNOWN_ITEM, "The plan asks for no approval of this kind.")
_NOT_YOURS = Refusal(
    RefusalCode.NOT_ON_TEAM, "Only a mental health professional on this team approves it."
)


def decide_sessions(command: DecideSessions, state: Active) -> Sequence[Event] | Refusal:
    """Approve kinds, or not now; either may be said anew until a session was held."""
    offer = newest(state.offers, command.offer_id)
    if offer is None or offer.status is not OfferStatus.ACCEPTED or offer.role not in APPROVERS:
        return _NOT_YOURS
    if not set(command.kinds) <= set(state.brief.policy.kinds_to_approve()):
        return _UNKNOWN
    known = state.oversight.approved if command.approved else state.oversight.refused
    news = tuple(kind for kind in command.kinds if kind not in known)
    if not news:
        return ()
    if command.approved:
        return (GroupSessionsApproved(member_id=offer.member_id, kinds=news),)
    return (GroupSessionsRefused(member_id=offer.member_id, kinds=news),)
