"""The roster over HTTP: contacts go in and never come out, and nobody is listed by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.policy import Role
from schemas.subjects import Stream
from services.runtime.access import May, who_may
from services.runtime.auth import KeyRole, add_key
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

MEMBERS = "/v1/roster/members"
ENTRY: dict[str, Any] = {
    "role": "peer",
    "discipline": "fire",
    "station": "st-1",
    "units": ["E1"],
    "designated_from": "2020-01-01",
    "training_valid_until": "2030-01-01",
    "contact_confirmed_on": "2026-03-01",
    "contact": {"label": "Very Secret", "email": "very.secret@phones.invalid", "phone": "555-0100"},
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as running:
        yield running


async def _listed(town: Town) -> dict[str, dict[str, Any]]:
    answer = await town.http.get(MEMBERS)
    assert answer.status_code == 200, answer.text
    return {member["member_id"]: member for member in answer.json()["members"]}


async def test_a_member_is_enrolled_and_listed_without_their_contact(town: Town) -> None:
    answer = await town.http.put(f"{MEMBERS}/p-1", json=ENTRY)

    assert (answer.status_code, answer.content) == (204, b"")
    listed = await town.http.get(MEMBERS)
    (member,) = listed.json()["members"]
    told = {name: value for name, value in ENTRY.items() if name != "contact"}
    assert member.items() >= told.items()
    assert member == (await town.http.get(f"{MEMBERS}/p-1")).json()
    assert (member["member_id"], member["pageable"], member["reasons"]) == ("p-1", True, [])
    assert member["periods"] == [{"role": "peer", "begins": "2020-01-01", "ends": None}]
    assert "secret" not in listed.text.lower()
    stored = [e.event.model_dump_json() for e in town.journal.all(Stream.ROSTER)]
    assert len(stored) == 1
    assert "secret" not in stored[0].lower()
    assert "555" not in stored[0]


async def test_enrolling_again_changes_nothing_or_the_whole_entry(town: Town) -> None:
    for told in (ENTRY, ENTRY, ENTRY | {"station": "st-2", "units": []}):
        await town.http.put(f"{MEMBERS}/p-1", json=told)

    assert len(town.journal.all(Stream.ROSTER)) == 2
    member = (await _listed(town))["p-1"]
    assert (member["station"], member["units"]) == ("st-2", [])


async def test_standing_down_is_shown_with_its_reason_until_the_return(town: Town) -> None:
    await town.http.put(f"{MEMBERS}/p-1", json=ENTRY)
    down = await town.http.post(f"{MEMBERS}/p-1/stand-down", json={"reason": "rest"})
    assert down.status_code == 204
    member = (await _listed(town))["p-1"]
    assert (member["pageable"], member["reasons"]) == (False, ["stood_down"])

    await town.http.put(f"{MEMBERS}/p-1", json=ENTRY | {"station": "st-2"})
    assert (await _listed(town))["p-1"]["reasons"] == ["stood_down"]

    assert (await town.http.post(f"{MEMBERS}/p-1/return")).status_code == 204
    assert (await _listed(town))["p-1"]["pageable"]


@pytest.mark.parametrize("action", ["stand-down", "return"])
async def test_a_stranger_is_not_found(town: Town, action: str) -> None:
    answer = await town.http.post(f"{MEMBERS}/p-9/{action}", json={"reason": "rest"})

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:tailboard:problem:not-enrolled"


MISFITS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"role": "very-secret"}, "role"),
    ({"designated_from": "very-secret"}, "designated_from"),
    ({"units": ["very-secret" * 9]}, "units.0"),
    ({"contact": "very-secret"}, "contact"),
    ({"name": "Very Secret"}, "name"),
    ({"profile": {"bio": "very-secret" * 60}}, "profile.bio"),
    ({"languages": ["Very Secret"]}, "languages.0"),
    ({"designated_until": "2019-12-31"}, "designated_until"),
    ({"competencies": [{"kind": "very-secret"}]}, "competencies.0.kind"),
)


async def test_an_entry_that_does_not_fit_is_named_and_not_echoed(town: Town) -> None:
    for told, field in MISFITS:
        answer = await town.http.put(f"{MEMBERS}/p-1", json=ENTRY | told)
        assert answer.status_code == 422, field
        assert field in [error["field"] for error in answer.json()["errors"]]
        assert "secret" not in answer.text.lower()
    assert town.journal.all(Stream.ROSTER) == ()


async def test_a_roster_number_is_no_name_and_no_neighbors(town: Town) -> None:
    for name in ["Jane%20Doe", "P-1", "p.1", "*", "p-" + "1" * 70, "other--p-1"]:
        answer = await town.http.put(f"{MEMBERS}/{name}", json=ENTRY)
        assert answer.status_code == 422, name
        assert "jane" not in answer.text.lower()


ROUTES: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", MEMBERS, None),
    ("GET", f"{MEMBERS}/p-1", None),
    ("PUT", f"{MEMBERS}/p-1", ENTRY),
    ("PATCH", f"{MEMBERS}/p-1", {"station": "st-2"}),
    ("DELETE", f"{MEMBERS}/p-1/contact", None),
    ("POST", f"{MEMBERS}/p-1/stand-down", {"reason": "rest"}),
    ("POST", f"{MEMBERS}/p-1/return", None),
    ("POST", f"{MEMBERS}/p-1/leave", {"on": "2026-03-31"}),
    ("POST", f"{MEMBERS}/p-1/mute", {"until": "2026-03-03T00:00:00Z"}),
    ("POST", f"{MEMBERS}/p-1/unmute", None),
    ("POST", f"{MEMBERS}/p-1/confirm-contact", None),
    ("POST", f"{MEMBERS}/p-1/invite", None),
    ("GET", "/v1/roster/designated", None),
    ("GET", "/v1/roster/check", None),
    ("GET", "/v1/roster/export.csv?contacts=true", None),
    ("POST", "/v1/roster/preview", {"members": []}),
)


async def test_who_may_not_neither_sees_nor_changes_the_roster(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    without = set(KeyRole) - {*who_may(May.SEE_ROSTER), *who_may(May.CHANGE_ROSTER)}
    others = [add_key(keys, "x", "metro", role) for role in without]
    async with a_town(tmp_path, alone=True) as town:
        await town.enroll("p-1", Role.PEER)
        before = town.journal.all(Stream.ROSTER)
        for method, path, body in ROUTES:
            for header, status in (("", 401), *((f"Bearer {key}", 403) for key in others)):
                headers = {"Authorization": header}
                answer = await town.http.request(method, path, json=body, headers=headers)
                assert answer.status_code == status, (method, path)
                assert "phones.invalid" not in answer.text
        assert town.journal.all(Stream.ROSTER) == before


async def test_another_agency_sees_its_own_members_only(tmp_path: Path) -> None:
    elsewhere = add_key(tmp_path / "keys.json", "other", "elsewhere", KeyRole.OPERATOR)
    async with a_town(tmp_path, alone=True) as town:
        await town.enroll("p-1", Role.PEER)
        listed = await town.http.get(MEMBERS, headers={"Authorization": f"Bearer {elsewhere}"})

    assert listed.json() == {"members": []}


async def test_when_the_streams_are_away_the_answer_says_when_to_come_back(town: Town) -> None:
    town.journal.reachable = False
    for answer in (
        await town.http.get(MEMBERS),
        await town.http.put(f"{MEMBERS}/p-1", json=ENTRY),
    ):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
