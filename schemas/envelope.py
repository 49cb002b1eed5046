"""What every event, command and timer carries; knows no service and does no IO."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

if TYPE_CHECKING:
    from schemas.subjects import Entity


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("in UTC it lies outside the years 1 to 9999") from error


UtcDatetime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware time, held in UTC."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""A short lower-case name that is safe as one subject token."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A value of a closed vocabulary, such as a trigger class or a reason."""

MemberId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""A roster number. Never a name: names live in the contacts bucket only."""


By = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[^\x00-\x1f\x7f]{1,120}$")]
"""Who took a step, as a role and a pseudonymous id: `key:operator`, `member:c-1`, `rule:standby`."""


class Frozen(BaseModel):
    """Immutable; ignores fields of a newer version, so that old and new readers run side by side."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Frozen):
    """A fact, past tense. `NAME` is its wire name and last subject token; `VERSION` its shape."""

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1

    def parts(self) -> tuple[Event, ...]:
        """What it says, one by one: an event may carry others of the same decision, because several
        messages cost a file on the server's disk (`schemas.catalogue.as_one`)."""
        return (self,)


class Meta(Frozen):
    """The CloudEvents attributes of one recorded event."""

    event_id: UUID
    type: str
    source: str
    time: UtcDatetime
    command_id: UUID
    actor: str
    """Who caused it, as a role or a pseudonymous id (`feed:seattle`, `member:m-07`, `timer`)."""
    trace: str
    """W3C traceparent of the request that this event descends from."""


EventT_co = TypeVar("EventT_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Draft(Generic[EventT_co]):
    """A decided event that is not stored yet."""

    entity: Entity
    meta: Meta
    event: EventT_co


@dataclass(frozen=True, slots=True)
class Recorded(Generic[EventT_co]):
    """A stored event with its stream sequence (rising, unique within its stream)."""

    entity: Entity
    meta: Meta
    event: EventT_co
    sequence: int
    place: int = 0
    """Which it is of those that one message carries."""

    def parts(self) -> tuple[Recorded[Event], ...]:
        """What one message tells, one by one."""
        said = self.event.parts()
        if len(said) == 1:
            return (self,)
        return tuple(
            Recorded(self.entity, self.meta, event, self.sequence, place)
            for place, event in enumerate(said)
        )


class Command(Frozen):
    """A wish. The clock and every new id arrive in it, so that deciding stays pure."""

    command_id: UUID
    now: UtcDatetime
    actor: str
    trace: str = ""


class Timer(Frozen):
    """A durable wait of one entity. `kind` and `key` name it: setting it again replaces it."""

    kind: Slug
    key: Slug
    due_at: UtcDatetime
    once: bool = False
    """Never set again, so that the server may keep it together with others of its kind and moment;
    `TimerDue.also` names them then."""


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer that fired, with whose it was."""

    entity: Entity
    timer: Timer
    trace: str
    also: tuple[str, ...] = ()
    """The keys of others of this kind that fell due with it; only of those that are set `once`."""
