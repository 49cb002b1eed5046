"""Times for a session: inside the window, with enough who are free, by day where that can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.candidates import Candidate
from schemas.followup import PlannedIntervention
from schemas.policy import Group, InterventionKind, Role
from schemas.scheduling import SchedulingRules
from schemas.sessions import Shortage, Slot
from services.followup.slots import MHPS, Short, Team, busy_at, is_waking, slots

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES = SchedulingRules()
PEERS = tuple(Candidate(member_id=f"p-{n}", role=Role.PEER) for n in range(1, 4))
MHP = Candidate(member_id="m-1", role=Role.MHP)


def session(**fields: Any) -> PlannedIntervention:
    usual: dict[str, Any] = {
        "item": "defusing-responders",
        "kind": InterventionKind.DEFUSING,
        "group": Group.RESPONDERS,
        "facilitators": 2,
        "opens_at": NOON,
        "target_at": NOON + 8 * HOUR,
        "closes_at": NOON + 12 * HOUR,
        "leads": Role.PEER,
        "mhp_required": False,
        "source": "TEST: a window",
    }
    return PlannedIntervention.model_validate(usual | fields)


def debriefing(**fields: Any) -> PlannedIntervention:
    kind = InterventionKind.DEBRIEFING
    return session(kind=kind, leads=Role.MHP, mhp_required=True, **fields)


def found(*members: Candidate, wanted: PlannedIntervention | None = None, **team: Any) -> Any:
    return slots(wanted or session(), Team(members, **team), RULES, "UTC", NOON)


def test_three_times_the_soonest_first_and_apart() -> None:
    times: tuple[Slot, ...] = found(*PEERS, MHP)

    quarter_of_the_way = 105 * MINUTE
    assert [slot.starts_at - NOON - HOUR for slot in times] == [
        0 * HOUR,
        quarter_of_the_way,
        2 * quarter_of_the_way,
    ]
    assert all(slot.ends_at - slot.starts_at == RULES.defusing for slot in times)
    assert times[0].facilitators == ("p-1", "p-2"), "a peer leads, and peers come first"


def test_a_professional_leads_a_debriefing() -> None:
    times = found(*PEERS, MHP, wanted=debriefing(facilitators=3))
    assert times[0].facilitators == ("m-1", "p-1", "p-2")


def test_a_clinical_director_is_a_professional_too() -> None:
    director = Candidate(member_id="d-1", role=Role.CLINICAL_DIRECTOR)
    assert found(*PEERS, director, wanted=debriefing())[0].facilitators == ("d-1", "p-1")


def test_what_one_person_holds_is_for_whoever_leads_it() -> None:
    support = session(kind=InterventionKind.STAFF_SUPPORT, leads=Role.MHP, facilitators=1)
    assert found(*PEERS, MHP, wanted=support)[0].facilitators == ("m-1",)


def test_what_a_coordinator_leads_somebody_of_the_team_can_hold() -> None:
    briefing = session(kind=InterventionKind.BRIEFING, leads=Role.COORDINATOR, facilitators=1)
    assert found(*PEERS, MHP, wanted=briefing)[0].facilitators == ("p-1",)


def test_who_holds_fewer_sessions_comes_first() -> None:
    other = {"p-1": [(NOON + 30 * HOUR, NOON + 31 * HOUR)]}
    assert found(*PEERS, sessions=other)[0].facilitators == ("p-2", "p-3")


def test_a_busy_time_is_left_out_and_a_session_besides_has_its_way_and_rest() -> None:
    until = NOON + 4 * HOUR
    calendar = found(*PEERS[:2], busy={"p-1": [(NOON, until)]})
    elsewhere = found(*PEERS[:2], sessions={"p-1": [(NOON, until)]})

    assert calendar[0].starts_at == until
    assert elsewhere[0].starts_at == until + RULES.rest + RULES.travel


@pytest.mark.parametrize(
    ("wanted", "members", "why", "able"),
    [
        (session(), PEERS[:1], Shortage.TEAM_TOO_SMALL, 1),
        (session(), (MHP,), Shortage.NO_LEADER, 1),
        (session(mhp_required=True), PEERS, Shortage.NO_MHP, 3),
        (debriefing(), PEERS, Shortage.NO_LEADER, 3),
        (session(closes_at=NOON + HOUR), PEERS, Shortage.WINDOW_TOO_SHORT, 3),
    ],
)
def test_when_there_is_no_time_it_says_why(
    wanted: PlannedIntervention, members: tuple[Candidate, ...], why: Shortage, able: int
) -> None:
    assert found(*members, wanted=wanted) == Short(why, 2, able)


def test_when_nobody_is_free_it_says_how_many_at_most_were() -> None:
    always = [(NOON, NOON + 24 * HOUR)]
    busy = {"p-1": always, "p-2": always}
    assert found(*PEERS, busy=busy) == Short(Shortage.NOBODY_FREE, 2, 1)


def test_waking_hours_come_first_and_a_night_has_times_at_night() -> None:
    evening = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    until_noon = session(opens_at=evening, target_at=evening, closes_at=evening + 14 * HOUR)
    until_six = session(opens_at=evening, target_at=evening, closes_at=evening + 8 * HOUR)

    by_day = slots(until_noon, Team(PEERS), RULES, "UTC", evening)
    by_night = slots(until_six, Team(PEERS), RULES, "UTC", evening)

    assert not isinstance(by_day, Short)
    assert not isinstance(by_night, Short)
    assert by_day[0].starts_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert by_night[0].starts_at == evening + HOUR


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(7, 16), (8, 15), (9, 15)],  # clocks go forward in Los Angeles on 8 March 2026
)
def test_a_morning_is_one_of_the_wall_clock_on_the_days_of_a_clock_change(
    day: int, utc_hour: int
) -> None:
    midnight = datetime(2026, 3, day, tzinfo=ZoneInfo("America/Los_Angeles"))
    wanted = session(
        opens_at=midnight, target_at=midnight + 20 * HOUR, closes_at=midnight + 20 * HOUR
    )
    times = slots(wanted, Team(PEERS), RULES, "America/Los_Angeles", wanted.opens_at)

    assert not isinstance(times, Short)
    assert times[0].starts_at == datetime(2026, 3, day, utc_hour, 0, tzinfo=UTC)


def test_a_session_over_midnight_is_not_by_day() -> None:
    rules = SchedulingRules(waking_until=24)
    midnight = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert is_waking((midnight - HOUR, midnight), rules, "UTC")
    assert not is_waking((midnight - HOUR, midnight + MINUTE), rules, "UTC")


ZONES = st.sampled_from(
    ["UTC", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
)
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + m * MINUTE)
ROLES = st.sampled_from([Role.PEER, Role.MHP, Role.CHAPLAIN, Role.CLINICAL_DIRECTOR])


@for_all(st.data())
def test_whatever_is_proposed_holds(data: st.DataObject) -> None:
    """Inside the window and to come, never two at once, nobody busy, enough of them and the right ones."""
    opens, zone = data.draw(MOMENTS), data.draw(ZONES)
    length, since = data.draw(st.integers(30, 6000)), data.draw(st.integers(-300, 300))
    wanted, mhp = data.draw(st.integers(1, 4)), data.draw(st.booleans())
    roles = data.draw(st.lists(ROLES, max_size=5))
    members = [Candidate(member_id=f"x-{n}", role=role) for n, role in enumerate(roles)]
    near = st.lists(
        st.integers(-200, length + 200).map(lambda m: opens + m * MINUTE), max_size=4
    ).map(lambda starts: [(at, at + 2 * HOUR) for at in starts])
    busy = {each.member_id: data.draw(near) for each in members}
    held = {each.member_id: data.draw(near) for each in members}
    closes = opens + length * MINUTE
    meant = session(
        opens_at=opens,
        target_at=opens + (closes - opens) / 2,
        closes_at=closes,
        facilitators=wanted,
        mhp_required=mhp,
    )
    now, team = opens + since * MINUTE, Team(members, busy, held)

    times = slots(meant, team, RULES, zone, now)

    if isinstance(times, Short):
        assert times.found <= len(members)
        return
    by_id = {each.member_id: each.role for each in members}
    assert 1 <= len(times) <= 3
    for slot in times:
        assert opens <= slot.starts_at
        assert slot.ends_at <= closes
        assert slot.starts_at >= now + RULES.notice
        assert slot.starts_at.minute % 15 == 0
        who = [by_id[name] for name in slot.facilitators]
        assert len(set(slot.facilitators)) == len(who) >= wanted
        assert Role.PEER in who, "a peer leads it"
        assert not mhp or MHPS & set(who)
        span = (slot.starts_at, slot.ends_at)
        assert not any(busy_at(name, team, RULES, span) for name in slot.facilitators)
    for before, after in pairwise(times):
        assert before.ends_at <= after.starts_at
