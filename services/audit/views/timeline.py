"""One case's timeline: what happened and what is to come, each with its distance to its target."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from schemas.envelope import Frozen
from schemas.intake import ReviewKind
from schemas.policy import Role
from schemas.subjects import Stream
from services.audit.folds.planned import SESSION
from services.audit.steps import LABELS, RowState, Step
from services.audit.views.standing import item_name
from services.audit.words import listed, member, plain, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.audit.views.case_file import CaseFile, Entry, Planned

_PROMPT = timedelta(minutes=1)
"""What falls due by itself is on time within a minute; timers are at most 0.3 s late."""
_ORDER = {stream.value: place for place, stream in enumerate(Stream)}


class TimelineRow(Frozen):
    """One line. `distance_seconds` is negative before the target, positive after it.

    For what is still to come `at` and `id` are null and the distance is counted from now.
    """

    id: int | None
    case_id: str
    at: datetime | None
    step: Step
    label: str
    detail: str
    lines: tuple[str, ...] = ()
    item: str | None = None
    """The planned item that it is about, as `tailboard done` takes it."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    target_at: datetime | None = None
    distance_seconds: float | None = None
    distance: str = ""
    state: RowState = RowState.INFO


def timeline(file: CaseFile, entries: Iterable[Entry], now: datetime) -> tuple[TimelineRow, ...]:
    """What happened, oldest first, then what is to come, soonest first."""
    past = sorted(entries, key=lambda e: (e.at, _ORDER[e.stream], e.sequence, e.part))
    coming = sorted(_coming(file, now), key=_soonest)
    return (*(happened(file, entry) for entry in past), *coming)


def happened(file: CaseFile, entry: Entry) -> TimelineRow:
    """The line of something that happened."""
    step = Step(entry.step)
    target, state = _judged(file, entry, step)
    seconds = (entry.at - target).total_seconds() if target else None
    return TimelineRow(
        id=entry.id,
        case_id=entry.case_id,
        at=entry.at,
        step=step,
        label=LABELS[step],
        detail=entry.detail,
        lines=tuple(entry.lines),
        item=entry.key if entry.key in file.planned else None,
        target_at=target,
        distance_seconds=seconds,
        distance="" if seconds is None else _so_far_off(seconds),
        state=state,
    )


def _judged(file: CaseFile, entry: Entry, step: Step) -> tuple[datetime | None, RowState]:
    """The target of something that happened, and whether it was met."""
    recorded = RowState(entry.state)
    target = _target(file, entry.key or "", step)
    if target is None or recorded is not RowState.INFO:
        return target, recorded
    if step is Step.EXPIRED:
        return target, RowState.MISSED
    allowed = _PROMPT if step is Step.FELL_DUE else timedelta(0)
    return target, RowState.ON_TIME if entry.at <= target + allowed else RowState.LATE


def _target(file: CaseFile, key: str, step: Step) -> datetime | None:
    offer, item = file.offers.get(key), file.planned.get(key)
    match step:
        case Step.FORMED:
            return file.case.form_by
        case Step.ACCEPTED | Step.DECLINED | Step.EXPIRED:
            return offer.expires_at if offer else None
        case Step.DECIDED | Step.UNANSWERED:
            review = file.reviews.get(key)
            return review.answer_by if review else None
        case Step.HELD | Step.OVERDUE | Step.FELL_DUE:
            return item.target_at if item else None
        case Step.SESSION_MISSED | Step.CHECK_IN_MISSED | Step.CHECKED_IN:
            return item.closes_at if item else None
        case _:
            return None


def _coming(file: CaseFile, now: datetime) -> Iterator[TimelineRow]:
    case, review = file.case, file.review
    if review:
        detail = "A person decides whether the team "
        detail += "stands down" if review.kind == ReviewKind.STAND_DOWN else "comes"
        yield _ahead(file, Step.DECISION_DUE, detail, review.answer_by, now)
    if case.form_by and not case.formed_at:
        yield _ahead(file, Step.TEAM_DUE, "Every place of the team is taken", case.form_by, now)
    for offer in file.offers.values():
        if offer.status == "open":
            detail = f"{member(offer.role, offer.member_id)} has until then to answer"
            detail = detail[:1].upper() + detail[1:]
            yield _ahead(file, Step.ANSWER_DUE, detail, offer.expires_at, now)
    for item in file.planned.values():
        if not item.settled:
            yield _item_ahead(file, item, now)


def _item_ahead(file: CaseFile, item: Planned, now: datetime) -> TimelineRow:
    name = item_name(item)
    if item.kind != SESSION:
        asked = "; its peer was reminded" if item.fell_due_at else ""
        target = item.closes_at if item.fell_due_at else item.target_at
        return _ahead(file, Step.CHECK_IN_COMING, f"{name}{asked}", target, now, item)
    leads = f"led by a {plain(item.leads or '')}"
    needs = ", with a mental health professional" if item.mhp_required else ""
    needs = "" if item.leads == Role.MHP else needs
    detail = f"{name}, {leads}{needs}{_approval(file, item)}"
    if item.target_at is None:
        detail += "; waits for the end of operations"
        return _ahead(file, Step.SESSION_WAITING, detail, None, now, item)
    if item.starts_at:
        detail += f"; set, held by {listed(item.held_by or ())}"
    elif item.slots:
        detail += "; times wait for a choice"
    return _ahead(file, Step.SESSION_COMING, detail, item.starts_at or item.target_at, now, item)


def _approval(file: CaseFile, item: Planned) -> str:
    """Whether the professional's word is there, for what is not held without it."""
    if not item.mhp_required:
        return ""
    is_there = item.name in (file.case.approved or ())
    return "; approved" if is_there else "; waits for the professional's approval"


def _ahead(
    file: CaseFile,
    step: Step,
    detail: str,
    target: datetime | None,
    now: datetime,
    item: Planned | None = None,
) -> TimelineRow:
    seconds = (now - target).total_seconds() if target else None
    state = RowState.COMING if seconds is None or seconds <= 0 else RowState.LATE
    closes_at = item.closes_at if item else None
    if closes_at and now > closes_at:
        state = RowState.MISSED
    return TimelineRow(
        id=None,
        case_id=file.case.case_id,
        at=None,
        step=step,
        label=LABELS[step],
        detail=detail,
        lines=(f"Source: {item.source}",) if item else (),
        item=item.item if item else None,
        opens_at=item.opens_at if item else None,
        closes_at=closes_at,
        target_at=target,
        distance_seconds=seconds,
        distance="" if seconds is None else _still_to_go(seconds),
        state=state,
    )


def _soonest(row: TimelineRow) -> tuple[bool, float, str]:
    return row.target_at is None, row.target_at.timestamp() if row.target_at else 0, row.detail


def _so_far_off(seconds: float) -> str:
    if abs(seconds) < 1:
        return "on the dot"
    length = span(timedelta(seconds=seconds))
    return f"{length} before target" if seconds < 0 else f"{length} late"


def _still_to_go(seconds: float) -> str:
    if abs(seconds) < 1:
        return "now"
    length = span(timedelta(seconds=seconds))
    return f"in {length}" if seconds < 0 else f"{length} overdue"
