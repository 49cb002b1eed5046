"""A one-on-one from its first contact to the day on which nobody knows any more who it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import SessionOutcome
from schemas.one_on_ones import (
    ContactFellDue,
    NextContactMoved,
    OneOnOneClosed,
    OneOnOneContacted,
    OneOnOneErased,
    OneOnOneOpened,
    OneOnOneOverdue,
)
from schemas.refusals import Refusal, RefusalCode
from services.followup.decide.hand_overs import answer, note_left, offer
from services.followup.private_commands import (
    AnswerHandOver,
    CloseOneOnOne,
    EraseRecord,
    MoveNextContact,
    NoteContact,
    NotePeerLeft,
    OfferHandOver,
    OneOnOneCommand,
    OpenOneOnOne,
    RemindOfContact,
)
from services.followup.private_state import OneOnOne, OneOnOneState, Unopened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

UNKNOWN = Refusal(RefusalCode.UNKNOWN_ONE_ON_ONE, "There is no such one-on-one.")
"""Also for one that is somebody else's: that it exists is nobody's business."""
OVER = Refusal(RefusalCode.ONE_ON_ONE_CLOSED, "It is closed: open a new one.")
_NOT_ON_ROSTER = Refusal(
    RefusalCode.UNKNOWN_MEMBER, "Only who is on the roster today can look after somebody."
)
_NO_NOTICE = Refusal(
    RefusalCode.NEEDS_NOTICE, "First show what stays private and what may not, as it is today."
)
_PAST = Refusal(RefusalCode.ALREADY_PAST, "The next contact has to be still to come.")
_TOO_FAR = Refusal(RefusalCode.BEYOND_POLICY, "The next contact is further away than may be.")
_NOT_CLOSED = Refusal(
    RefusalCode.NOT_YET, "With a follow-up it is not over: say when you speak next."
)
_NOT_DUE = Refusal(RefusalCode.TIMER_NOT_DUE, "It is not due yet.")
_NOT_NEEDED = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "Something has happened since.")
_HELD = Refusal(RefusalCode.ON_HOLD, "A legal hold is on it: nothing of it is erased.")


def decide_one(command: OneOnOneCommand, state: OneOnOneState) -> Sequence[Event] | Refusal:
    """What follows from a command about one one-on-one."""
    match state:
        case Unopened() if isinstance(command, OpenOneOnOne):
            return _open(command)
        case Unopened():
            return UNKNOWN
        case OneOnOne() if isinstance(command, RemindOfContact | EraseRecord | NotePeerLeft):
            return _by_itself(command, state)
        case OneOnOne():
            return _by_a_person(command, state)


def _by_itself(
    command: RemindOfContact | EraseRecord | NotePeerLeft, state: OneOnOne
) -> Sequence[Event] | Refusal:
    match command:
        case RemindOfContact():
            return _remind(command, state)
        case EraseRecord():
            return _erase(command, state)
        case NotePeerLeft():
            return note_left(command, state)


def _by_a_person(  # noqa: PLR0911 - one line per command
    command: OpenOneOnOne
    | NoteContact
    | MoveNextContact
    | CloseOneOnOne
    | OfferHandOver
    | AnswerHandOver,
    state: OneOnOne,
) -> Sequence[Event] | Refusal:
    asked = command.peer in {state.peer, state.offered_to}
    if not asked or (state.peer != command.peer and not isinstance(command, AnswerHandOver)):
        return UNKNOWN
    if not state.is_open:
        return OVER
    match command:
        case OpenOneOnOne():
            return ()  # the same form, sent twice
        case NoteContact() | MoveNextContact():
            return _speak_again(command, state)
        case CloseOneOnOne():
            return _close(command)
        case OfferHandOver():
            return offer(command, state)
        case AnswerHandOver():
            return answer(command, state)


def _open(command: OpenOneOnOne) -> Sequence[Event] | Refusal:
    if not command.is_on_roster:
        return _NOT_ON_ROSTER
    if command.shown != command.in_force:
        return _NO_NOTICE
    if wrong := _wrong_time(command):
        return wrong
    return (
        OneOnOneOpened(
            peer=command.peer,
            kind=command.kind,
            designated=command.designated,
            cross_agency=command.cross_agency,
            case_id=command.case_id,
            notice=command.in_force,
            next_contact_at=command.next_contact_at,
        ),
    )


def _wrong_time(command: OpenOneOnOne | NoteContact | MoveNextContact) -> Refusal | None:
    if command.next_contact_at <= command.now:
        return _PAST
    too_far = command.next_contact_at - command.now > command.rules.at_most_ahead
    return _TOO_FAR if too_far else None


def _speak_again(
    command: NoteContact | MoveNextContact, state: OneOnOne
) -> Sequence[Event] | Refusal:
    if wrong := _wrong_time(command):
        return wrong
    peer, at = state.peer, command.next_contact_at
    if isinstance(command, NoteContact):
        return (OneOnOneContacted(peer=peer, count=state.contacts + 1, next_contact_at=at),)
    return () if at == state.next_contact_at else (NextContactMoved(peer=peer, next_contact_at=at),)


def _close(command: CloseOneOnOne) -> Sequence[Event] | Refusal:
    if command.outcome is SessionOutcome.FOLLOW_UP:
        return _NOT_CLOSED
    return (
        OneOnOneClosed(
            peer=command.peer,
            outcome=command.outcome,
            closed_at=command.now,
            erase_at=command.now + command.rules.erase_after,
        ),
    )


def _remind(command: RemindOfContact, state: OneOnOne) -> Sequence[Event] | Refusal:
    """Remind the peer, again and again; then call a coordinator, again and again. A timer that an
    outage held up reminds all the same."""
    if not state.is_open or command.due_at < state.remind_at:
        return _NOT_NEEDED
    if command.now < state.remind_at:
        return _NOT_DUE
    rules, due_at = command.rules, state.next_contact_at
    # Reminded once at least: after a long outage the peer hears of it before anybody else does.
    is_late = state.asked > 0 and command.now >= due_at + rules.alarm_after
    if is_late or state.orphaned or not command.peer_on_roster:
        again_at = command.now + rules.alarm_again_after
        return (OneOnOneOverdue(peer=state.peer, due_at=due_at, again_at=again_at),)
    again_at = command.now + rules.ask_again_after
    asked = state.asked + 1
    return (ContactFellDue(peer=state.peer, due_at=due_at, asked=asked, again_at=again_at),)


def _erase(command: EraseRecord, state: OneOnOne) -> Sequence[Event] | Refusal:
    if state.erased or state.erase_at is None:
        return _NOT_NEEDED
    if command.now < state.erase_at:
        return _NOT_DUE
    if command.held:
        return _HELD
    return (OneOnOneErased(peer=state.peer, due_at=state.erase_at),)
