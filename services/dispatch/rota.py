"""One rota as pure data: its plans by the time that they hold, and what was changed by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from schemas.rota import (
    OverrideRemoved,
    RotaEnded,
    RotaSet,
    ShiftOverridden,
    ShiftsSwapped,
)
from services.dispatch.rota_shifts import Stint, merged, planned
from services.dispatch.rota_time import Span, moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.rota import RotaPlan, SwappedShift

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Version:
    """A plan and from when on it holds; None when nobody is on call by the rota from then on."""

    plan: RotaPlan | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """A member who is on call instead of another, or in addition when there is no other."""

    member_id: str
    instead_of: str | None
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """What was changed by hand at once: a swap has two moves."""

    moves: tuple[Move, ...]
    place: int
    """Where one stands who is on call in addition: behind all layers."""

    @property
    def ends(self) -> datetime:
        """When the last of it is over."""
        return max(move.ends for move in self.moves)


@dataclass(frozen=True, slots=True)
class Rota:
    """All that is known of one rota; without versions there is none."""

    versions: tuple[Version, ...] = ()
    overrides: tuple[tuple[UUID, Override], ...] = ()
    """In the order in which they were made: a later one changes what the earlier left."""

    @property
    def plan(self) -> RotaPlan | None:
        """The plan that was set last; None before the first, and at an end."""
        return self.versions[-1].plan if self.versions else None

    @property
    def zone(self) -> str:
        """The zone of the last plan, in which the rota's wall times are read."""
        plans = [version.plan for version in self.versions if version.plan]
        return plans[-1].time_zone if plans else "UTC"

    def plan_at(self, at: datetime) -> RotaPlan | None:
        """The plan that holds at a moment."""
        held = [version.plan for version in self.versions if version.since <= at]
        return held[-1] if held else None

    def override(self, override_id: UUID) -> Override | None:
        """An override or a swap by its id; None when there is none, or when it was taken back."""
        return dict(self.overrides).get(override_id)


def evolve(state: Rota, event: Event) -> Rota:
    """The rota after one more event."""
    match event:
        case RotaSet():
            return _from_then_on(state, Version(event.plan, event.effective_from))
        case RotaEnded():
            return _from_then_on(state, Version(None, event.ends_at))
        case ShiftOverridden():
            starts, ends = moment(event.starts, state.zone), moment(event.ends, state.zone)
            move = Move(event.member_id, event.instead_of, starts, ends)
            return _changed(state, event.override_id, (move,))
        case ShiftsSwapped(first=first, second=second):
            moves = (_swap(state, first, second), _swap(state, second, first))
            return _changed(state, event.override_id, moves)
        case OverrideRemoved():
            return _without(state, event.override_id, event.effective_from)
        case _:
            return state


def _from_then_on(state: Rota, version: Version) -> Rota:
    """What was planned for later is replaced too."""
    earlier = (each for each in state.versions if each.since < version.since)
    return replace(state, versions=(*earlier, version))


def _changed(state: Rota, override_id: UUID, moves: tuple[Move, ...]) -> Rota:
    behind = len(state.plan.layers) + 1 if state.plan else 1
    return replace(state, overrides=(*state.overrides, (override_id, Override(moves, behind))))


def _swap(state: Rota, theirs: SwappedShift, other: SwappedShift) -> Move:
    starts, ends = moment(theirs.starts, state.zone), moment(theirs.ends, state.zone)
    return Move(other.member_id, theirs.member_id, starts, ends)


def _without(state: Rota, override_id: UUID, since: datetime) -> Rota:
    """What of it was over by then stays: it is how things were."""
    kept = []
    for known, override in state.overrides:
        if known != override_id:
            kept.append((known, override))
            continue
        moves = [replace(m, ends=min(m.ends, since)) for m in override.moves if m.starts < since]
        if moves:
            kept.append((known, replace(override, moves=tuple(moves))))
    return replace(state, overrides=tuple(kept))


def stints(state: Rota, start: datetime, end: datetime) -> tuple[Stint, ...]:
    """Who is on call between two moments, each stint whole, in the order of time."""
    found = list(_by_plan(state, start, end))
    for override_id, override in state.overrides:
        found = [part for stint in found for part in _replaced(stint, override.moves)]
        for move in override.moves:
            if move.instead_of is None:
                span = move.starts, move.ends
                shift = f"plus-{override_id}"
                found.append(Stint(move.member_id, override.place, *span, shift, span))
    return merged(stint for stint in found if stint.starts < end and stint.ends > start)


def on_call(state: Rota, at: datetime) -> dict[str, int]:
    """Each member who is on call at a moment, with their place; the better one of two."""
    places: dict[str, int] = {}
    for stint in stints(state, at, at + _INSTANT):
        places[stint.member_id] = min(stint.place, places.get(stint.member_id, stint.place))
    return places


def _by_plan(state: Rota, start: datetime, end: datetime) -> Iterator[Stint]:
    ends = [later.since for _, later in pairwise(state.versions)] + [None]
    for version, until in zip(state.versions, ends, strict=True):
        begins, closes = max(start, version.since), min(end, until or end)
        if version.plan is None or begins >= closes:
            continue
        for stint in planned(version.plan, begins, closes):
            part = stint.cut(version.since, until or stint.ends)
            if part:
                yield part


def _replaced(stint: Stint, moves: tuple[Move, ...]) -> Iterator[Stint]:
    """A stint in parts, as the moves that take its member away leave it."""
    rest = [stint]
    for move in moves:
        if move.instead_of != stint.member_id:
            continue
        for part in rest:
            taken = part.cut(move.starts, move.ends)
            if taken:
                span: Span = taken.starts, taken.ends
                yield replace(taken, member_id=move.member_id, turn=span)
        sides = [
            (part.cut(part.starts, move.starts), part.cut(move.ends, part.ends)) for part in rest
        ]
        rest = [side for pair in sides for side in pair if side]
    yield from rest


@dataclass(frozen=True, slots=True)
class Touch:
    """When a part of a rota was changed: calendars show it beside each shift."""

    at: datetime
    starts: datetime
    ends: datetime | None
    """None for all that is to come."""

    def meets(self, stint: Stint) -> bool:
        """Whether the change was about this stint."""
        return self.starts < stint.ends and (self.ends is None or self.ends > stint.starts)


def touched(before: Rota, event: Event, at: datetime) -> Iterator[Touch]:
    """What of a rota an event changes."""
    match event:
        case RotaSet():
            yield Touch(at, event.effective_from, None)
        case RotaEnded():
            yield Touch(at, event.ends_at, None)
        case ShiftOverridden() | ShiftsSwapped():
            for _, override in evolve(before, event).overrides[-1:]:
                yield from (Touch(at, move.starts, move.ends) for move in override.moves)
        case OverrideRemoved():
            removed = before.override(event.override_id)
            for move in removed.moves if removed else ():
                yield Touch(at, max(move.starts, event.effective_from), move.ends)
        case _:
            return
