"""The small steps of the roster over HTTP: each recorded once, refused when it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.policy import Role
from schemas.roster import MemberEnrolled, MemberReturned, MemberStoodDown
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

MEMBERS = "/v1/roster/members"
SECRET = {"label": "Very Secret", "email": "very.secret@phones.invalid", "phone": "+12025550147"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as running:
        await running.enroll("p-1", Role.PEER, contact=SECRET)
        yield running


async def do(town: Town, action: str, status: int = 204, /, **body: Any) -> str:
    """One step of p-1; what was answered."""
    answer = await town.http.post(f"{MEMBERS}/p-1/{action}", json=body or None)
    assert answer.status_code == status, answer.text
    assert "secret" not in answer.text.lower()
    return answer.text


async def shown(town: Town) -> dict[str, Any]:
    answer = await town.http.get(f"{MEMBERS}/p-1")
    assert answer.status_code == 200, answer.text
    member: dict[str, Any] = answer.json()
    return member


def kinds(town: Town) -> list[str]:
    return [told.event.NAME for told in town.journal.all(Stream.ROSTER)]


async def test_a_mute_is_shown_and_ends_by_itself(town: Town) -> None:
    await do(town, "mute", until="2026-03-02T04:00:00-05:00")
    member = await shown(town)
    assert (member["pageable"], member["reasons"]) == (False, ["muted"])
    assert member["muted_until"] == "2026-03-02T09:00:00Z"

    await town.advance(hours=6)
    assert (await shown(town))["pageable"]
    assert (await shown(town))["muted_until"] is None

    await do(town, "mute", hours=1.5)
    assert (await shown(town))["muted_until"] == "2026-03-02T10:30:00Z"


async def test_a_mute_is_taken_back(town: Town) -> None:
    await do(town, "mute", until="2026-03-02T09:00:00Z")
    await do(town, "unmute")
    await do(town, "unmute")
    assert (await shown(town))["pageable"]
    assert kinds(town) == ["member_enrolled", "member_muted", "member_unmuted"]


async def test_nobody_is_muted_into_the_past_or_by_a_guess(town: Town) -> None:
    for until in ("2026-03-02T03:00:00Z", "2026-03-01T00:00:00Z"):
        assert "already-past" in await do(town, "mute", 422, until=until)
    for body in ({}, {"until": "2026-03-03T00:00:00Z", "hours": 1}, {"hours": 0}):
        answer = await town.http.post(f"{MEMBERS}/p-1/mute", json=body)
        assert answer.status_code == 422
    assert '"field":"until"' in await do(town, "mute", 422, until="2026-03-02T09:00:00")


async def test_confirming_starts_the_ninety_days_anew(town: Town) -> None:
    await town.advance(days=91)
    assert (await shown(town))["reasons"] == ["contact_stale"]

    await do(town, "confirm-contact")
    member = await shown(town)
    assert (member["pageable"], member["contact_confirmed_on"]) == (True, "2026-06-01")


async def test_a_confirmation_may_be_noted_later_and_never_ahead(town: Town) -> None:
    await town.advance(days=30)
    await do(town, "confirm-contact", on="2026-03-20")
    assert (await shown(town))["contact_confirmed_on"] == "2026-03-20"
    assert "not-yet" in await do(town, "confirm-contact", 422, on="2026-05-01")
    await do(town, "confirm-contact", on="2026-03-10")
    assert (await shown(town))["contact_confirmed_on"] == "2026-03-20"


async def test_a_contact_of_tomorrow_is_not_even_stored(town: Town) -> None:
    body = {"contact_confirmed_on": "2026-05-01", "contact": {"email": "other@phones.invalid"}}
    answer = await town.http.patch(f"{MEMBERS}/p-1", json=body)
    assert answer.status_code == 422
    exported = await town.http.get("/v1/roster/export.csv?contacts=true")
    assert "very.secret@phones.invalid" in exported.text
    assert "other@" not in exported.text


async def test_leaving_ends_the_designation_on_its_day(town: Town) -> None:
    await do(town, "leave", on="2026-03-10")
    member = await shown(town)
    assert member["pageable"]
    assert [w["kind"] for w in member["warnings"]] == ["designation_ends"]
    assert member["warnings"][0] == {"kind": "designation_ends", "on": "2026-03-10", "days": 8}

    await town.advance(days=9)
    assert (await shown(town))["reasons"] == ["designation_ended"]


async def test_a_leaving_that_has_not_come_is_taken_back(town: Town) -> None:
    await do(town, "leave", on="2026-03-10")
    await do(town, "return")
    await town.advance(days=30)
    assert (await shown(town))["pageable"]


async def test_who_has_left_comes_back_with_a_new_designation_only(town: Town) -> None:
    await do(town, "leave", on="2026-03-10")
    await town.advance(days=30)
    assert "designation-ended" in await do(town, "return", 409)

    body = {"designated_from": "2026-04-01", "contact_confirmed_on": "2026-04-01"}
    answer = await town.http.patch(f"{MEMBERS}/p-1", json=body)
    assert answer.status_code == 204, answer.text
    member = await shown(town)
    assert member["pageable"]
    assert [(p["begins"], p["ends"]) for p in member["periods"]] == [
        ("2020-01-01", "2026-03-10"),
        ("2026-04-01", None),
    ]


async def test_an_old_file_does_not_bring_back_who_left(town: Town) -> None:
    await do(town, "leave", on="2026-03-10")
    await town.advance(days=30)
    await town.enroll("p-1", Role.PEER, contact=SECRET, station="st-9")
    member = await shown(town)
    assert (member["station"], member["reasons"]) == ("st-9", ["designation_ended"])


async def test_nobody_leaves_before_they_joined(town: Town) -> None:
    assert "dates-reversed" in await do(town, "leave", 422, on="2019-12-31")


async def test_some_fields_are_replaced_and_the_others_stay(town: Town) -> None:
    body = {"languages": ["es", "en"], "contact": {"phone": "+12025550100"}}
    answer = await town.http.patch(f"{MEMBERS}/p-1", json=body)

    assert answer.status_code == 204, answer.text
    member = await shown(town)
    assert (member["languages"], member["station"]) == (["es", "en"], "st-1")
    exported = await town.http.get("/v1/roster/export.csv?contacts=true")
    assert "very.secret@phones.invalid,'+12025550100,Very Secret" in exported.text


async def test_a_part_that_does_not_fit_names_its_field(town: Town) -> None:
    for member_id, body, field in (
        ("p-1", {"role": "very-secret"}, "role"),
        ("p-1", {"nickname": "very-secret"}, "nickname"),
        ("p-2", {"role": "peer"}, "contact"),
    ):
        answer = await town.http.patch(f"{MEMBERS}/{member_id}", json=body)
        assert answer.status_code == 422, field
        assert field in [error["field"] for error in answer.json()["errors"]]
        assert "very-secret" not in answer.text
    assert kinds(town) == ["member_enrolled"]


async def test_erasing_leaves_the_history_and_asks_the_member_no_more(town: Town) -> None:
    profile = {"profile": {"name": "Very Secret", "bio": "Very Secret"}}
    await town.http.patch(f"{MEMBERS}/p-1", json=profile)
    answer = await town.http.delete(f"{MEMBERS}/p-1/contact")

    assert answer.status_code == 204
    member = await shown(town)
    assert (member["reasons"], member["stood_down_for"]) == (["stood_down"], "contact_erased")
    assert member["periods"] == [{"role": "peer", "begins": "2020-01-01", "ends": None}]
    exported = await town.http.get("/v1/roster/export.csv?contacts=true")
    assert "secret" not in exported.text.lower()
    assert "no-contact" in await do(town, "return", 409)
    again = await town.http.delete(f"{MEMBERS}/p-1/contact")
    assert again.status_code == 204
    assert kinds(town) == ["member_enrolled", "member_stood_down"]


async def test_a_new_contact_brings_back_who_was_erased_and_nobody_else(town: Town) -> None:
    await town.http.delete(f"{MEMBERS}/p-1/contact")
    await town.enroll("p-1", Role.PEER, contact=SECRET)
    assert (await shown(town))["pageable"]
    told = [type(each.event) for each in town.journal.all(Stream.ROSTER)]
    assert told == [MemberEnrolled, MemberStoodDown, MemberReturned]

    await do(town, "stand-down", reason="rest")
    await town.http.delete(f"{MEMBERS}/p-1/contact")
    await town.enroll("p-1", Role.PEER, contact=SECRET)
    assert (await shown(town))["stood_down_for"] == "rest"


async def test_a_stranger_is_not_found(town: Town) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "/contact", None),
        ("POST", "/mute", {"until": "2027-01-01T00:00:00Z"}),
        ("POST", "/unmute", None),
        ("POST", "/leave", {"on": "2026-06-01"}),
        ("POST", "/confirm-contact", None),
        ("POST", "/return", None),
    ):
        answer = await town.http.request(method, f"{MEMBERS}/p-9{path}", json=body)
        assert answer.status_code == 404, path
        assert answer.json()["type"] == "urn:tailboard:problem:not-enrolled"
    assert kinds(town) == ["member_enrolled"]


async def test_nothing_of_a_contact_is_in_the_stream(town: Town) -> None:
    for action, body in (("mute", {"until": "2026-03-03T00:00:00Z"}), ("confirm-contact", {})):
        await do(town, action, **body)
    await town.http.delete(f"{MEMBERS}/p-1/contact")
    for told in town.journal.all(Stream.ROSTER):
        text = f"{told.event.model_dump_json()} {told.meta.model_dump_json()}".lower()
        assert "secret" not in text
        assert "5550147" not in text
