"""A referral is offered, once; whether it is taken up is nobody's to record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.referrals import ReferralOffered
from schemas.refusals import Refusal, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.support_commands import OfferReferral
    from services.followup.support_state import Referral


def offer_referral(command: OfferReferral, state: Referral) -> Sequence[Event] | Refusal:
    """Record it; the same again is one referral."""
    if state.offered is not None:
        return ()
    offered_at = command.offered_at or command.now
    if offered_at > command.now:
        return Refusal(RefusalCode.NOT_YET, "offered_at lies ahead: record it once it was offered.")
    return (
        ReferralOffered(
            category=command.category,
            offered_at=offered_at,
            by_role=command.by_role,
            case_id=command.case_id,
            item=command.item,
        ),
    )
