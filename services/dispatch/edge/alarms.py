"""The page behind an alarm's link: one tap says "I have it", and nobody else is called."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader

from schemas.steps import StepReason
from schemas.subjects import derived_id
from services.dispatch.carriers.messages import alarm_words
from services.dispatch.commands import AnswerAlarm
from services.dispatch.decider import DISPATCH
from services.dispatch.edge.offer_shown import HEADERS
from services.dispatch.links import AlarmLink, BadLink, LinkSigner
from services.dispatch.state import Active
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.dispatch.state import DispatchState
    from services.runtime.host import Ports

_PAGE = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("alarm.html")


@dataclass(frozen=True, slots=True)
class Alarms:
    """The answers to alarms. Only a POST answers: mail programs open links by themselves."""

    ports: Ports
    signer: LinkSigner

    async def page(self, token: str) -> HTMLResponse:
        """How the alarm stands."""
        try:
            link = self.signer.read_alarm(token)
        except BadLink as bad:
            return _page({"view": "bad", "detail": str(bad)}, HTTPStatus.BAD_REQUEST)
        state = DISPATCH.fold(await self.ports.journal.load(link.entity))
        place = "" if link.entity.is_request else f"cases/{link.entity.id}"
        case = f"{self.ports.settings.base_url}/{place}"
        return _page({"token": token, "case": case, **_shown(link, state)})

    async def answer(self, token: str) -> HTMLResponse | RedirectResponse:
        """Record who has it, then show the page again: reloading it answers nothing."""
        try:
            link = self.signer.read_alarm(token)
        except BadLink as bad:
            return _page({"view": "bad", "detail": str(bad)}, HTTPStatus.BAD_REQUEST)
        by = f"member:{link.member_id}"
        command = AnswerAlarm(
            command_id=derived_id(link.alarm_id, "answer", by),
            now=self.ports.clock.now(),
            actor=by,
            trace=trace_from(None),
            case_id=link.entity.id,
            by=by,
            reason=StepReason.ALARM,
            alarm_id=link.alarm_id,
        )
        await handle(self.ports.journal, DISPATCH, link.entity, command)
        return RedirectResponse(f"/a/{token}", HTTPStatus.SEE_OTHER, HEADERS)


def routes(alarms: Alarms) -> APIRouter:
    """The pages behind alarm links."""
    router = APIRouter(prefix="/a", tags=["alarms"], default_response_class=HTMLResponse)

    @router.get("/{token}")
    async def show(token: str) -> HTMLResponse:
        """What somebody is needed for; opening it answers nothing."""
        return await alarms.page(token)

    @router.post("/{token}/have-it", response_model=None)
    async def have_it(token: str) -> HTMLResponse | RedirectResponse:
        """Say that you have it, in one tap."""
        return await alarms.answer(token)

    return router


def _shown(link: AlarmLink, state: DispatchState) -> dict[str, str]:
    alarm = state.oversight.alarms.get(link.alarm_id) if isinstance(state, Active) else None
    drill = "EXERCISE" if state.drill else ""
    if alarm is None:
        return {"view": "over", "drill": drill}
    mine = alarm.answered_by == f"member:{link.member_id}"
    view = ("yours" if mine else "had") if alarm.answered else "open"
    return {"view": view, "about": alarm_words(alarm.reason), "drill": drill}


def _page(values: dict[str, str], status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    return HTMLResponse(_PAGE.render(values), status, HEADERS)
