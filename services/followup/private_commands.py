"""What followup is asked to do with one-on-ones, and with an agency's ledger of them.

`peer` is whoever asks, as their own link says it; a rule looks whether it is theirs.
"""

from __future__ import annotations

from uuid import UUID

from schemas.envelope import Command, MemberId, UtcDatetime
from schemas.followup import SessionOutcome
from schemas.jurisdiction import ContactKind, Digest
from schemas.one_on_ones import CaseRef, GlassReason, HoldReason, HoldScope, LiftReason, OneOnOneId
from services.followup.private_policy import PrivateRules


class OpenOneOnOne(Command):
    """Look after somebody, once they were shown the limits of confidentiality."""

    peer: MemberId
    is_on_roster: bool
    designated: bool
    kind: ContactKind
    cross_agency: bool
    case_id: CaseRef | None = None
    shown: Digest | None
    """The notice that was shown."""
    in_force: Digest
    """The notice that should have been."""
    next_contact_at: UtcDatetime
    rules: PrivateRules


class NoteContact(Command):
    """They spoke, and will again then."""

    peer: MemberId
    next_contact_at: UtcDatetime
    rules: PrivateRules


class MoveNextContact(Command):
    """They speak at another time."""

    peer: MemberId
    next_contact_at: UtcDatetime
    rules: PrivateRules


class CloseOneOnOne(Command):
    """It is over."""

    peer: MemberId
    outcome: SessionOutcome
    rules: PrivateRules


class OfferHandOver(Command):
    """Ask another peer to take it over."""

    peer: MemberId
    to: MemberId
    to_is_a_peer: bool
    """Whether they are a peer of the roster today."""


class AnswerHandOver(Command):
    """The other peer's tap."""

    peer: MemberId
    """Who answers."""
    accepted: bool
    designated: bool = False


class RemindOfContact(Command):
    """A contact is due, or still is: the timer fired."""

    due_at: UtcDatetime
    peer_on_roster: bool
    """Whether its peer still serves; where not, a coordinator is called at once."""
    rules: PrivateRules


class EraseRecord(Command):
    """Its time is over, or a hold was lifted."""

    held: bool
    """Whether a legal hold is on it."""


class NotePeerLeft(Command):
    """Its peer is not on the roster any more."""

    peer: MemberId
    rules: PrivateRules


class SetHold(Command):
    """Erase nothing of what it covers."""

    hold_id: UUID
    scope: HoldScope
    case_id: CaseRef | None = None
    one_on_one: OneOnOneId | None = None
    reason: HoldReason


class LiftHold(Command):
    """It may be erased again."""

    hold_id: UUID
    reason: LiftReason


class BreakGlass(Command):
    """Open a record that is somebody else's, or hand it over."""

    one_on_one: OneOnOneId
    peer: MemberId
    """Whose it is."""
    on_behalf_of: MemberId
    is_clinician: bool
    """Whether that is a mental health professional or clinical director of the roster today."""
    reason: GlassReason
    shown: bool
    rules: PrivateRules


OneOnOneCommand = (
    OpenOneOnOne
    | NoteContact
    | MoveNextContact
    | CloseOneOnOne
    | OfferHandOver
    | AnswerHandOver
    | RemindOfContact
    | EraseRecord
    | NotePeerLeft
)
LedgerCommand = SetHold | LiftHold | BreakGlass
