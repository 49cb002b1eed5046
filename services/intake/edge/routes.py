"""The HTTP edge of intake: which paths there are. What each does is in its own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.intake.edge import bulk, decisions, feeds, reports, screenings, triggers
from services.runtime.edge import joined

if TYPE_CHECKING:
    from fastapi import APIRouter

    from services.intake.edge.desk import Desk
    from services.intake.policy import Pack
    from services.runtime.host import Ports

STREAMED = (f"/v1{bulk.PATH}",)
"""Paths whose bodies are read in parts."""


def routes(desk: Desk, ports: Ports, pack: Pack) -> APIRouter:
    """Every path that intake answers."""
    return joined(
        reports.routes(desk, ports),
        bulk.routes(desk, ports),
        feeds.routes(desk, ports),
        screenings.routes(ports, pack),
        triggers.routes(ports, pack),
        decisions.routes(desk.joining),
    )
