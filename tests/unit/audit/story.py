"""A whole case as its services would record it, told into a memory journal; it asserts nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from schemas.candidates import Candidate, Excluded, Exclusion
from schemas.catalogue import row_of
from schemas.deliveries import DeliveryFailed, DeliverySent, DeliveryStarted
from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    Failure,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    RosterExhausted,
    TeamActivated,
    TeamFormed,
)
from schemas.envelope import Draft, Event, Meta
from schemas.followup import (
    CheckInFellDue,
    FollowupPlanned,
    InterventionHeld,
    InterventionMissed,
    PlannedCheckIn,
    PlannedIntervention,
)
from schemas.intake import (
    ActivationRequested,
    Evidence,
    HoldReason,
    IncidentReported,
    IncidentStatus,
    Mode,
    Outcome,
    Screening,
)
from schemas.policy import (
    CaseBrief,
    CheckInRule,
    Group,
    InterventionKind,
    Place,
    ResponsePolicy,
    Role,
    Urgency,
)
from schemas.roster import MemberEnrolled
from schemas.subjects import Entity, Stream, case_id_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.runtime.journal_memory import MemoryJournal

AGENCY = "riverton"
START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
_IDS = UUID("00000000-0000-5000-8000-000000000001")
_GROUPS = (Group.RESPONDERS, Group.DISPATCHERS)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@dataclass
class Story:
    """One case. Times are counted from its report."""

    journal: MemoryJournal
    number: str = "F260303-1"
    agency: str = AGENCY
    start: datetime = START
    trigger: str = "child_critical"
    _told: int = field(default=0)

    @property
    def case_id(self) -> str:
        return case_id_for(self.agency, "city-cad", self.number)

    @property
    def policy(self) -> ResponsePolicy:
        return ResponsePolicy(
            policy="cism",
            version=1,
            places=(Place(role=Role.PEER, count=2), Place(role=Role.MHP, count=1)),
            surplus=1,
            reply_within=minutes(15),
            form_team_within=hours(2),
            interventions=(),
            check_ins=(CheckInRule(after=timedelta(days=3), source="Several days after"),),
            check_in_groups=_GROUPS,
            check_in_grace=timedelta(days=1),
        )

    @property
    def brief(self) -> CaseBrief:
        return CaseBrief(
            tier=2,
            trigger_class=self.trigger,
            urgency=Urgency.NOW,
            occurred_at=self.start - minutes(12),
            reported_at=self.start,
            operations_ongoing=False,
            policy=self.policy,
        )

    def offer_id(self, member: str) -> UUID:
        return uuid5(_IDS, f"{self.case_id}{member}")

    async def tell(self, stream: Stream, after: timedelta, *events: Event) -> None:
        """Append events to the case's own history in one stream."""
        await record(
            self.journal, Entity(stream, self.agency, self.case_id), self.start + after, *events
        )

    def wanted(self) -> ActivationRequested:
        return ActivationRequested(brief=self.brief, units=("E17", "M32"))

    async def reported(
        self,
        outcome: Outcome = Outcome.CRITICAL,
        hold: HoldReason | None = None,
        incident_type: str = "Medic Response, 7 per Rule",
    ) -> None:
        events: list[Event] = [self.told(outcome, hold, incident_type)]
        if outcome is Outcome.CRITICAL and hold is None:
            events.append(self.wanted())
        await self.tell(Stream.INTAKE, minutes(0), *events)

    def told(
        self, outcome: Outcome, hold: HoldReason | None, incident_type: str
    ) -> IncidentReported:
        grave = outcome is not Outcome.ROUTINE
        evidence = Evidence(
            rule="child-arrest",
            trigger_class=self.trigger,
            field="patient_age",
            shown="patient_age: below 18; incident_type: cpr",
            source="NERIS PEDIATRIC CPR",
        )
        screening = Screening(
            outcome=outcome,
            policy="cism",
            policy_version=1,
            trigger_class=self.trigger if grave else None,
            tier=2 if grave else None,
            mode=Mode.AUTO_PAGE if grave else None,
            hold=hold,
            evidence=(evidence,) if grave else (),
        )
        return IncidentReported(
            source="city-cad",
            number=self.number,
            incident_type=incident_type,
            occurred_at=self.start - minutes(12),
            status=IncidentStatus.ACTIVE,
            units=("E17", "M32"),
            exercise=hold is HoldReason.EXERCISE,
            operations_ongoing=False,
            operations_ended_at=None,
            fingerprint="0" * 32,
            ignored_fields=0,
            screening=screening,
        )

    async def activated(self, coordinators: Sequence[str] = ("c-01",)) -> None:
        people = (("p-01", Role.PEER), ("p-02", Role.PEER), ("p-03", Role.PEER), ("h-01", Role.MHP))
        opened = TeamActivated(
            brief=self.brief,
            candidates=tuple(Candidate(member_id=m, role=role) for m, role in people),
            excluded=(
                Excluded(member_id="p-07", reasons=(Exclusion.INVOLVED,)),
                Excluded(
                    member_id="p-09",
                    reasons=(Exclusion.TRAINING_LAPSED, Exclusion.STOOD_DOWN),
                ),
            ),
            coordinators=tuple(coordinators),
            form_by=self.start + minutes(1) + hours(2),
        )
        await self.tell(
            Stream.DISPATCH, minutes(1), opened, *(self.asked(m, role) for m, role in people)
        )

    def asked(
        self, member: str, role: Role, after: timedelta = timedelta(minutes=1)
    ) -> OfferExtended:
        return OfferExtended(
            offer_id=self.offer_id(member),
            member_id=member,
            role=role,
            urgency=Urgency.NOW,
            expires_at=self.start + after + minutes(15),
        )

    async def delivered(self, member: str, *, fails: bool = False) -> None:
        about = {
            "delivery_id": uuid5(_IDS, f"{self.case_id}{member}offer"),
            "member_id": member,
            "purpose": Purpose.OFFER,
            "channel": "email",
        }
        give_up_at = self.start + minutes(3)
        started = DeliveryStarted.model_validate({**about, "attempt": 1, "give_up_at": give_up_at})
        lost = DeliveryFailed.model_validate({**about, "failure": Failure.PERMANENT, "final": True})
        end = lost if fails else DeliverySent.model_validate(about)
        await self.tell(Stream.DISPATCH, minutes(1.1), started, end)

    async def answered(
        self,
        kind: type[OfferAccepted] | type[OfferDeclined] | type[OfferExpired],
        member: str,
        role: Role,
        after: timedelta,
    ) -> None:
        answer = kind(offer_id=self.offer_id(member), member_id=member, role=role)
        await self.tell(Stream.DISPATCH, after, answer)

    async def formed(self, after: timedelta = timedelta(minutes=31)) -> None:
        await self.answered(OfferAccepted, "p-01", Role.PEER, minutes(4))
        await self.answered(OfferDeclined, "p-02", Role.PEER, minutes(6))
        await self.answered(OfferExpired, "h-01", Role.MHP, minutes(16))
        await self.tell(Stream.DISPATCH, minutes(16), self.asked("h-02", Role.MHP, minutes(16)))
        await self.answered(OfferAccepted, "h-02", Role.MHP, minutes(20))
        taken = OfferAccepted(offer_id=self.offer_id("p-03"), member_id="p-03", role=Role.PEER)
        members = (("p-01", Role.PEER), ("p-03", Role.PEER), ("h-02", Role.MHP))
        team = TeamFormed(
            members=tuple(Candidate(member_id=m, role=r) for m, r in members), brief=self.brief
        )
        spare = OfferWithdrawn(
            offer_id=self.offer_id("p-04"), member_id="p-04", role=Role.PEER, reason="team_complete"
        )
        await self.tell(Stream.DISPATCH, after, taken, spare, team)

    async def exhausted(self, coordinators: tuple[str, ...] = ("c-01",)) -> None:
        gone = RosterExhausted(
            missing=(Place(role=Role.MHP, count=1),), members=(), brief=self.brief
        )
        alarm = CoordinatorAlarmed(
            alarm_id=uuid5(_IDS, self.case_id),
            reason=AlarmReason.ROSTER_EXHAUSTED,
            member_ids=coordinators,
        )
        await self.tell(Stream.DISPATCH, minutes(17), gone, alarm)

    async def planned(self) -> None:
        at = self.brief.occurred_at
        kinds = (
            (InterventionKind.DEFUSING, 0, 8, 12, Role.PEER),
            (InterventionKind.ONE_ON_ONE, 0, 24, 72, Role.PEER),
            (InterventionKind.DEBRIEFING, 24, 72, 240, Role.MHP),
        )
        sessions = tuple(
            PlannedIntervention(
                item=f"{kind}-{group}".replace("_", "-"),
                kind=kind,
                group=group,
                opens_at=at + hours(opens),
                target_at=at + hours(target),
                closes_at=at + hours(closes),
                leads=leads,
                mhp_required=leads is Role.MHP,
                source="US Coast Guard 1999",
            )
            for kind, opens, target, closes, leads in kinds
            for group in _GROUPS
        )
        check_ins = tuple(
            PlannedCheckIn(
                item=f"check-in-{number}-{group}",
                number=number,
                group=group,
                due_at=at + timedelta(days=days),
                closes_at=at + timedelta(days=days + 1),
                source="Follow-up calls at 1, 2 and 4 weeks",
            )
            for number, days in ((1, 3), (2, 7), (3, 14), (4, 28))
            for group in _GROUPS
        )
        plan = FollowupPlanned(
            brief=self.brief,
            team_complete=True,
            peers=("p-01", "p-03"),
            interventions=sessions,
            deferred=(),
            check_ins=check_ins,
        )
        await self.tell(Stream.FOLLOWUP, minutes(31.01), plan)

    async def lived(self) -> None:
        """One defusing held, the other missed, the first check-in due."""
        held_at = self.start + hours(6)
        await self.tell(
            Stream.FOLLOWUP, hours(6), InterventionHeld(item="defusing-responders", held_at=held_at)
        )
        await self.tell(
            Stream.FOLLOWUP, hours(11.8), InterventionMissed(item="defusing-dispatchers")
        )
        for place, group in enumerate(_GROUPS):
            due_at = self.brief.occurred_at + timedelta(days=3)
            due = CheckInFellDue(
                item=f"check-in-1-{group}", due_at=due_at, peer=("p-01", "p-03")[place]
            )
            await self.tell(Stream.FOLLOWUP, due_at - self.start, due)

    async def whole(self) -> None:
        """From the report to the running follow-up."""
        await self.reported()
        await self.activated()
        for member in ("p-01", "p-02", "p-03"):
            await self.delivered(member)
        await self.delivered("h-01", fails=True)
        await self.formed()
        await self.planned()


async def enrolled(journal: MemoryJournal, roles: dict[str, Role], agency: str = AGENCY) -> None:
    """A roster."""
    for member, role in roles.items():
        event = MemberEnrolled(
            role=role,
            discipline="fire",
            station="s-1",
            units=(),
            designated_from=date(2024, 1, 1),
            training_valid_until=date(2027, 1, 1),
            contact_confirmed_on=date(2026, 1, 1),
        )
        await record(journal, Entity(Stream.ROSTER, agency, member), START - hours(48), event)


async def record(journal: MemoryJournal, entity: Entity, at: datetime, *events: Event) -> None:
    """Append events to one entity's history."""
    history = await journal.load(entity)
    drafts = []
    for place, event in enumerate(events):
        name = uuid5(_IDS, f"{entity.prefix}{history.version}{place}")
        meta = Meta(
            event_id=name,
            type=row_of(type(event)).type,
            source=f"/tailboard/{entity.stream}/{entity.agency}",
            time=at,
            command_id=name,
            actor="test",
            trace="",
        )
        drafts.append(Draft(entity, meta, event))
    await journal.append(drafts, (), history.version)
