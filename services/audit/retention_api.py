"""HTTP: the purge clock, for an operator.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request

from services.audit.reader import Reader
from services.audit.retention import KeptFor
from services.audit.views import retention
from services.audit.views.retention import Retention
from services.runtime.edge import bearer, require
from services.runtime.host import Ports

_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "Not an operator's key"},
}


async def clock(reader: Reader, agency: str, zone: str, kept: KeptFor) -> Retention:
    """The purge clock of an agency, now."""
    now = reader.clock.now()
    return await reader.store.read(
        lambda connection: retention.told(connection, agency, now, ZoneInfo(zone), kept)
    )


def routes(ports: Ports, reader: Reader, kept: KeptFor) -> APIRouter:
    """GET /v1/retention."""
    router = APIRouter(prefix="/v1", tags=["audit"], responses=_REFUSED)

    @router.get("/retention", openapi_extra=_KEY)
    async def read_retention(request: Request) -> Retention:
        """What can be erased, how much of it is held and until when, and what a legal hold keeps."""
        principal = await require(request, ports.keyring)
        return await clock(reader, principal.agency, ports.settings.time_zone, kept)

    return router
