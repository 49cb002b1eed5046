"""The rotas' part that a page shows: the gaps that the last look ahead has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.rota import CoverageChecked
from services.audit import tables
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The row of one event of ROTA; who is on call when is dispatch's to compute."""
    match recorded.event:
        case CoverageChecked() as event:
            told = {
                "agency": recorded.entity.agency,
                "checked_at": recorded.meta.time,
                "gaps": [gap.model_dump(mode="json") for gap in event.gaps],
            }
            yield Change(tables.coverage, told)
        case _:
            return
