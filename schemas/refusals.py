"""A domain "no" is a value, not an exception; every code is listed here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Stable codes; they appear in problem details and in the offer page."""

    UNKNOWN_CASE = "unknown-case"
    UNKNOWN_REVIEW = "unknown-review"
    UNKNOWN_OFFER = "unknown-offer"
    UNKNOWN_TRIGGER = "unknown-trigger"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_REQUEST = "unknown-request"
    REQUEST_CLOSED = "request-closed"
    OFFER_ALREADY_ANSWERED = "offer-already-answered"
    OFFER_EXPIRED = "offer-expired"
    TEAM_COMPLETE = "team-complete"
    NOT_ON_TEAM = "not-on-team"
    ALREADY_ON_TEAM = "already-on-team"
    ALREADY_ASKED = "already-asked"
    EXCLUDED = "excluded"
    NOT_TRAINED = "not-trained"
    PLACES_TAKEN = "places-taken"
    NOBODY_TO_ASK = "nobody-to-ask"
    UNKNOWN_ALARM = "unknown-alarm"
    NEEDS_APPROVAL = "needs-approval"
    STOOD_DOWN = "stood-down"
    TIMER_NO_LONGER_NEEDED = "timer-no-longer-needed"
    TIMER_NOT_DUE = "timer-not-due"
    DELIVERY_NOT_NEEDED = "delivery-not-needed"
    DELIVERY_ALREADY_STARTED = "delivery-already-started"
    ITEM_ALREADY_SETTLED = "item-already-settled"
    MERGED = "merged"
    NOT_MERGED = "not-merged"
    MERGE_THE_OTHER_WAY = "merge-the-other-way"
    NOT_OPEN_YET = "not-open-yet"
    ALREADY_ENROLLED = "already-enrolled"
    NOT_ENROLLED = "not-enrolled"
    UNKNOWN_ROTA = "unknown-rota"
    UNKNOWN_MEMBER = "unknown-member"
    UNKNOWN_OVERRIDE = "unknown-override"
    ROTA_ENDED = "rota-ended"
    NOT_ON_CALL_THEN = "not-on-call-then"
    ALREADY_ON_CALL = "already-on-call"
    OVERRIDES_OVERLAP = "overrides-overlap"
    EMPTY_PERIOD = "empty-period"
    PERIOD_TOO_LONG = "period-too-long"
    EXERCISE = "exercise"
    EXERCISE_OVER = "exercise-over"
    UNKNOWN_EXERCISE = "unknown-exercise"
    REAL_INCIDENT = "real-incident"
    DESIGNATION_ENDED = "designation-ended"
    DATES_REVERSED = "dates-reversed"
    NOT_YET = "not-yet"
    ALREADY_PAST = "already-past"
    NOT_OPTIONAL = "not-optional"
    NOT_MISSED = "not-missed"
    STILL_OPEN = "still-open"
    NOT_PROPOSED = "not-proposed"
    NOT_SCHEDULED = "not-scheduled"
    NEEDS_MHP = "needs-mhp"
    OUTSIDE_WINDOW = "outside-window"
    BEYOND_POLICY = "beyond-policy"
    TOO_FEW_FACILITATORS = "too-few-facilitators"
    FACILITATOR_BUSY = "facilitator-busy"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command changes nothing; `detail` is a sentence for people and names no one."""

    code: RefusalCode
    detail: str
