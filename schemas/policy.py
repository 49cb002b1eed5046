"""A response's rules as data: what a case carries with it from the moment it opens.

Editing a policy file never changes a running response, because the case keeps this snapshot.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.envelope import Code, Frozen, Slug, UtcDatetime
from schemas.scheduling import SchedulingRules

Tier = Annotated[int, Field(ge=1, le=4)]
"""1 organizational crisis, 2 major, 3 standard, 4 cumulative (docs/domain.md, rules table)."""

Citation = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""Where a number comes from; PROPOSAL marks our own default that no source claims."""


class Role(StrEnum):
    """What a member of the team is there for."""

    PEER = "peer"
    MHP = "mhp"
    CHAPLAIN = "chaplain"
    COORDINATOR = "coordinator"
    CLINICAL_DIRECTOR = "clinical_director"
    PROGRAM_LEAD = "program_lead"
    """Answers for the program: called when no coordinator answers an alarm."""


class Urgency(StrEnum):
    """How soon the team is needed; the only thing about the case that a message says."""

    NOW = "now"
    TODAY = "today"


class InterventionKind(StrEnum):
    """What a team can hold (glossary: docs/glossary.md)."""

    ON_SCENE_SUPPORT = "on_scene_support"
    DEMOBILIZATION = "demobilization"
    BRIEFING = "briefing"
    DEFUSING = "defusing"
    DEBRIEFING = "debriefing"
    ONE_ON_ONE = "one_on_one"
    FAMILY_SUPPORT = "family_support"
    CHAPLAIN_VISIT = "chaplain_visit"
    COMMAND_CONSULTATION = "command_consultation"
    STAFF_SUPPORT = "staff_support"
    """For the team itself after a group session (post-action staff support)."""
    TRIAGE = "triage"
    """A mental health professional weighs whether a debriefing is called for."""


GROUP_TALKS = frozenset({InterventionKind.DEFUSING, InterventionKind.DEBRIEFING})
"""Where a group speaks of what it went through: never while operations go on (docs/domain.md, rule
7), and what weighs on the members who hold it."""


class Group(StrEnum):
    """Exposures that are never mixed: those who were there, and those who sent them (always exposed)."""

    RESPONDERS = "responders"
    DISPATCHERS = "dispatchers"
    COMMAND = "command"
    """Command staff, who are debriefed apart from those whom they led."""
    HOSPITAL = "hospital"


class Driver(StrEnum):
    """What brings an intervention about (Everly & Mitchell 1999, core components)."""

    EVENT = "event"
    """It takes place because of what happened, whatever anybody feels."""
    SYMPTOM = "symptom"
    """It is offered; whether anybody wants it shows."""
    EITHER = "either"


class Crew(Frozen):
    """People of one agency and one discipline with the same exposure: no group mixes two of them."""

    exposure: Group = Group.RESPONDERS
    agency: Slug | None = None
    discipline: Slug | None = None
    count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """About how many; nobody is counted by name."""


class Place(Frozen):
    """How many members of one role a team needs."""

    role: Role
    count: Annotated[int, Field(ge=1, le=50)]


class InterventionRule(Frozen):
    """One intervention's window, counted from the incident (or from the end of operations)."""

    kind: InterventionKind
    opens_after: timedelta = timedelta(0)
    target_after: timedelta
    closes_after: timedelta
    leads: Role
    mhp_required: bool = False
    waits_for_operations: bool
    """True for group interventions: none opens while operations continue."""
    groups: tuple[Group, ...] = (Group.RESPONDERS, Group.DISPATCHERS)
    driver: Driver = Driver.EITHER
    extends_to: timedelta | None = None
    """How long a mental health professional may keep the window open, counted like `closes_after`."""
    source: Citation


class Card(StrEnum):
    """What is handed over with a check-in and comes back to nobody."""

    SELF_SCREEN = "self_screen"
    """The ten questions of the TSQ (Brewin 2002) at three to four weeks; the answers stay with the
    person."""


class CheckInRule(Frozen):
    """A planned follow-up contact, counted from the incident."""

    after: timedelta
    card: Card | None = None
    source: Citation


class LaterRule(Frozen):
    """Something that follows from a session: counted from the moment that brings it about."""

    target_after: timedelta
    closes_after: timedelta
    source: Citation


class CumulativeRule(Frozen):
    """When hard calls add up: the person alone is offered a check-in; nobody else sees a score.

    No alert threshold is published: every number is a PROPOSAL (docs/domain.md, section 7).
    """

    weights: dict[Tier, Annotated[float, Field(ge=0)]] = Field(
        default_factory=lambda: {1: 5.0, 2: 3.0, 3: 1.0}
    )
    """What one exposure of a tier counts; a tier that is not named counts nothing."""
    half_life: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(days=30)
    """After this long an exposure counts half."""
    offer_at: Annotated[float, Field(gt=0)] = 6
    tier2_count: Annotated[int, Field(ge=1)] = 3
    """So many exposures of tier 2 within `tier2_within` are enough, whatever the sum."""
    tier2_within: timedelta = timedelta(days=14)
    quiet: timedelta = timedelta(days=14)
    """Nobody is offered a check-in again within this time."""


class LoadCaps(Frozen):
    """What one member may carry before they are left in peace; an emergency asks them all the same.

    No cap is published: every number is a PROPOSAL (docs/domain.md, section 3).
    """

    group_sessions: Annotated[int, Field(ge=1)] = 2
    """Group interventions that a member may have served within `group_within`."""
    group_within: timedelta = timedelta(days=7)
    open_one_on_ones: Annotated[int, Field(ge=1)] = 6
    rest_after_tier1: timedelta = timedelta(hours=48)
    """From the moment a member took a place in a tier 1 response."""
    days_on_call: Annotated[int, Field(ge=1)] = 7
    """Consecutive days on call, after which the rota itself is warned about."""


class FairPoints(Frozen):
    """What makes one member asked before another within a circle; ties go to who waited longest.

    That discipline counts more than station is from practice (docs/domain.md, section 3); every
    number is a PROPOSAL.
    """

    same_discipline: Annotated[int, Field(ge=0, le=100)] = 4
    """For the discipline of those who were there: shared experience is the first pillar."""
    other_station: Annotated[int, Field(ge=0, le=100)] = 2
    """For a station other than the units': horizontal, and not too near."""
    per_place: Annotated[int, Field(ge=0, le=100)] = 1
    """Taken off for each place that the member took within `lately`."""
    per_talk: Annotated[int, Field(ge=0, le=100)] = 1
    """Taken off for each talk or check-in of theirs that is still to be done."""
    lately: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=35))] = timedelta(days=30)


class ResponsePolicy(Frozen):
    """The snapshot: everything that dispatch and followup need to know of the policy."""

    policy: Slug
    version: Annotated[int, Field(ge=1)]
    places: tuple[Place, ...]
    surplus: Annotated[int, Field(ge=0, le=10)]
    """Members asked at once per role beyond the places still open."""
    reply_within: timedelta
    form_team_within: timedelta
    interventions: tuple[InterventionRule, ...]
    check_ins: tuple[CheckInRule, ...]
    check_in_groups: tuple[Group, ...]
    check_in_grace: timedelta
    """How long a check-in may stay open after it fell due before the coordinator is alarmed."""
    participants_per_peer: Annotated[int, Field(ge=1)] = 7
    """One peer per so many who were there, and never fewer than `places` says (Mitchell: 5 to 7)."""
    alarm_answer_within: timedelta = timedelta(minutes=30)
    """How long coordinators may leave an alarm unanswered before the program lead is called: the
    30 min callback of RISE; using it here is a PROPOSAL."""
    caps: LoadCaps = LoadCaps()
    fairness: FairPoints = FairPoints()
    scheduling: SchedulingRules = SchedulingRules()
    group_limit: Annotated[int, Field(ge=2, le=25)] = 20
    """A larger group is split: about 20 (remembered from Mitchell), never more than 25."""
    staff_support: LaterRule | None = LaterRule(
        target_after=timedelta(days=1),
        closes_after=timedelta(days=2),
        source="ICISF 12-step team guide: follow-up for team members; 24 h is a PROPOSAL",
    )
    """For those who held a group session, from the moment it was held."""
    triage: LaterRule | None = LaterRule(
        target_after=timedelta(days=1),
        closes_after=timedelta(days=2),
        source="PROPOSAL: a defusing that was missed is weighed for a debriefing instead",
    )
    """For a defusing whose window closed, where the plan has a debriefing for the same group."""
    next_channel_after: Annotated[float, Field(gt=0, le=1)] = 0.25
    """The share of `reply_within` after which a member whose offer was sent, and neither confirmed
    nor answered, is sent it on their next channel too. PROPOSAL: four channels fit into an offer."""

    def kinds_to_approve(self) -> tuple[InterventionKind, ...]:
        """The kinds of group intervention that wait for a mental health professional's word."""
        wanted = (rule.kind for rule in self.interventions if rule.mhp_required)
        return tuple(dict.fromkeys(wanted))


class CaseBrief(Frozen):
    """What one service must know of a case to do its part; free of personal data."""

    tier: Tier
    trigger_class: Code
    urgency: Urgency
    occurred_at: UtcDatetime
    reported_at: UtcDatetime
    operations_ongoing: bool
    operations_ended_at: UtcDatetime | None = None
    exposed: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """About how many were there, where a feed says it: crews on scene times their staffing."""
    disciplines: tuple[Slug, ...] = ()
    """Of those who were there, such as `fire`; a peer of the same discipline is asked first."""
    crews: tuple[Crew, ...] = ()
    """Who was there, as far as a feed or a coordinator says; unknown is one group per exposure."""
    drill: bool = False
    """An exercise that asks real members: every message says EXERCISE, statistics leave it out."""
    emergency: bool = False
    """Somebody's life may be in danger: everybody is paged at once on all channels, before all else."""
    policy: ResponsePolicy
