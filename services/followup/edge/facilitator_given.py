"""From what was tapped or typed on a member's page to followup's commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.refusals import RefusalCode
from schemas.subjects import derived_id
from services.followup.commands import (
    CancelSession,
    EscalateItem,
    ExplainMiss,
    MarkDone,
    ProposeTimes,
    ScheduleSession,
)
from services.followup.edge.facilitator_shown import chosen
from services.runtime.clock import new_id
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from services.followup.commands import Availability, FollowupCommand
    from services.followup.holding import Holding


class Unclear(Exception):
    """What was given does not fit; its word says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class Tapped:
    """A step of one member with one item, at one moment."""

    word: str
    holding: Holding
    name: str
    """What the member is called in the case."""
    now: datetime
    zone: ZoneInfo
    given: Mapping[str, str]

    def needs_to_know(self) -> bool:
        """Whether it depends on when members are free."""
        return self.word in {"set", "find"}

    def command(self, known: Availability | None) -> FollowupCommand:
        """What is asked of followup. A second press of the same button is the same command. Raises
        Unclear."""
        try:
            return self._command(known)
        except ValidationError as misfit:
            raise Unclear("misfit") from misfit

    def _command(self, known: Availability | None) -> FollowupCommand:
        about = self._about()
        match self.word:
            case "done":
                return MarkDone.model_validate(about | self._held())
            case "set":
                return ScheduleSession.model_validate(about | self._time() | {"known": known})
            case "find":
                return ProposeTimes.model_validate(about | {"known": known})
            case "cancel":
                return CancelSession.model_validate(about | self._reason())
            case "escalate":
                told = about | self._reason() | {"member_id": self.name}
                return EscalateItem.model_validate(told)
            case "why":
                return ExplainMiss.model_validate(about | self._reason())
            case _:
                raise Unclear("misfit")

    def _about(self) -> dict[str, Any]:
        once = self.given.get("once", "")[:64]
        case = self.holding.case
        said = sorted((name, told) for name, told in self.given.items() if name != "leave")
        parts = (case.agency, case.id, self.holding.item, self.name, self.word, said)
        return {
            "command_id": derived_id("own-page", *parts) if once else new_id(),
            "now": self.now,
            "actor": f"member:{self.name}",
            "trace": trace_from(None),
            "item": self.holding.item,
        }

    def _reason(self) -> dict[str, str]:
        return {"reason": self.given.get("reason", "")}

    def _held(self) -> dict[str, Any]:
        """When it began, as planned unless they say otherwise; how many were there, never who."""
        begins = self.holding.starts_at
        planned = begins if begins and begins <= self.now else None
        told = {name: self.given.get(name, "").strip() for name in _COUNTS}
        return {
            "held_at": self._moment("held_at") or planned,
            "facilitators": self.holding.held_by if self.holding.kind else (),
            **{name: value for name, value in told.items() if value},
        }

    def _time(self) -> dict[str, Any]:
        """A proposed time as it was shown, or another one by the wall clock."""
        if told := self.given.get("slot", "").strip():
            number = chosen(self.holding, _aware(told))
            if number is None:
                raise Unclear(RefusalCode.NOT_PROPOSED.value)
            return {"slot": number}
        at = self._moment("starts_at")
        if at is None:
            raise Unclear("misfit")
        return {"starts_at": at}

    def _moment(self, field: str) -> datetime | None:
        told = self.given.get(field, "").strip()
        if not told:
            return None
        try:
            return datetime.fromisoformat(told).replace(tzinfo=self.zone)
        except ValueError as bad:
            raise Unclear("misfit") from bad


_COUNTS = ("minutes", "head_count", "outcome")


def _aware(told: str) -> datetime:
    try:
        at = datetime.fromisoformat(told)
    except ValueError as bad:
        raise Unclear("misfit") from bad
    if at.tzinfo is None:
        raise Unclear("misfit")
    return at
