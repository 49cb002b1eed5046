"""An exercise: the whole way to members' phones, marked from the first word to the last."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.dispatch import CoordinatorAlarmed, OfferExtended, TeamFormed
from schemas.drills import DrillEnd, DrillEnded
from schemas.followup import FollowupPlanned
from schemas.intake import ActivationRequested, IncidentReported
from schemas.policy import Role
from schemas.subjects import Stream
from tests.scenarios.calls import LOCKOUT, PEDIATRIC_DEATH
from tests.support.console import Console
from tests.support.town import START

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.town import Town


async def hold(town: Town, **wanted: Any) -> str:
    """Hold or plan an exercise as an operator does; its case."""
    answer = await town.http.post("/v1/drills", json=wanted)
    assert answer.status_code == 201, answer.text
    await town.settle()
    return str(answer.json()["case_id"])


def ended(town: Town, case_id: str) -> list[DrillEnd]:
    return [e.reason for e in town.events(case_id, DrillEnded) if isinstance(e, DrillEnded)]


def every_message(town: Town) -> list[str]:
    return [rang.said for heard in town.phones.rang.values() for rang in heard]


async def test_it_goes_the_whole_way_and_every_message_and_page_says_exercise(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=3)

    case_id = await hold(town)

    asked = town.phones.asked()
    assert len(asked) == 5
    peers = [owner for owner in asked if owner.startswith("p-")]
    mhp, other = (owner for owner in asked if owner.startswith("m-"))
    for owner in asked:
        town.phones.expect_text(owner, "EXERCISE Tailboard:")
        page = await town.http.get(town.phones.link(owner))
        assert "EXERCISE" in page.text
    assert "EXERCISE" in await town.decline(peers[0])
    for owner in (peers[1], mhp):
        assert "EXERCISE" in await town.accept(owner)
    joined = next(owner for owner in town.phones.asked() if owner not in asked)
    assert not ended(town, case_id)
    last = await town.accept(joined)

    assert "EXERCISE" in last
    assert ended(town, case_id) == [DrillEnd.TEAM_FORMED]
    assert town.events(case_id, TeamFormed)
    assert all(said.startswith("EXERCISE") for said in every_message(town))
    await town.advance(hours=5)  # whoever said no is let sleep: thanks can wait for the morning
    for owner in (*asked, joined):
        thanks = [m for m in town.phones.received[owner] if "hank you" in m.text]
        assert len(thanks) == 1, owner
    assert town.phones.received[other][-1].subject.endswith("team complete, please stand down")
    after = await town.http.get(town.phones.link(joined))
    assert "EXERCISE" in after.text
    town.phones.look()
    await town.advance(days=30)
    town.phones.assert_silent()
    assert town.events(case_id, FollowupPlanned) == []


async def test_only_the_role_that_is_practised_is_asked(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    await hold(town, trigger_class="line_of_duty_death", roles=["mhp"])
    assert town.phones.asked() == ["m-1", "m-2"]


async def test_an_unannounced_one_begins_once_at_a_moment_that_nothing_tells(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    first, last = START + timedelta(days=2), START + timedelta(days=4)
    window = {"earliest": first.isoformat(), "latest": last.isoformat()}

    case_id = await hold(town, between=window)

    told = [each.event.model_dump_json() for each in town.journal.all(Stream.INTAKE)]
    due = town.journal.next_due()
    assert due is not None
    assert not any(due.isoformat()[:16] in words for words in told)
    await town.advance(days=1, hours=23)
    assert town.phones.asked() == []
    await town.advance(days=2, hours=1)
    (begun,) = town.events(case_id, ActivationRequested)
    assert isinstance(begun, ActivationRequested)
    assert first <= begun.brief.occurred_at <= last
    assert begun.brief.occurred_at == due
    assert town.phones.asked()


async def test_one_that_is_taken_back_calls_nobody(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    at = (START + timedelta(hours=5)).isoformat()
    case_id = await hold(town, at=at)

    answer = await town.http.delete(f"/v1/drills/{case_id}")
    assert answer.json()["state"] == "over"
    await town.settle()
    await town.advance(days=1)

    town.phones.assert_silent()
    assert town.events(case_id, IncidentReported) == []
    assert (await town.http.delete(f"/v1/drills/{case_id}")).status_code == 409


async def test_nobody_answers_and_it_ends_by_itself(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    case_id = await hold(town)

    await town.advance(hours=5)

    assert ended(town, case_id) == [DrillEnd.TIME_OVER]
    assert town.events(case_id, CoordinatorAlarmed), "coordinators are called as ever"
    assert all(said.startswith("EXERCISE") for said in every_message(town))
    for owner in town.phones.asked():
        assert "exercise is over" in town.phones.received[owner][-1].subject
    town.phones.look()
    await town.advance(days=2)
    town.phones.assert_silent()


async def test_a_real_incident_wins(town: Town) -> None:
    """The exercise is let go in words, and whoever was asked in it is asked for the real one."""
    await town.enroll_team(peers=3, mhps=2)
    case_id = await hold(town)
    practised = town.phones.asked()
    await town.accept("m-1")
    town.phones.look()

    real = (await town.report(**PEDIATRIC_DEATH))["case_id"]

    assert ended(town, case_id) == [DrillEnd.REAL_INCIDENT]
    wanted = {e.member_id for e in town.events(real, OfferExtended) if isinstance(e, OfferExtended)}
    assert wanted == {"p-1", "p-2", "p-3", "m-1", "m-2"}
    for owner in set(practised) - {"m-2"}:
        words = [m.text for m in town.phones.received[owner][1:]]
        assert any("a real incident goes first" in text for text in words), owner
    subjects = town.phones.unread("p-1")
    assert [s for s in subjects if not s.startswith("EXERCISE")], "the real page is not marked"
    answer = await town.http.post("/v1/drills", json={})
    assert answer.status_code == 409
    assert "exercises wait" in answer.json()["detail"]


async def test_a_planned_one_is_let_go_while_a_real_team_is_at_work(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=2)
    case_id = await hold(town, at=(START + timedelta(hours=1)).isoformat())
    await town.report(**PEDIATRIC_DEATH)
    town.phones.look()
    await town.advance(hours=1, seconds=1)
    assert ended(town, case_id) == [DrillEnd.REAL_INCIDENT]
    assert not any(said.startswith("EXERCISE") for said in every_message(town))


async def test_it_never_becomes_a_real_case(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    case_id = await hold(town)
    real = (await town.report(**LOCKOUT))["case_id"]
    for path, body in (
        (f"/v1/cases/{case_id}:raise", {"trigger_class": "child_death"}),
        (f"/v1/cases/{case_id}:lower", {}),
        (f"/v1/cases/{case_id}:merge", {"other": real}),
        (f"/v1/cases/{real}:merge", {"other": case_id}),
        (f"/v1/cases/{case_id}:split", {}),
    ):
        answer = await town.http.post(path, json=body)
        assert answer.status_code == 409, path
        assert answer.json()["type"].endswith(":exercise"), path
    await town.report(**PEDIATRIC_DEATH, source="drill", exercise=True)
    begun = [e for e in town.journal.all(Stream.INTAKE) if isinstance(e.event, ActivationRequested)]
    assert [each.entity.id for each in begun] == [case_id]


async def test_the_exercise_of_a_feed_calls_nobody(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    await town.report(**PEDIATRIC_DEATH, exercise=True)
    town.phones.assert_silent()


async def test_the_report_tells_how_it_went_and_no_other_number_counts_it(
    town: Town, tmp_path: Path
) -> None:
    await town.enroll_team(peers=4, mhps=2)
    await town.enroll("p-9", Role.PEER, contact={"label": "p-9"})
    await town.enroll("p-8", Role.PEER, contact_confirmed_on="2025-01-01")
    case_id = await hold(town)
    await town.advance(minutes=2)
    peer = next(owner for owner in town.phones.asked() if owner.startswith("p-"))
    for owner in ("m-1", peer):
        await town.accept(owner)
    await town.advance(hours=4)
    console = Console(town, tmp_path, {"demo": False})

    key = town.http.headers["Authorization"]
    listed = (await console.get("/v1/drills", Authorization=key)).json()["drills"]
    report = (await console.get(f"/v1/drills/{case_id[:8]}", Authorization=key)).json()
    cases = (await console.get("/v1/cases?state=all", Authorization=key)).json()

    assert [(each["case_id"], each["state"]) for each in listed] == [(case_id, "over")]
    assert cases["cases"] == []
    assert set(cases["counts"].values()) == {0}
    assert report["drill"]["ended"] == "its time was over"
    assert report["accepted"] == 2
    assert report["seconds_to_first_answer"] == 120
    assert report["seconds_to_team"] is None
    assert report["not_reached"] == [
        {
            "role": "peer",
            "reason": "permanent",
            "words": "no usable address, or refused for good",
            "count": 1,
        }
    ]
    assert {(e["role"], e["reason"], e["count"]) for e in report["not_asked"]} == {
        ("peer", "contact_stale", 1)
    }
    measures = {each["name"]: each for each in report["measures"]}
    assert measures["first_answer"]["met"] is True
    assert (measures["team"]["met"], measures["team"]["shown"]) == (False, "never")
    assert report["asked"] == report["reached"] + 1
    numbers = (report["accepted"], report["declined"], report["silent"], report["let_off"])
    assert sum(numbers) == report["asked"]
    assert report["waiting"] == 0
    assert not {"m-1", "p-1", "p-9"} & set(re.findall(r"[mp]-[0-9]", str(report))), (
        "nobody is named"
    )


async def test_while_it_runs_nobody_who_still_has_time_is_called_silent(
    town: Town, tmp_path: Path
) -> None:
    await town.enroll_team(peers=5, mhps=2)
    case_id = await hold(town)
    peer = next(owner for owner in town.phones.asked() if owner.startswith("p-"))
    for owner in ("m-1", peer):
        await town.accept(owner)
    path = f"/v1/drills/{case_id}"
    key = town.http.headers["Authorization"]

    report = (await Console(town, tmp_path).get(path, Authorization=key)).json()

    assert report["accepted"] == 2
    assert report["let_off"] == 1, "one professional is enough: the other one was let off"
    assert report["silent"] == 0
    assert report["waiting"] == report["asked"] - 2 - 1 > 0
