"""Forms of the console: what became of an item, with the pass of whoever is looking at its case.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from schemas.subjects import Entity, Stream, derived_id
from services.followup.commands import DeclineIntervention, ExplainMiss, FollowupCommand, MarkDone
from services.followup.edge.sessions import CaseId, Item, fields_of
from services.followup.edge.settling import Held, Missed
from services.followup.session_desk import SessionDesk
from services.runtime.auth import Passes
from services.runtime.clock import new_id
from services.runtime.edge import Problem, read_as, with_leave
from services.runtime.telemetry import trace_from


class _Nothing(BaseModel):
    """What is not wanted needs no word more."""


_FORMS: dict[str, tuple[type[FollowupCommand], type[BaseModel]]] = {
    "done-form": (MarkDone, Held),
    "decline-form": (DeclineIntervention, _Nothing),
    "explain-form": (ExplainMiss, Missed),
}


@dataclass(frozen=True, slots=True)
class SettlingForms:
    """What a coordinator says of a plan on its case's page."""

    desk: SessionDesk
    passes: Passes

    async def do(self, word: str, case_id: str, item: str, request: Request) -> Response:
        """Record it, then show the case's page; a no is one word of a closed list in its address."""
        ports, page = self.desk.ports, f"/cases/{case_id}"
        given = await fields_of(request, ZoneInfo(ports.settings.time_zone))
        leave = str(given.pop("leave", ""))
        who = with_leave(request, self.passes, leave, f"decide:{case_id}")
        once = str(given.pop("once", ""))[:64]
        if who is None:
            return _to(f"{page}?refused=old-page")
        kind, body = _FORMS[word]
        about = {
            "command_id": derived_id(case_id, item, word, once) if once else new_id(),
            "now": ports.clock.now(),
            "actor": f"key:{who.label}",
            "trace": trace_from(request.headers.get("traceparent")),
            "item": item,
        }
        try:
            told = read_as(body, given).model_dump(exclude={"referrals", "referred_by"})
        except Problem:
            return _to(f"{page}?refused=misfit")
        entity = Entity(Stream.FOLLOWUP, who.agency, case_id)
        handled = await self.desk.handle(entity, kind.model_validate(about | told))
        if refusal := handled.refusal:
            return _to(f"{page}?refused={refusal.code.value}")
        return _to(f"{page}#plan")


def routes(forms: SettlingForms) -> APIRouter:
    """One route per form."""
    router = APIRouter(prefix="/v1/cases/{case_id}/items/{item}")
    for word in _FORMS:
        router.add_api_route(
            f"/{word}",
            _endpoint(forms, word),
            methods=["POST"],
            name=f"settle_{word}",
            include_in_schema=False,
            response_model=None,
        )
    return router


def _endpoint(
    forms: SettlingForms, word: str
) -> Callable[[CaseId, Item, Request], Coroutine[Any, Any, Response]]:
    async def endpoint(case_id: CaseId, item: Item, request: Request) -> Response:
        return await forms.do(word, case_id, item, request)

    return endpoint


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
