"""What dispatch records: who was asked, who answered, who was told, and whether it arrived."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from schemas.candidates import Candidate, Excluded, Exclusion, Lent
from schemas.envelope import By, Code, Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.intake import Evidence, IncidentType, ReviewAnswer, ReviewKind
from schemas.policy import Card, CaseBrief, Place, Role, Tier, Urgency
from schemas.purposes import AlarmReason as AlarmReason
from schemas.purposes import Purpose as Purpose
from schemas.sessions import Appointment, Coverage
from schemas.steps import StepReason


class ReviewStage(StrEnum):
    """Who is asked to decide a review, one after the other."""

    COORDINATOR = "coordinator"
    BACKUP = "backup"
    """The mental health professionals, because no coordinator has answered."""
    EVERYONE = "everyone"
    """Time is up: everybody who may decide, once more."""


class Failure(StrEnum):
    """What became of a delivery that did not succeed."""

    TEMPORARY = "temporary"
    """The carrier refused it for now; it is tried again."""
    PERMANENT = "permanent"
    """The carrier will never take it, or nothing reaches this member."""
    UNCERTAIN = "uncertain"
    """We stopped between handing it over and hearing back; it is not sent again."""


class OfferExtended(Event):
    """One member is asked to serve, until `expires_at`."""

    NAME: ClassVar[str] = "offer_extended"
    offer_id: UUID
    member_id: MemberId
    role: Role
    urgency: Urgency
    expires_at: UtcDatetime
    emergency: bool = False
    """Sent by `emergency_paged`, on all channels at once, and by nothing else."""


class TeamActivated(Event):
    """The team is being put together: the places to fill and the order of asking."""

    NAME: ClassVar[str] = "team_activated"
    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    coordinators: tuple[MemberId, ...]
    form_by: UtcDatetime
    program_leads: tuple[MemberId, ...] = ()
    """Called when no coordinator answers an alarm in time."""
    neighbours: tuple[Lent, ...] = ()
    """Of those who lend members, only how many."""
    offers: tuple[OfferExtended, ...] = ()
    """The first members who are asked, when this message tells nothing else."""

    @override
    def parts(self) -> tuple[Event, ...]:
        """The team, and the offers that were made with it."""
        if not self.offers:
            return (self,)
        return (self.model_copy(update={"offers": ()}), *self.offers)


class MemberExcluded(Event):
    """A member turned out to be one who may not be asked, after the search had begun."""

    NAME: ClassVar[str] = "member_excluded"
    member_id: MemberId
    reasons: tuple[Exclusion, ...]


class OfferAccepted(Event):
    """The member took a place."""

    NAME: ClassVar[str] = "offer_accepted"
    offer_id: UUID
    member_id: MemberId
    role: Role
    emergency: bool = False
    """Of an emergency: whoever took it is reminded of the next day's check-in."""


class OfferDeclined(Event):
    """The member said no, in one tap and without a reason."""

    NAME: ClassVar[str] = "offer_declined"
    offer_id: UUID
    member_id: MemberId
    role: Role


class OfferExpired(Event):
    """No answer came in time."""

    NAME: ClassVar[str] = "offer_expired"
    offer_id: UUID
    member_id: MemberId
    role: Role


class OfferWithdrawn(Event):
    """The offer is no longer needed: the member is stood down with thanks."""

    NAME: ClassVar[str] = "offer_withdrawn"
    offer_id: UUID
    member_id: MemberId
    role: Role
    reason: Code
    """Such as `team_complete`, `withdrawn`, `replaced`, or the member's own `cannot_serve`."""
    by: By | None = None
    why: StepReason | None = None
    """Given with `by` when a coordinator took it back."""
    fill_by: UtcDatetime | None = None
    """Given when the member had a place: it is open again, and to be filled by then."""


class TeamFormed(Event):
    """Every place is taken."""

    NAME: ClassVar[str] = "team_formed"
    members: tuple[Candidate, ...]
    brief: CaseBrief


class RosterExhausted(Event):
    """Nobody is left to ask for these places; the follow-up is planned all the same."""

    NAME: ClassVar[str] = "roster_exhausted"
    missing: tuple[Place, ...]
    members: tuple[Candidate, ...]
    brief: CaseBrief


class CoordinatorAlarmed(Event):
    """Coordinators are called. An empty `member_ids` means that the roster has none: a red row."""

    NAME: ClassVar[str] = "coordinator_alarmed"
    alarm_id: UUID
    reason: AlarmReason
    item: Slug | None = None
    member_ids: tuple[MemberId, ...]
    answer_by: UtcDatetime | None = None
    """When the program lead is called, unless somebody has answered."""


class AlarmEscalated(Event):
    """No coordinator answered, or there is none: program leads are called.

    An empty `member_ids` means that the roster has none of them either: a red row.
    """

    NAME: ClassVar[str] = "alarm_escalated"
    alarm_id: UUID
    reason: AlarmReason
    item: Slug | None = None
    member_ids: tuple[MemberId, ...]


class MemberNotified(Event):
    """A member of the team is reminded of something that is now due."""

    NAME: ClassVar[str] = "member_notified"
    notice_id: UUID
    member_id: MemberId
    purpose: Purpose
    item: Slug | None = None
    appointment: Appointment | None = None
    """The time of the session that it is about."""
    coverage: Coverage | None = None
    """What a dispatch center is told, which has this notice instead of a member."""
    about: MemberId | None = None
    """The peer whom a coordinator is asked to call."""
    card: Card | None = None
    """What a peer hands over with the check-in."""


class TeamWidened(Event):
    """The incident turned out graver: more places are to be filled, nobody is asked again."""

    NAME: ClassVar[str] = "team_widened"
    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    form_by: UtcDatetime


class TeamStoodDown(Event):
    """The team is not wanted any more. A wish for it from before `decided_at` is settled."""

    NAME: ClassVar[str] = "team_stood_down"
    reason: Code
    decided_at: UtcDatetime
    by: By | None = None
    """Given when a coordinator stood it down on the case itself."""


class ReviewQuestion(Frozen):
    """What a person needs to decide, and nothing about anybody."""

    kind: ReviewKind
    trigger_class: Code
    tier: Tier
    incident_type: IncidentType
    occurred_at: UtcDatetime
    evidence: tuple[Evidence, ...]
    answer_by: UtcDatetime


class ReviewersAsked(Event):
    """These members are asked to decide. An empty `member_ids` means that the roster has none."""

    NAME: ClassVar[str] = "reviewers_asked"
    review_id: UUID
    stage: ReviewStage
    question: ReviewQuestion
    member_ids: tuple[MemberId, ...]


class ReviewAnswerGiven(Event):
    """A member decided, in one tap; intake takes it from here."""

    NAME: ClassVar[str] = "review_answer_given"
    review_id: UUID
    answer: ReviewAnswer
    member_id: MemberId


class ReviewClosed(Event):
    """Nobody needs to answer any more."""

    NAME: ClassVar[str] = "review_closed"
    review_id: UUID
