"""A coordinator's steps over HTTP: with a key or a form's pass, once per key, and told why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import OfferExtended, TeamStoodDown
from schemas.intake import CaseLowered, DeactivationRequested
from schemas.policy import Role
from schemas.steps import AskingPaused, CandidateAdded, CaseTakenOver, TeamResized
from schemas.subjects import Stream, request_id_for
from services.runtime.auth import KeyRole, Passes, Principal, secret_of
from services.runtime.clock import new_id
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=5, mhps=2)
        await running.enroll("p-9", Role.PEER, units=["E12"])
        await running.enroll("p-8", Role.PEER, training_valid_until="2026-01-01")
        await running.report(**PEDIATRIC_DEATH)
        yield running


def case(town: Town) -> str:
    (case_id,) = {recorded.entity.id for recorded in town.journal.all(Stream.DISPATCH)}
    return case_id


async def step(town: Town, name: str, **body: Any) -> httpx.Response:
    answer = await town.http.post(f"/v1/cases/{case(town)}/{name}", json=body)
    await town.settle()
    return answer


def word(answer: httpx.Response) -> str:
    """The stable code of a problem."""
    return str(answer.json()["type"]).rpartition(":")[2]


async def test_a_step_is_recorded_with_who_and_why_and_answered_with_the_team(town: Town) -> None:
    answer = await step(town, "take-over", reason="sensitive")

    assert answer.status_code == 200
    now = answer.json()
    assert now["owner"] == "key:test-center"
    assert {p["role"]: (p["wanted"], p["taken"]) for p in now["places"]}["peer"] == (2, 0)
    assert now["link"].endswith(f"/cases/{case(town)}")
    (told,) = town.events(case(town), CaseTakenOver)
    assert isinstance(told, CaseTakenOver)
    assert (told.by, told.reason) == ("key:test-center", "sensitive")


async def test_why_is_a_word_of_the_steps_own_list(town: Town) -> None:
    for wrong in ({}, {"reason": "because"}, {"reason": "long_operation"}, {"reason": "x" * 900}):
        answer = await step(town, "take-over", **wrong)
        assert answer.status_code == 422
        assert word(answer) == "invalid"
    named = await step(town, "take-over", reason="long_operation")
    assert "alarm, nobody_answers, sensitive, directed" in named.text
    assert (await step(town, "take-over", reason="alarm", note="free text")).status_code == 422
    assert town.events(case(town), CaseTakenOver) == []


async def test_the_same_key_is_the_same_step(town: Town) -> None:
    path, body = f"/v1/cases/{case(town)}/resize", {"reason": "more_exposed"}
    once = {"Idempotency-Key": "a key of the caller"}
    places = [{"role": "peer", "count": 3}, {"role": "mhp", "count": 1}]
    for _ in range(3):
        answer = await town.http.post(path, json=body | {"places": places}, headers=once)
        assert answer.status_code == 200
    assert len(town.events(case(town), TeamResized)) == 1
    more = [{"role": "peer", "count": 4}, {"role": "mhp", "count": 1}]
    await town.http.post(path, json=body | {"places": more}, headers=once)
    assert len(town.events(case(town), TeamResized)) == 1, "the first answer again"


async def test_who_may_not_and_what_is_not_there(town: Town) -> None:
    path = f"/v1/cases/{case(town)}/pause"
    for key, status in (("", 401), ("Bearer tb_wrong", 401)):
        answer = await town.http.post(
            path, json={"reason": "by_phone"}, headers={"Authorization": key}
        )
        assert answer.status_code == status
    request = request_id_for(new_id())
    for unknown in (str(new_id()), request, "x" * 50, "a.b"):
        answer = await town.http.post(f"/v1/cases/{unknown}/pause", json={"reason": "by_phone"})
        assert answer.status_code == 404, unknown
        assert word(answer) == "unknown-case"
    assert town.events(case(town), AskingPaused) == []


async def test_a_members_own_request_is_no_coordinators(town: Town) -> None:
    """Not even that there is one is told: the answer is that of a case that is not there."""
    known = case(town)
    await town.post("/v1/peer-requests", callback="station 4, back door")
    (request,) = {told.entity.id for told in town.journal.all(Stream.DISPATCH)} - {known}
    for name in ("pause", "take-over"):
        body = {"reason": "sensitive"}
        answer = await town.http.post(f"/v1/cases/{request}/{name}", json=body)
        assert (answer.status_code, word(answer)) == (404, "unknown-case")


async def test_a_member_is_added_past_the_order(town: Town) -> None:
    asked = {e.member_id for e in town.events(case(town), OfferExtended)}  # type: ignore[attr-defined]
    free = next(f"p-{n}" for n in range(1, 6) if f"p-{n}" not in asked)

    answer = await step(town, "add-member", reason="better_fit", member_id=free)

    assert answer.status_code == 200
    town.phones.expect_text(free, "a peer is needed")
    again = await step(town, "add-member", reason="better_fit", member_id=free)
    assert (again.status_code, word(again)) == (409, "already-asked")
    yes = await step(town, "add-member", reason="by_phone", member_id=free, said_yes=True)
    assert {p["role"]: p["taken"] for p in yes.json()["places"]}["peer"] == 1


async def test_what_is_against_a_member_is_named_and_overridden_knowingly(town: Town) -> None:
    """p-9 rode the unit that was there; p-8's training has lapsed."""
    no = await step(town, "add-member", reason="directed", member_id="p-9")
    assert (no.status_code, word(no)) == (409, "excluded")
    assert "involved" in no.json()["detail"]
    assert "privileged" in no.json()["detail"]

    yes = await step(town, "add-member", reason="directed", member_id="p-9", override=["involved"])
    assert yes.status_code == 200
    assert "privileged" in yes.json()["warning"]
    (added,) = town.events(case(town), CandidateAdded)
    assert isinstance(added, CandidateAdded)
    assert added.privilege_at_risk

    lapsed = await step(
        town, "add-member", reason="directed", member_id="p-8", override=["training_lapsed"]
    )
    assert (lapsed.status_code, word(lapsed)) == (409, "not-trained")
    nobody = await step(town, "add-member", reason="directed", member_id="p-99")
    assert (nobody.status_code, word(nobody)) == (404, "unknown-member")
    caller = await step(town, "add-member", reason="directed", member_id="c-1")
    assert (caller.status_code, word(caller)) == (422, "role-misfit")


async def test_a_direct_stand_down_ends_everything_and_the_case_can_be_raised_again(
    town: Town,
) -> None:
    answer = await step(town, "stand-down", reason="handled_elsewhere")

    assert answer.status_code == 200
    told = town.events(case(town), TeamStoodDown)
    assert told[0].by == "key:test-center"  # type: ignore[attr-defined]
    (lowered,) = town.events(case(town), CaseLowered)
    assert lowered.reason == "handled_elsewhere"  # type: ignore[attr-defined]
    assert len(town.events(case(town), DeactivationRequested)) == 1
    no = await step(town, "stand-down", reason="not_needed")
    assert (no.status_code, word(no)) == (409, "stood-down")
    before = len(town.events(case(town), OfferExtended))
    await town.advance(minutes=5)
    await town.post(f"/v1/cases/{case(town)}:raise", trigger_class="child_death")
    assert len(town.events(case(town), OfferExtended)) > before


async def form(town: Town, name: str, **fields: Any) -> httpx.Response:
    """As a browser sends a form of the console: without a key."""
    headers = {"Authorization": ""}
    answer = await town.http.post(f"/v1/cases/{case(town)}/{name}", data=fields, headers=headers)
    await town.settle()
    return answer


async def test_a_form_of_the_console_takes_a_step_for_whoever_is_looking(
    town: Town, tmp_path: Path
) -> None:
    passes = Passes(secret_of(tmp_path / "session-secret"))
    who = Principal(label="duty desk", agency="metro", role=KeyRole.OPERATOR)
    feed = Principal(label="feed", agency="metro", role=KeyRole.DISPATCH_CENTER)
    page = f"/cases/{case(town)}"
    leave = passes.issue(who, f"decide:{case(town)}")

    done = await form(
        town,
        "resize",
        leave=leave,
        once="abc",
        reason="more_exposed",
        **{"places.peer": "4", "places.mhp": "1", "places.chaplain": "0"},
    )
    assert (done.status_code, done.headers["location"]) == (303, page)
    (told,) = town.events(case(town), TeamResized)
    assert isinstance(told, TeamResized)
    assert told.by == "key:duty desk"
    assert {p.role: p.count for p in told.places} == {Role.PEER: 4, Role.MHP: 1}

    body = {"leave": leave, "reason": "directed", "member_id": "p-9"}
    no = await form(town, "add-member", **body)
    assert no.headers["location"] == f"{page}?refused=excluded"
    yes = await form(town, "add-member", **body, override=["involved"], said_yes="true")
    assert yes.headers["location"] == page

    for wrong, code in (
        ({"leave": "x"}, "old-page"),
        ({"leave": passes.issue(feed, f"decide:{case(town)}")}, "old-page"),
        ({"leave": passes.issue(who, "decide:another")}, "old-page"),
        ({"leave": leave, "reason": "whatever"}, "misfit"),
        ({"leave": leave, "more": "1"}, "misfit"),
    ):
        answer = await form(town, "pause", **{"reason": "by_phone", **wrong})
        assert answer.headers["location"] == f"{page}?refused={code}"
    assert town.events(case(town), AskingPaused) == []
