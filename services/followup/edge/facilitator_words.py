"""What a member's page calls things, and what it says when something cannot be done."""

from __future__ import annotations

from schemas.followup import MissReason, SessionOutcome
from schemas.policy import Group, InterventionKind
from schemas.refusals import RefusalCode
from schemas.sessions import CancelReason, EscalationReason

KINDS = {
    InterventionKind.ON_SCENE_SUPPORT: "On-scene support",
    InterventionKind.DEMOBILIZATION: "Demobilization",
    InterventionKind.BRIEFING: "Crisis management briefing",
    InterventionKind.DEFUSING: "Defusing",
    InterventionKind.DEBRIEFING: "Debriefing",
    InterventionKind.ONE_ON_ONE: "One-on-one",
    InterventionKind.FAMILY_SUPPORT: "Family support",
    InterventionKind.CHAPLAIN_VISIT: "Chaplain's visit",
    InterventionKind.COMMAND_CONSULTATION: "Consultation for command",
    InterventionKind.STAFF_SUPPORT: "Support for those who held it",
    InterventionKind.TRIAGE: "Weighing whether more is called for",
}
GROUPS = {
    Group.RESPONDERS: "responders",
    Group.DISPATCHERS: "dispatchers",
    Group.COMMAND: "command staff",
    Group.HOSPITAL: "hospital staff",
}
OUTCOMES = {
    SessionOutcome.NO_FURTHER: "Nothing further is needed",
    SessionOutcome.FOLLOW_UP: "Somebody looks after them again",
    SessionOutcome.REFERRAL: "Something was referred",
    SessionOutcome.EMERGENCY: "Emergency care was needed",
}
MISSES = {
    MissReason.NOBODY_WANTED_IT: "Nobody wanted it",
    MissReason.STILL_WORKING: "They were still working",
    MissReason.NOBODY_FREE: "Nobody was free to hold it",
    MissReason.NO_MHP: "No mental health professional",
    MissReason.HELD_ELSEWHERE: "It was held by others",
    MissReason.NOT_CALLED_FOR: "It was not called for",
    MissReason.OUTAGE: "Tailboard or the phones were down",
    MissReason.OTHER: "Another reason",
}
CANCELS = {
    CancelReason.NOBODY_WANTED_IT: "Nobody wants it",
    CancelReason.STILL_WORKING: "They are still working",
    CancelReason.HELD_ELSEWHERE: "Others hold it",
    CancelReason.NOT_CALLED_FOR: "It is not called for",
    CancelReason.CLINICAL_ADVICE: "A mental health professional advises against it",
    CancelReason.COUNSEL: "A lawyer has to agree first",
    CancelReason.OTHER: "Another reason",
}
ESCALATIONS = {
    EscalationReason.CANNOT_HOLD: "I cannot hold it",
    EscalationReason.NOBODY_BESIDE_ME: "Who was to hold it with me is not there",
    EscalationReason.NEEDS_MHP: "A mental health professional has to be there",
    EscalationReason.LARGER_THAN_PLANNED: "There are more people than planned",
    EscalationReason.NO_PLACE: "There is no place for it",
    EscalationReason.STILL_WORKING: "Those it is for cannot come",
    EscalationReason.OTHER: "Something else",
}
OF_A_CHECK_IN = (
    EscalationReason.CANNOT_HOLD,
    EscalationReason.NEEDS_MHP,
    EscalationReason.OTHER,
)
"""The others are about a session."""
DONE = {
    "done": "Thank you. It is noted as done.",
    "set": "The time is set. Everybody who holds it is told.",
    "found": "These are the times at which enough of you are free.",
    "none": "No time was found at which enough of you are free. Your coordinator is called.",
    "cancel": "It does not take place. Everybody who was to hold it is told.",
    "escalate": "Your coordinator is called. It stays with you until somebody else has it.",
    "why": "Thank you. That is all we need to know.",
}
"""What was done, by the word in the page's address."""
_LONG_OPEN = "This page was open for a long time, so nothing was changed. Please tap once more."
NO = {
    "old-page": _LONG_OPEN,
    "misfit": "Something does not fit: look at the fields once more. Nothing was changed.",
    RefusalCode.ITEM_ALREADY_SETTLED.value: "This was settled before. Nothing was changed.",
    RefusalCode.NEEDS_APPROVAL.value: "The mental health professional on the team has to approve it "
    "first, on the page of their own offer. Nothing was changed.",
    RefusalCode.NOT_PROPOSED.value: "This time is not proposed any more. Choose another one.",
    RefusalCode.NOT_SCHEDULED.value: "It has no time yet: choose one.",
    RefusalCode.NEEDS_MHP.value: "A mental health professional has to hold it with you. Choose a time "
    "that is proposed, or call your coordinator below.",
    RefusalCode.OUTSIDE_WINDOW.value: "That is outside the time in which it should be held. Choose "
    "another, or call your coordinator below.",
    RefusalCode.TOO_FEW_FACILITATORS.value: "Not enough of you are free then. Choose another time, or "
    "call your coordinator below.",
    RefusalCode.FACILITATOR_BUSY.value: "Not everybody who holds it is free then. Choose another time.",
    RefusalCode.ALREADY_PAST.value: "That time has passed. Choose one that is to come.",
    RefusalCode.NOT_YET.value: "It cannot have been held later than now.",
    RefusalCode.NOT_OPEN_YET.value: "It is too soon for that. Nothing was changed.",
    RefusalCode.NOT_ON_TEAM.value: "Somebody else has it by now. Nothing was changed.",
}
"""Why something was not done, by a refusal's word."""
NOT_DONE = "That cannot be done as it stands now. Nothing was changed."


def title(kind: InterventionKind | None, group: Group) -> str:
    """Such as `Defusing for responders`."""
    return f"{KINDS[kind] if kind else 'Check-in'} for {GROUPS[group]}"
