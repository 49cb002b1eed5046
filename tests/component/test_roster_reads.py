"""Reading the roster over HTTP: point in time, what bites, the import's preview, the export."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from schemas.policy import Role
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

MEMBERS = "/v1/roster/members"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as running:
        yield running


async def get(town: Town, path: str) -> Any:
    answer = await town.http.get(f"/v1/roster/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def do(town: Town, path: str, **body: Any) -> None:
    answer = await town.http.post(f"{MEMBERS}/{path}", json=body)
    assert answer.status_code == 204, answer.text


async def test_who_was_designated_on_a_day(town: Town) -> None:
    await town.enroll("p-1", Role.PEER, designated_from="2020-01-01", languages=["es"])
    await town.enroll("p-2", Role.PEER, designated_from="2026-02-01")
    await do(town, "p-1/leave", on="2026-02-15")
    body = {"designated_from": "2026-03-01", "role": "coordinator"}
    assert (await town.http.patch(f"{MEMBERS}/p-1", json=body)).status_code == 204

    found = await get(town, "designated?on=2026-02-10")
    assert found["on"] == "2026-02-10"
    assert [(m["member_id"], m["role"], m["since"], m["until"]) for m in found["members"]] == [
        ("p-1", "peer", "2020-01-01", "2026-02-15"),
        ("p-2", "peer", "2026-02-01", None),
    ]
    assert found["members"][0]["languages"] == ["es"]
    between = await get(town, "designated?on=2026-02-20")
    assert [m["member_id"] for m in between["members"]] == ["p-2"]
    today = await get(town, "designated")
    assert (today["on"], today["members"][0]["role"]) == ("2026-03-02", "coordinator")


async def test_who_was_trained_on_that_day_is_told_beside_it(town: Town) -> None:
    core = [{"kind": "icisf_group", "earned_on": "2025-01-10"}]
    await town.enroll("p-1", Role.PEER, competencies=core)
    told = {
        day: (await get(town, f"designated?on={day}"))["members"][0]["trained"]
        for day in ("2025-01-09", "2025-01-10", "2026-01-09", "2026-01-10")
    }
    assert list(told.values()) == [False, True, True, False]


async def test_a_day_that_is_none_is_named(town: Town) -> None:
    answer = await town.http.get("/v1/roster/designated?on=yesterday")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.on"


async def test_the_check_tells_what_bites_now_and_soon(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    calm = await get(town, "check")
    assert (calm["bites"], calm["roles"], calm["warn_days"]) == (False, [], 60)
    assert calm["members"] == []

    await town.enroll("p-1", Role.PEER, training_valid_until="2026-03-20", peer_nominated=False)
    await town.enroll("m-1", Role.MHP, training_valid_until="2026-03-01")
    await town.http.delete(f"{MEMBERS}/p-2/contact")
    told = await get(town, "check")
    assert told["bites"]
    assert {
        m["member_id"]: (m["now"], [w["kind"] for w in m["soon"]]) for m in told["members"]
    } == {
        "m-1": (["training_lapsed"], []),
        "p-1": ([], ["training_ends"]),
        "p-2": (["no_contact"], []),
    }
    assert told["roles"] == [
        {"role": "peer", "pageable": 3, "wanted": 4},
        {"role": "mhp", "pageable": 1, "wanted": 2},
    ]
    assert told["not_nominated"] == ["p-1"]


async def test_who_left_is_not_in_the_check(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=2)
    await do(town, "p-5/leave", on="2026-03-01")
    await town.http.delete(f"{MEMBERS}/p-5/contact")
    assert (await get(town, "check"))["members"] == []


async def test_a_contact_is_warned_about_from_a_month_after_it_was_confirmed(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    await town.advance(days=30)
    soon = (await get(town, "check"))["members"]
    assert len(soon) == 7
    assert soon[0]["soon"] == [{"kind": "contact_goes_stale", "on": "2026-05-31", "days": 60}]


async def test_the_day_is_the_agencys(tmp_path: Path) -> None:
    """The town's clock stands at three in the morning UTC: further west it is the day before."""
    west = {"time_zone": "America/Los_Angeles"}
    async with a_town(tmp_path, dispatch=west, alone=True) as town:
        assert (await get(town, "check"))["on"] == "2026-03-01"
        assert (await get(town, "designated"))["on"] == "2026-03-01"


PART: dict[str, Any] = {
    "role": "peer",
    "discipline": "fire",
    "station": "st-1",
    "units": [],
    "designated_from": "2020-01-01",
    "training_valid_until": "2027-03-02",
    "contact_confirmed_on": "2026-03-02",
    "contact": {"label": "p-1", "email": "p-1@phones.invalid"},
}


async def previewed(town: Town, **members: dict[str, Any]) -> dict[str, Any]:
    told = [{"member_id": name.replace("_", "-"), "entry": part} for name, part in members.items()]
    answer = await town.http.post("/v1/roster/preview", json={"members": told})
    assert answer.status_code == 200, answer.text
    assert "secret" not in answer.text.lower()
    found: dict[str, Any] = answer.json()
    return found


async def test_a_preview_says_what_an_import_would_do_and_does_nothing(town: Town) -> None:
    await town.enroll("p-1", Role.PEER)
    await town.enroll("p-2", Role.PEER)
    before = town.journal.all(Stream.ROSTER)

    told = await previewed(
        town,
        p_1=PART,
        p_2={"station": "st-9", "contact": {"email": "very.secret@phones.invalid"}},
        p_4=PART,
        p_5={"role": "peer"},
        p_6=PART | {"role": "secret"},
    )
    found = {each["member_id"]: each for each in told["members"]}
    assert {name: each["answer"] for name, each in found.items()} == {
        "p-1": "unchanged",
        "p-2": "changed",
        "p-4": "added",
        "p-5": "refused",
        "p-6": "refused",
    }
    assert found["p-2"]["fields"] == [
        {"field": "station", "before": "st-1", "after": "st-9"},
        {"field": "contact.email", "before": None, "after": None},
    ]
    assert "contact" in [each["field"] for each in found["p-5"]["problems"]]
    assert [each["field"] for each in found["p-6"]["problems"]] == ["role"]
    assert town.journal.all(Stream.ROSTER) == before


async def test_a_name_in_place_of_a_number_is_not_told_back(town: Town) -> None:
    body = {"members": [{"member_id": "Very Secret", "entry": {}}]}
    answer = await town.http.post("/v1/roster/preview", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "members.0.member_id"
    assert "secret" not in answer.text.lower()


async def test_an_older_confirmation_in_a_file_is_no_change(town: Town) -> None:
    await town.enroll("p-1", Role.PEER, contact_confirmed_on="2026-01-01")
    await do(town, "p-1/confirm-contact")
    told = await previewed(town, p_1=PART | {"contact_confirmed_on": "2026-02-01"})
    assert told["members"][0]["answer"] == "unchanged"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_the_export_has_no_contact_unless_it_is_asked_for(town: Town) -> None:
    contact = {"label": "Very Secret", "email": "very.secret@phones.invalid"}
    profile = {"name": "Very Secret", "bio": "Very Secret"}
    await town.enroll("p-1", Role.PEER, contact=contact, profile=profile, languages=["es"])

    plain = await town.http.get("/v1/roster/export.csv")
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["content-disposition"] == 'attachment; filename="roster.csv"'
    assert "secret" not in plain.text.lower()
    assert rows(plain.text)[0]["languages"] == "es"

    full = await town.http.get("/v1/roster/export.csv?contacts=true")
    assert "CONFIDENTIAL" in full.headers["content-disposition"]
    assert full.headers["cache-control"] == "no-store"
    first, _, rest = full.text.partition("\r\n")
    assert "CONFIDENTIAL" in first
    row = rows(rest)[0]
    assert (row["email"], row["page_name"]) == ("very.secret@phones.invalid", "Very Secret")


async def test_no_cell_of_an_export_is_a_formula(town: Town) -> None:
    contact = {"label": "@SUM(1)", "email": "p-1@phones.invalid", "phone": "+12025550147"}
    profile = {"name": '=HYPERLINK("x")', "bio": "-1+1"}
    await town.enroll("p-1", Role.PEER, contact=contact, profile=profile, units=["=E1", "+M 1"])
    told = await town.http.get("/v1/roster/export.csv?contacts=true")
    for row in csv.reader(io.StringIO(told.text, newline="")):
        assert not [cell for cell in row if cell[:1] in "=+-@\t\r" and cell]
    assert "'+12025550147" in told.text
