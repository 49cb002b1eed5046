"""The plan: every session's window and every check-in, as one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import (
    CrewsSet,
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    OperationsEndNoted,
    TeamNoted,
    WindowsMoved,
)
from schemas.policy import Role
from services.followup import cadence
from services.followup.groups import together
from services.followup.state import OPEN, Planned, Unplanned, ended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention
    from services.followup.commands import (
        CancelFollowup,
        OpenGroupWindows,
        PlanFollowup,
        SetCrews,
    )


def plan(command: PlanFollowup, state: Unplanned) -> Sequence[Event]:
    """Plan with the case's own policy; a team that stayed incomplete changes nothing of it. An
    exercise practises the call-out: nothing follows it, so nothing of it can be missed."""
    brief = command.brief
    if brief.drill:
        return ()
    if state.cancelled_at is not None and brief.reported_at <= state.cancelled_at:
        return ()
    if state.operations_ended_at is not None:
        brief = ended(brief, state.operations_ended_at)
    if state.crews:
        brief = brief.model_copy(update={"crews": together(brief.crews, state.crews)})
    return (
        FollowupPlanned(
            brief=brief,
            team_complete=command.team_complete,
            peers=_peers(command),
            members=command.members,
            interventions=cadence.interventions(brief),
            deferred=cadence.deferred(brief),
            check_ins=cadence.check_ins(brief),
        ),
    )


def widen(command: PlanFollowup, state: Planned) -> Sequence[Event]:
    """A graver incident needs more: what is planned stays as it is, what is missing is added. A
    team with other members is noted, so that who joined late is reminded, too."""
    brief = command.brief
    if brief.tier >= state.brief.tier:
        same = set(command.members) == set(state.members)
        return () if same else (TeamNoted(members=command.members),)
    if state.brief.operations_ended_at and not brief.operations_ended_at:
        brief = ended(brief, state.brief.operations_ended_at)
    if state.brief.crews and not brief.crews:
        brief = brief.model_copy(update={"crews": state.brief.crews})
    known = {*state.status, *(each.item for each in state.deferred)}
    return (
        FollowupWidened(
            brief=brief,
            peers=_peers(command),
            members=command.members,
            interventions=tuple(i for i in cadence.interventions(brief) if i.item not in known),
            deferred=tuple(d for d in cadence.deferred(brief) if d.item not in known),
            check_ins=tuple(c for c in cadence.check_ins(brief) if c.item not in known),
        ),
    )


def cancel(command: CancelFollowup, state: Planned | Unplanned) -> Sequence[Event]:
    """Nothing is due any more: open timers find nothing when they fire."""
    cancelled = FollowupCancelled(decided_at=command.decided_at)
    if isinstance(state, Planned):
        return () if state.brief.reported_at > command.decided_at else (cancelled,)
    before = state.cancelled_at
    return () if before is not None and before >= command.decided_at else (cancelled,)


def note_operations_end(command: OpenGroupWindows, state: Unplanned) -> Sequence[Event]:
    """The end came before the plan: remember it, so that nothing waits for it in vain."""
    if state.operations_ended_at is not None:
        return ()
    return (OperationsEndNoted(ended_at=command.ended_at),)


def open_group_windows(command: OpenGroupWindows, state: Planned) -> Sequence[Event]:
    """Give the deferred group sessions their windows, counted from the end of operations; and when
    the end turns out to be another, move what nobody has held yet. A plan without any such session
    remembers the end: a graver one may be on its way that was wished for while work went on."""
    ended_at = command.ended_at
    windows = cadence.opened(state.brief, ended_at)
    if state.deferred:
        waiting = {each.item for each in state.deferred}
        opened = tuple(each for each in windows if each.item in waiting)
        named = {each.item for each in windows}
        owed = (each for each in state.deferred if each.item not in named)
        earlier = tuple(cadence.opened_anyway(state.brief, each, ended_at) for each in owed)
        return (GroupWindowsOpened(ended_at=ended_at, interventions=(*opened, *earlier)),)
    if state.brief.operations_ended_at == ended_at:
        return ()
    moved = tuple(each for each in windows if state.status.get(each.item) in OPEN)
    if moved:
        return (WindowsMoved(ended_at=ended_at, interventions=moved),)
    return (OperationsEndNoted(ended_at=ended_at),)


def set_crews(command: SetCrews, state: Planned) -> Sequence[Event]:
    """Plan the groups anew by who was there. What was held, declined or missed stays as it is."""
    crews = together(state.brief.crews, command.crews) if command.adds else command.crews
    brief = state.brief.model_copy(update={"crews": crews})
    if brief == state.brief:
        return ()
    settled = {item for item, status in state.status.items() if status not in OPEN}
    fresh = {each.item: _kept_open(each, state) for each in cadence.interventions(brief)}
    replaced = {each.item for each in cadence.interventions(state.brief)} - settled
    dropped = tuple(item for item in state.interventions if item in replaced - fresh.keys())
    changed = tuple(
        each
        for item, each in fresh.items()
        if item not in settled and state.interventions.get(item) != each
    )
    named = {each.item for each in cadence.deferred(state.brief)} | fresh.keys()
    owed = (each for each in state.deferred if each.item not in named)
    waiting = (each for each in cadence.deferred(brief) if each.item not in settled)
    deferred = (*waiting, *owed)
    if not dropped and not changed and deferred == state.deferred:
        return ()
    return (
        CrewsSet(
            crews=crews,
            by=command.actor,
            dropped=dropped,
            interventions=changed,
            deferred=deferred,
        ),
    )


def _kept_open(fresh: PlannedIntervention, state: Planned) -> PlannedIntervention:
    """A window that a professional keeps open for longer stays open."""
    known = state.interventions.get(fresh.item)
    if known is None or known.opens_at != fresh.opens_at or known.closes_at < fresh.closes_at:
        return fresh
    return fresh.model_copy(update={"closes_at": known.closes_at})


def note_crews(command: SetCrews, state: Unplanned) -> Sequence[Event]:
    """Somebody said it before there was a plan: remember it, so that the plan knows it."""
    crews = together(state.crews, command.crews) if command.adds else command.crews
    if crews == state.crews:
        return ()
    nothing: dict[str, tuple[()]] = {"dropped": (), "interventions": (), "deferred": ()}
    return (CrewsSet.model_validate({"crews": crews, "by": command.actor, **nothing}),)


def _peers(command: PlanFollowup) -> tuple[str, ...]:
    return tuple(m.member_id for m in command.members if m.role is Role.PEER)
