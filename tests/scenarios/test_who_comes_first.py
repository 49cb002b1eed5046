"""Whom a case turns to: the fitting and the free, then a neighbour, and a person when nobody is left."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import yaml

from schemas.candidates import Circle, Exclusion, Lent
from schemas.dispatch import OfferExtended, RosterExhausted, TeamActivated, TeamFormed
from schemas.policy import Role
from services.runtime.auth import KeyRole, add_key
from tests.scenarios.calls import LINE_OF_DUTY_DEATH, PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.town import Town


def activated(town: Town, case_id: str) -> TeamActivated:
    (opened,) = town.events(case_id, TeamActivated)
    assert isinstance(opened, TeamActivated)
    return opened


def offered(town: Town, case_id: str) -> set[str]:
    told = town.events(case_id, OfferExtended)
    return {event.member_id for event in told if isinstance(event, OfferExtended)}


async def test_one_who_supervises_the_crew_or_is_close_to_it_is_not_asked(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    await town.enroll("p-chief", Role.PEER, supervises=["E12", "E14"])
    await town.enroll("p-wife", Role.PEER, close_to=["M12"])

    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    await town.advance(hours=3)

    town.phones.assert_silent("p-chief")
    town.phones.assert_silent("p-wife")
    assert {e.member_id: e.reasons for e in activated(town, case_id).excluded} == {
        "p-chief": (Exclusion.SUPERVISOR,),
        "p-wife": (Exclusion.CLOSE_TO,),
    }


async def test_units_that_arrive_later_bring_their_supervisors_and_friends_off_the_list(
    town: Town,
) -> None:
    await town.enroll("p-chief", Role.PEER, supervises=["L7"])
    await town.enroll("p-wife", Role.PEER, close_to=["l 7"])
    await town.enroll_team(peers=2, mhps=1)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]

    await town.report(**PEDIATRIC_DEATH | {"units": ["E12", "M12", "L7"]})
    await town.advance(hours=3)

    kinds = town.kinds(case_id)
    assert kinds.count("member_excluded") == 2
    assert "on the team" not in await town.accept("p-chief")


async def test_more_peers_come_where_more_were_there(town: Town) -> None:
    await town.enroll_team(peers=9, mhps=2)

    case_id = (await town.report(**PEDIATRIC_DEATH, exposed=30))["case_id"]

    places = activated(town, case_id).brief.policy.places
    assert {place.role: place.count for place in places} == {Role.PEER: 5, Role.MHP: 1}
    assert len([name for name in offered(town, case_id) if name.startswith("p-")]) == 5 + 1


async def test_a_peer_of_the_same_discipline_comes_first(town: Town) -> None:
    await town.enroll_team(peers=6, mhps=2)
    for number in (1, 2, 3):
        await town.enroll(f"p-ems-{number}", Role.PEER, discipline="ems")

    case_id = (await town.report(**PEDIATRIC_DEATH, disciplines=["ems"]))["case_id"]

    peers = {name for name in offered(town, case_id) if name.startswith("p-")}
    assert peers == {"p-ems-1", "p-ems-2", "p-ems-3"}
    first = activated(town, case_id).candidates[0]
    assert (first.circle, first.because[0]) == (Circle.AVAILABLE, "same_discipline")


async def test_two_calls_at_once_do_not_wake_the_same_members(town: Town) -> None:
    await town.enroll_team(peers=8, mhps=4)
    calls = [PEDIATRIC_DEATH | {"incident_number": f"26-{n}"} for n in (1, 2)]

    answers = await asyncio.gather(*(town.http.post("/v1/incidents", json=call) for call in calls))
    await town.settle()

    one, other = (offered(town, answer.json()["case_id"]) for answer in answers)
    assert len(one) == len(other) == 5
    assert not one & other


async def test_everybody_rests_after_a_line_of_duty_death(town: Town) -> None:
    """The next call finds nobody who may be asked: the coordinator knows at once, not in the morning.
    After two days they are asked again."""
    await town.enroll_team(peers=3, mhps=1, ch_1=Role.CHAPLAIN)
    await town.report(**LINE_OF_DUTY_DEATH)
    for member in ("p-1", "p-2", "p-3", "m-1", "ch-1"):
        assert "on the team" in await town.accept(member)
    await town.advance(hours=1)
    town.phones.look()

    next_call = (await town.report(**PEDIATRIC_DEATH))["case_id"]

    reasons = {each.member_id: each.reasons for each in activated(town, next_call).excluded}
    assert set(reasons) == {"p-1", "p-2", "p-3", "m-1", "ch-1"}
    assert set(reasons.values()) == {(Exclusion.RESTING,)}
    assert town.events(next_call, RosterExhausted)
    town.phones.expect_text("c-1", "Nobody is left to ask")
    town.phones.assert_silent(*reasons)

    await town.advance(hours=48)
    later = await town.report(**PEDIATRIC_DEATH | {"incident_number": "26-later"})
    assert offered(town, later["case_id"]) >= {"p-1", "m-1"}


async def a_neighbour(town: Town, key: str, member_id: str, **fields: Any) -> None:
    """A member of the team of North, who reads their own phone."""
    today = town.clock.now().date()
    entry = {
        "role": "peer",
        "discipline": "fire",
        "station": "n-1",
        "units": [],
        "designated_from": "2020-01-01",
        "training_valid_until": str(today + timedelta(days=365)),
        "contact_confirmed_on": str(today),
        "contact": {"label": f"north-{member_id}", "email": f"north-{member_id}@phones.invalid"},
    }
    answer = await town.http.put(
        f"/v1/roster/members/{member_id}",
        json=entry | fields,
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.is_success, answer.text


def agreed(folder: Path, most: int = 4) -> Path:
    terms = {
        "neighbour": "north",
        "agency": "metro",
        "lends": ["peer"],
        "most": most,
        "from": "2026-01-01",
        "until": "2026-12-31",
        "source": "a memorandum",
    }
    file = folder / "mutual-aid.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "agreements": [terms]}))
    return file


async def test_a_neighbour_lends_a_peer(tmp_path: Path) -> None:
    key = add_key(tmp_path / "keys.json", "north", "north", KeyRole.OPERATOR)
    async with a_town(tmp_path, {"mutual_aid_file": agreed(tmp_path)}) as town:
        await town.enroll_team(peers=1, mhps=1)
        await a_neighbour(town, key, "p-7")
        await a_neighbour(town, key, "p-8", units=["E12"])

        case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
        assert "on the team" in await town.accept("north-p-7")
        await town.accept("p-1")
        await town.accept("m-1")

        (formed,) = town.events(case_id, TeamFormed)
        assert isinstance(formed, TeamFormed)
        assert {m.member_id for m in formed.members} == {"p-1", "m-1", "north--p-7"}
        town.phones.assert_silent("north-p-8")
        opened = activated(town, case_id)
        assert opened.neighbours == (Lent(agency="north", able=1, left_out=1),)
        assert "p-8" not in opened.model_dump_json(), "why one of theirs is not asked stays theirs"


async def test_without_an_agreement_nobody_of_a_neighbour_is_asked(tmp_path: Path) -> None:
    key = add_key(tmp_path / "keys.json", "north", "north", KeyRole.OPERATOR)
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=1, mhps=1)
        await a_neighbour(town, key, "p-7")

        case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]

        assert town.events(case_id, RosterExhausted)
        town.phones.assert_silent("north-p-7")


async def test_one_who_was_lent_rests_at_home_too(tmp_path: Path) -> None:
    """What North's member did for Metro counts on North's own roster."""
    key = add_key(tmp_path / "keys.json", "north", "north", KeyRole.OPERATOR)
    async with a_town(tmp_path, {"mutual_aid_file": agreed(tmp_path)}) as town:
        await town.enroll_team(peers=2, mhps=1, ch_1=Role.CHAPLAIN)
        await a_neighbour(town, key, "p-7")
        await town.report(**LINE_OF_DUTY_DEATH)
        assert "on the team" in await town.accept("north-p-7")

        answer = await town.http.post(
            "/v1/incidents", json=PEDIATRIC_DEATH, headers={"Authorization": f"Bearer {key}"}
        )
        await town.settle()

        reasons = activated(town, answer.json()["case_id"]).excluded
        assert [(e.member_id, e.reasons) for e in reasons] == [("p-7", (Exclusion.RESTING,))]
