"""How an exercise went: who was asked, reached, and answered in time, beside the targets. Never who."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from schemas.dispatch import Failure, Purpose
from schemas.envelope import Frozen
from services.audit import tables
from services.audit.folds.deliveries import CONFIRMED, SENT
from services.audit.steps import Step
from services.audit.views import case_file
from services.audit.views.drills import Drill, drill
from services.audit.words import plain, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from services.audit.views.case_file import CaseFile, Entry
    from services.audit.views.drills import Row
    from services.audit.views.team_rows import Delivery, Offer

_YES = frozenset({Step.ACCEPTED.value, Step.STANDING_BY.value})
_SAID = _YES | {Step.DECLINED.value}
_UNDER_WAY = "under_way"
_FAILURES = {
    Failure.TEMPORARY.value: "the carrier could not take it",
    Failure.PERMANENT.value: "no usable address, or refused for good",
    Failure.UNCERTAIN.value: "nobody knows whether it arrived",
    _UNDER_WAY: "no message had gone out yet",
}


class Measure(Frozen):
    """One result beside its target. `met` is null while there is nothing to judge."""

    name: str
    label: str
    value: float | None
    target: float | None
    shown: str
    wanted: str
    met: bool | None


class Lacking(Frozen):
    """So many members of one role, for one reason."""

    role: str
    reason: str
    words: str
    count: int


class DrillReport(Frozen):
    """How one exercise went. A null is a time that has not come."""

    as_of: datetime
    drill: Drill
    asked: int
    reached: int
    """Whose message a carrier took."""
    confirmed: int
    """Of these, who has it on the phone for certain, where a carrier tells that."""
    answered_in_time: int
    accepted: int
    declined: int
    silent: int
    """Who had their whole time and said nothing."""
    let_off: int
    """Who was told that they need not answer while they still had time."""
    waiting: int
    """Who still has time to answer, while the exercise runs."""
    seconds_to_first_answer: float | None
    seconds_to_team: float | None
    measures: tuple[Measure, ...]
    not_reached: tuple[Lacking, ...]
    """Who was asked and got no message."""
    not_asked: tuple[Lacking, ...]
    """Who could not be asked; one member counts for each reason."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one offer."""

    offer: Offer
    status: str
    """The furthest that any of its messages came."""
    failure: str
    said: str | None
    at: datetime | None

    @property
    def in_time(self) -> bool:
        """Whether a yes or a no came before the time was over."""
        return self.at is not None and self.at <= self.offer.expires_at

    @property
    def reached(self) -> bool:
        """Whether a carrier took the message."""
        return self.status in {SENT, CONFIRMED}

    def had_time(self, until: datetime) -> bool:
        """Whether nothing was said, and the wait for it was or will be over in time."""
        if self.said is not None:
            return False
        over = self.offer.answered_at if self.is_withdrawn else until
        return over is not None and over < self.offer.expires_at

    @property
    def is_withdrawn(self) -> bool:
        """Whether the member was told that no answer is wanted any more."""
        return self.offer.status == "withdrawn"


def report(connection: Connection, row: Row, now: datetime) -> DrillReport:
    """How this exercise went, as far as it is."""
    c, e = tables.cases.c, tables.entries.c
    mine = select(tables.cases).where(c.agency == row.agency, c.case_id == row.case_id)
    files = case_file.files(connection, row.agency, case_file.cases(connection, mine))
    file = next(iter(files), None)
    said = select(tables.entries).where(e.agency == row.agency, e.case_id == row.case_id)
    entries = case_file.entries(connection, said.where(e.step.in_(_SAID)).order_by(e.id))
    replies = list(_replies(file, entries)) if file else []
    formed_at = file.case.formed_at if file else None
    return _told(row, replies, formed_at, _not_asked(connection, row, file), now)


def _told(
    row: Row,
    replies: list[Reply],
    formed_at: datetime | None,
    not_asked: tuple[Lacking, ...],
    now: datetime,
) -> DrillReport:
    begun = row.begun_at
    first = min((reply.at for reply in replies if reply.at), default=None)
    to_first = (first - begun).total_seconds() if first and begun else None
    to_team = (formed_at - begun).total_seconds() if formed_at and begun else None
    until = row.ended_at or now
    early = [reply for reply in replies if reply.had_time(until)]
    waited_for = [reply for reply in replies if not reply.had_time(until)]
    missed = Counter((r.offer.role, r.failure) for r in replies if not r.reached)
    in_time = sum(reply.in_time for reply in replies)
    reached = sum(reply.reached for reply in replies)
    waiting = 0 if row.ended_at else sum(not reply.is_withdrawn for reply in early)
    return DrillReport(
        as_of=now,
        drill=drill(row),
        asked=len(replies),
        reached=reached,
        confirmed=sum(reply.status == CONFIRMED for reply in replies),
        answered_in_time=in_time,
        accepted=sum(reply.said in _YES for reply in replies),
        declined=sum(reply.said == Step.DECLINED.value for reply in replies),
        silent=sum(reply.said is None for reply in waited_for),
        let_off=len(early) - waiting,
        waiting=waiting,
        seconds_to_first_answer=to_first,
        seconds_to_team=to_team,
        measures=(
            _part("reached", "Reached", reached, len(replies), row.reached_target),
            _answered(in_time, len(waited_for), row),
            *_times(to_first, to_team, row),
        ),
        not_reached=_lacking(missed),
        not_asked=not_asked,
    )


def _answered(in_time: int, of: int, row: Row) -> Measure:
    return _part("answered_in_time", "Answered in time", in_time, of, row.answered_target)


def _times(to_first: float | None, to_team: float | None, row: Row) -> tuple[Measure, Measure]:
    is_over = row.ended_at is not None
    return (
        _time("first_answer", "First answer", to_first, row.reply_seconds, is_over=is_over),
        _time("team", "Team complete", to_team, row.form_seconds, is_over=is_over),
    )


def _lacking(missed: Counter[tuple[str, str]]) -> tuple[Lacking, ...]:
    return tuple(
        Lacking(role=role, reason=why, words=_FAILURES.get(why, plain(why)), count=count)
        for (role, why), count in sorted(missed.items())
    )


def _replies(file: CaseFile, entries: Iterable[Entry]) -> Iterator[Reply]:
    said: dict[str, Entry] = {}
    for entry in entries:
        said.setdefault(entry.key or "", entry)
    for offer in file.offers.values():
        sent = [each for each in file.deliveries.values() if _is_of(each, offer)]
        status = max((each.status for each in sent), key=_far, default="")
        failure = next((each.failure for each in sent if each.failure), None) or _UNDER_WAY
        answer = said.get(offer.offer_id)
        step, at = (answer.step, answer.at) if answer else (None, None)
        yield Reply(offer, status, failure, step, at)


def _is_of(delivery: Delivery, offer: Offer) -> bool:
    if delivery.purpose != Purpose.OFFER.value:
        return False
    if delivery.offer_id is not None:
        return delivery.offer_id == offer.offer_id
    return delivery.member_id == offer.member_id


def _far(status: str) -> int:
    return {SENT: 1, CONFIRMED: 2}.get(status, 0)


def _not_asked(connection: Connection, row: Row, file: CaseFile | None) -> tuple[Lacking, ...]:
    """Of the roles that were wanted, who could not be asked and why."""
    if file is None or file.search is None:
        return ()
    r, m = tables.rankings.c, tables.members.c
    mine = select(r.excluded).where(r.agency == row.agency, r.case_id == row.case_id)
    excluded: list[tuple[str, list[str]]] = connection.execute(mine).scalar() or []
    of = select(m.member_id, m.role).where(m.agency == row.agency)
    roles: dict[str, str] = {member_id: role for member_id, role in connection.execute(of)}
    tally = Counter(
        (roles[member_id], reason)
        for member_id, reasons in excluded
        if roles.get(member_id) in file.search.places
        for reason in reasons
    )
    return tuple(
        Lacking(role=role, reason=reason, words=plain(reason), count=count)
        for (role, reason), count in sorted(tally.items())
    )


def _part(name: str, label: str, count: int, of: int, target: float) -> Measure:
    value = count / of if of else None
    return Measure(
        name=name,
        label=label,
        value=value,
        target=target,
        shown=f"{count} of {of}" + (f" ({round(100 * value)}%)" if value is not None else ""),
        wanted=f"{round(100 * target)}% or more",
        met=None if value is None else value >= target,
    )


def _time(
    name: str, label: str, value: float | None, target: float | None, *, is_over: bool
) -> Measure:
    """A time that never came misses its target once the exercise is over."""
    shown = (
        span(timedelta(seconds=value)) if value is not None else "never" if is_over else "not yet"
    )
    met: bool | None = False if is_over and target is not None else None
    if value is not None and target is not None:
        met = value <= target
    wanted = f"{span(timedelta(seconds=target))} or less" if target is not None else ""
    return Measure(
        name=name, label=label, value=value, target=target, shown=shown, wanted=wanted, met=met
    )
