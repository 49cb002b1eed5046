"""A peer's own check-ins after requests that they took, behind their personal link. Only a POST changes.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse

from schemas.envelope import Slug
from schemas.followup import MissReason
from services.followup.aftercare_commands import ExplainAftercare, OfferAftercare
from services.followup.aftercare_desk import AftercareDesk
from services.followup.edge.open_pages import HEADERS, open_page
from services.followup.own_links import OwnLinks, Whose
from services.runtime.errors import Transient

_TEMPLATE = "own_check_ins.html"
REASONS = (
    (MissReason.NOBODY_FREE, "I had no time"),
    (MissReason.NOBODY_WANTED_IT, "it was not wanted"),
    (MissReason.HELD_ELSEWHERE, "somebody else offered it"),
    (MissReason.NOT_CALLED_FOR, "it was not called for"),
    (MissReason.OTHER, "another reason"),
)
"""Of all reasons those that a peer can have."""
DONE = {
    "offered": "Thank you. It is kept that you offered it, and nothing else.",
    "said": "Thank you. That is settled.",
    "gone": "That was settled before.",
}
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
RequestId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


@dataclass(frozen=True, slots=True)
class OwnCheckIns:
    """What a peer sees and says."""

    desk: AftercareDesk
    links: OwnLinks

    async def show(self, token: str, done: str = "") -> Response:
        """What waits for them, the earliest first."""
        whose = await self._whose(token)
        if isinstance(whose, Response):
            return whose
        waiting = self.desk.book.of(whose.agency, whose.member_id)
        return self._page("own", token=token, done=DONE.get(done, ""), waiting=waiting)

    async def offered(self, token: str, request_id: str, item: str) -> Response:
        """They say that they offered it."""
        return await self._do(token, "offered", request_id, OfferAftercare, item=item)

    async def explain(self, token: str, request_id: str, item: str, reason: MissReason) -> Response:
        """They say why it was not offered in time."""
        return await self._do(token, "said", request_id, ExplainAftercare, item=item, reason=reason)

    async def _do(
        self,
        token: str,
        said: str,
        request_id: str,
        kind: type[OfferAftercare] | type[ExplainAftercare],
        **fields: Any,
    ) -> Response:
        whose = await self._whose(token)
        if isinstance(whose, Response):
            return whose
        told = {**fields, "member_id": whose.member_id}
        try:
            refused = await self.desk.by_a_member(whose.agency, request_id, kind, **told)
        except Transient:
            return self._page("down", HTTPStatus.SERVICE_UNAVAILABLE)
        done = "gone" if refused else said
        return RedirectResponse(f"/f/{token}/check-ins?done={done}", HTTPStatus.SEE_OTHER, HEADERS)

    async def _whose(self, token: str) -> Whose | Response:
        try:
            whose = await self.links.whose(token)
        except Transient:
            return self._page("down", HTTPStatus.SERVICE_UNAVAILABLE)
        if whose is None:
            return self._page("bad", HTTPStatus.NOT_FOUND)
        if not whose.is_open:
            return self._page("expired", HTTPStatus.GONE, token=token)
        return whose

    def _page(self, view: str, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> Response:
        ports = self.desk.ports
        values = {"token": "", "done": "", "waiting": (), **shown}
        now = ports.clock.now()
        zone = ports.settings.time_zone
        return open_page(_TEMPLATE, zone, status, view=view, now=now, reasons=REASONS, **values)


def routes(own: OwnCheckIns) -> APIRouter:
    """`/f/<token>/check-ins` and what is tapped there."""
    router = APIRouter(prefix="/f/{token}/check-ins")

    @router.get("", **_HIDDEN)
    async def show(token: str, done: str = "") -> Response:
        return await own.show(token, done)

    @router.post("/{request_id}/{item}/offered", **_HIDDEN)
    async def offered(token: str, request_id: RequestId, item: Slug) -> Response:
        return await own.offered(token, request_id, item)

    @router.post("/{request_id}/{item}/missed", **_HIDDEN)
    async def missed(
        token: str, request_id: RequestId, item: Slug, reason: Annotated[MissReason, Form()]
    ) -> Response:
        return await own.explain(token, request_id, item, reason)

    return router
