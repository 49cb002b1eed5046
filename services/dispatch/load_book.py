"""What each member carries, kept in memory by following the streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.dispatch.load import Load
    from services.runtime.journal import Journal


class LoadBook:
    """Every agency's load, as far as it is read. It answers at once, and never holds up asking."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loads: dict[str, dict[str, Load]] = {}

    def of(self, agency: str, at: datetime) -> Mapping[str, Load]:
        """The load of an agency's members; one who is not named carries nothing."""
        return {
            member_id: load
            for member_id, load in self._loads.get(agency, {}).items()
            if not load.taken or load.taken[0] <= at
        }
