"""How rotas, shifts and gaps are shown: each shift on the clock of its rota."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.dispatch.edge.rota_models import (
    Duties,
    OnCall,
    ShownGap,
    ShownOverride,
    ShownRota,
    ShownShift,
)
from services.dispatch.rota import stints
from services.dispatch.rota_words import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.rota import Gap
    from services.dispatch.duty import Duty
    from services.dispatch.roster import Member
    from services.dispatch.rota import Rota


def shown_shifts(
    rotas: Mapping[str, Rota], start: datetime, end: datetime
) -> tuple[ShownShift, ...]:
    """Every shift of some rotas between two moments, whole, in the order of time."""
    found = []
    for rota_id, rota in rotas.items():
        for stint in stints(rota, start, end):
            plan = rota.plan_at(stint.starts) or rota.plan
            if plan is None:
                continue
            zone = ZoneInfo(plan.time_zone)
            found.append(
                ShownShift(
                    rota=rota_id,
                    role=plan.role,
                    member_id=stint.member_id,
                    place=stint.place,
                    starts=stint.starts.astimezone(zone),
                    ends=stint.ends.astimezone(zone),
                )
            )
    return tuple(sorted(found, key=lambda s: (s.starts, s.rota, s.place, s.member_id)))


def shown_rota(rota_id: str, rota: Rota, now: datetime) -> ShownRota:
    """One rota, with what was changed by hand and is not over yet."""
    zone = ZoneInfo(rota.zone)
    overrides = tuple(
        ShownOverride(
            override_id=override_id,
            member_id=move.member_id,
            instead_of=move.instead_of,
            starts=move.starts.astimezone(zone),
            ends=move.ends.astimezone(zone),
        )
        for override_id, override in rota.overrides
        for move in override.moves
        if move.ends > now
    )
    since = rota.versions[-1].since
    return ShownRota(rota=rota_id, plan=rota.plan, effective_from=since, overrides=overrides)


def shown_gap(gap: Gap, zone: str) -> ShownGap:
    """One gap, with its line for people."""
    return ShownGap(
        kind=gap.kind,
        starts=gap.starts,
        ends=gap.ends,
        role=gap.role,
        member_id=gap.member_id,
        words=words(gap, zone),
    )


def on_duty(duty: Duty, members: Mapping[str, Member], at: datetime) -> Duties:
    """Who is on call at a moment, in the order of asking."""
    in_order = sorted(duty.on_call.items(), key=lambda each: (each[1], each[0]))
    rows = tuple(
        OnCall(
            member_id=member_id,
            role=members[member_id].entry.role if member_id in members else None,
            place=place,
            away=member_id in duty.away,
        )
        for member_id, place in in_order
    )
    return Duties(at=at, on_call=rows, away=tuple(sorted(duty.away)))
