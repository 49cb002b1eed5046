"""The addresses of the pages of whom a peer looks after.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.followup.edge.people import PeoplePages

_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
_WORDS = {
    "contacted": "contacted",
    "next": "moved",
    "details": "kept",
    "hand-over": "offered",
    "close": "closed",
    "take": "taken",
    "leave": "left",
}
"""The last word of an address, and what was done when it went well."""


def routes(pages: PeoplePages) -> APIRouter:
    """The pages behind `/f/<token>/people`."""
    router = APIRouter(prefix="/f/{token}/people")

    @router.get("", **_HIDDEN)
    async def everybody(token: str, done: str = "") -> Response:
        return await pages.opened(token, lambda whose: pages.list(token, whose, done))

    @router.get("/new", **_HIDDEN)
    async def new(token: str, request: Request) -> Response:
        given = dict(request.query_params)
        return await pages.opened(token, lambda whose: pages.new(token, whose, given))

    @router.post("", **_HIDDEN)
    async def begin(token: str, request: Request) -> Response:
        given = await _fields(request)
        return await pages.opened(token, lambda whose: pages.open(token, whose, given))

    @router.get("/{one_on_one}", **_HIDDEN)
    async def one(token: str, one_on_one: str) -> Response:
        return await pages.opened(token, lambda whose: pages.one(token, whose, one_on_one))

    def offer(path: str, word: str) -> None:
        @router.post(f"/{{one_on_one}}/{path}", **_HIDDEN)
        async def step(token: str, one_on_one: str, request: Request) -> Response:
            given = await _fields(request)
            return await pages.opened(
                token, lambda whose: pages.step(token, whose, one_on_one, word, given)
            )

    for path, word in _WORDS.items():
        offer(path, word)
    return router


async def _fields(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=20) as fields:
        return {name: value for name, value in fields.items() if isinstance(value, str)}
