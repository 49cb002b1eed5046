"""The watchdog's findings over HTTP.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Any

from fastapi import APIRouter, Request

from services.audit.watchdog import Watch, Watchdog
from services.runtime.edge import bearer, require
from services.runtime.host import Ports

_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"}
}


def routes(ports: Ports, watchdog: Watchdog) -> APIRouter:
    """GET /v1/watchdog."""
    router = APIRouter(prefix="/v1", tags=["operations"], responses=_ANSWERS)

    @router.get("/watchdog", openapi_extra={"security": [{bearer.scheme_name: []}]})
    async def status(request: Request) -> Watch:
        """Whether anything is overdue that should have happened by itself, of the caller's agency, and
        what the service said whose work it is."""
        who = await require(request, ports.keyring)
        told = watchdog.status()
        own = tuple(each for each in told.stuck if each.agency == who.agency)
        return told.model_copy(update={"stuck": own})

    return router
