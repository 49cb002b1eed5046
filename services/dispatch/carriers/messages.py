"""What a message says: role, urgency, link. A test proves that nothing of the case gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, Purpose, ReviewStage
from schemas.policy import Role, Urgency
from services.dispatch.carriers.port import PhoneMessage
from services.dispatch.carriers.short_forms import EXERCISE

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_ROLES = {
    Role.PEER: "a peer",
    Role.MHP: "a mental health professional",
    Role.CHAPLAIN: "a chaplain",
    Role.COORDINATOR: "a coordinator",
    Role.CLINICAL_DIRECTOR: "the clinical director",
    Role.PROGRAM_LEAD: "the program lead",
}
_URGENCY = {Urgency.NOW: "now", Urgency.TODAY: "today"}
_ALARMS = {
    AlarmReason.ROSTER_EXHAUSTED: "Nobody is left to ask and places are still open.",
    AlarmReason.TEAM_OVERDUE: "The team is not complete and its time has run out.",
    AlarmReason.INTERVENTION_OVERDUE: "A session has not been held by its target time.",
    AlarmReason.INTERVENTION_MISSED: "A session's window has closed and it was not held.",
    AlarmReason.CHECK_IN_MISSED: "A check-in was not made in time.",
    AlarmReason.MEMBER_INVOLVED: "A member of the team may not serve in this case.",
    AlarmReason.CHECK_IN_UNASSIGNED: "A check-in is due and no peer is on the team to make it.",
    AlarmReason.REQUEST_WAITING: "A request is waiting and nobody has taken it yet.",
    AlarmReason.APPROVAL_MISSING: "A session waits for the mental health professional's approval.",
    AlarmReason.NO_TIME_FOUND: "No time for a session could be found, as too few are free.",
    AlarmReason.WINDOW_CLOSING: "A session's window closes soon and nothing is scheduled in it.",
    AlarmReason.CANNOT_HOLD: "A member cannot hold what they are down for, see that somebody does.",
    AlarmReason.HOLDER_ASKS: "A member needs you for a session or a check-in they are down for.",
    AlarmReason.ASKING_PAUSED: "A place is open again, and asking is paused.",
    AlarmReason.EMERGENCY_UNANSWERED: "Nobody has answered an emergency, see that somebody does.",
    AlarmReason.REQUEST_EMERGENCY: "A request needs an answer at once, see that somebody takes it.",
}


def offer(
    delivery_id: UUID, role: Role, urgency: Urgency, link: str, until: datetime
) -> PhoneMessage:
    """Asking one member. `until` is in the zone that people read."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject=f"Tailboard: {_ROLES[role]} is needed {_URGENCY[urgency]}",
        text=(
            f"Your team needs {_ROLES[role]} {_URGENCY[urgency]}.\n\n"
            f"Accept or decline: {link}\n\n"
            f"Please answer by {_clock(until)}. Declining is one tap and nobody asks why.\n"
        ),
        answer_by=_clock(until),
    )


def emergency(delivery_id: UUID, link: str, until: datetime) -> PhoneMessage:
    """Paging whoever can take an emergency: nothing of what it is about, and nobody's name."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: EMERGENCY, somebody is needed at once",
        text=(
            "EMERGENCY: somebody needs you at once.\n\n"
            f"Take it, and see how to reach them: {link}\n\n"
            f"All are paged again at {_clock(until)} if nobody has it by then.\n"
        ),
        answer_by=_clock(until),
    )


def stand_down(delivery_id: UUID, reason: str) -> PhoneMessage:
    """Thanking one who is not needed after all; why else than a full team is not for a message."""
    if reason in _EXERCISE_ENDS:
        return exercise_over(delivery_id, reason)
    if reason != "team_complete":
        return PhoneMessage(
            message_id=str(delivery_id),
            subject="Tailboard: please stand down",
            text="Thank you for being there. You are not asked to serve this time.\n",
        )
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: team complete, please stand down",
        text="The team is complete. Thank you for being there: you are not needed this time.\n",
    )


_EXERCISE_ENDS = {
    "exercise_over": "The exercise is over. Thank you for taking part.",
    "real_incident": (
        "The exercise ends here: a real incident goes first. If you are needed for it, you are "
        "asked in a message of its own. Thank you for taking part."
    ),
}


def exercise_over(delivery_id: UUID, reason: str) -> PhoneMessage:
    """Thanking everybody who was asked in an exercise, whatever they answered."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: the exercise is over",
        text=f"{_EXERCISE_ENDS.get(reason, _EXERCISE_ENDS['exercise_over'])}\n",
    )


def as_exercise(message: PhoneMessage) -> PhoneMessage:
    """The same message as the one of an exercise: its first word says so, and so do the text and
    the spoken words that are made of it."""
    marked = {
        "subject": f"{EXERCISE} {message.subject}",
        "text": f"{EXERCISE}, nobody is hurt. Please do as if it were real.\n\n{message.text}",
    }
    return message.model_copy(update=marked)


def alarm(
    delivery_id: UUID,
    reason: AlarmReason,
    link: str,
    have_it: str | None = None,
    *,
    escalated: bool = False,
    why: str | None = None,
) -> PhoneMessage:
    """Calling a coordinator; or the program lead, as no coordinator has answered. `why` is where
    the reason of a miss is given in one tap."""
    first = "No coordinator has answered. " if escalated else ""
    tap = f"I have it: {have_it}\n\n" if have_it else ""
    tap += f"Say in one tap why it was missed: {why}\n\n" if why else ""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: a case needs you",
        text=f"{first}{_ALARMS[reason]}\n\n{tap}Open the case: {link}\n",
    )


_STAGES = {
    ReviewStage.COORDINATOR: "A recommendation waits for your decision.",
    ReviewStage.BACKUP: "A recommendation waits, and no coordinator has answered yet.",
    ReviewStage.EVERYONE: "A recommendation still waits, and its time has run out.",
}


def review(delivery_id: UUID, stage: ReviewStage, link: str, until: datetime) -> PhoneMessage:
    """Asking a person to decide. `until` is in the zone that people read."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: your decision is needed",
        text=f"{_STAGES[stage]}\n\nDecide: {link}\n\nPlease answer by {_clock(until)}.\n",
        answer_by=_clock(until),
    )


def check_in_due(delivery_id: UUID, link: str, card: str = "") -> PhoneMessage:
    """Reminding a peer; with the address of a card, where one is handed over."""
    hand_over = f"\nThe card to hand over with it: {card}\n" if card else ""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: a check-in is due",
        text=f"A check-in that you are down for is due.\n\nOpen it: {link}\n{hand_over}",
    )


def alarm_words(reason: AlarmReason) -> str:
    """What somebody is called for, and nothing of the case."""
    return _ALARMS[reason]


def place_given(delivery_id: UUID, link: str) -> PhoneMessage:
    """To one who stood by: they have the place of somebody who dropped out."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: you are on the team now",
        text=(
            "A place is open again, and as you are standing by it is yours.\n\n"
            f"Say when you can be there, or that you cannot after all: {link}\n"
        ),
    )


def callback_due(delivery_id: UUID, link: str) -> PhoneMessage:
    """Reminding a member of what they took on."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: please look at what you took on",
        text=f"Something that you took on is still open.\n\nOpen it: {link}\n",
    )


def test(message_id: UUID) -> PhoneMessage:
    """To see whether a channel works."""
    return PhoneMessage(
        message_id=str(message_id),
        subject="Tailboard: this is a test",
        text="Nothing has happened, and no answer is needed.\n",
    )


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M %Z")


def confirm_enrolment(message_id: UUID, link: str) -> PhoneMessage:
    """To an address that somebody wants to enrol: only its owner can agree."""
    return PhoneMessage(
        message_id=str(message_id),
        subject="Tailboard: please confirm",
        text=(
            "Somebody, probably you, asked Tailboard to keep a private count for this address.\n\n"
            f"To start it: {link}\n\n"
            "Nothing is counted before. If it was not you, do nothing: the address is erased.\n"
        ),
    )


def enrolment_link(message_id: UUID, link: str) -> PhoneMessage:
    """To one who is enrolled and asked for the way back to their page."""
    return PhoneMessage(
        message_id=str(message_id),
        subject="Tailboard: your private page",
        text=f"Your private page: {link}\n\nWhoever has this link can open it: keep it to yourself.\n",
    )


def check_in_offer(message_id: UUID, ask: str, leave: str) -> PhoneMessage:
    """To one for whom hard calls have added up: an offer, and neither a number nor a reason."""
    return PhoneMessage(
        message_id=str(message_id),
        subject="Tailboard: a peer is there",
        text=(
            "A peer is there if you want to talk. No reply is needed.\n\n"
            f"Ask for one: {ask}\n\n"
            f"To get no more of these: {leave}\n"
        ),
    )


OF_SUPPORT = {
    Purpose.PLACE_UNCONFIRMED: "places",
    Purpose.NOTICE_DUE: "",
    Purpose.NOTICE_OVERDUE: "",
}
"""Messages that concern no case, with the page that they open."""
_SUPPORT = {
    Purpose.PLACE_UNCONFIRMED: (
        "Tailboard: please try a place of the directory",
        "A place that peers point to has not been confirmed for long.",
    ),
    Purpose.NOTICE_DUE: (
        "Tailboard: a written notice is due",
        "A written notice that the law asks for is due soon, and is not marked as sent.",
    ),
    Purpose.NOTICE_OVERDUE: (
        "Tailboard: a written notice is overdue",
        "A written notice that the law asks for is not marked as sent, and its time is over. "
        "Nobody is named: please ask all peers to look at their page.",
    ),
}


def support(delivery_id: UUID, purpose: Purpose, link: str) -> PhoneMessage:
    """To coordinators about the directory, to the mental health lead about a written notice."""
    subject, text = _SUPPORT[purpose]
    return PhoneMessage(
        message_id=str(delivery_id), subject=subject, text=f"{text}\n\nOpen Tailboard: {link}\n"
    )


def member_page(message_id: UUID, link: str) -> PhoneMessage:
    """To a member of the team: the link of their own page."""
    return PhoneMessage(
        message_id=str(message_id),
        subject="Tailboard: your page on the team",
        text=(
            "See what the roster holds about you, and confirm that we still reach you this way.\n\n"
            f"Your page: {link}\n\n"
            "You can also ask to be left in peace for a while. The link is yours alone.\n"
        ),
    )
