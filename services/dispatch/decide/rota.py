"""The rules of a rota: who may be put on call when. What has been is never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.rota import (
    OverrideRemoved,
    RotaEnded,
    RotaSet,
    ShiftOverridden,
    ShiftsSwapped,
    SwappedShift,
)
from services.dispatch.commands.rota import (
    EndRota,
    OverrideShift,
    RemoveOverride,
    RotaCommand,
    SetRota,
    SwapShifts,
)
from services.dispatch.rota import Rota, stints
from services.dispatch.rota_time import Span, moment, next_minute, wall_time

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.policy import Role
    from schemas.rota import RotaPlan
    from services.dispatch.rota_shifts import Stint

LONGEST = timedelta(days=400)
"""Of an override, and of any look ahead."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit in a plan, and where."""

    field: str
    problem: str


def faults(plan: RotaPlan, known: Collection[str]) -> tuple[Fault, ...]:
    """Every member of a plan who cannot serve in it, by field."""
    return tuple(
        Fault(f"layers.{number}.members.{place}", _stranger(member_id, plan.role))
        for number, layer in enumerate(plan.layers)
        for place, member_id in enumerate(layer.members)
        if member_id not in known
    )


def decide(command: RotaCommand, state: Rota) -> Sequence[Event] | Refusal:
    """What follows from a change of one rota."""
    match command:
        case SetRota():
            return _set(command, state)
        case _ if not state.versions:
            return Refusal(RefusalCode.UNKNOWN_ROTA, "There is no rota of this name: set it first.")
        case EndRota():
            return _end(command, state)
        case RemoveOverride():
            return _remove(command, state)
        case OverrideShift():
            return _override(command, state)
        case SwapShifts():
            return _swap(command, state)


def _set(command: SetRota, state: Rota) -> Sequence[Event] | Refusal:
    wrong = faults(command.plan, command.known)
    if wrong:
        return Refusal(RefusalCode.UNKNOWN_MEMBER, f"{wrong[0].field}: {wrong[0].problem}")
    zone = command.plan.time_zone
    wanted = moment(command.effective_from, zone) if command.effective_from else command.now
    since = max(wanted, command.now)
    if state.plan == command.plan and state.versions[-1].since <= since:
        return ()
    return (RotaSet(plan=command.plan, effective_from=since),)


def _end(command: EndRota, state: Rota) -> Sequence[Event] | Refusal:
    ends = moment(command.ends, state.zone) if command.ends else command.now
    if ends < command.now:
        return Refusal(RefusalCode.ALREADY_PAST, "ends: this time is past: leave it out for now.")
    if state.plan is None and state.versions[-1].since <= ends:
        return ()
    return (RotaEnded(ends_at=ends),)


def _remove(command: RemoveOverride, state: Rota) -> Sequence[Event] | Refusal:
    override = state.override(command.override_id)
    if override is None:
        return Refusal(RefusalCode.UNKNOWN_OVERRIDE, "This rota has no such override.")
    if override.ends <= command.now:
        return Refusal(RefusalCode.ALREADY_PAST, "It is over: what has been is not rewritten.")
    return (OverrideRemoved(override_id=command.override_id, effective_from=command.now),)


def _override(command: OverrideShift, state: Rota) -> Sequence[Event] | Refusal:
    if state.override(command.override_id):
        return ()
    period = _period(command.starts, command.ends, state, command.now)
    if isinstance(period, Refusal):
        return period
    span = _moments(period, state)
    wrong = _unfit(command.member_id, "member_id", state, command.known) or _hands_over(
        command, state, span
    )
    if wrong:
        return wrong
    return (
        ShiftOverridden(
            override_id=command.override_id,
            member_id=command.member_id,
            instead_of=command.instead_of,
            starts=period[0],
            ends=period[1],
        ),
    )


def _hands_over(command: OverrideShift, state: Rota, span: Span) -> Refusal | None:
    """Whether the one gives what the other takes."""
    given = [span]
    if command.instead_of is not None:
        taken = _taken_over(command.instead_of, state, span)
        if taken:
            return taken
        given = _on_call(command.instead_of, state, span)
        if not given:
            return _not_on_call(f"instead_of: {command.instead_of} is not on call then")
    if any(_on_call(command.member_id, state, each) for each in given):
        return _twice(command.member_id)
    return None


def _swap(command: SwapShifts, state: Rota) -> Sequence[Event] | Refusal:
    shifts: list[SwappedShift] = []
    sides = (
        ("first", command.first, command.first_at),
        ("second", command.second, command.second_at),
    )
    for side, member_id, at in sides:
        wrong = _unfit(member_id, side, state, command.known)
        stint = _stint(member_id, moment(at, state.zone), state)
        if wrong or stint is None:
            return wrong or _not_on_call(f"{side}_at: {member_id} is not on call then")
        starts, ends = (wall_time(each, state.zone) for each in stint.turn)
        period = _period(starts, ends, state, command.now)
        if isinstance(period, Refusal):
            return period
        shifts.append(SwappedShift(member_id=member_id, starts=period[0], ends=period[1]))
    first, second = shifts
    refusal = _takes(first, second, state) or _takes(second, first, state)
    if refusal:
        return refusal
    return (ShiftsSwapped(override_id=command.override_id, first=first, second=second),)


def _takes(theirs: SwappedShift, other: SwappedShift, state: Rota) -> Refusal | None:
    span = _moments((theirs.starts, theirs.ends), state)
    taken = _taken_over(theirs.member_id, state, span)
    return taken or (_twice(other.member_id) if _on_call(other.member_id, state, span) else None)


def _period(starts: datetime, ends: datetime, state: Rota, now: datetime) -> Span | Refusal:
    """What of a period is still to come, on the wall clock."""
    if starts >= ends:
        return Refusal(RefusalCode.DATES_REVERSED, "ends: it must be after starts.")
    if ends - starts > LONGEST:
        return Refusal(RefusalCode.PERIOD_TOO_LONG, f"ends: at most {LONGEST.days} days at once.")
    if moment(ends, state.zone) <= now:
        return Refusal(RefusalCode.ALREADY_PAST, "ends: it is past: what has been stays as it was.")
    begins = max(starts, next_minute(now, state.zone))
    if moment(begins, state.zone) >= moment(ends, state.zone):
        detail = "ends: the clock change leaves nothing between these two times."
        return Refusal(RefusalCode.EMPTY_PERIOD, detail)
    return begins, ends


def _moments(period: Span, state: Rota) -> Span:
    return moment(period[0], state.zone), moment(period[1], state.zone)


def _stint(member_id: str, at: datetime, state: Rota) -> Stint | None:
    found = stints(state, at, at + timedelta(seconds=1))
    return next((s for s in found if s.member_id == member_id and s.covers(at)), None)


def _on_call(member_id: str, state: Rota, span: Span) -> list[Span]:
    found = (stint.cut(*span) for stint in stints(state, *span) if stint.member_id == member_id)
    return [(part.starts, part.ends) for part in found if part]


def _taken_over(member_id: str, state: Rota, span: Span) -> Refusal | None:
    """One cannot give away what was given away before."""
    for _, override in state.overrides:
        for move in override.moves:
            if move.instead_of == member_id and move.starts < span[1] and move.ends > span[0]:
                return Refusal(
                    RefusalCode.OVERRIDES_OVERLAP,
                    f"{member_id} is stood in for then already: take that override back first.",
                )
    return None


def _unfit(member_id: str, field: str, state: Rota, known: Collection[str]) -> Refusal | None:
    if state.plan is None:
        return Refusal(RefusalCode.ROTA_ENDED, "This rota has ended: set it again first.")
    if member_id in known:
        return None
    detail = f"{field}: {_stranger(member_id, state.plan.role)}"
    return Refusal(RefusalCode.UNKNOWN_MEMBER, detail)


def _stranger(member_id: str, role: Role) -> str:
    return f"the roster has no {role.value.replace('_', ' ')} {member_id}"


def _not_on_call(said: str) -> Refusal:
    return Refusal(RefusalCode.NOT_ON_CALL_THEN, f"{said}: look at the shifts first.")


def _twice(member_id: str) -> Refusal:
    detail = f"{member_id} is on call then already: nobody can be on call twice."
    return Refusal(RefusalCode.ALREADY_ON_CALL, detail)
