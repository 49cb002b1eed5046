"""What a coordinator sends about a session's time, and what is told of it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import MemberId, Slug, UtcDatetime
from schemas.intake import Unit
from schemas.sessions import CancelReason, ExtendReason, Shortage


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Propose(_Told):
    """Find times now."""


class Confirm(_Told):
    """A proposed time by its number, or a time of one's own; all of it can be left out for the first
    proposed one."""

    slot: Annotated[int, Field(ge=1, le=3)] | None = None
    starts_at: UtcDatetime | None = None
    minutes: Annotated[int, Field(ge=10, le=600)] | None = None
    facilitators: Annotated[tuple[MemberId, ...], Field(max_length=20)] = ()
    """Who holds it, by roster number; whoever is free when left out."""
    place: Slug | None = None
    """A code of the agency, such as a station; never somebody's address."""
    units: Annotated[tuple[Unit, ...], Field(max_length=50)] = ()
    """Units of those who take part that are on duty then: the dispatch center is asked to cover them."""
    count: Annotated[int, Field(ge=1, le=1000)] | None = None
    anyway: bool = False
    """In spite of somebody who is busy, or of fewer facilitators than usual."""


class Move(Confirm):
    """Another time for what has one."""


class Cancel(_Told):
    """It does not take place."""

    reason: CancelReason


class Extend(_Told):
    """A mental health professional of the team keeps the window open."""

    closes_at: UtcDatetime
    member_id: MemberId
    """Who of the team says so."""
    reason: ExtendReason


class SlotTold(BaseModel):
    """A time that could be."""

    model_config = ConfigDict(frozen=True)

    starts_at: datetime
    ends_at: datetime
    facilitators: tuple[str, ...]


class SessionTold(BaseModel):
    """One session of a case and how far its scheduling is."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    item: str
    status: str
    """Such as `planned`, `due`, `done`, `cancelled`, `missed`."""
    opens_at: datetime | None = None
    """None for one that was cancelled before operations ended."""
    closes_at: datetime | None = None
    extends_to: datetime | None = None
    wanted: int | None = None
    """How many hold it."""
    awaits_approval: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    facilitators: tuple[str, ...] = ()
    place: str | None = None
    sequence: int | None = None
    slots: tuple[SlotTold, ...] = ()
    unsure: bool = False
    """Whether the facilitators are free could not be asked."""
    confirm_at: datetime | None = None
    """When the first of these times confirms itself."""
    shortage: Shortage | None = None
    """Why no time could be proposed."""
    units: tuple[str, ...] = ()
    """Units that a dispatch center was asked to cover."""


class HeldTold(BaseModel):
    """A session to come, of any case; `scheduled` is false while its time waits to be confirmed."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    item: str
    starts_at: datetime
    ends_at: datetime
    facilitators: tuple[str, ...]
    place: str | None
    scheduled: bool


class CaseSessions(BaseModel):
    """Every session of a case, the first to close first."""

    model_config = ConfigDict(frozen=True)

    sessions: tuple[SessionTold, ...]


class SessionsToCome(BaseModel):
    """The sessions to come of every case, the soonest first."""

    model_config = ConfigDict(frozen=True)

    sessions: tuple[HeldTold, ...]
