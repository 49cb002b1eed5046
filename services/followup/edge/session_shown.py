"""How a session stands, as it is told over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.followup.edge.session_bodies import HeldTold, SessionTold, SlotTold
from services.followup.session_state import Session
from services.followup.state import OPEN

if TYPE_CHECKING:
    from services.followup.session_book import Held
    from services.followup.state import Planned


def sessions_told(case_id: str, state: Planned) -> tuple[SessionTold, ...]:
    """Every session of a plan that has a window, the first to close first."""
    order = sorted(state.interventions.values(), key=lambda each: (each.closes_at, each.item))
    return tuple(session_told(case_id, each.item, state) for each in order)


def session_told(case_id: str, item: str, state: Planned) -> SessionTold:
    """One of them; of one that was cancelled before its window was known only that."""
    planned, known = state.interventions.get(item), state.sessions.get(item, Session())
    status = state.status[item].name.lower()
    if planned is None:
        return SessionTold(case_id=case_id, item=item, status=status)
    time = known.time
    return SessionTold(
        case_id=case_id,
        item=item,
        status=status,
        opens_at=planned.opens_at,
        closes_at=planned.closes_at,
        extends_to=planned.extends_to,
        wanted=planned.facilitators,
        awaits_approval=state.awaits_approval(planned),
        starts_at=time.starts_at if time else None,
        ends_at=time.ends_at if time else None,
        facilitators=time.facilitators if time else (),
        place=time.place if time else None,
        sequence=known.sequence if time else None,
        slots=tuple(
            SlotTold(starts_at=slot.starts_at, ends_at=slot.ends_at, facilitators=slot.facilitators)
            for slot in (known.slots if state.status[item] in OPEN else ())
        ),
        unsure=known.unsure,
        confirm_at=known.confirm_at,
        shortage=known.shortage,
        units=known.cover.units if known.cover and time else (),
    )


def held_told(held: Held) -> HeldTold:
    """A session of any case."""
    return HeldTold(
        case_id=held.case_id,
        item=held.item,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        facilitators=held.facilitators,
        place=held.place,
        scheduled=held.sequence is not None,
    )
