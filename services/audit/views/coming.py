"""What happens without anybody's doing, and when; holds a moment and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Next:
    """What happens by itself, and when."""

    at: datetime
    what: str
