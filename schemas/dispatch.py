"""What dispatch records: who was asked, who answered, who was told, and whether it arrived."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schemas.candidates import Candidate, Excluded, Exclusion, Lent
from schemas.envelope import By, Code, Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.intake import Evidence, IncidentType, ReviewAnswer, ReviewKind
from schemas.policy import CaseBrief, Place, Role, Tier, Urgency
from schemas.sessions import Appointment, Coverage
from schemas.steps import StepReason


class AlarmReason(StrEnum):
    """Why a coordinator is called."""

    ROSTER_EXHAUSTED = "roster_exhausted"
    TEAM_OVERDUE = "team_overdue"
    INTERVENTION_OVERDUE = "intervention_overdue"
    INTERVENTION_MISSED = "intervention_missed"
    CHECK_IN_MISSED = "check_in_missed"
    MEMBER_INVOLVED = "member_involved"
    """A member of the team took part in the incident; a person decides whether they stay."""
    CHECK_IN_UNASSIGNED = "check_in_unassigned"
    """It fell due and the team has no peer to remind."""
    REQUEST_WAITING = "request_waiting"
    """A member asked for a peer and nobody has taken it by the callback's time."""
    REQUEST_EMERGENCY = "request_emergency"
    """Somebody is needed at once: told in the same moment as the members are paged."""
    EMERGENCY_UNANSWERED = "emergency_unanswered"
    """An emergency has gone unanswered for so many rounds that the program leads are called too."""
    APPROVAL_MISSING = "approval_missing"
    """A session's target has come, and the mental health professional has not approved it."""
    ASKING_PAUSED = "asking_paused"
    """A place is open again while a coordinator has paused the asking."""
    NO_TIME_FOUND = "no_time_found"
    """No time for a session could be proposed: too few of the team, or too few who are free."""
    WINDOW_CLOSING = "window_closing"
    """A session's window closes soon, and nothing is scheduled in it."""
    CANNOT_HOLD = "cannot_hold"
    """Who is down for a session or a check-in cannot hold it."""
    HOLDER_ASKS = "holder_asks"
    """Who is down for a session or a check-in needs a coordinator."""


class Purpose(StrEnum):
    """What a message to a phone is for."""

    OFFER = "offer"
    STAND_DOWN = "stand_down"
    ALARM = "alarm"
    CHECK_IN_DUE = "check_in_due"
    REVIEW = "review"
    """A recommendation waits for a person."""
    CALLBACK_DUE = "callback_due"
    """A member took a request and has not said yet that the call was made."""
    PLACE_GIVEN = "place_given"
    """A member who stood by is on the team now, as somebody dropped out."""
    EXERCISE_OVER = "exercise_over"
    """A member who was asked in an exercise is thanked at its end."""
    SESSION_PROPOSED = "session_proposed"
    """Times for a session wait for a coordinator's choice."""
    SESSION_INVITE = "session_invite"
    SESSION_CHANGED = "session_changed"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_REMINDER = "session_reminder"
    SESSION_OVER = "session_over"
    """Whoever held it is asked whether it was held."""
    COVERAGE = "coverage"
    """A dispatch center is told which units need cover, or need none any more."""
    PLACE_UNCONFIRMED = "place_unconfirmed"
    """A place of the directory was not confirmed for too long."""
    NOTICE_DUE = "notice_due"
    """A written notice is due soon: to the mental health lead."""
    NOTICE_OVERDUE = "notice_overdue"


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


class MemberExcluded(Event):
    """A member turned out to be one who may not be asked, after the search had begun."""

    NAME: ClassVar[str] = "member_excluded"
    member_id: MemberId
    reasons: tuple[Exclusion, ...]


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


class OfferAccepted(Event):
    """The member took a place."""

    NAME: ClassVar[str] = "offer_accepted"
    offer_id: UUID
    member_id: MemberId
    role: Role


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
