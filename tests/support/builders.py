"""Valid events and commands, one per kind, with any field overridable: `an(OfferExtended, role=...)`.

Knows the contract only; a builder's event is also what the golden sample of its kind is made from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from schemas import deliveries, dispatch, drills, followup, intake, requests, roster
from schemas.candidates import Candidate, Excluded, Exclusion
from schemas.catalogue import row_of
from schemas.dispatch import Failure, Purpose
from schemas.envelope import Command, Draft, Event, Frozen, Meta, Timer
from schemas.intake import Evidence, IncidentStatus, Mode, Outcome, Screening, Shown
from schemas.policy import (
    Card,
    CaseBrief,
    CheckInRule,
    Crew,
    Group,
    InterventionKind,
    InterventionRule,
    Place,
    ResponsePolicy,
    Role,
    Urgency,
)
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from tests.support.builders_aftercare import aftercare_given
from tests.support.builders_decisions import decisions
from tests.support.builders_followup import HELD, TEAM, plans_changed
from tests.support.builders_private import one_on_ones_kept
from tests.support.builders_rota import HOURS, ROTA_EVENTS
from tests.support.builders_sessions import sessions_scheduled
from tests.support.builders_steps import WITHDRAWN, steps_taken
from tests.support.builders_support import support_given

if TYPE_CHECKING:
    from uuid import UUID

FrozenT = TypeVar("FrozenT", bound=Frozen)
EventT = TypeVar("EventT", bound=Event)
CommandT = TypeVar("CommandT", bound=Command)

AGENCY = "metro"
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CASE_ID = case_id_for(AGENCY, "test", "F26-0001")
OFFER_ID = derived_id("builders", "offer")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def after(**delta: float) -> datetime:
    """A moment, counted from NOW."""
    return NOW + timedelta(**delta)


RULE = InterventionRule(
    kind=InterventionKind.DEFUSING,
    opens_after=timedelta(hours=1),
    target_after=timedelta(hours=8),
    closes_after=timedelta(hours=12),
    leads=Role.PEER,
    mhp_required=False,
    waits_for_operations=True,
    source="TEST: a window",
)
BRIEF = CaseBrief(
    tier=2,
    trigger_class="child_critical",
    urgency=Urgency.NOW,
    occurred_at=after(minutes=-20),
    reported_at=NOW,
    operations_ongoing=False,
    operations_ended_at=after(minutes=-5),
    policy=ResponsePolicy(
        policy="cism",
        version=1,
        places=(Place(role=Role.PEER, count=2), Place(role=Role.MHP, count=1)),
        surplus=1,
        reply_within=timedelta(minutes=15),
        form_team_within=timedelta(hours=1),
        interventions=(RULE,),
        check_ins=(CheckInRule(after=timedelta(days=3), source="TEST: a distance"),),
        check_in_groups=(Group.RESPONDERS, Group.DISPATCHERS),
        check_in_grace=timedelta(days=1),
    ),
)
PLANNED = followup.PlannedIntervention(
    item="defusing-responders",
    kind=InterventionKind.DEFUSING,
    group=Group.RESPONDERS,
    opens_at=after(hours=1),
    target_at=after(hours=8),
    closes_at=after(hours=12),
    leads=Role.PEER,
    mhp_required=False,
    source="TEST: a window",
)
DEFERRED = followup.DeferredIntervention(
    item="debriefing-responders", group=Group.RESPONDERS, rule=RULE
)
CHECK_IN = followup.PlannedCheckIn(
    item="check-in-1-responders",
    number=1,
    group=Group.RESPONDERS,
    due_at=after(days=3),
    closes_at=after(days=4),
    source="TEST: a distance",
)
SCREENING = Screening(
    outcome=Outcome.CRITICAL,
    policy="cism",
    policy_version=1,
    trigger_class="child_critical",
    tier=2,
    mode=Mode.AUTO_PAGE,
    evidence=(
        Evidence(
            rule="child-died",
            trigger_class="child_critical",
            field="patients",
            shown="a child died",
            source="TEST: a rule",
            span=(0, 5),
        ),
    ),
    confidence=0.9,
    shown=(
        Shown(signal="patient_died", field="patients", what="died", confidence=0.9, span=(0, 5)),
    ),
)
_REPORT: dict[str, Any] = {
    "source": "test",
    "number": "F26-0001",
    "incident_type": "Cardiac arrest",
    "occurred_at": after(minutes=-20),
    "status": IncidentStatus.ACTIVE,
    "units": ("E1", "M4"),
    "exercise": False,
    "operations_ongoing": False,
    "operations_ended_at": after(minutes=-5),
    "fingerprint": "0123456789abcdef" * 2,
    "ignored_fields": 1,
    "told_at": after(minutes=-1),
    "told_fields": ("incident_type", "patients"),
    "kind": "medical",
    "whereabouts": ("0123456789abcdef",),
    "context_only": False,
    "exposed": 9,
    "disciplines": ("fire",),
    "crews": (Crew(exposure=Group.RESPONDERS, agency="metro", discipline="fire", count=9),),
    "screening": SCREENING,
}
_OFFER: dict[str, Any] = {"offer_id": OFFER_ID, "member_id": "p-01", "role": Role.PEER}
_DELIVERY: dict[str, Any] = {
    "delivery_id": OFFER_ID,
    "member_id": "p-01",
    "purpose": Purpose.OFFER,
    "channel": "email",
}
_TEAM = (Candidate(member_id="p-01", role=Role.PEER), Candidate(member_id="m-01", role=Role.MHP))

VALID: dict[type[Event], dict[str, Any]] = {
    intake.IncidentReported: _REPORT,
    intake.IncidentUpdated: _REPORT | {"status": IncidentStatus.CLOSED, "number": None},
    intake.ActivationRequested: {"brief": BRIEF, "units": ("E1", "M4"), "report": None},
    intake.ExposureRecorded: {"units": ("E4",)},
    intake.OperationsEnded: {"ended_at": NOW},
    roster.MemberEnrolled: {
        "role": Role.PEER,
        "discipline": "fire",
        "station": "st-1",
        "units": ("E9",),
        "designated_from": date(2024, 1, 1),
        "training_valid_until": date(2027, 1, 1),
        "contact_confirmed_on": date(2026, 2, 1),
        "languages": (),
        "competencies": (),
        "designated_until": None,
        "supervises": (),
        "close_to": (),
        "peer_nominated": None,
        "on_team_page": False,
    },
    roster.MemberStoodDown: {"reason": "rest"},
    roster.MemberReturned: {},
    roster.MemberMuted: {"until": after(hours=8)},
    roster.MemberUnmuted: {},
    roster.ContactConfirmed: {"confirmed_on": date(2026, 3, 2)},
    roster.MemberLeft: {"designated_until": date(2026, 6, 30)},
    roster.TeamPageConsentChanged: {"agreed": True},
    roster.HoursSet: {"hours": HOURS},
    dispatch.TeamActivated: {
        "brief": BRIEF,
        "candidates": _TEAM,
        "excluded": (Excluded(member_id="p-02", reasons=(Exclusion.INVOLVED,)),),
        "coordinators": ("c-01",),
        "form_by": after(hours=1),
        "program_leads": (),
        "neighbours": (),
        "offers": (),
    },
    dispatch.MemberExcluded: {"member_id": "p-02", "reasons": (Exclusion.INVOLVED,)},
    dispatch.OfferExtended: _OFFER
    | {"urgency": Urgency.NOW, "expires_at": after(minutes=15), "emergency": False},
    dispatch.OfferAccepted: _OFFER | {"emergency": True},
    dispatch.OfferDeclined: _OFFER,
    dispatch.OfferExpired: _OFFER,
    dispatch.OfferWithdrawn: _OFFER | WITHDRAWN,
    dispatch.TeamFormed: {"members": _TEAM, "brief": BRIEF},
    dispatch.RosterExhausted: {
        "missing": (Place(role=Role.MHP, count=1),),
        "members": _TEAM[:1],
        "brief": BRIEF,
    },
    dispatch.CoordinatorAlarmed: {
        "alarm_id": derived_id("builders", "alarm"),
        "reason": dispatch.AlarmReason.CHECK_IN_MISSED,
        "item": "check-in-1-responders",
        "member_ids": ("c-01",),
        "answer_by": None,
    },
    dispatch.MemberNotified: {
        "notice_id": derived_id("builders", "notice"),
        "member_id": "p-01",
        "purpose": Purpose.CHECK_IN_DUE,
        "item": "check-in-1-responders",
        "appointment": None,
        "coverage": None,
        "about": None,
        "card": None,
    },
    deliveries.DeliveryStarted: _DELIVERY
    | {"attempt": 1, "give_up_at": after(seconds=30), "parcel_id": None, "offer_id": None},
    deliveries.DeliverySent: _DELIVERY | {"next_at": None},
    deliveries.DeliveryConfirmed: _DELIVERY,
    deliveries.DeliveryUnanswered: _DELIVERY,
    deliveries.DeliveryFailed: _DELIVERY
    | {"failure": Failure.TEMPORARY, "final": False, "left": ()},
    requests.PeerRequested: {
        "emergency": False,
        "category": requests.EmergencyCategory.OTHER,
        "chosen": "p-01",
        "callback_by": after(minutes=30),
        "keep_until": after(days=7),
    },
    requests.CallbackMade: {"takers": TEAM[:1], "emergency": True},
    requests.FollowupWaived: {},
    requests.EmergencyRaised: {
        "again_at": after(minutes=5),
        "category": requests.EmergencyCategory.SUICIDE_RISK,
    },
    requests.EmergencyRepeated: {"number": 1, "again_at": after(minutes=10)},
    requests.EmergencyPaged: {
        "pages": (
            requests.Page(
                offer_id=OFFER_ID, member_id="m-01", role=Role.MHP, expires_at=after(minutes=5)
            ),
        ),
        "alarm_id": derived_id("builders", "alarm"),
        "called": ("c-01",),
    },
    requests.MemberFinished: {"offer_id": derived_id("builders", "offer")},
    requests.RequestClosed: {
        "takers": TEAM[:1],
        "emergency": True,
        "reason": requests.RequestEnd.DONE,
        "closed_at": after(minutes=50),
    },
    drills.DrillPlanned: {
        "trigger_class": "child_death",
        "tier": 2,
        "roles": (Role.PEER,),
        "earliest": NOW,
        "latest": after(days=3),
        "lot": derived_id("builders", "lot"),
        "targets": drills.DrillTargets(reached=0.95, answered_in_time=0.5),
    },
    drills.DrillEnded: {
        "reason": drills.DrillEnd.TEAM_FORMED,
        "ended_at": after(hours=1),
        "begun": True,
    },
    followup.FollowupPlanned: {
        "brief": BRIEF,
        "team_complete": True,
        "peers": ("p-01",),
        "members": TEAM,
        "interventions": (PLANNED,),
        "deferred": (DEFERRED,),
        "check_ins": (CHECK_IN,),
    },
    followup.GroupWindowsOpened: {"ended_at": NOW, "interventions": (PLANNED,)},
    followup.OperationsEndNoted: {"ended_at": NOW},
    followup.InterventionOverdue: {
        "item": "defusing-responders",
        "closes_at": after(hours=12),
        "awaits_approval": False,
    },
    followup.InterventionHeld: HELD | {"held_at": after(hours=7)},
    followup.InterventionMissed: {"item": "defusing-responders"},
    followup.CheckInFellDue: {
        "item": "check-in-1-responders",
        "due_at": after(days=3),
        "peer": "p-01",
        "card": Card.SELF_SCREEN,
    },
    followup.CheckInCompleted: {"item": "check-in-1-responders"},
    followup.CheckInMissed: {
        "item": "check-in-1-responders",
        "peer": "p-01",
        "answer_by": NOW + timedelta(days=1),
    },
    **steps_taken(BRIEF.policy.places),
    **plans_changed(),
    **sessions_scheduled(),
    **support_given(),
    **aftercare_given(),
    **one_on_ones_kept(),
    **ROTA_EVENTS,
    **decisions(BRIEF, _TEAM, PLANNED, DEFERRED, CHECK_IN),
}
"""A new event needs a row here; tests/contract/test_catalogue.py names what is missing."""


def an(model: type[EventT], **fields: Any) -> EventT:
    """A valid event of this kind with some fields of its own; an unknown field is an error."""
    return _valid(model, VALID[model] | fields)


def a_command(model: type[CommandT], **fields: Any) -> CommandT:
    """A command at NOW by a test feed; the fields of its kind are given by the test."""
    meant = {"command_id": derived_id("builders", "command"), "now": NOW, "actor": "feed:test"}
    return _valid(model, meant | {"trace": TRACE} | fields)


def an_entity(stream: Stream, name: str = "", agency: str = AGENCY) -> Entity:
    """A case, a member of the roster, or a rota."""
    usual = {Stream.ROSTER: "p-01", Stream.ROTA: "peers-weekly"}
    return Entity(stream, agency, name or usual.get(stream, CASE_ID))


def a_timer(key: str = "one", due_at: datetime = NOW, kind: str = "reply") -> Timer:
    """A durable wait."""
    return Timer(kind=kind, key=key, due_at=due_at)


def a_draft(
    event: EventT, entity: Entity | None = None, command_id: UUID | None = None, index: int = 0
) -> Draft[EventT]:
    """An event as `handle` drafts it, caused by a command of its own unless one is named."""
    row = row_of(type(event))
    owner = entity or an_entity(row.stream)
    caused_by = command_id or derived_id("builders", owner.prefix, event.NAME, index)
    meta = Meta(
        event_id=derived_id(owner.prefix, caused_by, index),
        type=row.type,
        source=f"/tailboard/{row.stream}/{owner.agency}",
        time=NOW,
        command_id=caused_by,
        actor="feed:test",
        trace=TRACE,
    )
    return Draft(owner, meta, event)


def _valid(model: type[FrozenT], fields: dict[str, Any]) -> FrozenT:
    unknown = fields.keys() - model.model_fields.keys()
    assert not unknown, f"{model.__name__} has no {sorted(unknown)}"
    return model.model_validate(fields)
