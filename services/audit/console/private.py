"""The console's page of one-on-ones: counts, clocks, legal holds, broken glass. Nobody is on it.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from fastapi import APIRouter, Request, Response

from services.audit.console.console import Console


def routes(console: Console) -> APIRouter:
    """GET /one-on-ones."""
    router = APIRouter(include_in_schema=False)

    async def shown(request: Request) -> Response:
        who = console.who(request)
        private = await console.reader.private(who.agency)
        return await console.show("private.html", request, "private", private=private)

    @router.get("/one-on-ones")
    async def one_on_ones(request: Request) -> Response:
        return await console.answer(request, shown(request))

    return router
