"""What audit is told from outside, beside what every service is told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr

from services.audit.dialects import checked
from services.runtime.settings import RuntimeSettings


def _views(url: str | None) -> str | None:
    return url if url is None else checked(url)


class AuditSettings(RuntimeSettings):
    """Environment variables with the prefix `TAILBOARD_`, such as `TAILBOARD_VIEWS_URL`."""

    views_url: Annotated[str | None, AfterValidator(_views)] = None
    """Where the views are kept; by default SQLite in the data folder. May hold a password."""
    policy: str = "cism"
    policy_file: Path | None = None
    policy_overrides: dict[str, Any] = Field(default_factory=dict)
    """Intake's policy, by the same variables: the console lists its trigger classes to choose from."""
    roster_file: Path | None = None
    """Dispatch's rules for the roster, by the same variable: the console shows what lapses when."""
    retention_file: Path | None = None
    """How long contacts of members who left are kept; by default policy/retention.yaml."""
    requests_file: Path | None = None
    """Dispatch's rules for requests, by the same variable: the purge clock shows their span."""
    private_file: Path | None = None
    """Followup's rules for one-on-ones, by the same variable: the same."""
    checkpoint_events: Annotated[int, Field(ge=1, le=5000)] = 500
    """A stream is sealed after so many events,"""
    checkpoint_minutes: Annotated[float, Field(ge=0.1, le=1440)] = 10.0
    """or so long after the first one that is not sealed."""
    checkpoint_folder: Path | None = None
    """Where checkpoints are kept once more, best on another disk; by default in the data folder."""
    deadman_url: SecretStr | None = None
    """Asked once a minute while nothing is overdue: its silence alarms whoever watches it from outside."""
    demo: bool = False
    """The console is open to everybody who reaches it, and says so on every page."""
    phones_dir: Path | None = None
    """A Maildir of what the demo's phones received; None without a demo."""

    @property
    def deadman(self) -> str | None:
        """The address of the dead man's switch."""
        return self.deadman_url.get_secret_value() if self.deadman_url else None

    @property
    def seals_folder(self) -> Path:
        """The folder of `checkpoints.jsonl`."""
        return self.checkpoint_folder or self.data_dir / "checkpoints"

    @property
    def views(self) -> str:
        """The SQLAlchemy URL of the views."""
        return self.views_url or f"sqlite:///{self.data_dir / 'audit.sqlite3'}"
