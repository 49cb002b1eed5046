"""The same decisions from the console's forms: a pass says who decides, the answer is a page.

What cannot be done is told on the page that asked, as one word of a closed list in its address.
No postponed annotations here: FastAPI reads them while the routes are made.
"""

import re
from collections.abc import Awaitable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from schemas.intake import ReviewAnswer
from schemas.refusals import RefusalCode
from services.intake.commands import AnswerReview, IntakeCommand, LowerCase, RaiseCase, SplitCase
from services.intake.edge.decisions import Decided, Decisions, Lower, Merge, Raise, RaiseNew
from services.intake.edge.joining import Joining
from services.runtime.auth import Passes, Principal
from services.runtime.edge import Problem, with_leave

OLD_PAGE, MISFIT = "old-page", "misfit"
_CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_BETWEEN = re.compile(r"[,;\s]+")


class RaisedForm(BaseModel):
    """The console's page `/raise` as a browser sends it: what is left empty is empty text."""

    model_config = ConfigDict(extra="forbid")

    leave: str
    trigger_class: str
    when: str = ""
    units: str = ""
    source: str = ""
    incident_number: str = ""

    def told(self, zone: ZoneInfo) -> RaiseNew:
        """What is to be raised; its time is one of `zone`. Raises ValueError for what does not fit."""
        at = datetime.fromisoformat(self.when) if self.when else None
        named = {"source": self.source.strip().lower(), "incident_number": self.incident_number}
        return RaiseNew.model_validate(
            {
                "trigger_class": self.trigger_class,
                "occurred_at": at and (at if at.tzinfo else at.replace(tzinfo=zone)),
                "units": [unit for unit in _BETWEEN.split(self.units.upper()) if unit],
                **{name: value.strip() for name, value in named.items() if value.strip()},
            }
        )


def forms(joining: Joining, passes: Passes) -> APIRouter:
    """Where the console's pages post decisions to."""
    router = APIRouter(tags=["decisions"], include_in_schema=False)
    decisions = Decisions(joining)
    zone = ZoneInfo(joining.ports.settings.time_zone)

    @router.post("/cases/{case_id}/decide")
    async def decide(
        case_id: _CaseId,
        request: Request,
        leave: Annotated[str, Form()],
        action: Annotated[str, Form(max_length=20)],
        choice: Annotated[str, Form(max_length=80)] = "",
    ) -> RedirectResponse:
        """Do it, and show the case that goes on."""
        principal = with_leave(request, passes, leave, f"decide:{case_id}")
        if principal is None:
            return _back(f"/cases/{case_id}", OLD_PAGE)
        about = decisions.about(principal, request)
        done = _decided(decisions, principal, case_id, action, choice.strip(), about)
        return await _shown(done, f"/cases/{case_id}")

    @router.post("/raise")
    async def raise_new(request: Request, form: Annotated[RaisedForm, Form()]) -> RedirectResponse:
        """Open a case that no feed has told, and show it."""
        principal = with_leave(request, passes, form.leave, "raise")
        if principal is None:
            return _back("/raise", OLD_PAGE)
        done = _raised(decisions, principal, decisions.about(principal, request), form, zone)
        return await _shown(done, "/raise")

    return router


async def _raised(
    decisions: Decisions, who: Principal, about: dict[str, Any], form: RaisedForm, zone: ZoneInfo
) -> Decided:
    return await decisions.raise_new(who, about, form.told(zone))


async def _decided(
    decisions: Decisions,
    who: Principal,
    case_id: str,
    action: str,
    choice: str,
    about: dict[str, Any],
) -> Decided:
    if action == "merge":
        other = Merge(other=choice).other
        return await decisions.merge(case_id, other, who, SplitCase.model_validate(about))
    return await decisions.command(case_id, who, _chosen(action, choice, about))


def _chosen(action: str, choice: str, about: dict[str, Any]) -> IntakeCommand:
    """The command of a form. Raises ValueError for what no form of ours sends."""
    match action:
        case "raise":
            told = Raise(trigger_class=choice)
            return RaiseCase.model_validate({**about, **told.model_dump()})
        case "lower":
            why = Lower.model_validate({"reason": choice or "not_needed"})
            return LowerCase.model_validate({**about, **why.model_dump()})
        case "review-raise" | "review-decline":
            word = ReviewAnswer(action.partition("-")[2])
            return AnswerReview.model_validate({**about, "review_id": choice, "answer": word})
        case "split":
            return SplitCase.model_validate(about)
        case _:
            raise ValueError(action)


async def _shown(done: Awaitable[Decided], page: str) -> RedirectResponse:
    """The case that goes on; or the page again, with why it was not done."""
    try:
        decided = await done
    except Problem as problem:
        return _back(page, _word(problem))
    except ValueError:
        return _back(page, MISFIT)
    return RedirectResponse(f"/cases/{decided.case_id}", HTTPStatus.SEE_OTHER)


def _word(problem: Problem) -> str:
    code = str(problem.body["type"]).rpartition(":")[2]
    return code if code in {each.value for each in RefusalCode} else MISFIT


def _back(page: str, word: str) -> RedirectResponse:
    return RedirectResponse(f"{page}?refused={word}", HTTPStatus.SEE_OTHER)
