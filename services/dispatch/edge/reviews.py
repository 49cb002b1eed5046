"""The page behind a review's link: raise or decline in one tap, without script, on any phone."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader

from schemas.intake import ReviewAnswer
from schemas.subjects import derived_id
from services.dispatch.commands import GiveReviewAnswer
from services.dispatch.decider import DISPATCH
from services.dispatch.edge.replies import HEADERS
from services.dispatch.links import BadLink, LinkSigner, ReviewLink
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.dispatch.reviews import Review
    from services.runtime.host import Ports

_PAGE = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("review.html")


@dataclass(frozen=True, slots=True)
class Reviews:
    """The answers to reviews. Only a POST answers: mail programs open links by themselves."""

    ports: Ports
    signer: LinkSigner

    async def page(self, token: str) -> HTMLResponse:
        """What the review's page shows now."""
        try:
            link = self.signer.read_review(token)
        except BadLink as bad:
            return _page(HTTPStatus.BAD_REQUEST, view="bad", detail=str(bad))
        state = DISPATCH.fold(await self.ports.journal.load(link.entity))
        review = state.reviews.get(link.review_id)
        if review is None:
            return _page(HTTPStatus.NOT_FOUND, view="bad", detail="there is no such question")
        return _page(HTTPStatus.OK, token=token, **self._shown(review))

    async def answer(self, token: str, answer: ReviewAnswer) -> HTMLResponse | RedirectResponse:
        """Record the answer, then show the page again: reloading it answers nothing."""
        try:
            link = self.signer.read_review(token)
        except BadLink as bad:
            return _page(HTTPStatus.BAD_REQUEST, view="bad", detail=str(bad))
        await self._record(link, answer)
        return RedirectResponse(f"/r/{token}", HTTPStatus.SEE_OTHER, HEADERS)

    async def _record(self, link: ReviewLink, answer: ReviewAnswer) -> None:
        command = GiveReviewAnswer(
            command_id=derived_id(link.review_id, link.member_id, answer),
            now=self.ports.clock.now(),
            actor=f"member:{link.member_id}",
            trace=trace_from(None),
            case_id=link.entity.id,
            review_id=link.review_id,
            answer=answer,
            member_id=link.member_id,
        )
        await handle(self.ports.journal, DISPATCH, link.entity, command)

    def _shown(self, review: Review) -> dict[str, object]:
        zone = ZoneInfo(self.ports.settings.time_zone)
        asked = review.question
        closed = review.answer.value if review.answer else "closed"
        return {
            "view": "open" if review.is_open else closed,
            "kind": asked.kind.value,
            "incident_type": asked.incident_type,
            "occurred_at": asked.occurred_at.astimezone(zone).strftime("%d %b %H:%M %Z"),
            "trigger": asked.trigger_class.replace("_", " "),
            "tier": asked.tier,
            "reasons": asked.evidence,
            "answer_by": asked.answer_by.astimezone(zone).strftime("%H:%M %Z"),
            "late": self.ports.clock.now() >= asked.answer_by,
        }


def routes(reviews: Reviews) -> APIRouter:
    """The pages behind review links."""
    router = APIRouter(prefix="/r", tags=["reviews"], default_response_class=HTMLResponse)

    @router.get("/{token}")
    async def show(token: str) -> HTMLResponse:
        """The question; opening it decides nothing."""
        return await reviews.page(token)

    @router.post("/{token}/raise", response_model=None)
    async def raise_it(token: str) -> HTMLResponse | RedirectResponse:
        """Bring the team in, or keep it."""
        return await reviews.answer(token, ReviewAnswer.RAISE)

    @router.post("/{token}/decline", response_model=None)
    async def decline_it(token: str) -> HTMLResponse | RedirectResponse:
        """No team, or stand it down."""
        return await reviews.answer(token, ReviewAnswer.DECLINE)

    return router


def _page(status: HTTPStatus, **values: object) -> HTMLResponse:
    return HTMLResponse(_PAGE.render(values), status, HEADERS)
