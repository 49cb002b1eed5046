"""Members who turn out to have taken part: no longer asked, and never without the coordinator's eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, MemberExcluded, OfferWithdrawn
from services.dispatch.decide.alarms import alarm
from services.dispatch.decide.asking import after, fill
from services.dispatch.state import Active, OfferStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.candidates import Excluded
    from schemas.envelope import Event
    from services.dispatch.commands import ExcludeMembers

_ASKED = frozenset({OfferStatus.OPEN, OfferStatus.EXPIRED, OfferStatus.STANDBY})


def exclude(command: ExcludeMembers, state: Active) -> Sequence[Event]:
    """Take them off the list and their offers back, and ask the next members instead.

    Expired offers too, as a late yes would still count; and whoever stands by. A coordinator who
    asked them knowing that they were there has decided it already.

    Who has accepted already stays until a person decides: the coordinator is called.
    """
    events: list[Event] = []
    listed = {candidate.member_id for candidate in state.candidates}
    for found in command.excluded:
        if found.member_id not in listed or _overridden(state, found):
            continue
        events.append(MemberExcluded(member_id=found.member_id, reasons=found.reasons))
        for offer in state.offers.values():
            if offer.member_id != found.member_id:
                continue
            if offer.status in _ASKED:
                events.append(
                    OfferWithdrawn(
                        offer_id=offer.offer_id,
                        member_id=offer.member_id,
                        role=offer.role,
                        reason="involved",
                    )
                )
            elif offer.status is OfferStatus.ACCEPTED:
                reason = AlarmReason.MEMBER_INVOLVED
                who, now = offer.member_id, command.now
                events += alarm(state, command.case_id, reason, who, now=now)
    if not events:
        return ()
    return (*events, *fill(after(state, events), command.case_id, command.now))


def _overridden(state: Active, found: Excluded) -> bool:
    return set(found.reasons) <= state.oversight.overridden.get(found.member_id, frozenset())
