"""What the mental health lead sees of the team: plain loads over 90 days, and nobody's no."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.dispatch import OfferAccepted, OfferDeclined, OfferExtended, TeamActivated
from schemas.envelope import Recorded
from schemas.followup import (
    AddedBecause,
    CheckInFellDue,
    FollowupPlanned,
    InterventionAdded,
    InterventionHeld,
    PlannedIntervention,
)
from schemas.policy import Group, InterventionKind, Role, Urgency
from schemas.subjects import Entity, Stream, case_id_for, derived_id
from services.dispatch.team_load import MemberLoad, Told, loads
from tests.support.builders import BRIEF, NOW, a_draft, an

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Event

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UTC_ZONE = ZoneInfo("UTC")
NOON = NOW.replace(hour=12)


class Months:
    """Cases as they are told, one event after the other."""

    def __init__(self, agency: str = "metro") -> None:
        self.told = Told(agency)

    def tell(self, case: str, at: datetime, *events: Event, agency: str = "metro") -> None:
        for event in events:
            stream = (
                Stream.FOLLOWUP if type(event).__module__.endswith("followup") else Stream.DISPATCH
            )
            draft = a_draft(event, Entity(stream, agency, case_id_for(agency, "test", case)))
            meta = draft.meta.model_copy(update={"time": at})
            self.told.note(Recorded(draft.entity, meta, event, 1))

    def serve(
        self, case: str, at: datetime, who: str, tier: int = 2, agency: str = "metro"
    ) -> None:
        brief = BRIEF.model_copy(update={"tier": tier})
        named = {"offer_id": derived_id("load", case, who), "member_id": who, "role": Role.PEER}
        offer = OfferExtended(**named, urgency=Urgency.NOW, expires_at=at + HOUR)
        active = an(TeamActivated, brief=brief)
        self.tell(case, at, active, offer, OfferAccepted(**named), agency=agency)

    def of(self, who: str, now: datetime = NOON) -> MemberLoad:
        (found,) = loads(self.told, [who], now, UTC_ZONE)
        return found


def session(item: str, kind: InterventionKind) -> PlannedIntervention:
    return PlannedIntervention(
        item=item,
        kind=kind,
        group=Group.RESPONDERS,
        opens_at=NOW,
        target_at=NOW + HOUR,
        closes_at=NOW + DAY,
        leads=Role.PEER,
        mhp_required=False,
        source="a test",
    )


def test_one_of_whom_nothing_is_known_carries_nothing() -> None:
    found = Months().of("p-1")

    assert found.member_id == "p-1"
    assert set(found[1:]) == {0, None}
    assert not found.at_cap(Months().told.caps)


def test_places_are_counted_and_those_taken_at_night_apart() -> None:
    months = Months()
    months.serve("a", NOON - 10 * DAY, "p-1")
    months.serve("b", NOON - 9 * DAY + 11 * HOUR, "p-1")
    months.serve("c", NOON - 8 * DAY - 6 * HOUR, "p-1")
    months.serve("old", NOON - 95 * DAY, "p-1")

    found = months.of("p-1")
    assert (found.offers, found.places, found.nights) == (3, 3, 2)


def test_a_no_is_an_offer_and_nothing_else() -> None:
    months = Months()
    offer = an(OfferExtended, member_id="p-1")
    months.tell("a", NOON - DAY, an(TeamActivated), offer)
    months.tell(
        "a",
        NOON,
        OfferDeclined(offer_id=offer.offer_id, member_id="p-1", role=offer.role),
    )

    found = months.of("p-1")
    assert (found.offers, found.places) == (1, 0)
    assert not [name for name in MemberLoad._fields if "decline" in name or "score" in name]


def test_rest_after_a_grave_response_is_kept_or_cut_short() -> None:
    months = Months()
    months.serve("lodd", NOON - 30 * DAY, "p-1", tier=1)
    months.serve("soon", NOON - 29 * DAY, "p-1")
    months.serve("lodd", NOON - 30 * DAY, "p-2", tier=1)
    months.serve("later", NOON - 27 * DAY, "p-2")
    months.serve("now", NOON - HOUR, "p-3", tier=1)

    assert (months.of("p-1").grave, months.of("p-1").rest_cut_short) == (1, 1)
    assert (months.of("p-2").grave, months.of("p-2").rest_cut_short) == (1, 0)
    assert months.of("p-1").rests_until is None
    assert months.of("p-3").rests_until == NOON - HOUR + months.told.caps.rest_after_tier1


def test_support_for_those_who_held_a_group_session_is_offered_and_held() -> None:
    months = Months()
    talk = session("debriefing-responders", InterventionKind.DEBRIEFING)
    care = session("staff-support-debriefing-responders", InterventionKind.STAFF_SUPPORT)
    for case in ("a", "b"):
        months.serve(case, NOON - 20 * DAY, "p-1")
        months.serve(case, NOON - 20 * DAY, "p-2")
        months.tell(
            case,
            NOON - 19 * DAY,
            an(FollowupPlanned, interventions=(talk,)),
            InterventionHeld(item=talk.item, held_at=NOON - 19 * DAY, facilitators=("p-1",)),
            InterventionAdded(
                intervention=care, after=talk.item, because=AddedBecause.SESSION_HELD
            ),
        )
    months.tell("a", NOON - 18 * DAY, InterventionHeld(item=care.item, held_at=NOON - 18 * DAY))

    found = months.of("p-1")
    assert (found.support_offered, found.support_held) == (2, 1)
    assert (found.group_talks, found.group_talks_lately) == (2, 0)
    assert months.of("p-2").support_offered == 0


def test_open_one_on_ones_are_held_against_the_cap() -> None:
    months = Months()
    caps = months.told.caps
    for number in range(caps.open_one_on_ones):
        fell_due = CheckInFellDue(item="check-in-1-responders", due_at=NOON, peer="p-1")
        months.tell(f"c{number}", NOON - DAY, fell_due)

    found = months.of("p-1")
    assert found.one_on_ones == caps.open_one_on_ones
    assert found.at_cap(caps)


def test_what_a_member_does_for_a_neighbour_is_their_own_load() -> None:
    months = Months()
    months.serve("a", NOON - DAY, "metro--p-1", agency="county")
    months.serve("b", NOON - DAY, "county--p-1")

    assert months.of("p-1").places == 1
