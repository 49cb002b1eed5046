"""Anonymous feedback: one form by a link that is the same for everybody, and what is answered to it.

Nothing of the request is looked at but the form: no address, no browser, no key. The cookie says that
this browser has answered this form, with the same words for everybody.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from schemas.feedback import Answer, Question, SupportKind
from services.followup.edge.open_pages import HEADERS, open_page
from services.followup.feedback_desk import FeedbackDesk, StaleForm, TooMany
from services.followup.feedback_rules import Answers, is_open
from services.runtime.errors import Transient

QUESTIONS = (
    (Question.HELPFUL, "Was it helpful?"),
    (Question.FELT_SAFE, "Was it a safe place to be?"),
    (Question.WOULD_USE_AGAIN, "Would you use it again?"),
    (Question.RIGHT_TIME, "At the right time?"),
)
ANSWERS = ((Answer.YES, "Yes"), (Answer.PARTLY, "Partly"), (Answer.NO, "No"))
ABOUT = {
    SupportKind.GROUP: "a talk of your crew with the peer team",
    SupportKind.ONE_ON_ONE: "a talk with one of the peer team",
    SupportKind.REQUEST: "the peer whom you asked for",
}
_COOKIE, _COOKIE_SECONDS = "feedback", 120 * 86400
_TEMPLATE = "feedback.html"
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}


@dataclass(frozen=True, slots=True)
class Feedback:
    """The form, and where it goes."""

    desk: FeedbackDesk

    def show(self, quarter: str, kind: str, *, answered: bool) -> Response:
        """The form, or that this browser has answered it."""
        if (found := self._about(quarter, kind)) is None:
            return self._page("bad", HTTPStatus.NOT_FOUND)
        if not found[1]:
            return self._page("closed", HTTPStatus.GONE)
        view = "again" if answered else "form"
        return self._page(view, quarter=quarter, kind=found[0])

    async def sent(self, quarter: str, kind: str, given: dict[str, str]) -> Response:
        """Keep the answers, and nothing else; then a page that can be loaded again."""
        if (found := self._about(quarter, kind)) is None:
            return self._page("bad", HTTPStatus.NOT_FOUND)
        if not found[1]:
            return self._page("closed", HTTPStatus.GONE)
        about = {"quarter": quarter, "kind": found[0], "given": given}
        try:
            await self.desk.give(quarter, found[0], _answers(given), given.get("form", ""))
        except StaleForm:
            return self._page("stale", HTTPStatus.UNPROCESSABLE_ENTITY, **about)
        except TooMany:
            return self._page("many", HTTPStatus.TOO_MANY_REQUESTS, **about)
        except Transient:
            return self._page("down", HTTPStatus.SERVICE_UNAVAILABLE, **about)
        path = f"/feedback/{quarter}/{kind}"
        answer = RedirectResponse(f"{path}/thanks", HTTPStatus.SEE_OTHER, HEADERS)
        answer.set_cookie(
            _COOKIE, "given", _COOKIE_SECONDS, path=path, httponly=True, samesite="strict"
        )
        return answer

    def thanks(self) -> Response:
        """The end of it."""
        return self._page("thanks")

    def _about(self, quarter: str, kind: str) -> tuple[SupportKind, bool] | None:
        """Which kind of support, and whether its form takes answers; None for no form of ours."""
        desk = self.desk
        try:
            now = desk.ports.clock.now()
            return SupportKind(kind), is_open(quarter, now, desk.zone, desk.rules)
        except ValueError:
            return None

    def _page(self, view: str, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> Response:
        kind = shown.get("kind")
        values: dict[str, Any] = {"quarter": "", "kind": "", "given": {}, "form": "", **shown}
        values["about"] = ABOUT[kind] if kind else ""
        if view in {"form", "stale", "many", "down"}:
            values["form"] = self.desk.form()
        return open_page(
            _TEMPLATE,
            self.desk.zone,
            status,
            view=view,
            questions=QUESTIONS,
            answers=ANSWERS,
            **values,
        )


def routes(feedback: Feedback) -> APIRouter:
    """`/feedback/<quarter>/<kind>`."""
    router = APIRouter(prefix="/feedback/{quarter}/{kind}")

    @router.get("", **_HIDDEN)
    async def show(quarter: str, kind: str, request: Request, again: str = "") -> Response:
        answered = _COOKIE in request.cookies and not again
        return feedback.show(quarter, kind, answered=answered)

    @router.post("", **_HIDDEN)
    async def sent(quarter: str, kind: str, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20) as fields:
            given = {name: value for name, value in fields.items() if isinstance(value, str)}
        return await feedback.sent(quarter, kind, given)

    @router.get("/thanks", **_HIDDEN)
    async def thanks() -> Response:
        return feedback.thanks()

    return router


def _answers(given: dict[str, str]) -> Answers:
    """What was chosen; anything else counts as left open."""
    known = {each.value: each for each, _ in ANSWERS}
    return {name: known[given[name]] for name, _ in QUESTIONS if given.get(name) in known}
