"""When the record was last verified, and how that went: a small file in the data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Frozen, UtcDatetime
from services.runtime.auth import write_private

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from services.audit.verification.verify_bundle import Verdict

_FILE = "verified.json"


class Verified(Frozen):
    """One verification of the streams."""

    at: UtcDatetime
    clean: bool
    found: int
    """How much was found."""
    first: str = ""
    """The first of it, in words."""
    checkpoint: int = 0
    """The newest checkpoint that was compared."""
    checkpoint_at: UtcDatetime | None = None


def of(verdict: Verdict, now: datetime) -> Verified:
    """A verdict as it is kept."""
    found = [*verdict.findings, *(each for told in verdict.told for each in told.findings)]
    newest = verdict.newest or {}
    return Verified(
        at=now,
        clean=verdict.is_clean,
        found=len(found),
        first=f"{found[0].stream}: {found[0].what}" if found else "",
        checkpoint=newest.get("number", 0),
        checkpoint_at=newest.get("at"),
    )


def keep(data_dir: Path, verified: Verified) -> None:
    """Write it down. Raises OSError."""
    write_private(data_dir / _FILE, verified.model_dump_json())


def last(data_dir: Path) -> Verified | None:
    """The last one; None when there is none that can be read."""
    try:
        return Verified.model_validate_json((data_dir / _FILE).read_bytes())
    except (OSError, ValueError):
        return None
