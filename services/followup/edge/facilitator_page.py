"""The addresses of a member's page of what they are down for.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from schemas.envelope import Slug
from services.followup.edge.facilitator import FacilitatorPages, case_of
from services.followup.edge.facilitator_shown import STEPS

_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
_WORDS = tuple(dict.fromkeys(word for steps in STEPS.values() for word in steps))
_ITEM = "/items/{agency}/{case_id}/{item}"
Agency = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


def routes(pages: FacilitatorPages) -> APIRouter:
    """The pages behind `/f/<token>`."""
    router = APIRouter(prefix="/f/{token}")

    @router.get("", **_HIDDEN)
    async def everything(token: str, done: str = "") -> Response:
        return await pages.opened(token, lambda whose: pages.everything(token, whose, done))

    @router.get(_ITEM, **_HIDDEN)
    async def one(
        token: str, agency: Agency, case_id: CaseId, item: Slug, done: str = "", no: str = ""
    ) -> Response:
        case = case_of(agency, case_id)
        return await pages.opened(token, lambda who: pages.item(token, who, case, item, done, no))

    def offer(word: str) -> None:
        @router.post(f"{_ITEM}/{word}", **_HIDDEN)
        async def step(
            token: str, agency: Agency, case_id: CaseId, item: Slug, request: Request
        ) -> Response:
            case = case_of(agency, case_id)
            async with request.form(max_files=0, max_fields=20) as form:
                given = {name: told for name, told in form.items() if isinstance(told, str)}
            return await pages.opened(
                token, lambda whose: pages.step(token, whose, case, item, word, given)
            )

    for word in _WORDS:
        offer(word)
    return router
