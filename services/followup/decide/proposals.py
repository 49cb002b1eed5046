"""Times for a session: proposed when its window opens, and confirmed by policy where nobody chooses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.sessions import InterventionProposed, ProposalFailed, Shortage
from services.followup.commands import Availability
from services.followup.decide.closure import after
from services.followup.decide.interventions import late, overtaken
from services.followup.decide.sessions import Chosen, not_open, team_of, time_of, told
from services.followup.session_state import Session
from services.followup.slots import PROPOSED, Short, busy_at, slots

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention
    from schemas.sessions import Slot
    from services.followup.commands import ConfirmByPolicy, NoteApproval, ProposeTimes
    from services.followup.state import Planned

BY_POLICY = "rule:confirm_after"
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "Its time is settled by now.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This still has time.")


def propose(command: ProposeTimes, state: Planned) -> Sequence[Event] | Refusal:
    """Up to three times for a session, or why there is none: a proposal that is late is made at
    once. By itself nothing is proposed for what two people settle between them."""
    session = state.interventions.get(command.item)
    if refusal := not_open(command.item, state):
        return refusal
    assert session is not None  # noqa: S101 - what is open has a window
    by_itself = command.due_at is not None
    if by_itself and (session.kind not in PROPOSED or overtaken(command, session.opens_at)):
        return _OVERTAKEN
    if by_itself and command.now < session.opens_at:
        return _EARLY
    known = state.sessions.get(command.item, Session())
    if by_itself and known.time is not None:
        return _OVERTAKEN
    return _proposed(session, state, command)


def _proposed(
    session: PlannedIntervention, state: Planned, command: ProposeTimes
) -> Sequence[Event]:
    rules, known = state.brief.policy.scheduling, state.sessions.get(session.item, Session())
    delay = late(command)
    found = _found(session, state, command)
    if isinstance(found, Short):
        if known.shortage is found.why:
            return ()
        return (
            ProposalFailed(
                item=session.item,
                why=found.why,
                wanted=found.wanted,
                found=found.found,
                late_seconds=delay,
            ),
        )
    if found == known.slots and known.unsure == command.known.unsure:
        return ()
    confirm_at = None
    if rules.confirm_after is not None and known.time is None:
        soonest = found[0].starts_at - rules.notice / 2
        confirm_at = min(command.now + rules.confirm_after, soonest)
    return (
        InterventionProposed(
            item=session.item,
            slots=found,
            facilitators=session.facilitators,
            unsure=command.known.unsure,
            awaits_approval=state.awaits_approval(session),
            confirm_at=confirm_at,
            late_seconds=delay,
        ),
    )


def confirm_by_policy(command: ConfirmByPolicy, state: Planned) -> Sequence[Event] | Refusal:
    """The first proposed time that still holds confirms itself. What waits for a professional's word
    is confirmed with that word."""
    known = state.sessions.get(command.item, Session())
    if not_open(command.item, state) or known.time or known.confirm_at is None:
        return _OVERTAKEN
    if overtaken(command, known.confirm_at):
        return _OVERTAKEN
    if command.now < known.confirm_at:
        return _EARLY
    if state.awaits_approval(state.interventions[command.item]):
        return ()
    return _first_that_holds(command.item, state, command.known, command.now)


def confirm_approved(
    command: NoteApproval, events: Sequence[Event], state: Planned
) -> Sequence[Event]:
    """What the policy would have confirmed by now, and only waited for the professional's word."""
    if not command.approved or not events:
        return events
    word = replace(state, approved=state.approved | set(command.kinds))
    known = Availability(zone="UTC", unsure=True)
    more: list[Event] = []
    for item, session in state.sessions.items():
        is_due = session.confirm_at is not None and session.confirm_at <= command.now
        if not is_due or session.time or not_open(item, word):
            continue
        if word.interventions[item].kind in command.kinds:
            told_now = _first_that_holds(item, word, known, command.now)
            word, more = after(word, told_now), [*more, *told_now]
    return (*events, *more)


def _first_that_holds(
    item: str, state: Planned, known: Availability, now: datetime
) -> Sequence[Event]:
    """The first proposed time that is still to come and at which all who were named are still free
    and on the team; without one a coordinator is called."""
    session, rules = state.interventions[item], state.brief.policy.scheduling
    team = team_of(state, known, besides=item)
    on_team = {each.member_id for each in state.members}
    for slot in state.sessions[item].slots:
        time = (slot.starts_at, slot.ends_at)
        named = set(slot.facilitators) <= on_team
        if slot.starts_at <= now or slot.ends_at > session.closes_at or not named:
            continue
        if not any(busy_at(name, team, rules, time) for name in slot.facilitators):
            chosen = Chosen(time_of(slot), BY_POLICY, now, unsure=state.sessions[item].unsure)
            return told(session, state, chosen)
    wanted = session.facilitators
    return (ProposalFailed(item=item, why=Shortage.NOBODY_FREE, wanted=wanted, found=0),)


def _found(
    session: PlannedIntervention, state: Planned, command: ProposeTimes
) -> tuple[Slot, ...] | Short:
    """Times proposed to other sessions are left alone, where others can be found."""
    rules, known = state.brief.policy.scheduling, command.known
    apart = team_of(state, known, besides=session.item, spoken_for=True)
    found = slots(session, apart, rules, known.zone, command.now)
    if not isinstance(found, Short):
        return found
    team = team_of(state, known, besides=session.item)
    return slots(session, team, rules, known.zone, command.now)
