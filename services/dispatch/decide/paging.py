"""What makes an emergency's pages overtake everything: an event of their own beside the offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, CoordinatorAlarmed
from schemas.requests import EmergencyPaged, Page
from schemas.subjects import derived_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.dispatch import OfferExtended
    from schemas.envelope import Event
    from schemas.policy import CaseBrief
    from services.dispatch.state import Active

CALLED_AT_ONCE = frozenset({AlarmReason.REQUEST_EMERGENCY, AlarmReason.EMERGENCY_UNANSWERED})
"""Alarms that go out with the pages, and not in the queue of all alarms."""


def paged(brief: CaseBrief, offers: Iterable[OfferExtended]) -> Sequence[Event]:
    """The pages of an emergency's offers; nothing for any other case."""
    pages = tuple(
        Page(
            offer_id=offer.offer_id,
            member_id=offer.member_id,
            role=offer.role,
            expires_at=offer.expires_at,
        )
        for offer in offers
    )
    return (EmergencyPaged(pages=pages),) if brief.emergency and pages else ()


def called(
    team: Active, case_id: str, reason: AlarmReason, turn: str, also: Iterable[str] = ()
) -> Sequence[Event]:
    """Call every coordinator of an emergency and whoever else is named, once per turn."""
    alarm_id = derived_id(case_id, "alarm", reason, None, turn)
    if alarm_id in team.notices:
        return ()
    members = tuple(dict.fromkeys((*team.coordinators, *also)))
    alarm = CoordinatorAlarmed(alarm_id=alarm_id, reason=reason, member_ids=members)
    if not members:
        return (alarm,)
    return (alarm, EmergencyPaged(alarm_id=alarm_id, called=members))


def somebody_has_it(team: Active) -> bool:
    """Whether a coordinator or a program lead has answered an emergency's alarm."""
    alarms = team.oversight.alarms.values()
    return any(each.answered and each.reason in CALLED_AT_ONCE for each in alarms)
