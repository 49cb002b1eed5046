"""What a coordinator does with a case: own it, pause it, have its alarms. Each says who and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.steps import AlarmAnswered, AskingPaused, AskingResumed, CaseTakenOver, TeamResized
from services.dispatch.commands import (
    AddMember,
    AnswerAlarm,
    AskAgain,
    PauseAsking,
    ReplaceMember,
    ResizeTeam,
    ResumeAsking,
    TakeOver,
    WithdrawMember,
)
from services.dispatch.decide.asking import after, asked_again, refill
from services.dispatch.decide.by_hand import add, replace, withdraw
from services.dispatch.state import OfferStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from schemas.envelope import Event
    from services.dispatch.commands import CoordinatorCommand, CoordinatorStep
    from services.dispatch.state import Active, Offer

_NOBODY = Refusal(RefusalCode.NOBODY_TO_ASK, "Nobody can be asked again: add a member by hand.")
_TAKEN = Refusal(RefusalCode.TEAM_COMPLETE, "Every place is taken: nobody needs to be asked.")


def step(  # noqa: C901, PLR0911 - one line per step
    command: CoordinatorStep, state: Active
) -> Sequence[Event] | Refusal:
    """What follows from a coordinator's step; the same step again changes nothing."""
    match command:
        case TakeOver():
            return take_over(command, state)
        case PauseAsking():
            paused = AskingPaused(by=command.by, reason=command.reason)
            return () if state.oversight.paused else (paused,)
        case ResumeAsking():
            return resume(command, state)
        case AnswerAlarm():
            return answer_alarm(command, state)
        case AddMember():
            return add(command, state)
        case ReplaceMember():
            return replace(command, state)
        case WithdrawMember():
            return withdraw(command, state)
        case AskAgain():
            return ask_again(command, state)
        case ResizeTeam():
            return resize(command, state)


def take_over(command: TakeOver, state: Active) -> Sequence[Event]:
    """Own the case and have its open alarms. Asking goes on: pausing it is a step of its own."""
    had = _answered(command, _open_alarms(state))
    if state.oversight.owner == command.by:
        return had
    return (CaseTakenOver(by=command.by, reason=command.reason), *had)


def resume(command: ResumeAsking, state: Active) -> Sequence[Event]:
    """Ask for the open places again."""
    if not state.oversight.paused:
        return ()
    resumed = AskingResumed(by=command.by, reason=command.reason)
    return (resumed, *refill(after(state, (resumed,)), command.case_id, command.now))


def answer_alarm(command: AnswerAlarm, state: Active) -> Sequence[Event] | Refusal:
    """Have one alarm, or all that are open; the first to say so has it."""
    if command.alarm_id is None:
        return _answered(command, _open_alarms(state))
    known = state.oversight.alarms.get(command.alarm_id)
    if known is None:
        return Refusal(RefusalCode.UNKNOWN_ALARM, "There is no such alarm in this case.")
    if known.answered:
        return Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "Somebody has this already. Thank you.")
    return _answered(command, (command.alarm_id,))


def ask_again(command: AskAgain, state: Active) -> Sequence[Event] | Refusal:
    """Another offer for members who did not answer; who declined is asked again only by number."""
    lacking = {place.role for place in state.open_places()}
    if not lacking:
        return _TAKEN
    able = {c.member_id for c in state.candidates if c.role in lacking}
    newest = {offer.member_id: offer for offer in state.offers.values()}
    named = command.member_ids or tuple(who for who in newest if _is_silent(newest[who]))
    wanted = [who for who in named if who in able and who in newest]
    again = tuple(who for who in wanted if not _is_settled(newest[who]))
    if not again:
        return _NOBODY
    return asked_again(state, command.case_id, again, command.now, command.by, command.reason)


def resize(command: ResizeTeam, state: Active) -> Sequence[Event] | Refusal:
    """Other places: who has one keeps it, so a team is never made smaller than it is."""
    counts = {place.role: place.count for place in command.places}
    for member in state.members():
        if state.accepted(member.role) > counts.get(member.role, 0):
            return Refusal(
                RefusalCode.PLACES_TAKEN,
                f"More of the role {member.role} are on the team: withdraw one of them first.",
            )
    if not counts:
        return Refusal(RefusalCode.PLACES_TAKEN, "A team has a place: stand it down instead.")
    if counts == {place.role: place.count for place in state.brief.policy.places}:
        return ()
    resized = TeamResized(
        places=command.places,
        by=command.by,
        reason=command.reason,
        form_by=command.now + state.brief.policy.form_team_within,
    )
    return (resized, *refill(after(state, (resized,)), command.case_id, command.now))


def _is_silent(offer: Offer) -> bool:
    return offer.status is OfferStatus.EXPIRED or (
        offer.status is OfferStatus.OPEN and not offer.reached
    )


def _is_settled(offer: Offer) -> bool:
    """On the team, or asked a moment ago and reached: another page would be a double one."""
    is_asked = offer.status is OfferStatus.OPEN and offer.reached
    return offer.status is OfferStatus.ACCEPTED or is_asked


def _open_alarms(state: Active) -> tuple[UUID, ...]:
    alarms = state.oversight.alarms.items()
    return tuple(alarm_id for alarm_id, alarm in alarms if not alarm.answered)


def _answered(command: CoordinatorCommand, alarms: Sequence[UUID]) -> Sequence[Event]:
    return tuple(
        AlarmAnswered(alarm_id=alarm_id, by=command.by, reason=command.reason)
        for alarm_id in alarms
    )
