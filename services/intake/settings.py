"""What intake is told from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from services.runtime.settings import RuntimeSettings


class IntakeSettings(RuntimeSettings):
    """Which policy is in force: one that ships, or the agency's own file, with single values changed."""

    policy: str = "cism"
    """A pack that ships, by its name (`cism`, `stepped-care`)."""
    policy_file: Path | None = None
    """An agency's own file instead of it."""
    policy_overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted paths to values, as JSON: `{"clocks.surplus": 2}`."""

    drills_file: Path | None = None
    """The agency's own numbers for exercises instead of policy/drills.yaml."""

    @property
    def policy_source(self) -> str | Path:
        """The name or the file that the policy is read from."""
        return self.policy_file or self.policy
