"""What operators say and hear of one-on-ones: counts, clocks and ids; who it is behind the glass only.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import MemberId, UtcDatetime
from schemas.followup import SessionOutcome
from schemas.jurisdiction import ContactKind
from schemas.one_on_ones import CaseRef, GlassReason, HoldReason, HoldScope, LiftReason, OneOnOneId


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class HoldWanted(_Given):
    """Erase nothing of this; neither id is given for the agency as a whole."""

    scope: HoldScope
    case_id: CaseRef | None = None
    one_on_one: OneOnOneId | None = None
    reason: HoldReason


class HoldOver(_Given):
    """Why a hold ends."""

    reason: LiftReason


class GlassWanted(_Given):
    """Open a record that is somebody else's, or hand it over without looking."""

    on_behalf_of: MemberId
    """The mental health professional or clinical director who answers for it."""
    reason: GlassReason
    hand_over_to: MemberId | None = None
    """A peer who is asked to take it over; the record is not shown then."""


class HoldTold(_Told):
    """A legal hold that is in force."""

    hold_id: UUID
    scope: HoldScope
    about: str | None
    reason: HoldReason


class GlassOpened(_Told):
    """What was behind the glass; nothing of it after a hand-over alone."""

    one_on_one: OneOnOneId
    peer: MemberId
    next_contact_at: UtcDatetime
    call_them: Annotated[str | None, Field(repr=False)] = None
    reach_at: Annotated[str | None, Field(repr=False)] = None
    offered_to: MemberId | None = None


class OneTold(_Told):
    """One of a peer's, without who it is."""

    one_on_one: OneOnOneId
    kind: ContactKind
    next_contact_at: UtcDatetime
    overdue: bool
    needs_a_peer: bool
    outcome: SessionOutcome | None
    erase_at: UtcDatetime | None
    held: bool


class StatusTold(_Told):
    """How many there are, and the clock of their erasure."""

    open: int
    due: int
    overdue: int
    needs_a_peer: int
    closed: int
    """Closed, and not erased yet."""
    held: int
    """Closed, due to be erased, and kept by a legal hold."""
    next_erasure_at: UtcDatetime | None
    erase_after_days: float
    holds: tuple[HoldTold, ...]
    of_peer: tuple[OneTold, ...] = ()
    """Given where one peer's were asked for."""


class Rekeyed(_Told):
    """How many data keys are wrapped by the new master key."""

    keys: int
