"""The table of contents: every event, who writes it and who reads it; decoding starts here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import TypeAdapter

from schemas import (
    aftercare,
    deliveries,
    dispatch,
    drills,
    exceptions,
    feedback,
    followup,
    intake,
    one_on_ones,
    referrals,
    requests,
    roster,
    rota,
    sessions,
    steps,
)
from schemas.envelope import Draft, Event, Meta
from schemas.subjects import Stream
from schemas.upcast import upcast

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPE = re.compile(r"^tailboard\.(?P<stream>[a-z]+)\.(?P<name>[a-z_]+)\.v(?P<version>[0-9]+)\Z")
_OBJECT = TypeAdapter(dict[str, Any])


class UnknownEvent(ValueError):
    """An event type that this version of Tailboard cannot read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the contract."""

    stream: Stream
    model: type[Event]
    readers: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The CloudEvents type, such as `tailboard.intake.incident_reported.v1`."""
        return f"tailboard.{self.stream}.{self.model.NAME}.v{self.model.VERSION}"


CATALOGUE: tuple[Row, ...] = (
    Row(Stream.INTAKE, intake.IncidentReported, ("audit",)),
    Row(Stream.INTAKE, intake.IncidentUpdated, ("followup", "audit")),
    Row(Stream.INTAKE, intake.ActivationRequested, ("dispatch", "audit")),
    Row(Stream.INTAKE, intake.ExposureRecorded, ("dispatch", "audit")),
    Row(Stream.INTAKE, intake.OperationsEnded, ("followup", "audit")),
    Row(Stream.INTAKE, intake.RecommendationChanged, ("audit",)),
    Row(Stream.INTAKE, intake.CaseRaised, ("audit",)),
    Row(Stream.INTAKE, intake.CaseLowered, ("audit",)),
    Row(Stream.INTAKE, intake.DeactivationRequested, ("dispatch", "followup", "audit")),
    Row(Stream.INTAKE, intake.ReviewOpened, ("dispatch", "audit")),
    Row(Stream.INTAKE, intake.ReviewEscalated, ("dispatch", "audit")),
    Row(Stream.INTAKE, intake.ReviewOverdue, ("dispatch", "audit")),
    Row(Stream.INTAKE, intake.ReviewAnswered, ("dispatch", "audit")),
    Row(Stream.INTAKE, intake.CaseMerged, ("audit",)),
    Row(Stream.INTAKE, intake.CaseAbsorbed, ("audit",)),
    Row(Stream.INTAKE, intake.CaseSplit, ("audit",)),
    Row(Stream.INTAKE, drills.DrillPlanned, ("audit",)),
    Row(Stream.INTAKE, drills.DrillEnded, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.MemberEnrolled, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.MemberStoodDown, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.MemberReturned, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.MemberMuted, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.MemberUnmuted, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.ContactConfirmed, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.MemberLeft, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.TeamPageConsentChanged, ("dispatch", "audit")),
    Row(Stream.ROSTER, roster.HoursSet, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.RotaSet, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.ShiftOverridden, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.ShiftsSwapped, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.OverrideRemoved, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.RotaEnded, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.GapsWarned, ("dispatch", "audit")),
    Row(Stream.ROTA, rota.CoordinatorWarned, ("audit",)),
    Row(Stream.ROTA, rota.CoverageCheckPlanned, ("audit",)),
    Row(Stream.ROTA, rota.CoverageChecked, ("audit",)),
    Row(Stream.DISPATCH, dispatch.TeamActivated, ("dispatch", "audit")),
    Row(Stream.DISPATCH, dispatch.MemberExcluded, ("audit",)),
    Row(Stream.DISPATCH, dispatch.OfferExtended, ("dispatch", "audit")),
    Row(Stream.DISPATCH, dispatch.OfferAccepted, ("followup", "audit")),
    Row(Stream.DISPATCH, dispatch.OfferDeclined, ("audit",)),
    Row(Stream.DISPATCH, dispatch.OfferExpired, ("audit",)),
    Row(Stream.DISPATCH, dispatch.OfferWithdrawn, ("dispatch", "audit")),
    Row(Stream.DISPATCH, dispatch.TeamFormed, ("followup", "audit")),
    Row(Stream.DISPATCH, dispatch.RosterExhausted, ("followup", "audit")),
    Row(Stream.DISPATCH, dispatch.CoordinatorAlarmed, ("dispatch", "audit")),
    Row(Stream.DISPATCH, dispatch.MemberNotified, ("dispatch", "audit")),
    Row(Stream.DISPATCH, deliveries.DeliveryStarted, ("audit",)),
    Row(Stream.DISPATCH, deliveries.DeliverySent, ("audit",)),
    Row(Stream.DISPATCH, deliveries.DeliveryConfirmed, ("audit",)),
    Row(Stream.DISPATCH, deliveries.DeliveryUnanswered, ("dispatch", "audit")),
    Row(Stream.DISPATCH, deliveries.DeliveryFailed, ("dispatch", "audit")),
    Row(Stream.DISPATCH, dispatch.TeamWidened, ("audit",)),
    Row(Stream.DISPATCH, dispatch.TeamStoodDown, ("intake", "audit")),
    Row(Stream.DISPATCH, dispatch.ReviewersAsked, ("dispatch", "audit")),
    Row(Stream.DISPATCH, dispatch.ReviewAnswerGiven, ("intake", "audit")),
    Row(Stream.DISPATCH, dispatch.ReviewClosed, ("audit",)),
    Row(Stream.DISPATCH, dispatch.AlarmEscalated, ("dispatch", "audit")),
    Row(Stream.DISPATCH, steps.StandbyOffered, ("audit",)),
    Row(Stream.DISPATCH, steps.ArrivalEstimated, ("audit",)),
    Row(Stream.DISPATCH, steps.MemberSuggested, ("audit",)),
    Row(Stream.DISPATCH, steps.CandidateAdded, ("audit",)),
    Row(Stream.DISPATCH, steps.MembersAskedAgain, ("audit",)),
    Row(Stream.DISPATCH, steps.TeamResized, ("audit",)),
    Row(Stream.DISPATCH, steps.AlarmAnswered, ("audit",)),
    Row(Stream.DISPATCH, steps.CaseTakenOver, ("audit",)),
    Row(Stream.DISPATCH, steps.AskingPaused, ("audit",)),
    Row(Stream.DISPATCH, steps.AskingResumed, ("audit",)),
    Row(Stream.DISPATCH, steps.GroupSessionsApproved, ("followup", "audit")),
    Row(Stream.DISPATCH, steps.GroupSessionsRefused, ("followup", "audit")),
    Row(Stream.DISPATCH, requests.PeerRequested, ("audit",)),
    Row(Stream.DISPATCH, requests.CallbackMade, ("followup", "audit")),
    Row(Stream.DISPATCH, requests.EmergencyRaised, ("audit",)),
    Row(Stream.DISPATCH, requests.EmergencyRepeated, ("audit",)),
    Row(Stream.DISPATCH, requests.EmergencyPaged, ("dispatch", "audit")),
    Row(Stream.DISPATCH, requests.MemberFinished, ("audit",)),
    Row(Stream.DISPATCH, requests.RequestClosed, ("followup", "audit")),
    Row(Stream.DISPATCH, requests.FollowupWaived, ("followup", "audit")),
    Row(Stream.FOLLOWUP, followup.FollowupPlanned, ("audit",)),
    Row(Stream.FOLLOWUP, followup.GroupWindowsOpened, ("audit",)),
    Row(Stream.FOLLOWUP, followup.OperationsEndNoted, ("audit",)),
    Row(Stream.FOLLOWUP, followup.InterventionOverdue, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, followup.InterventionHeld, ("audit",)),
    Row(Stream.FOLLOWUP, followup.InterventionMissed, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, followup.CheckInFellDue, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, followup.CheckInCompleted, ("audit",)),
    Row(Stream.FOLLOWUP, followup.CheckInMissed, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, followup.FollowupWidened, ("followup", "audit")),
    Row(Stream.FOLLOWUP, followup.FollowupCancelled, ("audit",)),
    Row(Stream.FOLLOWUP, followup.TeamNoted, ("followup", "audit")),
    Row(Stream.FOLLOWUP, followup.InterventionAdded, ("audit",)),
    Row(Stream.FOLLOWUP, followup.WindowsMoved, ("audit",)),
    Row(Stream.FOLLOWUP, followup.CrewsSet, ("audit",)),
    Row(Stream.FOLLOWUP, followup.InterventionDeclined, ("audit",)),
    Row(Stream.FOLLOWUP, followup.MissExplained, ("audit",)),
    Row(Stream.FOLLOWUP, followup.CaseClosed, ("audit",)),
    Row(Stream.FOLLOWUP, followup.ApprovalGiven, ("audit",)),
    Row(Stream.FOLLOWUP, followup.ApprovalWithdrawn, ("audit",)),
    Row(Stream.FOLLOWUP, sessions.InterventionProposed, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.ProposalFailed, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.InterventionScheduled, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.InterventionUnscheduled, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.InterventionCancelled, ("audit",)),
    Row(Stream.FOLLOWUP, sessions.WindowExtended, ("audit",)),
    Row(Stream.FOLLOWUP, sessions.WindowClosingWarned, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.FacilitatorsReminded, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.OutcomeAsked, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.ItemEscalated, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.CoverageRequested, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, sessions.CoverageReleased, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, feedback.FeedbackCounted, ("audit",)),
    Row(Stream.FOLLOWUP, aftercare.AftercarePlanned, ("audit",)),
    Row(Stream.FOLLOWUP, aftercare.AftercareTakenOver, ("audit",)),
    Row(Stream.FOLLOWUP, aftercare.AftercareEscalated, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, aftercare.AftercareDeclined, ("audit",)),
    Row(Stream.FOLLOWUP, referrals.ReferralOffered, ("audit",)),
    Row(Stream.FOLLOWUP, referrals.ResourceListed, ("audit",)),
    Row(Stream.FOLLOWUP, referrals.ResourceConfirmed, ("audit",)),
    Row(Stream.FOLLOWUP, referrals.ResourceRemoved, ("audit",)),
    Row(Stream.FOLLOWUP, referrals.ResourceOutdated, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, exceptions.ExceptionRecorded, ("audit",)),
    Row(Stream.FOLLOWUP, exceptions.ExceptionNotified, ("audit",)),
    Row(Stream.FOLLOWUP, exceptions.WrittenNoticeSent, ("audit",)),
    Row(Stream.FOLLOWUP, exceptions.WrittenNoticeReminded, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, exceptions.WrittenNoticeOverdue, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneOpened, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneContacted, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.NextContactMoved, ("audit",)),
    Row(Stream.FOLLOWUP, one_on_ones.ContactFellDue, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneOverdue, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.HandOverOffered, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.HandOverDeclined, ("audit",)),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneTakenOver, ("dispatch", "followup", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneOrphaned, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneClosed, ("dispatch", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.OneOnOneErased, ("audit",)),
    Row(Stream.FOLLOWUP, one_on_ones.LegalHoldSet, ("audit",)),
    Row(Stream.FOLLOWUP, one_on_ones.LegalHoldLifted, ("followup", "audit")),
    Row(Stream.FOLLOWUP, one_on_ones.GlassBroken, ("dispatch", "audit")),
)

_BY_MODEL = {row.model: row for row in CATALOGUE}
_BY_NAME = {(str(row.stream), row.model.NAME): row for row in CATALOGUE}


def as_one(events: Sequence[Event]) -> Event | None:
    """One event that carries all that a decision led to, or None where each is a message of its own.

    It is read again as what it carries (`Event.parts`); whoever listens to the one alone gets all.
    """
    match events:
        case (intake.IncidentReported() as report, intake.ActivationRequested() as wish):
            is_first = type(report) is intake.IncidentReported
            return wish.model_copy(update={"report": report}) if is_first else None
        case (dispatch.TeamActivated() as team, dispatch.OfferExtended(), *_):
            offers = [e for e in events if isinstance(e, dispatch.OfferExtended)]
            alone = len(offers) == len(events) - 1 and not any(e.emergency for e in offers)
            return team.model_copy(update={"offers": tuple(offers)}) if alone else None
        case _:
            return None


def row_of(model: type[Event]) -> Row:
    """The catalogue row of an event model; KeyError for a model that is not in the contract."""
    return _BY_MODEL[model]


def encode(draft: Draft[Event]) -> tuple[dict[str, str], bytes]:
    """CloudEvents 1.0 in binary mode: attributes as headers, the event as a JSON body."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(draft.meta.event_id),
        "ce-type": draft.meta.type,
        "ce-source": draft.meta.source,
        "ce-time": draft.meta.time.isoformat(),
        "ce-subject": draft.entity.id,
        "ce-commandid": str(draft.meta.command_id),
        "ce-actor": draft.meta.actor,
        "traceparent": draft.meta.trace,
        "content-type": "application/json",
    }
    return headers, draft.event.model_dump_json().encode()


def decode(headers: dict[str, str], body: bytes) -> tuple[Meta, Event]:
    """The attributes and the event at its current version.

    Raises UnknownEvent for a type or a newer version that is not in the catalogue, KeyError for
    missing attributes, and pydantic.ValidationError (a ValueError) for a body that does not fit.
    """
    match = _TYPE.match(headers["ce-type"])
    row = match and _BY_NAME.get((match["stream"], match["name"]))
    if not match or not row or int(match["version"]) > row.model.VERSION:
        raise UnknownEvent(f"{headers['ce-type']} is not an event of this version")
    meta = Meta(
        event_id=UUID(headers["ce-id"]),
        type=headers["ce-type"],
        source=headers["ce-source"],
        time=datetime.fromisoformat(headers["ce-time"]),
        command_id=UUID(headers["ce-commandid"]),
        actor=headers["ce-actor"],
        trace=headers.get("traceparent", ""),
    )
    version = int(match["version"])
    if version == row.model.VERSION:
        return meta, row.model.model_validate_json(body)
    name = f"{match['stream']}.{match['name']}"
    current = upcast(name, version, _OBJECT.validate_json(body), row.model.VERSION)
    return meta, row.model.model_validate(current)
