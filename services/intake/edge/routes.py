"""The HTTP edge of intake: which paths there are. What each does is in its own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from services.intake.edge import reports

if TYPE_CHECKING:
    from services.intake.edge.desk import Desk


def routes(desk: Desk) -> APIRouter:
    """Every path that intake answers."""
    router = APIRouter(prefix="/v1", tags=["incidents"])
    router.include_router(reports.routes(desk))
    return router
