"""The roster as a page shows it: who can be asked, what bites soon, what each carried lately.

Members are numbers; names and contacts are not here to be shown.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from schemas.envelope import Frozen
from schemas.policy import Role
from schemas.rota import Gap
from services.audit import currency, tables
from services.audit.steps import RowState
from services.audit.views.drills import is_drill
from services.audit.views.health import Carrier, carriers
from services.audit.words import gap_words, plain, roles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from services.audit.currency import End, Numbers

LATELY = timedelta(days=30)
"""PROPOSAL: how far back a member's load is counted."""
_M, _O = tables.members.c, tables.offers.c
_ENDED = {
    "training": "training lapsed",
    "contact": "contact went stale",
    "designation": "designation ended",
}
_ENDS = {
    "training": "training lapses",
    "contact": "contact goes stale",
    "designation": "designation ends",
}


class Listed(Frozen):
    """One member. `bites` keeps them from being asked now, `soon` will."""

    member_id: str
    discipline: str
    station: str
    tone: RowState
    bites: tuple[str, ...]
    soon: tuple[str, ...]
    muted_until: datetime | None
    """They do not want to be asked until then; an emergency asks them all the same."""
    has_hours: bool
    """They can be asked at hours of their own choice only."""
    asked: int
    taken: int


class Group(Frozen):
    """The members of one role, who needs something first."""

    role: str
    label: str
    is_called: bool
    """They are called in alarms, and not asked to serve."""
    able: int
    soon: int
    """Of those who can be asked: how many will not be, unless somebody does something."""
    members: tuple[Listed, ...]


class Hole(Frozen):
    """A stretch of time to come for which the rotas leave something open."""

    starts: datetime
    ends: datetime
    words: str


class RosterPage(Frozen):
    """Everything about the roster at one moment."""

    as_of: datetime
    today: date
    warn_days: int
    lately_days: int
    most_asked: int
    """The largest count of offers that one member had, for the bars' scale."""
    groups: tuple[Group, ...]
    holes: tuple[Hole, ...]
    checked_at: datetime | None
    """When the rotas were last looked through; None without any rota."""
    carriers: tuple[Carrier, ...]


def roster(
    connection: Connection, agency: str, now: datetime, zone: ZoneInfo, numbers: Numbers
) -> RosterPage:
    """The roster of an agency at `now`; days are those of `zone`."""
    today = now.astimezone(zone).date()
    query = select(tables.members).where(_M.agency == agency, _M.role.is_not(None))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    rows = [row for row in rows if not _has_left(row, today)]
    load = _load(connection, agency, now)
    shown = [(row["role"], _listed(row, load, now, today, numbers)) for row in rows]
    checked_at, holes = _holes(connection, agency, now)
    return RosterPage(
        as_of=now,
        today=today,
        warn_days=numbers.warn_ahead.days,
        lately_days=LATELY.days,
        most_asked=max((asked for asked, _ in load.values()), default=0),
        groups=tuple(_groups(shown)),
        holes=holes,
        checked_at=checked_at,
        carriers=carriers(connection, agency, now),
    )


def _has_left(row: Mapping[str, Any], today: date) -> bool:
    day = currency.left_on(row)
    return day is not None and day < today


def _groups(shown: list[tuple[str, Listed]]) -> Iterator[Group]:
    for role in Role:
        members = sorted((each for name, each in shown if name == role), key=_place)
        if members:
            able = [each for each in members if not each.bites and not each.muted_until]
            yield Group(
                role=role.value,
                label=roles(role.value),
                is_called=role.value in currency.CALLED_ONLY,
                able=len(able),
                soon=sum(bool(each.soon) for each in able),
                members=tuple(members),
            )


def _place(each: Listed) -> tuple[bool, bool, bool, str]:
    return not each.bites, not each.soon, not each.muted_until, each.member_id


def _listed(
    row: Mapping[str, Any],
    load: Mapping[str, tuple[int, int]],
    now: datetime,
    today: date,
    numbers: Numbers,
) -> Listed:
    found = list(currency.ends(row, today, numbers))
    if row["role"] in currency.CALLED_ONLY:
        found = []
    over = [each for each in found if each.has_come(today)]
    near = [e for e in found if e.on and today <= e.on <= today + numbers.warn_ahead]
    bites = [f"stood down ({plain(row['down_for'])})"] if not row["available"] else []
    bites += [_over(each, today) for each in over]
    muted = row["muted_until"] if currency.is_muted(row, now) else None
    fine = RowState.INFO if muted else RowState.ON_TIME
    tone = RowState.MISSED if bites else RowState.LATE if near else fine
    asked, taken = load.get(row["member_id"], (0, 0))
    return Listed(
        member_id=row["member_id"],
        discipline=row["discipline"] or "",
        station=row["station"] or "",
        tone=tone,
        bites=tuple(bites),
        soon=tuple(_near(each, today) for each in sorted(near, key=lambda e: (e.on, e.what))),
        muted_until=muted,
        has_hours=bool(row["has_hours"]),
        asked=asked,
        taken=taken,
    )


def _over(end: End, today: date) -> str:
    if end.on is None:
        return "no training for this role"
    return f"{_ENDED[end.what]} {_days((today - end.on).days)} ago"


def _near(end: End, today: date) -> str:
    left = (end.on - today).days if end.on else 0
    return f"{_ENDS[end.what]} {f'in {_days(left)}' if left else 'after today'}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _load(connection: Connection, agency: str, now: datetime) -> dict[str, tuple[int, int]]:
    """Offers asked and places taken lately, by member; offers of requests are nowhere in the views,
    and an exercise is no load."""
    taken = func.sum(case((_O.status == "accepted", 1), else_=0))
    query = (
        select(_O.member_id, func.count(), taken)
        .where(_O.agency == agency, _O.offered_at >= now - LATELY, ~is_drill(tables.offers))
        .group_by(_O.member_id)
    )
    return {member_id: (asked, took) for member_id, asked, took in connection.execute(query)}


def _holes(
    connection: Connection, agency: str, now: datetime
) -> tuple[datetime | None, tuple[Hole, ...]]:
    c = tables.coverage.c
    row = connection.execute(select(c.checked_at, c.gaps).where(c.agency == agency)).one_or_none()
    if row is None:
        return None, ()
    gaps = [Gap.model_validate(each) for each in row.gaps]
    ahead = sorted((gap for gap in gaps if gap.ends > now), key=lambda gap: gap.starts)
    return row.checked_at, tuple(
        Hole(starts=gap.starts, ends=gap.ends, words=gap_words(gap)) for gap in ahead
    )
