"""What the console's pages need so that a person can decide: leave, choices, and words for a no.

It decides nothing: the forms post to intake, which takes a pass of ours for who is looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.audit.console import steps
from services.audit.console.triggers import choices
from services.audit.views.standing import CaseState
from services.runtime.access import May, may
from services.runtime.auth import Passes, secret_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.audit.console.triggers import Choice
    from services.audit.settings import AuditSettings
    from services.audit.views.open_work import CaseSummary
    from services.audit.views.reviews import OpenReview
    from services.runtime.auth import Principal

_AT_WORK = frozenset(
    {
        CaseState.COORDINATOR_NEEDED,
        CaseState.ASKING,
        CaseState.TEAM_FORMED,
        CaseState.FOLLOWUP_RUNNING,
    }
)
REFUSED = {
    "item-already-settled": "Somebody has decided this already. Nothing was changed.",
    "merged": "This case is another one now. Nothing was changed: decide there.",
    "not-merged": "This case is not merged into another. Nothing was changed.",
    "merge-the-other-way": "This case is the graver one: open the other, and merge it into this.",
    "unknown-trigger": "The policy does not have this trigger class. Nothing was changed.",
    "exercise": "This is an exercise: it is never raised, lowered or merged. Nothing was changed.",
    "unknown-case": "There is no such case. Nothing was changed.",
    "needs-approval": "This is not held before the mental health professional on the team has "
    "approved it, on the page of their own offer. Nothing was changed.",
    "stood-down": "The team was stood down. Nothing was changed.",
    "misfit": "Something in the form does not fit. Nothing was changed: look at it again.",
    "old-page": "The page was too old, and nothing was changed. This one is new: try again.",
    **steps.REFUSED,
}
"""By the word in the page's address; any other word says nothing."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What can be decided on a case, for whoever may."""

    leave: str
    choices: tuple[Choice, ...]
    has_team: bool
    """There is a team to stand down."""
    typed: str
    """What was typed to find the case to merge with."""
    others: tuple[CaseSummary, ...]
    """The cases that it may mean."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Gives out leave to operators, and to nobody else."""

    passes: Passes
    choices: tuple[Choice, ...]

    @classmethod
    def of(cls, settings: AuditSettings) -> Deciding:
        """With the secret that intake reads passes with, and the policy that is in force."""
        secret = secret_of(settings.data_dir / "session-secret")
        return cls(Passes(secret), choices(settings))

    def panel(
        self, who: Principal, case: CaseSummary, typed: str, found: Iterable[CaseSummary]
    ) -> Panel | None:
        """The decisions on this case; None for a key that may not decide."""
        if not may(who, May.DECIDE):
            return None
        return Panel(
            leave=self.passes.issue(who, f"decide:{case.case_id}"),
            choices=self.choices,
            has_team=case.state in _AT_WORK,
            typed=typed,
            others=tuple(other for other in found if other.case_id != case.case_id),
        )

    def leaves(self, who: Principal, reviews: Iterable[OpenReview]) -> dict[str, str]:
        """Leave for each case with a question; none for a key that may not decide."""
        if not may(who, May.DECIDE):
            return {}
        ids = [each.case_id for each in reviews]
        return {case_id: self.passes.issue(who, f"decide:{case_id}") for case_id in ids}

    def to_raise(self, who: Principal) -> str:
        """Leave to open a case; empty for a key that may not."""
        return self.passes.issue(who, "raise") if may(who, May.DECIDE) else ""

    def to_schedule(self, who: Principal, case: CaseSummary) -> str:
        """Leave for what is planned in this case; empty for a key that may not."""
        return self.passes.issue(who, f"decide:{case.case_id}") if may(who, May.SCHEDULE) else ""

    def to_confirm(self, who: Principal) -> str:
        """Leave to say that a place was tried; empty for a key that may not."""
        return self.passes.issue(who, "places") if may(who, May.KEEP_PLACES) else ""
