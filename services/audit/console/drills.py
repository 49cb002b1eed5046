"""The console's pages about exercises: which there are, and the report of one.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.audit.console.console import Console
from services.audit.drills import DrillReader


def routes(console: Console, reader: DrillReader) -> APIRouter:
    """GET /drills and /drills/{case_id}."""
    router = APIRouter(include_in_schema=False)

    def agency(request: Request) -> str:
        who = console.who(request)
        return who.agency

    async def listed(request: Request) -> Response:
        shown = await reader.listed(agency(request))
        return await console.show("drills.html", request, "drills", shown=shown, report=None)

    async def one(request: Request, case_id: str) -> Response:
        report = await reader.report(agency(request), case_id)
        return await console.show("drills.html", request, "drills", shown=None, report=report)

    @router.get("/drills")
    async def drills(request: Request) -> Response:
        return await console.answer(request, listed(request))

    @router.get("/drills/{case_id}")
    async def drill(request: Request, case_id: Annotated[str, Path(max_length=36)]) -> Response:
        return await console.answer(request, one(request, case_id))

    return router
