"""Reacts once more when the watchdog asks: through the very listener that should have, so that a repeat
changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.envelope import Timer, TimerDue
from schemas.redrive import Redrive, RedriveAnswer, Redriven
from schemas.subjects import Entity
from services.runtime.errors import Conflict, Transient
from services.runtime.listeners import Responder
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.envelope import Event, Recorded
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal
    from services.runtime.listeners import Listener, Question


def subject_of(service: str) -> str:
    """Where a service is asked; only audit may (`services.runtime.rights`)."""
    return f"redrive.{service}"


def redriver(
    service: str, listeners: Sequence[Listener], journal: Journal, clock: Clock
) -> Responder:
    """The responder of a service for its listeners."""
    known = {listener.name: listener for listener in listeners}
    return Responder(
        f"{service}-redrive", subject_of(service), _Redriver(known, journal, clock).answer
    )


@dataclass(frozen=True, slots=True)
class _Redriver:
    listeners: Mapping[str, Listener]
    journal: Journal
    clock: Clock

    async def answer(self, question: Question) -> tuple[bytes, dict[str, str]]:
        """React, and say what became of it."""
        try:
            asked = Redrive.model_validate_json(question.body)
        except ValueError:
            log.warning("redrive_not_understood")
            return self._told(Redriven.UNKNOWN)
        try:
            became = await self._react(asked)
        except (Conflict, Transient) as trouble:
            log.warning("redrive_later", listener=asked.listener, reason=str(trouble))
            became = Redriven.LATER
        except Exception:  # noqa: BLE001 - the watchdog alarms; the service goes on
            log.exception("redrive_failed", listener=asked.listener)
            became = Redriven.FAILED
        return self._told(became)

    async def _react(self, asked: Redrive) -> Redriven:
        listener = self.listeners.get(asked.listener)
        entity = Entity(asked.stream, asked.agency, asked.entity_id)
        told = await self._told_then(asked, entity)
        if listener is None or told is None:
            return Redriven.UNKNOWN
        log.warning("redriven", listener=asked.listener, entity=entity.id)
        await listener.react(told)
        return Redriven.DONE

    async def _told_then(self, asked: Redrive, entity: Entity) -> Recorded[Event] | TimerDue | None:
        if asked.timer:
            timer = Timer(kind=asked.timer.kind, key=asked.timer.key, due_at=asked.timer.due_at)
            return TimerDue(entity, timer, "")
        history = await self.journal.load(entity)
        newest = (told for told in reversed(history.events) if asked.event == told.event.NAME)
        return next(newest, None)

    def _told(self, became: Redriven) -> tuple[bytes, dict[str, str]]:
        answer = RedriveAnswer(became=became, at=self.clock.now())
        return answer.model_dump_json().encode(), {}
