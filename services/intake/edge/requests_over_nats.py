"""Reports over NATS: a request on `intake.<agency>.report` gets the same answer as over HTTP.

Speaks no NATS itself: the runtime hands it a question, and sends what it answers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from services.intake.adapters.formats import Format
from services.intake.edge.feeds import keyed, read, take_all
from services.runtime.access import May, may
from services.runtime.broker import Question, Responder
from services.runtime.edge import PROBLEM, Problem
from services.runtime.errors import Poison, Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from services.intake.edge.desk import Desk
    from services.runtime.auth import Principal
    from services.runtime.host import Ports

SUBJECT = "intake.*.report"
_LONGEST_KEY = 200
_ACCIDENT = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "This failed on our side. Send it again.")

Answered = tuple[bytes, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ReportsOverNats:
    """The edge's own parts."""

    desk: Desk
    ports: Ports

    def responder(self) -> Responder:
        """One queue group: of several intakes, one answers."""
        return Responder("intake-report", SUBJECT, self.answer)

    async def answer(self, question: Question) -> Answered:
        """A report of any format, answered once it is on disk. Headers: Authorization (an API
        key), Tailboard-Format, Idempotency-Key, traceparent. Answered with Tailboard-Status."""
        try:
            return await self._taken(question)
        except Problem as problem:
            return _no(problem)
        except Transient as trouble:
            log.warning("unavailable", path=SUBJECT, reason=str(trouble))
            return _no(_unavailable(trouble))
        except Poison as error:
            log.error("unreadable_history", path=SUBJECT, reason=str(error))
            return _no(_ACCIDENT)
        except Exception as bug:  # noqa: BLE001 - without an answer the asker would wait in vain
            log.error("answering_failed", path=SUBJECT, kind=type(bug).__name__)
            return _no(_ACCIDENT)

    async def _taken(self, question: Question) -> Answered:
        principal = self._principal(question)
        if len(question.body) > self.ports.settings.body_limit:
            detail = f"The body is larger than {self.ports.settings.body_limit} bytes."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, code="too-large")
        key = question.headers.get("idempotency-key") or None
        if key and len(key) > _LONGEST_KEY:
            raise _misfit("Idempotency-Key", f"at most {_LONGEST_KEY} characters")
        told = await read(question.body, principal.label, _format(question))
        trace = question.headers.get("traceparent")
        taken = await take_all(self.desk, keyed(told, key), principal, trace)
        repeated = all(each.answer == "duplicate" for each in taken)
        answers = [each.model_dump(mode="json") for each in taken]
        status = HTTPStatus.OK if repeated else HTTPStatus.ACCEPTED
        return _said(status, answers[0] if len(answers) == 1 else answers, "application/json")

    def _principal(self, question: Question) -> Principal:
        key = question.headers.get("authorization", "").removeprefix("Bearer ").strip()
        principal = self.ports.keyring.find(key) if key else None
        if principal is None:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Send an API key in the message's header `Authorization: Bearer <key>`.",
                code="no-key" if not key else "unknown-key",
            )
        agency = question.subject.split(".")[1]
        if not may(principal, May.POST_INCIDENTS) or principal.agency != agency:
            raise Problem(
                HTTPStatus.FORBIDDEN, "This key may not report for this agency.", code="role"
            )
        return principal


def _format(question: Question) -> Format | None:
    """The one that is named, or else what the document shows. Raises Problem 422."""
    named = question.headers.get("tailboard-format", "").strip().lower()
    if named and named not in set(Format):
        raise _misfit("Tailboard-Format", f"use one of {', '.join(Format)}")
    return Format(named) if named else None


def _misfit(field: str, what: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "A header does not fit: `errors` names it.",
        code="invalid",
        errors=[{"field": field, "problem": what}],
    )


def _unavailable(trouble: Transient) -> Problem:
    after = max(1, round(trouble.retry_after))
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"Nothing was stored. Send the same request again in {after} s.",
        code="unavailable",
        headers={"Retry-After": str(after)},
    )


def _no(problem: Problem) -> Answered:
    body, headers = _said(problem.status, problem.body, PROBLEM)
    return body, headers | problem.headers


def _said(status: HTTPStatus, body: Any, kind: str) -> Answered:
    told = json.dumps(body).encode()
    return told, {"Tailboard-Status": str(int(status)), "Content-Type": kind}
