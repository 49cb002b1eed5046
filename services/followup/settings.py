"""What followup is told from outside."""

from __future__ import annotations

from pathlib import Path

from schemas.envelope import Slug
from services.runtime.settings import RuntimeSettings


class FollowupSettings(RuntimeSettings):
    """Whose law holds; windows and cadence come with the case's policy."""

    jurisdiction: Slug = "default"
    """A name in policy/jurisdictions, such as `california`."""
    jurisdiction_file: Path | None = None
    """The agency's own pack instead of it."""
    referrals_file: Path | None = None
    """The agency's own numbers for places and written notices instead of policy/referrals.yaml."""
    private_file: Path | None = None
    """The agency's own numbers for one-on-ones instead of policy/private.yaml."""
    aftercare_file: Path | None = None
    """The agency's own numbers for what follows a request, instead of policy/aftercare.yaml."""
    feedback_file: Path | None = None
    """The agency's own numbers for feedback, instead of policy/feedback.yaml."""
    notice_file: Path | None = None
    """The limits of confidentiality in the words of the agency's lawyer, as plain text."""
