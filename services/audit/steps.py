"""The vocabulary of a timeline: its steps and how a line stands to its target; no logic."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What a line is about. The last five are plans, computed when they are read."""

    REPORTED = "reported"
    UPDATED = "updated"
    SCREENED = "screened"
    REQUESTED = "activation_requested"
    EXPOSED = "exposure_recorded"
    OPERATIONS_ENDED = "operations_ended"
    ACTIVATED = "team_activated"
    EXCLUDED = "member_excluded"
    OFFERED = "offer_extended"
    ACCEPTED = "offer_accepted"
    DECLINED = "offer_declined"
    EXPIRED = "offer_expired"
    WITHDRAWN = "offer_withdrawn"
    SENT = "delivery_sent"
    NOT_SENT = "delivery_failed"
    FORMED = "team_formed"
    EXHAUSTED = "roster_exhausted"
    ALARMED = "coordinator_alarmed"
    NOTIFIED = "member_notified"
    PLANNED = "followup_planned"
    WINDOWS_OPENED = "group_windows_opened"
    OVERDUE = "intervention_overdue"
    HELD = "intervention_held"
    SESSION_MISSED = "intervention_missed"
    FELL_DUE = "check_in_fell_due"
    CHECKED_IN = "check_in_completed"
    CHECK_IN_MISSED = "check_in_missed"
    ANSWER_DUE = "answer_due"
    TEAM_DUE = "team_due"
    SESSION_COMING = "session_planned"
    SESSION_WAITING = "session_waiting"
    CHECK_IN_COMING = "check_in_planned"


class RowState(StrEnum):
    """How a line stands to its target. MISSED also marks what needs a person: a red row."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    COMING = "coming"
    INFO = "info"


LABELS = {
    Step.REPORTED: "Reported",
    Step.UPDATED: "Updated",
    Step.SCREENED: "Screened",
    Step.REQUESTED: "Team wanted",
    Step.EXPOSED: "More units",
    Step.OPERATIONS_ENDED: "Operations ended",
    Step.ACTIVATED: "Team search began",
    Step.EXCLUDED: "Not asked",
    Step.OFFERED: "Offer",
    Step.ACCEPTED: "Accepted",
    Step.DECLINED: "Declined",
    Step.EXPIRED: "No answer",
    Step.WITHDRAWN: "Stood down",
    Step.SENT: "Message sent",
    Step.NOT_SENT: "Message not sent",
    Step.FORMED: "Team formed",
    Step.EXHAUSTED: "Roster exhausted",
    Step.ALARMED: "Coordinator called",
    Step.NOTIFIED: "Reminder",
    Step.PLANNED: "Follow-up planned",
    Step.WINDOWS_OPENED: "Windows opened",
    Step.OVERDUE: "Target passed",
    Step.HELD: "Session held",
    Step.SESSION_MISSED: "Session missed",
    Step.FELL_DUE: "Check-in due",
    Step.CHECKED_IN: "Check-in offered",
    Step.CHECK_IN_MISSED: "Check-in missed",
    Step.ANSWER_DUE: "Answer",
    Step.TEAM_DUE: "Team complete",
    Step.SESSION_COMING: "Session",
    Step.SESSION_WAITING: "Session",
    Step.CHECK_IN_COMING: "Check-in",
}
"""What a line of each step is headed with."""
