"""One-on-ones: that somebody is looked after, by whom, and when again. Never who it is.

Who it is and how to reach them is in the private store alone, encrypted (docs/adr/0018).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from schemas.envelope import By, Event, MemberId, UtcDatetime
from schemas.followup import SessionOutcome
from schemas.jurisdiction import ContactKind, Digest

OneOnOneId = Annotated[str, StringConstraints(pattern=r"^o-[0-9a-f-]{36}$")]
"""Of a one-on-one: no case has such an id."""
CaseRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
"""The case that a one-on-one comes from."""
HOLDS_AT_MOST = 200
"""Legal holds of one agency at a time."""


class HoldScope(StrEnum):
    """What a legal hold covers."""

    AGENCY = "agency"
    CASE = "case"
    ONE_ON_ONE = "one_on_one"


class HoldReason(StrEnum):
    """Why nothing may be erased."""

    SUBPOENA = "subpoena"
    LITIGATION = "litigation"
    RECORDS_REQUEST = "records_request"
    COUNSEL = "counsel"
    """The program's lawyer says so."""
    OTHER = "other"


class LiftReason(StrEnum):
    """Why a legal hold ends."""

    RELEASED = "released"
    """The court, or whoever asked for it, let go of it."""
    COUNSEL = "counsel"
    MISTAKE = "mistake"
    OTHER = "other"


class GlassReason(StrEnum):
    """Why somebody else than the owner opens a record, or hands it over."""

    PEER_LEFT = "peer_left"
    PEER_UNREACHABLE = "peer_unreachable"
    SAFETY = "safety"
    """Somebody may be in danger."""
    COURT_ORDER = "court_order"


class OneOnOneOpened(Event):
    """A peer looks after somebody from now on, who was shown what stays private and what may not."""

    NAME: ClassVar[str] = "one_on_one_opened"
    peer: MemberId
    kind: ContactKind
    designated: bool
    """Whether the peer was designated that day: a law may ask for it (Louisiana CE 518)."""
    cross_agency: bool
    """Whether the person is of another agency than the peer."""
    case_id: CaseRef | None = None
    notice: Digest
    """Which notice was shown."""
    next_contact_at: UtcDatetime


class OneOnOneContacted(Event):
    """They spoke; how often is all that is counted."""

    NAME: ClassVar[str] = "one_on_one_contacted"
    peer: MemberId
    count: Annotated[int, Field(ge=1)]
    next_contact_at: UtcDatetime


class NextContactMoved(Event):
    """The next contact is at another time."""

    NAME: ClassVar[str] = "next_contact_moved"
    peer: MemberId
    next_contact_at: UtcDatetime


class ContactFellDue(Event):
    """It is time for the next contact; the peer is reminded, and again at `again_at`."""

    NAME: ClassVar[str] = "contact_fell_due"
    peer: MemberId
    due_at: UtcDatetime
    asked: Annotated[int, Field(ge=1)]
    """How often the peer has been reminded of this contact."""
    again_at: UtcDatetime


class OneOnOneOverdue(Event):
    """Nobody has touched it for too long after a contact was due: a coordinator is called."""

    NAME: ClassVar[str] = "one_on_one_overdue"
    peer: MemberId
    due_at: UtcDatetime
    again_at: UtcDatetime


class HandOverOffered(Event):
    """Another peer is asked to take it over; until they do, it stays where it is."""

    NAME: ClassVar[str] = "hand_over_offered"
    peer: MemberId
    to: MemberId
    by: By


class HandOverDeclined(Event):
    """The other peer does not take it over; nobody asks why."""

    NAME: ClassVar[str] = "hand_over_declined"
    peer: MemberId
    to: MemberId


class OneOnOneTakenOver(Event):
    """Another peer looks after them from now on."""

    NAME: ClassVar[str] = "one_on_one_taken_over"
    peer: MemberId
    """Whose it is now."""
    before: MemberId
    """Whose it was."""
    designated: bool


class OneOnOneOrphaned(Event):
    """Its peer left the roster while it was open: a coordinator is called."""

    NAME: ClassVar[str] = "one_on_one_orphaned"
    peer: MemberId
    again_at: UtcDatetime
    """When the coordinator is called again, unless somebody has taken it over."""


class OneOnOneClosed(Event):
    """It is over. The person's record is erased at `erase_at`, unless a legal hold is on it."""

    NAME: ClassVar[str] = "one_on_one_closed"
    peer: MemberId
    outcome: SessionOutcome
    closed_at: UtcDatetime
    erase_at: UtcDatetime


class OneOnOneErased(Event):
    """Who it was is gone: the key of the record is destroyed."""

    NAME: ClassVar[str] = "one_on_one_erased"
    peer: MemberId
    due_at: UtcDatetime
    """When it was to be erased; earlier than it was, where a legal hold was on it."""


class LegalHoldSet(Event):
    """Nothing of what it covers is erased until it is lifted."""

    NAME: ClassVar[str] = "legal_hold_set"
    hold_id: UUID
    scope: HoldScope
    case_id: CaseRef | None = None
    one_on_one: OneOnOneId | None = None
    reason: HoldReason
    by: By


class LegalHoldLifted(Event):
    """What it covered is erased, where that is overdue."""

    NAME: ClassVar[str] = "legal_hold_lifted"
    hold_id: UUID
    reason: LiftReason
    by: By


class GlassBroken(Event):
    """Somebody else than its owner opened a record, or hands it over: the owner is told at once."""

    NAME: ClassVar[str] = "glass_broken"
    one_on_one: OneOnOneId
    peer: MemberId
    """Whose it is."""
    on_behalf_of: MemberId
    """The mental health professional or clinical director who answers for it."""
    reason: GlassReason
    by: By
    broken_at: UtcDatetime
    shown: bool
    """Whether the record was shown; a hand-over alone shows nothing."""
