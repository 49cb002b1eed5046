"""The end of an exercise: everybody who was asked is thanked once, whatever they answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import MemberNotified, OfferWithdrawn, Purpose
from schemas.subjects import derived_id
from services.dispatch.state import Active, OfferStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.dispatch.commands import StandTeamDown
    from services.dispatch.state import Offer

REAL_INCIDENT = "real_incident"
OVER = "exercise_over"
_HELD = frozenset({OfferStatus.OPEN, OfferStatus.ACCEPTED, OfferStatus.STANDBY})


def thanked(command: StandTeamDown, state: Active) -> Sequence[Event]:
    """Take back what is open or taken; whoever said no or nothing is thanked as well. One who was
    stood down because the team was complete has been thanked by that."""
    reason = REAL_INCIDENT if command.reason == REAL_INCIDENT else OVER
    latest: dict[str, Offer] = {each.member_id: each for each in state.offers.values()}
    held = [each for each in latest.values() if each.status in _HELD]
    told = {each.member_id for each in held}
    told |= {o.member_id for o in latest.values() if o.status is OfferStatus.WITHDRAWN}
    return (
        *(
            OfferWithdrawn(
                offer_id=each.offer_id, member_id=each.member_id, role=each.role, reason=reason
            )
            for each in held
        ),
        *(
            MemberNotified(
                notice_id=derived_id(command.case_id, Purpose.EXERCISE_OVER, member_id),
                member_id=member_id,
                purpose=Purpose.EXERCISE_OVER,
            )
            for member_id in sorted(latest.keys() - told)
        ),
    )
