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
    DESIGNATION_ENDED = "designation-ended"
    DATES_REVERSED = "dates-reversed"
    NOT_YET = "not-yet"
    ALREADY_PAST = "already-past"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command changes nothing; `detail` is a sentence for people and names no one."""

    code: RefusalCode
    detail: str
