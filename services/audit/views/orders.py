"""Who is still to be asked for a case, in order and why so; and who is not asked, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from schemas.envelope import Frozen
from schemas.subjects import lender_of
from services.audit import tables
from services.audit.views import waves
from services.audit.words import because, plain, roles, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from services.audit.views.case_file import CaseFile

_R = tables.rankings.c


class ToAsk(Frozen):
    """One member in the order of asking."""

    member_id: str
    lent_by: str | None
    because: tuple[str, ...]


class Queue(Frozen):
    """Who is still to be asked for one role."""

    role: str
    label: str
    members: tuple[ToAsk, ...]


class NotAsked(Frozen):
    """One member who may not be asked, and every reason."""

    member_id: str
    because: tuple[str, ...]


class Tally(Frozen):
    """How many members one reason keeps from being asked."""

    reason: str
    count: int


class Neighbour(Frozen):
    """How many members a neighbour agency could lend; why others cannot is its own affair."""

    agency: str
    able: int
    left_out: int


class Order(Frozen):
    """The order of asking of one case, as it stands."""

    queues: tuple[Queue, ...]
    not_asked: tuple[NotAsked, ...]
    tally: tuple[Tally, ...]
    neighbours: tuple[Neighbour, ...]


def order(connection: Connection, file: CaseFile) -> Order | None:
    """The order of asking of a case; None when nobody is looked for."""
    if file.search is None or file.case.activated_at is None:
        return None
    query = select(_R.candidates, _R.excluded, _R.neighbours).where(
        _R.agency == file.case.agency, _R.case_id == file.case.case_id
    )
    row = connection.execute(query).one_or_none()
    reasons = {each[0]: each[3] for each in (row.candidates or () if row else ())}
    out = tuple(_not_asked(file, dict(row.excluded or ()) if row else {}))
    counted = Counter(reason for each in out for reason in each.because)
    return Order(
        queues=tuple(_queues(file, reasons)),
        not_asked=out,
        tally=tuple(Tally(reason=name, count=count) for name, count in counted.most_common()),
        neighbours=tuple(_neighbours(row.neighbours or () if row else ())),
    )


def _queues(file: CaseFile, reasons: dict[str, list[str]]) -> Iterator[Queue]:
    """Roles that the team needs; somebody of another role is not asked for this case."""
    for place in waves.seats(file):
        waiting = waves.unasked(file, place.role)
        shown = tuple(_to_ask(each, reasons.get(each, [])) for each in waiting)
        yield Queue(role=place.role, label=roles(place.role), members=shown)


def _to_ask(member_id: str, codes: list[str]) -> ToAsk:
    lender = lender_of(member_id)[0]
    lent = (f"lent by {lender}",) if lender else ()
    return ToAsk(
        member_id=member_id, lent_by=lender, because=(*lent, *(because(each) for each in codes))
    )


def _not_asked(file: CaseFile, excluded: dict[str, list[str]]) -> Iterator[NotAsked]:
    found = dict(excluded)
    for each in file.amendments.values():
        if each.added_since:
            found.pop(each.member_id, None)
        if each.excluded_since and file.search and each.excluded_since >= file.search.since:
            found[each.member_id] = each.reasons or []
    for member_id in sorted(found):
        told = tuple(sentence(plain(reason)) for reason in found[member_id])
        yield NotAsked(member_id=member_id, because=told)


def _neighbours(told: Iterable[Any]) -> Iterator[Neighbour]:
    for agency, able, left_out in told:
        yield Neighbour(agency=agency, able=able, left_out=left_out)
