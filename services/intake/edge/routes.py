"""HTTP in: a report becomes a command; the answer says what was done, and only once it is on disk."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from schemas.intake import IncidentUpdated, Outcome
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from services.intake.adapters.native import NativeReport, to_report
from services.intake.commands import IntakeCommand, Report, ReportIncident
from services.intake.state import IntakeState, Unseen
from services.runtime.clock import new_id
from services.runtime.edge import bearer, require
from services.runtime.handle import Decider, handle
from services.runtime.telemetry import IGNORED_FIELDS, REPORTS, log, trace_from

if TYPE_CHECKING:
    from services.runtime.handle import Handled
    from services.runtime.host import Ports

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="Names this report, so that sending it again makes no second case.",
    ),
]
"""Used when the report has no incident number, and to tell a repeat from an update."""


class Taken(BaseModel):
    """What became of a report."""

    case_id: str
    answer: Literal["created", "updated", "duplicate"]
    outcome: Outcome
    activated: bool
    link: str
    ignored_fields: int


@dataclass(frozen=True, slots=True)
class Intake:
    """The edge's own parts: the rules, the ports and the secret that keys fingerprints."""

    ports: Ports
    decider: Decider[IntakeState, IntakeCommand]
    secret: bytes

    async def take(
        self, native: NativeReport, agency: str, label: str, key: str | None, parent: str | None
    ) -> Taken:
        """Record a report. Raises Transient when it could not be stored."""
        report = to_report(native, label)
        named = report.number or (f"key:{key}" if key else str(new_id()))
        case_id = case_id_for(agency, report.source, named)
        command = ReportIncident(
            command_id=derived_id(case_id, key) if key else new_id(),
            now=self.ports.clock.now(),
            actor=f"feed:{report.source}",
            trace=trace_from(parent),
            report=report,
            fingerprint=self._fingerprint(report),
            ignored_fields=native.unknown(),
        )
        entity = Entity(Stream.INTAKE, agency, case_id)
        handled = await handle(self.ports.journal, self.decider, entity, command)
        return self._taken(case_id, command, handled)

    def _taken(self, case_id: str, command: ReportIncident, handled: Handled[IntakeState]) -> Taken:
        assert not isinstance(handled.state, Unseen)  # noqa: S101 - a taken report leaves a case
        answer: Literal["created", "updated", "duplicate"] = "created"
        if handled.repeated or not handled.events:
            answer = "duplicate"
        elif isinstance(handled.events[0], IncidentUpdated):
            answer = "updated"
        REPORTS.labels(answer).inc()
        IGNORED_FIELDS.inc(command.ignored_fields)
        outcome = handled.state.screening.outcome
        log.info("report_taken", case_id=case_id, answer=answer, outcome=outcome.value)
        return Taken(
            case_id=case_id,
            answer=answer,
            outcome=outcome,
            activated=handled.state.activated,
            link=f"{self.ports.settings.base_url}/cases/{case_id}",
            ignored_fields=command.ignored_fields,
        )

    def _fingerprint(self, report: Report) -> str:
        """Over all that we read of it, so that a change of unknown fields is no news; and keyed,
        because a plain digest of a short narrative could be guessed back."""
        body = report.model_dump_json().encode()
        return hmac.new(self.secret, body, hashlib.sha256).hexdigest()[:32]


def routes(intake: Intake) -> APIRouter:
    """The HTTP edge of intake."""
    router = APIRouter(prefix="/v1", tags=["incidents"])

    @router.post(
        "/incidents",
        status_code=HTTPStatus.ACCEPTED,
        responses={
            200: {"model": Taken, "description": "A repeat: nothing new was recorded"},
            401: {"description": "No key, or one that is not known"},
            413: {"description": "The body is too large"},
            422: {"description": "A field does not fit; `errors` names it"},
            503: {"description": "Not stored: send it again after `Retry-After` seconds"},
        },
        openapi_extra={"security": [{bearer.scheme_name: []}]},
    )
    async def report_incident(
        native: NativeReport,
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Taken:
        """Report an incident, or something new about one. Answered once it is on disk."""
        principal = await require(request, intake.ports.keyring)
        taken = await intake.take(
            native,
            principal.agency,
            principal.label,
            idempotency_key,
            request.headers.get("traceparent"),
        )
        response.headers["Location"] = f"/v1/cases/{taken.case_id}"
        if taken.answer == "duplicate":
            response.status_code = HTTPStatus.OK
        return taken

    return router
