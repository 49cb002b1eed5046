"""Where things sit in the picture of a case: bars and marks in per cent of its width; draws nothing.

Minutes matter at the start and weeks at the end, so the scale is logarithmic: each step is longer
than the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p
from typing import TYPE_CHECKING

from services.audit.folds.planned import SESSION
from services.audit.steps import RowState
from services.audit.views.standing import item_name
from services.audit.words import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.audit.views.case_file import CaseFile, Planned

_UNIT = timedelta(minutes=10)
_TICKS = tuple(
    timedelta(hours=hours)
    for hours in (1, 4, 12, 24, 72, 7 * 24, 14 * 24, 28 * 24, 90 * 24, 365 * 24)
)
_ROOM_FOR_A_LABEL, _ROOM_ON_A_PHONE = 6.0, 9.5
_NARROWEST = 1.2
_WIDEST = 97.0
"""The last mark and its label need room beside them."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A point of the scale, such as `3 d` after the incident."""

    x: float
    label: str
    is_minor: bool
    """Left out where there is little room."""


@dataclass(frozen=True, slots=True)
class Track:
    """One row: a window with its target, and what became of it."""

    label: str
    state: RowState
    word: str
    is_point: bool
    x: float | None = None
    width: float = 0.0
    target_x: float | None = None
    done_x: float | None = None
    slot_x: float | None = None
    """Where the time lies that everybody was told."""
    slot_width: float = 0.0


@dataclass(frozen=True, slots=True)
class Picture:
    """All rows on one scale."""

    ticks: tuple[Tick, ...]
    now_x: float | None
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """From a time to per cent of the width."""

    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        """Where a time sits; what lies outside sits at the edge."""
        share = log1p(max(at - self.start, timedelta(0)) / _UNIT) / self._whole()
        return round(_WIDEST * min(share, 1.0), 2)

    def ticks(self) -> tuple[Tick, ...]:
        """As many labelled points as there is room for."""
        placed: list[Tick] = []
        for length in _TICKS:
            x = self.x(self.start + length)
            before = max((tick.x for tick in placed), default=0.0)
            major = max((tick.x for tick in placed if not tick.is_minor), default=0.0)
            if x - before >= _ROOM_FOR_A_LABEL and x < _WIDEST + 1:
                placed.append(Tick(x, span(length), is_minor=x - major < _ROOM_ON_A_PHONE))
        return tuple(placed)

    def _whole(self) -> float:
        return log1p(max(self.end - self.start, timedelta(hours=1)) / _UNIT)


def picture(file: CaseFile, now: datetime) -> Picture | None:
    """The picture of a case; None while nothing has a window."""
    case = file.case
    start = case.occurred_at or case.reported_at
    ends = [item.closes_at for item in file.planned.values() if item.closes_at]
    ends += [case.form_by] if case.form_by else []
    if start is None or not ends:
        return None
    scale = Scale(start, max(ends))
    items = sorted(file.planned.values(), key=_place)
    tracks = (*_team(file, scale, now), *(_item(item, scale, now) for item in items))
    return Picture(scale.ticks(), scale.x(now) if now <= scale.end else None, tracks)


def _team(file: CaseFile, scale: Scale, now: datetime) -> Iterator[Track]:
    case = file.case
    if case.activated_at is None or case.form_by is None:
        return
    state = _settled(case.formed_at, case.form_by) if case.formed_at else None
    is_late = now > case.form_by or case.exhausted_at is not None
    open_state = RowState.LATE if is_late else RowState.COMING
    x, width = _bar(scale, case.activated_at, case.form_by)
    yield Track(
        label="Team complete",
        state=state or open_state,
        word=_word(state, "still asking"),
        is_point=False,
        x=x,
        width=width,
        target_x=scale.x(case.form_by),
        done_x=scale.x(case.formed_at) if case.formed_at else None,
    )


def _item(item: Planned, scale: Scale, now: datetime) -> Track:
    state, word = _standing(item, now)
    is_point = item.kind != SESSION
    if item.opens_at is None or item.closes_at is None or item.target_at is None:
        return Track(item_name(item), state, word, is_point)
    x, width = _bar(scale, item.opens_at, item.closes_at)
    ended = item.done_at or item.missed_at
    slot_x, slot_width = None, 0.0
    if item.starts_at and item.ends_at and not ended:
        slot_x, slot_width = _bar(scale, item.starts_at, item.ends_at)
    return Track(
        label=item_name(item),
        state=state,
        word=word,
        is_point=is_point,
        x=x,
        width=width,
        target_x=scale.x(item.target_at),
        done_x=scale.x(ended) if ended else None,
        slot_x=slot_x,
        slot_width=slot_width,
    )


def _standing(item: Planned, now: datetime) -> tuple[RowState, str]:
    is_session = item.kind == SESSION
    aim = item.target_at if is_session else item.closes_at
    if item.done_at and aim:
        state = _settled(item.done_at, aim)
        done = "held" if is_session else "offered"
        return state, f"{done} {'on time' if state is RowState.ON_TIME else 'late'}"
    if item.missed_at:
        return RowState.MISSED, "missed"
    if item.declined_at or item.cancelled_at:
        return RowState.INFO, "not wanted" if item.declined_at else "cancelled"
    if item.starts_at and now < item.starts_at:
        return RowState.COMING, f"set, in {span(item.starts_at - now)}"
    if item.target_at is None or item.closes_at is None:
        return RowState.COMING, "when operations end"
    return _waiting(item.target_at, item.closes_at, now, is_session=is_session)


def _waiting(
    target: datetime, closes: datetime, now: datetime, *, is_session: bool
) -> tuple[RowState, str]:
    if now < target:
        return RowState.COMING, f"in {span(target - now)}"
    if now > closes:
        return RowState.MISSED, "window closed"
    if is_session:
        return RowState.LATE, f"{span(now - target)} late"
    return RowState.COMING, f"{span(closes - now)} left"


def _settled(at: datetime, target: datetime) -> RowState:
    return RowState.ON_TIME if at <= target else RowState.LATE


def _word(state: RowState | None, otherwise: str) -> str:
    match state:
        case RowState.ON_TIME:
            return "on time"
        case RowState.LATE:
            return "late"
        case _:
            return otherwise


def _bar(scale: Scale, opens: datetime, closes: datetime) -> tuple[float, float]:
    x = scale.x(opens)
    return x, round(max(scale.x(closes) - x, _NARROWEST), 2)


def _place(item: Planned) -> tuple[bool, bool, float, str]:
    at = item.target_at
    return item.kind != SESSION, at is None, at.timestamp() if at else 0.0, item.item
