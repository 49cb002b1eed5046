"""Requests for a peer: who is asked, when it is told that nobody answers, and when it is over.

No rule here knows who asked; an emergency waits for nothing and for nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, OfferWithdrawn, Purpose
from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.requests import (
    CallbackMade,
    FollowupWaived,
    MemberFinished,
    PeerRequested,
    RequestClosed,
    RequestEnd,
)
from services.dispatch.commands import (
    ActivateTeam,
    CancelRequest,
    CheckCallback,
    FinishRequest,
    HandBack,
    MarkReached,
    RaiseEmergency,
    RequestCommand,
    RequestPeer,
    StandTeamDown,
    StopKeeping,
    WaiveFollowup,
)
from services.dispatch.decide.alarms import alarm, notify
from services.dispatch.decide.asking import after
from services.dispatch.decide.emergencies import ask_others, page_again, raise_it, with_a_backup
from services.dispatch.decide.offers import activate, stand_down
from services.dispatch.decide.paging import called
from services.dispatch.requested import evolve
from services.dispatch.state import Active, Idle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.dispatch.requested import Request, RequestState

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_REQUEST, "There is no such request.")
_NOT_TAKEN = Refusal(RefusalCode.UNKNOWN_OFFER, "You have not taken this request.")
_OVER = Refusal(RefusalCode.REQUEST_CLOSED, "This request is over.")
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This request is settled.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This request still has time.")

TakersCommand = MarkReached | HandBack | RaiseEmergency | FinishRequest


def decide(  # noqa: C901, PLR0911 - one line per command
    command: RequestCommand, state: RequestState
) -> Sequence[Event] | Refusal:
    """What follows from a command about a request."""
    if isinstance(command, RequestPeer):
        return ask(command, state)
    if state.request is None:
        return _UNKNOWN
    match command:
        case CancelRequest():
            return cancel(command, state)
        case CheckCallback():
            return check(command, state)
        case StopKeeping():
            return stop_keeping(command, state)
        case WaiveFollowup():
            return () if state.waived else (FollowupWaived(),)
        case RaiseEmergency(offer_id=None):
            return raised_by_the_asker(command, state)
        case MarkReached() | HandBack() | FinishRequest() | RaiseEmergency():
            return _by_a_taker(command, state)


def ask(command: RequestPeer, state: RequestState) -> Sequence[Event]:
    """Ask members in the same decision; an emergency calls the coordinators as well."""
    if state.request is not None or isinstance(state.team, Active):
        return ()
    requested = PeerRequested(
        emergency=command.emergency,
        category=command.category,
        chosen=command.chosen,
        callback_by=command.now + command.callback_within,
        keep_until=command.now + command.keep_for,
    )
    known = ActivateTeam.model_fields.keys() & RequestPeer.model_fields.keys()
    fields = {name: getattr(command, name) for name in known}
    if not command.emergency:
        return (requested, *activate(ActivateTeam.model_validate(fields), state.team))
    fields["brief"] = with_a_backup(command)
    asked = activate(ActivateTeam.model_validate(fields), state.team)
    team = _team(state, asked)
    return (requested, *asked, *called(team, command.case_id, AlarmReason.REQUEST_EMERGENCY, "0"))


def cancel(command: CancelRequest, state: RequestState) -> Sequence[Event] | Refusal:
    """One tap: whoever was asked is let off, and the way to call back is erased."""
    if state.open_request is None:
        return ()
    return (*_let_off(command, state), _closed(command, RequestEnd.CANCELLED, state))


def stop_keeping(command: StopKeeping, state: RequestState) -> Sequence[Event] | Refusal:
    """Nobody said that it is done: it ends all the same, because nothing may be kept for ever."""
    if state.open_request is None:
        return _OVERTAKEN
    if command.now < command.due_at:
        return _EARLY
    is_open = isinstance(state.team, Active) and state.team.open_places()
    let_off = _let_off(command, state) if is_open else ()
    return (*let_off, _closed(command, RequestEnd.KEPT_LONG_ENOUGH, state))


def check(command: CheckCallback, state: RequestState) -> Sequence[Event] | Refusal:
    """Nobody took it: call the coordinators, and page again in an emergency. Somebody took it and
    has not said that the call was made: remind them."""
    request = state.open_request
    if request is None or isinstance(state.team, Idle):
        return _OVERTAKEN
    if command.now < command.due_at:
        return _EARLY
    if state.team.open_places():
        if request.emergency:
            return page_again(command, state.team, request)
        reason = AlarmReason.REQUEST_WAITING
        return alarm(state.team, command.case_id, reason, None, now=command.now)
    if request.reached:
        return _OVERTAKEN
    return _reminders(command, state.team, request)


def raised_by_the_asker(command: RaiseEmergency, state: RequestState) -> Sequence[Event] | Refusal:
    """The one who asked says that it cannot wait; what is an emergency already stays one."""
    request = state.open_request
    if request is None or not isinstance(state.team, Active):
        return _OVER
    return () if request.emergency else raise_it(command, state.team, request)


def hand_back(command: HandBack, state: RequestState) -> Sequence[Event] | Refusal:
    """They cannot after all: others are asked in the same decision, those stood down before too."""
    offer, request = state.taken(command.offer_id), state.open_request
    if offer is None or request is None or not isinstance(state.team, Active):
        return _NOT_TAKEN
    back = OfferWithdrawn(
        offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role, reason="handed_back"
    )
    then = after(state.team, (back,))
    events = (back, *ask_others(command, then, request, offer))
    if request.emergency or command.now < request.callback_by:
        return events
    reason, turn = AlarmReason.REQUEST_WAITING, str(offer.offer_id)
    late = alarm(then, command.case_id, reason, None, turn, now=command.now)
    return (*events, *late)


def finish(command: FinishRequest, state: RequestState) -> Sequence[Event]:
    """Done: the request closes once everybody who took it is done and nobody else is wanted. In an
    emergency the place of a backup need not be filled when a professional was there."""
    done = MemberFinished(offer_id=command.offer_id)
    then = evolve(state, done)
    assert isinstance(then.team, Active)  # noqa: S101 - only one who took it comes here
    others = [offer for offer in then.team.offers if then.taken(offer)]
    roles = {place.role for place in then.team.open_places()}
    is_wanted = Role.MHP in roles if then.team.brief.emergency else bool(roles)
    if others or is_wanted:
        return (done,)
    return (done, _closed(command, RequestEnd.DONE, state))


def _by_a_taker(command: TakersCommand, state: RequestState) -> Sequence[Event] | Refusal:
    """Only a member who took the request may say how it goes."""
    request = state.open_request
    if request is None:
        return _OVER
    offer_id = command.offer_id
    if offer_id is None or state.taken(offer_id) is None or not isinstance(state.team, Active):
        return _NOT_TAKEN
    match command:
        case MarkReached():
            return () if request.reached else (_reached(state),)
        case HandBack():
            return hand_back(command, state)
        case RaiseEmergency():
            return raise_it(command, state.team, request)
        case FinishRequest():
            return finish(command, state)


def _reminders(command: CheckCallback, team: Active, request: Request) -> Sequence[Event]:
    takers = {
        offer.member_id for offer in team.offers.values() if offer.offer_id not in request.finished
    } & {member.member_id for member in team.members()}
    return tuple(
        event
        for member_id in sorted(takers)
        for event in notify(team, command.case_id, member_id, Purpose.CALLBACK_DUE, None)
    )


def _let_off(command: CancelRequest | StopKeeping, state: RequestState) -> Sequence[Event]:
    reason = "request_over"
    fields = {**command.model_dump(), "reason": reason, "decided_at": command.now}
    return stand_down(StandTeamDown.model_validate(fields), state.team)


def _closed(
    command: CancelRequest | StopKeeping | FinishRequest, reason: RequestEnd, state: RequestState
) -> RequestClosed:
    request = state.request
    return RequestClosed(
        reason=reason,
        closed_at=command.now,
        takers=state.takers,
        emergency=request is not None and request.emergency,
    )


def _reached(state: RequestState) -> CallbackMade:
    request = state.request
    return CallbackMade(takers=state.takers, emergency=request is not None and request.emergency)


def _team(state: RequestState, events: Sequence[Event]) -> Active:
    for event in events:
        state = evolve(state, event)
    assert isinstance(state.team, Active)  # noqa: S101 - an activation makes it active
    return state.team
