"""What followup is told from outside: nothing beyond what every service is."""

from __future__ import annotations

from services.runtime.settings import RuntimeSettings


class FollowupSettings(RuntimeSettings):
    """The shared settings; windows and cadence come with the case's policy."""
