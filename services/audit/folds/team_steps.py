"""What members and coordinators do with a team, as lines of the timeline, in words that name no one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import AlarmEscalated, OfferWithdrawn
from schemas.steps import (
    AlarmAnswered,
    ArrivalEstimated,
    AskingPaused,
    AskingResumed,
    CandidateAdded,
    CaseTakenOver,
    GroupSessionsApproved,
    GroupSessionsRefused,
    MembersAskedAgain,
    MemberSuggested,
    StandbyOffered,
    TeamResized,
)
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.words import counted, item_name, listed, member, plain, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded
    from services.audit.store import Change

_WITHDRAWN = {
    "cannot_serve": "{} cannot serve after all",
    "withdrawn": "{} is withdrawn with thanks",
    "replaced": "{} is replaced, with thanks",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one step with a team, whoever took it."""
    match recorded.event:
        case TeamResized(form_by=form_by) as event:
            yield case_row(recorded.entity, form_by=form_by, formed_at=None, exhausted_at=None)
            places = listed(counted(each.count, each.role) for each in event.places)
            detail = f"The team is to be {places}{_by(event.by, event.reason)}"
            yield from entries(recorded, line(Step.RESIZED, detail))
        case CandidateAdded() as event:
            yield from entries(recorded, _added(event))
        case OfferWithdrawn(fill_by=fill_by) if fill_by:
            yield case_row(recorded.entity, form_by=fill_by, formed_at=None, exhausted_at=None)
        case event:
            if told := _by_a_member(event) or _by_a_coordinator(event) or _of_an_alarm(event):
                yield from entries(recorded, told)


def withdrawn(event: OfferWithdrawn) -> str:
    """What became of the offer of a member who was taken back, by whom and why."""
    said = _WITHDRAWN.get(event.reason, "{} is stood down with thanks: {}")
    words = said.format(member(event.role, event.member_id), plain(event.reason))
    told = f"{words}{_by(event.by, event.why)}" if event.by and event.why else words
    return f"{told}; the place is open again" if event.fill_by else told


def _by_a_member(event: Event) -> dict[str, Any] | None:
    match event:
        case StandbyOffered():
            who = member(event.role, event.member_id)
            told = f"{sentence(who)} said yes when the team was complete, and stands by"
            return line(Step.STANDING_BY, told, key=event.offer_id)
        case ArrivalEstimated():
            told = f"{event.member_id} is {event.minutes} min out"
            return line(Step.ARRIVAL, told, key=event.offer_id)
        case MemberSuggested():
            whom = event.member_id or "somebody who may not be asked, or was asked already"
            return line(Step.SUGGESTED, f"{event.by} suggests {whom}", key=event.offer_id)
        case GroupSessionsApproved():
            told = f"{event.member_id} approves: {_kinds(event)}"
            return line(Step.SESSIONS_APPROVED, told)
        case GroupSessionsRefused():
            told = f"{event.member_id} says not now: {_kinds(event)}"
            return line(Step.SESSIONS_REFUSED, told, state=RowState.LATE)
        case _:
            return None


def _by_a_coordinator(event: Event) -> dict[str, Any] | None:
    match event:
        case CaseTakenOver():
            return line(Step.TAKEN_OVER, f"{_who(event.by)} has it ({plain(event.reason)})")
        case AskingPaused():
            told = f"Nobody new is asked until it is resumed{_by(event.by, event.reason)}"
            return line(Step.PAUSED, told, state=RowState.LATE)
        case AskingResumed():
            told = f"The open places are asked for again{_by(event.by, event.reason)}"
            return line(Step.RESUMED, told)
        case MembersAskedAgain():
            told = f"{', '.join(event.member_ids)}{_by(event.by, event.reason)}"
            return line(Step.ASKED_AGAIN, told)
        case _:
            return None


def _of_an_alarm(event: Event) -> dict[str, Any] | None:
    match event:
        case AlarmAnswered():
            told = f"{_who(event.by)} has it ({plain(event.reason)})"
            return line(Step.ALARM_ANSWERED, told, key=event.alarm_id)
        case AlarmEscalated():
            about = f": {item_name(event.item)}" if event.item else ""
            whom = ", ".join(event.member_ids) or "Nobody to call: no program lead is on the roster"
            state = RowState.LATE if event.member_ids else RowState.MISSED
            told = f"{whom} ({plain(event.reason)}{about})"
            return line(Step.ALARM_ESCALATED, told, key=event.alarm_id, state=state)
        case _:
            return None


def _added(event: CandidateAdded) -> dict[str, Any]:
    who = member(event.candidate.role, event.candidate.member_id)
    lines = []
    if event.overridden:
        reasons = listed(plain(reason) for reason in event.overridden)
        lines.append(f"In spite of: {reasons}")
    if event.privilege_at_risk:
        lines.append("What is said to this member may not be privileged")
    told = f"{sentence(who)} is to be asked{_by(event.by, event.reason)}"
    return line(Step.ADDED, told, key=event.candidate.member_id, lines=lines)


def _kinds(event: GroupSessionsApproved | GroupSessionsRefused) -> str:
    return listed(plain(kind) for kind in event.kinds)


def _by(by: str, reason: str) -> str:
    return f", says {_who(by)} ({plain(reason)})"


def _who(by: str) -> str:
    """`key:duty-desk` and `member:c-1` as people read them."""
    role, _, name = by.partition(":")
    return f"the rule for {name}" if role == "rule" else name
