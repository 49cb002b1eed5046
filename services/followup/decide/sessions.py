"""When a session takes place: scheduled, moved, cancelled, its window kept open for longer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.sessions import (
    CoverageRequested,
    InterventionCancelled,
    InterventionScheduled,
    WindowExtended,
)
from services.followup.decide.approvals import unapproved
from services.followup.decide.closure import then_closed
from services.followup.decide.interventions import UNKNOWN_ITEM
from services.followup.session_state import Cover, Session, Time
from services.followup.slots import MHPS, Team, busy_at, pick
from services.followup.state import OPEN, Planned, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention
    from schemas.sessions import Slot
    from services.followup.commands import (
        Availability,
        CancelSession,
        ExtendWindow,
        ScheduleSession,
    )
    from services.followup.slots import Span

_SETTLED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This was done, cancelled or missed before.")
_WAITS = Refusal(RefusalCode.NOT_OPEN_YET, "Its window opens when operations end.")
_NO_SLOT = Refusal(
    RefusalCode.NOT_PROPOSED, "No such time is proposed: propose times first, or say when."
)
_NO_TIME = Refusal(RefusalCode.NOT_SCHEDULED, "It has no time yet: confirm one instead of moving.")
_PAST = Refusal(RefusalCode.ALREADY_PAST, "This time has passed: choose one that is to come.")
_NO_MHP = Refusal(
    RefusalCode.NEEDS_MHP,
    "A mental health professional of the team has to be among those who hold it.",
)
_NOT_YOURS = Refusal(
    RefusalCode.NOT_ON_TEAM, "Only a mental health professional on this team keeps a window open."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be told to everybody, by whom and when it was decided."""

    time: Time
    by: str
    at: datetime
    unsure: bool = False
    cover: Cover | None = None
    """Units to be covered; None leaves it at what was asked for before."""


def schedule(command: ScheduleSession, state: Planned) -> Sequence[Event] | Refusal:
    """A coordinator's time: inside the window, with a professional where one is needed."""
    session = state.interventions.get(command.item)
    if refusal := not_open(command.item, state):
        return refusal
    assert session is not None  # noqa: S101 - what is open has a window
    if refusal := unapproved(session, state):
        return refusal
    known = state.sessions.get(command.item, Session())
    if command.must_move and known.time is None:
        return _NO_TIME
    time = _wished(command, session, state)
    if isinstance(time, Refusal):
        return time
    if refusal := _misfit(command, session, state, time):
        return refusal
    cover = Cover(command.units, command.count) if command.units else None
    chosen = Chosen(time, command.actor, command.now, command.known.unsure, cover)
    return told(session, state, chosen)


def cancel_session(command: CancelSession, state: Planned) -> Sequence[Event] | Refusal:
    """It does not take place: settled with its reason, and no alarm."""
    status = state.status.get(command.item)
    waits = any(each.item == command.item for each in state.deferred)
    if command.item in state.check_ins or (status is None and not waits):
        return UNKNOWN_ITEM
    if status is Status.CANCELLED:
        return ()
    if status is not None and status not in OPEN:
        return _SETTLED
    known = state.sessions.get(command.item, Session())
    cancelled = InterventionCancelled(
        item=command.item,
        reason=command.reason,
        by=command.actor,
        sequence=known.sequence + 1,
    )
    return then_closed(state, (cancelled,))


def extend(command: ExtendWindow, state: Planned) -> Sequence[Event] | Refusal:
    """Keep a window open, as far as the policy lets it. A professional of the team says so."""
    session = state.interventions.get(command.item)
    if refusal := not_open(command.item, state):
        return refusal
    assert session is not None  # noqa: S101 - what is open has a window
    if not any(m.member_id == command.member_id and m.role in MHPS for m in state.members):
        return _NOT_YOURS
    if command.closes_at == session.closes_at:
        return ()
    most = session.extends_to or session.closes_at
    if command.closes_at > most:
        until = most.strftime("%Y-%m-%d %H:%M UTC")
        detail = f"The policy keeps this window open until {until} at the longest."
        return Refusal(RefusalCode.BEYOND_POLICY, detail)
    if command.closes_at < session.closes_at:
        return Refusal(
            RefusalCode.DATES_REVERSED, "It would close sooner than it does: only later."
        )
    return (
        WindowExtended(
            item=command.item,
            opens_at=session.opens_at,
            closes_at=command.closes_at,
            by=f"member:{command.member_id}",
            reason=command.reason,
        ),
    )


def team_of(state: Planned, known: Availability, *, besides: str, spoken_for: bool = False) -> Team:
    """The team, when they are busy, and what they hold in this case and in others. With
    `spoken_for` the first time that is proposed for another session counts as held."""
    held: dict[str, list[Span]] = {
        name: [(each.starts_at, each.ends_at) for each in spans]
        for name, spans in known.elsewhere.items()
    }
    for item, session in state.sessions.items():
        if item == besides or state.status.get(item) not in OPEN:
            continue
        waiting = session.slots[0] if spoken_for and session.slots else None
        time = session.time or waiting
        if time is None:
            continue
        for name in time.facilitators:
            held.setdefault(name, []).append((time.starts_at, time.ends_at))
    busy = {
        name: [(each.starts_at, each.ends_at) for each in spans]
        for name, spans in known.busy.items()
    }
    return Team(state.members, busy, held)


def not_open(item: str, state: Planned) -> Refusal | None:
    """Why an item cannot have a time; None when it can."""
    if any(each.item == item for each in state.deferred):
        return _WAITS
    if item not in state.interventions:
        return UNKNOWN_ITEM
    return None if state.status[item] in OPEN else _SETTLED


def told(session: PlannedIntervention, state: Planned, chosen: Chosen) -> Sequence[Event]:
    """The time is set, and who has to know of it follows from the event; nothing when it is as it was."""
    known, time = state.sessions.get(session.item, Session()), chosen.time
    cover = chosen.cover or known.cover
    events: list[Event] = []
    sequence = known.sequence
    if known.time != time:
        sequence += 1
        before = known.time.facilitators if known.time else ()
        events.append(
            InterventionScheduled(
                item=session.item,
                starts_at=time.starts_at,
                ends_at=time.ends_at,
                facilitators=time.facilitators,
                sequence=sequence,
                by=chosen.by,
                scheduled_at=chosen.at,
                place=time.place,
                released=tuple(name for name in before if name not in time.facilitators),
                unsure=chosen.unsure,
            )
        )
    if cover and (events or cover != known.cover):
        events.append(
            CoverageRequested(
                item=session.item,
                units=cover.units,
                count=cover.count,
                starts_at=time.starts_at,
                ends_at=time.ends_at,
                sequence=sequence,
            )
        )
    return tuple(events)


def time_of(slot: Slot) -> Time:
    """A proposed time as it is told."""
    return Time(slot.starts_at, slot.ends_at, slot.facilitators)


def _wished(
    command: ScheduleSession, session: PlannedIntervention, state: Planned
) -> Time | Refusal:
    """The time that is meant: a proposed one by its number, or any other and who is to hold it."""
    known = state.sessions.get(command.item, Session())
    place = command.place or (known.time.place if known.time else None)
    if command.starts_at is None:
        number = command.slot or 1
        if number > len(known.slots):
            return _NO_SLOT
        proposed = time_of(known.slots[number - 1])
        return replace(
            proposed, facilitators=command.facilitators or proposed.facilitators, place=place
        )
    starts_at = command.starts_at
    span = (starts_at, starts_at + _length(command, session, state))
    who = command.facilitators or (known.time.facilitators if known.time else ())
    if not who:
        team = team_of(state, command.known, besides=command.item)
        who = pick(session, team, state.brief.policy.scheduling, span) or ()
    return Time(*span, who, place)


def _length(command: ScheduleSession, session: PlannedIntervention, state: Planned) -> timedelta:
    if command.minutes is not None:
        return timedelta(minutes=command.minutes)
    known = state.sessions.get(command.item, Session()).time
    usual = state.brief.policy.scheduling.length_of(session.kind)
    return known.ends_at - known.starts_at if known else usual


def _misfit(
    command: ScheduleSession, session: PlannedIntervention, state: Planned, time: Time
) -> Refusal | None:
    """Why not then, or not these."""
    if time.starts_at < session.opens_at or time.ends_at > session.closes_at:
        opens, closes = (
            at.strftime("%Y-%m-%d %H:%M") for at in (session.opens_at, session.closes_at)
        )
        detail = (
            f"Its window is {opens} to {closes} UTC: choose a time inside it, or extend it first."
        )
        return Refusal(RefusalCode.OUTSIDE_WINDOW, detail)
    if time.starts_at <= command.now:
        return _PAST
    roles = {each.member_id: each.role for each in state.members}
    if strangers := [name for name in time.facilitators if name not in roles]:
        detail = f"Not on the team: {', '.join(strangers)}. Add them to the team first."
        return Refusal(RefusalCode.NOT_ON_TEAM, detail)
    if session.mhp_required and not any(roles[name] in MHPS for name in time.facilitators):
        return _NO_MHP
    return _too_few_or_busy(command, session, state, time)


def _too_few_or_busy(
    command: ScheduleSession, session: PlannedIntervention, state: Planned, time: Time
) -> Refusal | None:
    """What a coordinator may do all the same, but not by accident."""
    few = len(time.facilitators) < session.facilitators
    if not time.facilitators or (few and not command.anyway):
        detail = (
            f"{session.facilitators} hold it, and these are {len(time.facilitators)}: name enough "
            "facilitators, or say that it is to be so anyway."
        )
        return Refusal(RefusalCode.TOO_FEW_FACILITATORS, detail)
    team = team_of(state, command.known, besides=command.item)
    span = (time.starts_at, time.ends_at)
    rules = state.brief.policy.scheduling
    taken = [name for name in time.facilitators if busy_at(name, team, rules, span)]
    if taken and not command.anyway:
        detail = (
            f"Not free then: {', '.join(taken)}. Choose another time or others, or say that it is to "
            "be so anyway."
        )
        return Refusal(RefusalCode.FACILITATOR_BUSY, detail)
    return None
