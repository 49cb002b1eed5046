"""The impact statement: how much support there was, in contacts and not in persons.

The one cell is a kind of support in a whole quarter that is over, rounded down to a multiple of five and
left out below five. Every greater number is the sum of such cells, so that reports of any two spans
tell nothing when they are subtracted: no exact total exists anywhere in them.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from services.audit import tables
from services.audit.reports.model import Fact, Kind, Report, Table
from services.audit.suppression import FEWEST, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from services.audit.spans import Span

NOT_TOLD = f"fewer than {FEWEST}"
_P, _C, _Q, _O, _F = (
    tables.planned.c,
    tables.cases.c,
    tables.requests.c,
    tables.one_on_ones.c,
    tables.referrals.c,
)
_CHECK_IN = "check_in"


class Support(StrEnum):
    """What is counted; only the first three are contacts."""

    CHECK_INS = "Check-ins done"
    REQUESTS = "Requests for a peer that were reached"
    ONE_ON_ONES = "One-on-ones begun"
    SESSIONS = "Sessions held"
    REFERRALS = "Places pointed to"


CONTACTS = (Support.CHECK_INS, Support.REQUESTS, Support.ONE_ON_ONES)
_NOTES = (
    "Contacts are counted, not persons: nobody's contacts are linked, so one person may count more "
    "than once, and a session counts once, however many came.",
    f"Every count is a whole quarter's, rounded down to a multiple of {FEWEST}; fewer than {FEWEST} are "
    "not told and add nothing to a total. The true numbers are therefore at least these.",
    "A quarter that still runs is not told. Exercises are not counted.",
    "Jobs saved are not inferred: no record here shows why somebody stayed.",
)


def quarters(span: Span, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The whole quarters of a span that are over, such as `2026-Q3`, on the agency's calendar."""
    first = span.since.astimezone(zone)
    start = first.year * 4 + -(-(first.month - 1) // 3)
    last = min(span.until, now).astimezone(zone)
    end = last.year * 4 + (last.month - 1) // 3
    return tuple(f"{number // 4}-Q{number % 4 + 1}" for number in range(start, end))


def quarter_of(at: datetime, zone: ZoneInfo) -> str:
    """The quarter in which a moment lies, on the agency's calendar."""
    local = at.astimezone(zone)
    return f"{local.year}-Q{(local.month - 1) // 3 + 1}"


def moments(
    connection: Connection, agency: str, span: tuple[datetime, datetime]
) -> Iterator[tuple[Support, datetime]]:
    """When there was support of each kind; exercises are left out."""
    same = (_C.agency == _P.agency) & (_C.case_id == _P.case_id)
    done = (
        select(_P.kind, _P.done_at)
        .select_from(tables.planned.outerjoin(tables.cases, same))
        .where(_P.agency == agency, _C.exercise.is_not(True))
        .where(_P.done_at >= span[0], _P.done_at < span[1])
    )
    for kind, at in connection.execute(done):
        yield Support.CHECK_INS if kind == _CHECK_IN else Support.SESSIONS, at
    others = (
        (Support.REQUESTS, _Q.agency, _Q.reached_at),
        (Support.ONE_ON_ONES, _O.agency, _O.opened_at),
        (Support.REFERRALS, _F.agency, _F.offered_at),
    )
    for support, whose, column in others:
        query = select(column).where(whose == agency, column >= span[0], column < span[1])
        for at in connection.execute(query).scalars():
            yield support, at


def impact(
    found: Iterable[tuple[Support, datetime]],
    span: Span,
    agency: str,
    now: datetime,
    zone: ZoneInfo,
) -> Report:
    """The statement for the quarters of a span."""
    told = quarters(span, now, zone)
    tally = Counter((support, quarter_of(at, zone)) for support, at in found)
    cells = {(s, q): rounded(tally[s, q]) for s in Support for q in told}
    contacts = sum(cells[s, q] or 0 for s in CONTACTS for q in told)
    return Report(
        kind=Kind.IMPACT,
        title="Impact statement",
        about=span.name,
        agency=agency,
        as_of=now,
        since=span.since,
        until=span.until,
        lead=_lead(contacts, told),
        facts=tuple(Fact(label=s.value, value=_sum(cells, s, told)) for s in Support if told),
        tables=(_table(cells, told),) if told else (),
        notes=_NOTES,
    )


def _lead(contacts: int, told: Sequence[str]) -> str:
    if not told:
        return "No whole quarter of this span is over yet, so that nothing is told."
    span = told[0] if len(told) == 1 else f"{told[0]} to {told[-1]}"
    if not contacts:
        return f"There were too few contacts in {span} to tell how many."
    return f"We have served at least {contacts} contacts in {span}."


def _sum(cells: Mapping[tuple[Support, str], int | None], s: Support, told: Sequence[str]) -> str:
    total = sum(cells[s, q] or 0 for q in told)
    return f"at least {total}" if total else "not told"


def _table(cells: Mapping[tuple[Support, str], int | None], told: Sequence[str]) -> Table:
    rows = (
        (s.value, *(str(cells[s, q]) if cells[s, q] else NOT_TOLD for q in told)) for s in Support
    )
    return Table(title="By quarter, at least", columns=("Support", *told), rows=tuple(rows))
