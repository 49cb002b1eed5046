"""The HTTP edge of intake: which paths there are. What each does is in its own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from services.intake.edge import bulk, decisions, feeds, reports, screenings, triggers

if TYPE_CHECKING:
    from services.intake.edge.desk import Desk
    from services.intake.policy import Pack
    from services.runtime.host import Ports

_PREFIX = "/v1"
STREAMED = (f"{_PREFIX}{bulk.PATH}",)
"""Paths whose bodies are read in parts."""


def routes(desk: Desk, ports: Ports, pack: Pack) -> APIRouter:
    """Every path that intake answers."""
    router = APIRouter(prefix=_PREFIX, tags=["incidents"])
    router.include_router(reports.routes(desk, ports))
    router.include_router(bulk.routes(desk, ports))
    router.include_router(feeds.routes(desk, ports))
    router.include_router(screenings.routes(ports, pack))
    router.include_router(triggers.routes(ports, pack))
    router.include_router(decisions.routes(desk.joining))
    return router
