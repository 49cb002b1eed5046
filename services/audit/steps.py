"""The vocabulary of a timeline: its steps and how a line stands to its target; no logic."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What a line is about. The last six are plans, computed when they are read."""

    REPORTED = "reported"
    UPDATED = "updated"
    SCREENED = "screened"
    REQUESTED = "activation_requested"
    EXPOSED = "exposure_recorded"
    OPERATIONS_ENDED = "operations_ended"
    RECOMMENDED = "recommendation_changed"
    RAISED = "case_raised"
    LOWERED = "case_lowered"
    UNWANTED = "deactivation_requested"
    ASKED = "review_opened"
    ESCALATED = "review_escalated"
    UNANSWERED = "review_overdue"
    DECIDED = "review_answered"
    MOOT = "review_moot"
    MERGED = "case_merged"
    ABSORBED = "case_absorbed"
    SPLIT = "case_split"
    ACTIVATED = "team_activated"
    EXCLUDED = "member_excluded"
    OFFERED = "offer_extended"
    ACCEPTED = "offer_accepted"
    DECLINED = "offer_declined"
    EXPIRED = "offer_expired"
    WITHDRAWN = "offer_withdrawn"
    SENT = "delivery_sent"
    ARRIVED = "delivery_confirmed"
    NEXT_CHANNEL = "delivery_unanswered"
    NOT_SENT = "delivery_failed"
    FORMED = "team_formed"
    EXHAUSTED = "roster_exhausted"
    ALARMED = "coordinator_alarmed"
    NOTIFIED = "member_notified"
    WIDENED = "team_widened"
    STOOD_DOWN = "team_stood_down"
    REVIEWERS = "reviewers_asked"
    TAPPED = "review_answer_given"
    REVIEW_CLOSED = "review_closed"
    STANDING_BY = "standby_offered"
    ARRIVAL = "arrival_estimated"
    SUGGESTED = "member_suggested"
    ADDED = "candidate_added"
    ASKED_AGAIN = "members_asked_again"
    RESIZED = "team_resized"
    ALARM_ANSWERED = "alarm_answered"
    ALARM_ESCALATED = "alarm_escalated"
    TAKEN_OVER = "case_taken_over"
    PAUSED = "asking_paused"
    RESUMED = "asking_resumed"
    SESSIONS_APPROVED = "group_sessions_approved"
    SESSIONS_REFUSED = "group_sessions_refused"
    PLANNED = "followup_planned"
    WINDOWS_OPENED = "group_windows_opened"
    OVERDUE = "intervention_overdue"
    HELD = "intervention_held"
    SESSION_MISSED = "intervention_missed"
    FELL_DUE = "check_in_fell_due"
    CHECKED_IN = "check_in_completed"
    CHECK_IN_MISSED = "check_in_missed"
    PLAN_WIDENED = "followup_widened"
    PLAN_CANCELLED = "followup_cancelled"
    EXERCISE_PLANNED = "drill_planned"
    EXERCISE_ENDED = "drill_ended"
    TEAM_NOTED = "team_noted"
    SESSION_ADDED = "intervention_added"
    WINDOWS_MOVED = "windows_moved"
    CREWS_SET = "crews_set"
    SESSION_DECLINED = "intervention_declined"
    EXPLAINED = "miss_explained"
    CLOSED = "case_closed"
    PROPOSED = "intervention_proposed"
    NO_TIME = "proposal_failed"
    SCHEDULED = "intervention_scheduled"
    UNSCHEDULED = "intervention_unscheduled"
    SESSION_CANCELLED = "intervention_cancelled"
    KEPT_OPEN = "window_extended"
    CLOSING = "window_closing_warned"
    REMINDED = "facilitators_reminded"
    OUTCOME_ASKED = "outcome_asked"
    HOLDER_ASKS = "item_escalated"
    COVER_ASKED = "coverage_requested"
    COVER_RELEASED = "coverage_released"
    DECISION_DUE = "decision_due"
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
    Step.RECOMMENDED: "Recommendation",
    Step.RAISED: "Raised",
    Step.LOWERED: "Lowered",
    Step.UNWANTED: "Stand down",
    Step.ASKED: "Question",
    Step.ESCALATED: "Asked again",
    Step.UNANSWERED: "Decision overdue",
    Step.DECIDED: "Decided",
    Step.MOOT: "No longer asked",
    Step.MERGED: "Merged",
    Step.ABSORBED: "Same incident",
    Step.SPLIT: "Split",
    Step.ACTIVATED: "Team search began",
    Step.EXCLUDED: "Not asked",
    Step.OFFERED: "Offer",
    Step.ACCEPTED: "Accepted",
    Step.DECLINED: "Declined",
    Step.EXPIRED: "No answer",
    Step.WITHDRAWN: "Stood down",
    Step.SENT: "Message sent",
    Step.ARRIVED: "Message arrived",
    Step.NEXT_CHANNEL: "Another way",
    Step.NOT_SENT: "Message not sent",
    Step.FORMED: "Team formed",
    Step.EXHAUSTED: "Roster exhausted",
    Step.ALARMED: "Coordinator called",
    Step.NOTIFIED: "Reminder",
    Step.WIDENED: "Team widened",
    Step.STOOD_DOWN: "Team stood down",
    Step.REVIEWERS: "Decision wanted",
    Step.TAPPED: "Answer by phone",
    Step.REVIEW_CLOSED: "Question closed",
    Step.STANDING_BY: "Standing by",
    Step.ARRIVAL: "On the way",
    Step.SUGGESTED: "Colleague named",
    Step.ADDED: "Added by hand",
    Step.ASKED_AGAIN: "Asked again",
    Step.RESIZED: "Team resized",
    Step.ALARM_ANSWERED: "Alarm answered",
    Step.ALARM_ESCALATED: "Program lead called",
    Step.TAKEN_OVER: "Taken over",
    Step.PAUSED: "Asking paused",
    Step.RESUMED: "Asking resumed",
    Step.SESSIONS_APPROVED: "Sessions approved",
    Step.SESSIONS_REFUSED: "Sessions held back",
    Step.PLANNED: "Follow-up planned",
    Step.WINDOWS_OPENED: "Windows opened",
    Step.OVERDUE: "Target passed",
    Step.HELD: "Session held",
    Step.SESSION_MISSED: "Session missed",
    Step.FELL_DUE: "Check-in due",
    Step.CHECKED_IN: "Check-in offered",
    Step.CHECK_IN_MISSED: "Check-in missed",
    Step.PLAN_WIDENED: "Follow-up widened",
    Step.PLAN_CANCELLED: "Follow-up cancelled",
    Step.EXERCISE_PLANNED: "Exercise planned",
    Step.EXERCISE_ENDED: "Exercise over",
    Step.TEAM_NOTED: "Other team",
    Step.SESSION_ADDED: "Added",
    Step.WINDOWS_MOVED: "Windows moved",
    Step.CREWS_SET: "Groups",
    Step.SESSION_DECLINED: "Not wanted",
    Step.EXPLAINED: "Reason given",
    Step.CLOSED: "Case closed",
    Step.PROPOSED: "Times proposed",
    Step.NO_TIME: "No time found",
    Step.SCHEDULED: "Session set",
    Step.UNSCHEDULED: "Session off",
    Step.SESSION_CANCELLED: "Cancelled",
    Step.KEPT_OPEN: "Window longer",
    Step.CLOSING: "Window closing",
    Step.REMINDED: "Reminder",
    Step.OUTCOME_ASKED: "Asked how it went",
    Step.HOLDER_ASKS: "Coordinator needed",
    Step.COVER_ASKED: "Cover asked for",
    Step.COVER_RELEASED: "Cover released",
    Step.DECISION_DUE: "Decision",
    Step.ANSWER_DUE: "Answer",
    Step.TEAM_DUE: "Team complete",
    Step.SESSION_COMING: "Session",
    Step.SESSION_WAITING: "Session",
    Step.CHECK_IN_COMING: "Check-in",
}
"""What a line of each step is headed with."""
