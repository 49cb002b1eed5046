"""What intake is told from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from services.runtime.settings import RuntimeSettings


class IntakeSettings(RuntimeSettings):
    """`TAILBOARD_POLICY_FILE` replaces the shipped pack; overrides change single values of it."""

    policy_file: Path | None = None
    policy_overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted paths to values, as JSON: `{"clocks.surplus": 2}`."""
