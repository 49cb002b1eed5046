"""The console's page of the record: how it is proven, and the purge clock of what is not in it.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from fastapi import APIRouter, Request, Response

from services.audit import retention_api
from services.audit.checkpoints_api import Proof
from services.audit.console.console import Console
from services.audit.retention import KeptFor


def routes(console: Console, proof: Proof, kept: KeptFor) -> APIRouter:
    """GET /record."""
    router = APIRouter(include_in_schema=False)

    async def shown(request: Request) -> Response:
        who = console.who(request)
        zone = console.settings.time_zone
        clock = await retention_api.clock(console.reader, who.agency, zone, kept)
        seals = await proof.seals()
        return await console.show("record.html", request, "record", seals=seals, clock=clock)

    @router.get("/record")
    async def record(request: Request) -> Response:
        return await console.answer(request, shown(request))

    return router
