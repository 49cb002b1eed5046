"""Where a report of any edge becomes a command, and what was done becomes an answer.

Knows no HTTP and no NATS; every edge takes reports in here and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from schemas.envelope import Code
from schemas.intake import IncidentStatus, IncidentUpdated, MatchedBy, Outcome
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from services.intake.commands import Match, Report, ReportIncident, Told
from services.intake.matching import Sighting, block, cells
from services.intake.screening.kinds import kind_of
from services.intake.state import IntakeState, Merged, Seen
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.telemetry import IGNORED_FIELDS, REPORTS, log, trace_from

if TYPE_CHECKING:
    from services.intake.edge.joining import Joining
    from services.runtime.handle import Handled
    from services.runtime.host import Ports

Answer = Literal["created", "updated", "duplicate"]


class Taken(BaseModel):
    """What became of a report."""

    case_id: str
    answer: Answer
    outcome: Outcome
    activated: bool
    link: str
    ignored_fields: int
    matched: tuple[Code, ...] = ()
    """What agreed with an incident that another feed had told; empty when none did."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports and rules by way of `joining`, and the secret that keys digests."""

    joining: Joining
    secret: bytes

    @property
    def ports(self) -> Ports:
        """What the outside gives."""
        return self.joining.ports

    async def take(
        self, told: Told, agency: str, label: str, parent_trace: str | None = None
    ) -> Taken:
        """Record a report that came with the key called `label`. Answered once it is on disk.

        A report of an incident that another feed told before is kept under its own number, and
        told to the case that goes on. Raises Transient when it could not be stored: sending it
        again is safe.
        """
        entity, command, is_new = self._command(told, agency, parent_trace)
        handled = await self._first(entity, command, is_new=is_new)
        answer = _answer(handled)
        if command.report.same_as:
            await self._unite(entity, command)
        entity, state = await self._told_on(entity, command, handled.state)
        REPORTS.labels(answer).inc()
        IGNORED_FIELDS.inc(command.ignored_fields)
        outcome = state.screening.outcome if state.screening else Outcome.CRITICAL
        log.info("report_taken", case_id=entity.id, answer=answer, outcome=outcome.value, key=label)
        return Taken(
            case_id=entity.id,
            answer=answer,
            outcome=outcome,
            activated=state.activated,
            link=f"{self.ports.settings.base_url}/cases/{entity.id}",
            ignored_fields=command.ignored_fields,
            matched=command.joins.why if command.joins else (),
        )

    def _command(
        self, told: Told, agency: str, parent_trace: str | None
    ) -> tuple[Entity, ReportIncident, bool]:
        """Whose report it is, what is to be recorded, and whether its number seems to be new."""
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
            whereabouts=self._whereabouts(report),
        )
        entity = Entity(Stream.INTAKE, agency, case_id)
        known = self.joining.book.is_known(agency, case_id)
        if known or report.context_only or not command.whereabouts:
            return entity, command, not known
        found = self.joining.book.claim(agency, _sighting(case_id, command))
        return entity, command.model_copy(update={"joins": found}), True

    async def _first(
        self, entity: Entity, command: ReportIncident, *, is_new: bool
    ) -> Handled[IntakeState]:
        try:
            return await self.joining.record(entity, command, is_new=is_new)
        except Transient:
            self.joining.book.release(entity.agency, entity.id)
            raise

    async def _unite(self, entity: Entity, command: ReportIncident) -> None:
        """The source itself says that these numbers are one incident."""
        for number in command.report.same_as:
            case_id = case_id_for(entity.agency, command.report.source, number)
            other = Entity(Stream.INTAKE, entity.agency, case_id)
            await self.joining.unite(other, entity, MatchedBy.NUMBER, command)

    async def _told_on(
        self, entity: Entity, command: ReportIncident, state: IntakeState
    ) -> tuple[Entity, Seen]:
        """Tell the case that goes on; the report's own case, when it was merged into none."""
        goes_on = entity
        if isinstance(state, Merged) or command.report.same_as:
            goes_on, state = await self.joining.going_on(entity)
        if goes_on.id != entity.id:
            by = command.joins.matched_by if command.joins else MatchedBy.NUMBER
            there = command.model_copy(
                update={
                    "command_id": derived_id(command.command_id, goes_on.id),
                    "joins": None,
                    "absorbs": Match(case_id=entity.id, matched_by=by),
                }
            )
            state = (await self.joining.record(goes_on, there)).state
        assert isinstance(state, Seen)  # noqa: S101 - a told case is seen
        return goes_on, state

    def _fingerprint(self, report: Report) -> str:
        """Over all that we read of it, so that a change of unknown fields is no news; and keyed,
        because a plain digest of a short narrative could be guessed back. When the feed touched its
        record is left out: touching it again is no news."""
        return self._digest(report.model_dump_json(exclude={"told_at"}))[:32]

    def _whereabouts(self, report: Report) -> tuple[str, ...]:
        """Keyed, because a plain digest of an address could be guessed back."""
        places = list(cells(report.place)) if report.place else []
        if street := block(report.address):
            places.append(street)
        return tuple(self._digest(f"place\x1f{place}")[:16] for place in places)

    def _digest(self, text: str) -> str:
        return hmac.new(self.secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _answer(handled: Handled[IntakeState]) -> Answer:
    if handled.repeated or not handled.events:
        return "duplicate"
    return "updated" if isinstance(handled.events[0], IncidentUpdated) else "created"


def _sighting(case_id: str, command: ReportIncident) -> Sighting:
    report = command.report
    return Sighting(
        case_id=case_id,
        source=report.source,
        occurred_at=min(report.occurred_at or command.now, command.now),
        kind=kind_of(report),
        whereabouts=frozenset(command.whereabouts),
        units=frozenset(report.units),
        exercise=report.exercise or report.status is IncidentStatus.CANCELLED,
    )
