"""Where a report of any edge becomes a command, and what was done becomes an answer.

Knows no HTTP and no NATS; every edge takes reports in here and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from schemas.intake import IncidentUpdated, Outcome
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from services.intake.commands import IntakeCommand, Report, ReportIncident, Told
from services.intake.state import IntakeState, Unseen
from services.runtime.clock import new_id
from services.runtime.handle import Decider, handle
from services.runtime.telemetry import IGNORED_FIELDS, REPORTS, log, trace_from

if TYPE_CHECKING:
    from services.runtime.handle import Handled
    from services.runtime.host import Ports


class Taken(BaseModel):
    """What became of a report."""

    case_id: str
    answer: Literal["created", "updated", "duplicate"]
    outcome: Outcome
    activated: bool
    link: str
    ignored_fields: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules, the ports and the secret that keys fingerprints."""

    ports: Ports
    decider: Decider[IntakeState, IntakeCommand]
    secret: bytes

    async def take(
        self, told: Told, agency: str, label: str, parent_trace: str | None = None
    ) -> Taken:
        """Record a report that came with the key called `label`. Answered once it is on disk.

        Raises Transient when it could not be stored.
        """
        report, key = told.report, told.key
        named = report.number or (f"key:{key}" if key else str(new_id()))
        case_id = case_id_for(agency, report.source, named)
        command = ReportIncident(
            command_id=derived_id(case_id, key) if key else new_id(),
            now=self.ports.clock.now(),
            actor=f"feed:{report.source}",
            trace=trace_from(parent_trace),
            report=report,
            fingerprint=self._fingerprint(report),
            ignored_fields=told.ignored_fields,
        )
        entity = Entity(Stream.INTAKE, agency, case_id)
        handled = await handle(self.ports.journal, self.decider, entity, command)
        return self._taken(case_id, label, command, handled)

    def _taken(
        self, case_id: str, label: str, command: ReportIncident, handled: Handled[IntakeState]
    ) -> Taken:
        assert not isinstance(handled.state, Unseen)  # noqa: S101 - a taken report leaves a case
        answer: Literal["created", "updated", "duplicate"] = "created"
        if handled.repeated or not handled.events:
            answer = "duplicate"
        elif isinstance(handled.events[0], IncidentUpdated):
            answer = "updated"
        REPORTS.labels(answer).inc()
        IGNORED_FIELDS.inc(command.ignored_fields)
        outcome = handled.state.screening.outcome
        log.info("report_taken", case_id=case_id, answer=answer, outcome=outcome.value, key=label)
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
