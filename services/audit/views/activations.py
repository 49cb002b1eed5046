"""The open activations as a board shows them, the most urgent first: places, offers, clocks, next."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from schemas.envelope import Frozen
from services.audit import tables
from services.audit.steps import RowState
from services.audit.views import case_file, waves
from services.audit.views.asked import Asked, asked
from services.audit.views.calls import Call, calls
from services.audit.views.open_work import NextStep
from services.audit.views.standing import all_coming, team_is_stuck
from services.audit.words import number, plain, roles, span, title, who

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select

    from services.audit.views.case_file import CaseFile
    from services.audit.views.waves import Seats

_C, _A = tables.cases.c, tables.alarms.c
_SHOWN_AFTER = timedelta(hours=4)
"""PROPOSAL: a complete team stays on the board for so long, so that arrivals can be followed."""
_STUCK_FOR = timedelta(hours=24)
"""PROPOSAL: a team that was never completed leaves the board so long after its time."""
_MOST = 500
_THEN = 3


class Phase(StrEnum):
    """Where an activation stands, in the order of urgency."""

    STUCK = "stuck"
    ALARM = "alarm"
    PAUSED = "paused"
    ASKING = "asking"
    FOLLOWUP_ALARM = "followup_alarm"
    COMPLETE = "complete"


PHASES = {
    Phase.STUCK: ("Coordinator needed", RowState.MISSED),
    Phase.ALARM: ("Alarm unanswered", RowState.MISSED),
    Phase.PAUSED: ("Asking is paused", RowState.LATE),
    Phase.ASKING: ("Asking", RowState.COMING),
    Phase.FOLLOWUP_ALARM: ("Follow-up alarm", RowState.LATE),
    Phase.COMPLETE: ("Team complete", RowState.ON_TIME),
}


class Places(Frozen):
    """The places of one role. `asked` members may still say yes; `free` places have nobody."""

    role: str
    label: str
    wanted: int
    taken: int
    asked: int
    free: int
    waiting: int
    """Members who may still answer: more than `asked` when more are asked than places are open."""
    words: str
    """The same for those who hear the page: `1 of 2 taken, 1 asked`."""


class Activation(Frozen):
    """One activation at one moment."""

    case_id: str
    trigger: str
    tier: int | None
    drill: bool
    phase: Phase
    phase_label: str
    tone: RowState
    reported_at: datetime | None
    elapsed_seconds: float | None
    elapsed: str
    """Since the report, such as `12 min`."""
    form_by: datetime | None
    formed_at: datetime | None
    target: str
    """To the time by which the team should be complete, such as `1 h 48 min left`."""
    used: float
    """How much of that time is used up, 0 to 1."""
    owner: str | None
    owned: str
    """Such as `taken over 5 min ago (nobody answers)`."""
    paused: bool
    places: tuple[Places, ...]
    asked: tuple[Asked, ...]
    alarms: tuple[Call, ...]
    next: NextStep | None
    then: tuple[NextStep, ...] = ()
    """What comes after it."""


class Activations(Frozen):
    """Every open activation of an agency at one moment."""

    as_of: datetime
    activations: tuple[Activation, ...]


def listed(
    connection: Connection, agency: str, now: datetime, most: int | None = None
) -> tuple[Activation, ...]:
    """The open activations, the most urgent first; beyond `most` without who was asked."""
    newest = case_file.cases(connection, _open(agency, now))
    found = [file for file in case_file.files(connection, agency, newest) if file.search]
    ranked = sorted(found, key=lambda file: _urgency(file, now))
    done = sum(_phase(file, calls(file, now), now) is not Phase.COMPLETE for file in ranked)
    shown = (
        activation(file, now, full=most is None or place < most or 0 <= place - done < most)
        for place, file in enumerate(ranked)
    )
    return tuple(each for each in shown if each)


def activation(file: CaseFile, now: datetime, *, full: bool = True) -> Activation | None:
    """A case's team as the board shows it; None when no search has begun, or none is wanted.

    Unless it is `full`, who was asked is left out.
    """
    case, search = file.case, file.search
    if case.activated_at is None or search is None:
        return None
    open_calls = calls(file, now)
    phase = _phase(file, open_calls, now)
    label, tone = PHASES[phase]
    steps = _steps(file, now)
    trigger = case.wanted_trigger or case.trigger_class
    since = case.reported_at or case.activated_at
    return Activation(
        case_id=case.case_id,
        trigger=title(trigger) if trigger else "No trigger",
        tier=case.wanted_tier or case.tier,
        drill=search.drill,
        phase=phase,
        phase_label=label,
        tone=tone,
        reported_at=case.reported_at,
        elapsed_seconds=(now - since).total_seconds(),
        elapsed=span(now - since),
        form_by=case.form_by,
        formed_at=case.formed_at,
        target=_target(file, now),
        used=_used(file, now),
        owner=who(search.owner) if search.owner else None,
        owned=_owned(file, now),
        paused=search.paused_at is not None,
        places=tuple(_places(each) for each in waves.seats(file)),
        asked=asked(file, now) if full else (),
        alarms=open_calls,
        next=steps[0] if steps else None,
        then=tuple(steps[1 : _THEN + 1]),
    )


def _open(agency: str, now: datetime) -> Select[tuple[object, ...]]:
    searching = and_(_C.formed_at.is_(None), _C.form_by >= now - _STUCK_FOR)
    called = (
        select(_A.alarm_id)
        .where(_A.agency == _C.agency, _A.case_id == _C.case_id, _A.answered_at.is_(None))
        .where(or_(_A.answer_by.is_not(None), _A.escalated_at.is_not(None)))
        .correlate(tables.cases)
        .exists()
    )
    lately = _C.formed_at >= now - _SHOWN_AFTER
    known = and_(_C.agency == agency, _C.activated_at.is_not(None), _C.merged_into.is_(None))
    query = select(tables.cases).where(known, or_(searching, lately, called))
    return query.order_by(_C.reported_at.desc()).limit(_MOST)


def _phase(file: CaseFile, open_calls: Iterable[Call], now: datetime) -> Phase:
    if team_is_stuck(file, now):
        return Phase.STUCK
    if any(call.about_team for call in open_calls):
        return Phase.ALARM
    if file.case.formed_at is None:
        return Phase.PAUSED if file.search and file.search.paused_at else Phase.ASKING
    return Phase.FOLLOWUP_ALARM if any(open_calls) else Phase.COMPLETE


def _urgency(file: CaseFile, now: datetime) -> tuple[int, int, float]:
    """The gravest phase first, then the gravest tier, then whose time is over soonest; of complete
    teams the newest."""
    case = file.case
    phase = _phase(file, calls(file, now), now)
    soonest = case.form_by.timestamp() if case.form_by else 0.0
    if phase is Phase.COMPLETE and case.formed_at:
        soonest = -case.formed_at.timestamp()
    return tuple(Phase).index(phase), case.wanted_tier or case.tier or 9, soonest


def _target(file: CaseFile, now: datetime) -> str:
    case = file.case
    if case.formed_at and case.activated_at:
        return f"complete after {span(case.formed_at - (case.reported_at or case.activated_at))}"
    if case.form_by is None:
        return ""
    if now > case.form_by:
        return f"{span(now - case.form_by)} over time"
    return f"{span(case.form_by - now)} left"


def _used(file: CaseFile, now: datetime) -> float:
    case = file.case
    if case.activated_at is None or case.form_by is None or case.form_by <= case.activated_at:
        return 0.0
    share = ((case.formed_at or now) - case.activated_at) / (case.form_by - case.activated_at)
    return round(min(max(share, 0.0), 1.0), 3)


def _owned(file: CaseFile, now: datetime) -> str:
    search = file.search
    if search is None or search.owned_at is None:
        return ""
    return f"taken over {span(now - search.owned_at)} ago ({plain(search.owned_why or '')})"


def _places(found: Seats) -> Places:
    waiting = min(found.waiting, found.open)
    free = found.open - waiting
    words = [f"{number(found.taken)} of {found.wanted} taken"]
    words += [f"{number(waiting)} asked"] if waiting else []
    words += [f"{number(free)} free"] if free else []
    return Places(
        role=found.role,
        label=roles(found.role),
        wanted=found.wanted,
        taken=found.taken,
        asked=waiting,
        free=free,
        waiting=found.waiting,
        words=", ".join(words),
    )


def _steps(file: CaseFile, now: datetime) -> list[NextStep]:
    """What happens next by itself, soonest first; what happens at one moment is one sentence."""
    found: dict[datetime, list[str]] = {}
    for each in all_coming(file, now):
        found.setdefault(each.at, []).append(each.what)
    return [_step(at, found[at], now) for at in sorted(found)]


def _step(at: datetime, what: list[str], now: datetime) -> NextStep:
    told = "; ".join(dict.fromkeys(what))
    return NextStep(at=at, what=told, distance=f"in {span(at - now)}")
