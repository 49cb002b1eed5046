"""What a program may know of anonymous feedback: whole quarters by kind of support, once they are closed.

Nothing is told while a quarter still takes answers, as a total that grows shows each answer as it comes;
and kinds are not added up, as the difference of two totals would be a small one's count.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from schemas.envelope import Frozen
from schemas.feedback import Answer, Question, SupportKind
from services.audit import tables
from services.audit.suppression import FEWEST, shown, shown_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

_F = tables.feedback.c
_QUARTERS = 8


class _Week(NamedTuple):
    quarter: str
    kind: str
    answered: int
    tallies: Mapping[str, Mapping[str, int]]
    shown_from: datetime


class Asked(Frozen):
    """One question. A null means fewer than five, or one that would give such away."""

    question: Question
    answers: dict[Answer, int | None]


class OfAKind(Frozen):
    """One kind of support. A null means that fewer than five answered, nobody among them."""

    kind: SupportKind
    count: int | None
    questions: tuple[Asked, ...]


class QuarterTold(Frozen):
    """One quarter that takes no more answers."""

    quarter: str
    kinds: tuple[OfAKind, ...]


class Feedback(Frozen):
    """All that is told, the newest quarter first."""

    as_of: datetime
    fewest: int
    quarters: tuple[QuarterTold, ...]


def told(connection: Connection, agency: str, now: datetime) -> Feedback:
    """The last two years. Every kind is in every quarter, whether anybody answered or not."""
    query = select(_F.quarter, _F.kind, _F.answered, _F.tallies, _F.shown_from).where(
        _F.agency == agency
    )
    rows = tuple(_Week(*row) for row in connection.execute(query).all())
    running = {week.quarter for week in rows if week.shown_from > now}
    quarters = sorted({week.quarter for week in rows} - running, reverse=True)[:_QUARTERS]
    return Feedback(
        as_of=now,
        fewest=FEWEST,
        quarters=tuple(
            QuarterTold(
                quarter=quarter,
                kinds=tuple(
                    of_a_kind(
                        kind,
                        (
                            (r.answered, r.tallies)
                            for r in rows
                            if (r.quarter, r.kind) == (quarter, kind)
                        ),
                    )
                    for kind in SupportKind
                ),
            )
            for quarter in quarters
        ),
    )


def of_a_kind(
    kind: SupportKind, weeks: Iterable[tuple[int, Mapping[str, Mapping[str, int]]]]
) -> OfAKind:
    """All weeks of a quarter together, as far as it may be told."""
    every = list(weeks)
    total = sum(count for count, _ in every)
    if shown(total) is None:
        return OfAKind(kind=kind, count=None, questions=())
    return OfAKind(
        kind=kind,
        count=total,
        questions=tuple(
            Asked(question=question, answers=_answers([said for _, said in every], question))
            for question in Question
        ),
    )


def _answers(
    weeks: Iterable[Mapping[str, Mapping[str, int]]], question: Question
) -> dict[Answer, int | None]:
    together = Counter[str]()
    for said in weeks:
        together.update(said.get(question, {}))
    parts = shown_parts({answer.value: together[answer.value] for answer in Answer})
    return {answer: parts[answer.value] for answer in Answer}
