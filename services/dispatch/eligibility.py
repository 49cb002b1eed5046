"""Who may be asked: for each member yes, or every reason why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.policy import LoadCaps
from services.dispatch.duty import Duty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from services.dispatch.load import Load


@dataclass(frozen=True, slots=True)
class Asking:
    """For what somebody is asked, and what is known at that moment."""

    case_id: str
    now: datetime
    incident_on: date
    """The day of the incident, by the agency's clock."""
    today: date
    units: frozenset[str] = frozenset()
    """Units that were there."""
    disciplines: frozenset[str] = frozenset()
    """Of those who were there."""
    duty: Duty = field(default_factory=Duty)
    loads: Mapping[str, Load] = field(default_factory=dict)
    caps: LoadCaps = field(default_factory=LoadCaps)
    emergency: bool = False
    """Nobody is left in peace: mute, hours, caps and rest count for nothing."""
