"""What screening leads to, and why it is another than before: the words of intake's events."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What screening recommends; a human can always raise or lower it."""

    CRITICAL = "critical"
    REVIEW = "review"
    ROUTINE = "routine"


class Mode(StrEnum):
    """What happens by itself for a trigger class."""

    AUTO_PAGE = "auto_page"
    AUTO_PLAN = "auto_plan"
    REQUEST_ONLY = "request_only"
    HUMAN_RAISE = "human_raise"


class HoldReason(StrEnum):
    """Why a recommendation pages nobody by itself."""

    EXERCISE = "exercise"
    CANCELLED = "cancelled"
    TOO_OLD = "too_old"
    MODE = "mode"
    CONTEXT = "context"
    """A hazard alert, not a call."""


class ChangeReason(StrEnum):
    """Why a recommendation is another than before."""

    NEW_REPORT = "new_report"
    CANCELLED = "cancelled"
    RAISED = "raised"
    """A person raised it."""
    LOWERED = "lowered"
    """A person lowered it."""
    MERGED = "merged"
    """Another case turned out to be the same incident."""
