"""What followup is asked to do after a member's own request for a peer."""

from __future__ import annotations

from datetime import timedelta

from schemas.candidates import Candidate
from schemas.envelope import Command, MemberId, Slug, UtcDatetime
from schemas.followup import MissReason
from services.followup.aftercare_policy import AftercareRules


class PlanAftercare(Command):
    """Somebody has the request: plan when they offer to talk again. Said again, it is brought up to
    date."""

    emergency: bool
    takers: tuple[Candidate, ...]
    adds: bool = False
    """These took it besides those who are known; otherwise they are all."""
    since: UtcDatetime
    """What the times are counted from."""
    rules: AftercareRules


class DeclineAftercare(Command):
    """No follow-up, please."""


class AftercareDue(Command):
    """It is time for a check-in. A timer that was set for another moment has been overtaken."""

    item: Slug
    due_at: UtcDatetime


class AftercareCloses(Command):
    """A check-in's grace time passed."""

    item: Slug
    due_at: UtcDatetime
    answer_within: timedelta | None = None
    """How long coordinators have to see to it; then others hear of it too."""


class AftercareUnanswered(Command):
    """Time is up for those who were told of a missed check-in."""

    item: Slug
    due_at: UtcDatetime


class OfferAftercare(Command):
    """Whoever took the request says that they offered it. What was answered stays with the two."""

    item: Slug
    member_id: MemberId


class ExplainAftercare(Command):
    """Whoever took the request, or a coordinator, says why it was missed."""

    item: Slug
    member_id: MemberId | None = None
    """Whose page it is said on; none where a coordinator says it, who is the command's actor."""
    reason: MissReason


AftercareCommand = (
    PlanAftercare
    | DeclineAftercare
    | AftercareDue
    | AftercareCloses
    | AftercareUnanswered
    | OfferAftercare
    | ExplainAftercare
)
