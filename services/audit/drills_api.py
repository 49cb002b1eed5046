"""HTTP for programs: which exercises there are, and how each went. For operators only, because a
plan is a secret to those who are to be practised with.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from services.audit.drills import DrillReader
from services.audit.views.drill_report import DrillReport
from services.audit.views.drills import Drills
from services.runtime.auth import Principal
from services.runtime.edge import bearer, require
from services.runtime.host import Ports

_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "Only an operator's key may look at exercises"},
}
_NO_CASE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such exercise"},
    409: {"description": "Several exercises begin like that"},
}
_CaseId = Annotated[
    str, Path(max_length=36, description="An exercise's id, or a beginning of it that only it has")
]


def routes(ports: Ports, reader: DrillReader) -> APIRouter:
    """GET /v1/drills and GET /v1/drills/{case_id}."""
    router = APIRouter(prefix="/v1", tags=["exercises"], responses=_ANSWERS)

    async def who(request: Request) -> Principal:
        return await require(request, ports.keyring)

    @router.get("/drills", openapi_extra=_KEY)
    async def list_exercises(request: Request) -> Drills:
        """Exercises that are planned, that run, and that are over, the newest first."""
        return await reader.listed((await who(request)).agency)

    @router.get("/drills/{case_id}", responses=_NO_CASE, openapi_extra=_KEY)
    async def report_an_exercise(case_id: _CaseId, request: Request) -> DrillReport:
        """How an exercise went: asked, reached, answered in time, and the times, with the targets."""
        return await reader.report((await who(request)).agency, case_id)

    return router
