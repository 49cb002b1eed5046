"""Telling members when they hold a session, and a dispatch center whom to cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import MemberNotified, Purpose
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import derived_id
from services.dispatch.state import Active, Idle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from schemas.envelope import Event
    from services.dispatch.commands import Notice, TellMembers
    from services.dispatch.state import DispatchState

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "No team was asked for in this case.")
_ALWAYS = frozenset({Purpose.SESSION_CANCELLED, Purpose.COVERAGE})
"""Told even when the team was stood down: somebody would come, or be covered, for nothing."""
_WITHOUT_A_TEAM = frozenset(
    {
        Purpose.PLACE_UNCONFIRMED,
        Purpose.NOTICE_DUE,
        Purpose.NOTICE_OVERDUE,
        Purpose.AFTERCARE_DUE,
        Purpose.AFTERCARE_MISSED,
        Purpose.CONTACT_DUE,
        Purpose.HAND_OVER_OFFERED,
        Purpose.GLASS_BROKEN,
        Purpose.ONE_ON_ONE_OVERDUE,
        Purpose.ONE_ON_ONE_ORPHANED,
    }
)
"""They concern no case, and no team was ever asked for."""


def tell(command: TellMembers, state: DispatchState) -> Sequence[Event] | Refusal:
    """Everybody who is named, once per news; a notice without a name is for the coordinators."""
    alone = all(notice.purpose in _WITHOUT_A_TEAM for notice in command.notices)
    if isinstance(state, Idle) and not (state.rounds or state.stood_down_at or alone):
        return _UNKNOWN
    return tuple(_told(command, state))


def _told(command: TellMembers, state: DispatchState) -> Iterator[Event]:
    for notice in command.notices:
        if isinstance(state, Idle) and notice.purpose not in _ALWAYS | _WITHOUT_A_TEAM:
            continue
        for member_id in _to(notice, state):
            notice_id = _notice_id(command, notice, member_id)
            if notice_id not in state.notices:
                yield MemberNotified(
                    notice_id=notice_id,
                    member_id=member_id,
                    purpose=notice.purpose,
                    item=command.item,
                    appointment=notice.appointment,
                    coverage=notice.coverage,
                    about=notice.about,
                )


def _to(notice: Notice, state: DispatchState) -> tuple[str, ...]:
    if notice.member_id is not None:
        return (notice.member_id,)
    return state.coordinators if isinstance(state, Active) else ()


def _notice_id(command: TellMembers, notice: Notice, member_id: str) -> UUID:
    """Coordinators hear once an hour that times wait for them, of however many sessions of a case."""
    if notice.purpose is Purpose.SESSION_PROPOSED:
        hour = command.now.strftime("%Y-%m-%dT%H")
        return derived_id(command.case_id, notice.purpose, hour, member_id)
    return derived_id(command.about, notice.purpose, member_id)
