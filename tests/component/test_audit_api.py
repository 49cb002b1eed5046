"""Audit over HTTP, for programs: keys, agencies, cases, timelines and the live feed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from schemas.intake import Outcome
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, hours, minutes
from tests.unit.audit.stream import Feed

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


async def get(desk: Desk, path: str, agency: str | None = AGENCY) -> Response:
    async with desk.running() as app, desk.client(app, agency) as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/cases/abcdef", "/v1/watch"])
async def test_without_a_key_nothing_is_told(desk: Desk, path: str) -> None:
    answer = await get(desk, path, agency=None)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:tailboard:problem:no-key"


async def test_a_case_is_told_with_its_timeline(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    desk.clock.at = START + minutes(33)
    told = (await get(desk, f"/v1/cases/{story.case_id}")).json()
    assert told["as_of"] == "2026-03-03T09:33:00Z"
    assert told["case"]["state"] == "followup_running"
    assert told["case"]["trigger"] == "Child critical"
    assert told["case"]["marks"] == ["1 message not delivered"]
    assert told["case"]["next"]["distance"] == "in 7 h 15 min"
    formed = next(row for row in told["timeline"] if row["step"] == "team_formed")
    assert formed["distance"] == "1 h 30 min before target"
    assert formed["distance_seconds"] == -5400
    assert formed["state"] == "on_time"
    assert formed["label"] == "Team formed"
    coming = [row for row in told["timeline"] if row["at"] is None]
    assert {row["state"] for row in coming} == {"coming"}


async def test_the_beginning_of_an_id_is_enough(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported(Outcome.ROUTINE)
    told = (await get(desk, f"/v1/cases/{story.case_id[:6].upper()}")).json()
    assert told["case"]["case_id"] == story.case_id
    assert told["case"]["state"] == "routine"


@pytest.mark.parametrize("asked", ["abcde", "ffffff", "%25%25%25%25%25%25", "abcdeg"])
async def test_an_unknown_case_is_404(desk: Desk, asked: str) -> None:
    await Story(desk.journal).reported()
    answer = await get(desk, f"/v1/cases/{asked}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:tailboard:problem:unknown-case"


async def test_an_ambiguous_beginning_is_409(desk: Desk) -> None:
    by_start: dict[str, str] = {}
    number = 0
    while True:
        story = Story(desk.journal, number=str(number))
        other = by_start.setdefault(story.case_id[:6], str(number))
        if other != str(number):
            break
        number += 1
    await story.reported()
    await Story(desk.journal, number=other).reported()
    answer = await get(desk, f"/v1/cases/{story.case_id[:6]}")
    assert answer.status_code == 409
    assert (await get(desk, f"/v1/cases/{story.case_id}")).status_code == 200


async def test_another_agency_s_case_does_not_exist(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    async with desk.running() as app, desk.client(app, "elsewhere") as client:
        assert (await client.get(f"/v1/cases/{story.case_id[:8]}")).status_code == 404
        listed = (await client.get("/v1/cases?state=all")).json()
    assert listed["cases"] == []
    assert listed["counts"] == {"open": 0, "routine": 0, "set_aside": 0, "complete": 0}


async def test_cases_are_listed_by_kind_and_limited(desk: Desk) -> None:
    for number in range(3):
        routine = Story(desk.journal, number=str(number), start=START + hours(number))
        await routine.reported(Outcome.ROUTINE)
    await Story(desk.journal, number="grave").reported()
    async with desk.running() as app, desk.client(app) as client:
        listed = (await client.get("/v1/cases")).json()
        assert [case["number"] for case in listed["cases"]] == ["grave"]
        assert listed["counts"]["routine"] == 3
        routine_only = (await client.get("/v1/cases?state=routine&limit=2")).json()
        assert [case["number"] for case in routine_only["cases"]] == ["2", "1"]
        assert (await client.get("/v1/cases?state=odd")).status_code == 422
        assert (await client.get("/v1/cases?limit=0")).status_code == 422


async def test_a_case_that_was_just_reported_is_waited_for(desk: Desk) -> None:
    story = Story(desk.journal)
    async with desk.running() as app, desk.client(app) as client:
        asked = asyncio.ensure_future(client.get(f"/v1/cases/{story.case_id}"))
        await story.reported()
        assert (await asked).status_code == 200


async def test_no_name_and_no_contact_is_ever_told(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    text = (await get(desk, f"/v1/cases/{story.case_id}")).text
    assert "@" not in text
    assert "name" not in text


async def test_the_feed_tells_what_happens_from_now_on(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    headers = {"Authorization": f"Bearer {desk.keys[AGENCY]}"}
    async with desk.running() as app, Feed(app, "/v1/watch", headers) as feed:
        assert feed.status == 200
        assert ": watching" in await feed.comment()
        await story.activated()
        first = await feed.next()
        assert first["data"]["step"] == "team_activated"
        assert first["id"] == str(first["data"]["id"])
        assert (await feed.next())["data"]["step"] == "offer_extended"


async def test_the_feed_resumes_behind_the_last_id(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    headers = {"Authorization": f"Bearer {desk.keys[AGENCY]}", "Last-Event-ID": "0"}
    async with desk.running() as app:
        async with Feed(app, "/v1/watch", headers) as feed:
            seen = [await feed.next() for _ in range(21)]
        headers["Last-Event-ID"] = seen[9]["id"]
        async with Feed(app, "/v1/watch", headers) as feed:
            again = [await feed.next() for _ in range(11)]
    assert again == seen[10:]
    assert [int(event["id"]) for event in seen] == sorted({int(event["id"]) for event in seen})


async def test_the_feed_can_be_of_one_case_and_is_of_one_agency(desk: Desk) -> None:
    mine, other = Story(desk.journal, number="1"), Story(desk.journal, number="2")
    foreign = Story(desk.journal, number="3", agency="elsewhere")
    for story in (mine, other, foreign):
        await story.reported()
    headers = {"Authorization": f"Bearer {desk.keys[AGENCY]}", "Last-Event-ID": "0"}
    async with desk.running() as app:
        query = f"case={mine.case_id[:8]}"
        async with Feed(app, "/v1/watch", headers, query) as feed:
            steps = [(await feed.next())["data"]["step"] for _ in range(3)]
            await other.activated()
            await mine.activated()
            assert (await feed.next())["data"]["case_id"] == mine.case_id
        assert steps == ["reported", "screened", "activation_requested"]
        async with Feed(app, "/v1/watch", headers) as feed:
            cases = {(await feed.next())["data"]["case_id"] for _ in range(16)}
        assert cases == {mine.case_id, other.case_id}
        async with desk.client(app) as client:
            assert (await client.get("/v1/watch?case=ffffff")).status_code == 404
            bad = await client.get("/v1/watch", headers={"Last-Event-ID": "yesterday"})
            assert bad.status_code == 400
