"""Ids guessed and links altered: what is somebody else's is answered exactly like what there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from schemas.subjects import Stream
from services.runtime.access_rows import KEYED, PAGES, is_link
from services.runtime.auth import KeyRole
from tests.component.test_one_on_ones import page_of
from tests.support.doors import UNKNOWN, Address, Doors, all_doors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_DIRECTED = {"reason": "directed"}
_STEPS = ("take-over", "pause", "resume", "answer-alarm", "ask-again", "stand-down")
_CASE = "POST /v1/cases/{case_id}"
_ITEM = f"{_CASE}/items/{{item}}"
_BODIES = {
    f"{_CASE}:raise": {"trigger_class": "child_death"},
    f"{_CASE}:lower": {"reason": "not_needed"},
    f"{_CASE}:merge": {"other": "00000000-0000-4000-8000-000000000001"},
    f"{_CASE}/reviews/{{review_id}}": {"answer": "raise"},
    **{f"{_CASE}/{step}": {"reason": "by_phone"} for step in _STEPS},
    f"{_CASE}/add-member": {"reason": "by_phone", "member_id": "p-1"},
    f"{_CASE}/withdraw-member": {"reason": "directed", "member_id": "p-1"},
    f"{_CASE}/replace-member": {"reason": "directed", "member_id": "p-1"},
    f"{_CASE}/resize": {"reason": "directed", "places": [{"role": "peer", "count": 1}]},
    f"{_CASE}/stand-down": {"reason": "not_needed"},
    f"{_CASE}/take-over": {"reason": "alarm"},
    f"{_CASE}/resume": {"reason": "directed"},
    "PUT /v1/cases/{case_id}/crews": {"crews": []},
    f"{_ITEM}/explain": {"reason": "nobody_free"},
    f"{_ITEM}/cancel": {"reason": "counsel"},
    f"{_ITEM}/confirm": {"slot": 1},
    f"{_ITEM}/move": {"slot": 1},
    f"{_ITEM}/extend": {
        "closes_at": "2026-03-09T00:00:00Z",
        "member_id": "m-1",
        "reason": "off_shift",
    },
    "POST /v1/private/holds/{hold_id}/lift": {"reason": "released"},
    "POST /v1/private/one-on-ones/{one_on_one}/break-glass": {
        "on_behalf_of": "m-1",
        "reason": "safety",
    },
    "POST /v1/exceptions/{reference}/notified": {"notified": ["mhp_lead"]},
    "POST /v1/rota/schedules/{rota_id}/end": {},
    "POST /v1/roster/members/{member_id}/stand-down": {"reason": "own_wish"},
    "POST /v1/roster/members/{member_id}/mute": {"until": "2026-03-05T00:00:00Z"},
    "POST /v1/rota/feeds/{member_id}": {"scope": "own"},
    "PUT /v1/rota/calendars/{member_id}": {"url": "https://calendar.invalid/a.ics"},
    "PUT /v1/rota/hours/{member_id}": {
        "time_zone": "America/Los_Angeles",
        "times": [{"days": ["mon"], "starts": "08:00", "ends": "17:00"}],
    },
    "POST /v1/roster/members/{member_id}/leave": {"on": "2026-03-02"},
}
_OWN_NAMESPACE = {
    "PUT /v1/roster/members/{member_id}",
    "PATCH /v1/roster/members/{member_id}",
    "PUT /v1/rota/schedules/{rota_id}",
    "PUT /v1/cases/{case_id}/crews",
}
"""In each agency such a name is another thing: it is made, or crews are noted before their case."""


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with all_doors(tmp_path, _BODIES) as found:
        yield found


async def _lived(doors: Doors) -> dict[str, str]:
    """A case with a team that was asked, a one-on-one, a hold, an exception: what to guess at."""
    town = doors.town
    await town.enroll_team(peers=3, mhps=1, d_1=Role.CLINICAL_DIRECTOR)
    raised = await town.post("/v1/raises", trigger_class="child_death")
    told = {"category": "child_abuse", "notified": ["mhp_lead"]}
    exception = await town.post("/v1/exceptions", **told)
    one_on_one = await (await page_of(town, "p-1")).begin()
    hold = await town.post("/v1/private/holds", scope="agency", reason="subpoena")
    town.phones.put_aside("Tailboard: your page on the team")
    return {
        "case_id": raised["case_id"],
        "member_id": "p-1",
        "one_on_one": one_on_one,
        "hold_id": hold["hold_id"],
        "reference": exception["reference"],
    }


@pytest.mark.parametrize("role", [KeyRole.OPERATOR, KeyRole.MHP_LEAD, KeyRole.DISPATCH_CENTER])
async def test_what_is_another_agency_s_is_answered_like_what_there_is_not(
    doors: Doors, role: KeyRole
) -> None:
    real, key = await _lived(doors), doors.keys[f"elsewhere {role}"]
    asked, told = 0, list[tuple[str, int, str]]()
    for address in doors.addresses:
        guessed = {name: each for name, each in real.items() if f"{{{name}}}" in address.path}
        if str(address) not in KEYED or not guessed or str(address) in _OWN_NAMESPACE:
            continue
        theirs = await doors.send(address, key, **guessed)
        nowhere = await doors.send(address, key)
        assert _alike(theirs.text, guessed) == nowhere.text, str(address)
        assert theirs.status_code == nowhere.status_code, str(address)
        gone = address.method == "DELETE" and theirs.status_code == 204
        if theirs.status_code not in {403, 404, 409} and not gone:
            told.append((str(address), theirs.status_code, theirs.text))
        asked += 1
    assert not told, told and "give a body that fits, or name what is answered to everybody"
    assert asked > 40


async def test_a_page_of_another_agency_s_case_is_that_of_no_case(doors: Doors) -> None:
    real = await _lived(doors)
    await doors.caught_up()
    case = Address("GET", "/cases/{case_id}")
    seen = await doors.look(case, doors.keys["operator"], case_id=real["case_id"])
    assert seen.status_code == 200
    for address in doors.addresses:
        if str(address) not in PAGES or "{case_id}" not in address.path:
            continue
        theirs = await doors.look(
            address, doors.keys["elsewhere operator"], case_id=real["case_id"]
        )
        nowhere = await doors.look(address, doors.keys["elsewhere operator"])
        assert theirs.status_code == nowhere.status_code == 404
        assert _alike(theirs.text, real) == nowhere.text


async def test_altered_links_and_links_for_another_purpose_open_what_no_link_opens(
    doors: Doors,
) -> None:
    town = doors.town
    await _lived(doors)
    offer = town.phones.link("p-2").rpartition("/")[2]
    own = await town.own_link("p-3")
    assert (await town.http.get(f"/o/{offer}")).status_code == 200
    tokens = {"altered offer": _altered(offer), "altered own": _altered(own)}
    opened_by = {"/o/": "offer", "/m/": "own", "/f/": "own", "/s/": "short", "/calendar/": "own"}
    asked = 0
    for address in doors.addresses:
        if not is_link(str(address)) or "{token}" not in address.path:
            continue
        prefix = f"/{address.path.split('/')[1]}/"
        others = {
            name: token
            for name, token in (("offer", offer), ("own", own))
            if opened_by.get(prefix) != name
        }
        nothing = await doors.send(address, token=UNKNOWN["token"])
        for name, token in {**tokens, **others}.items():
            answer = await doors.send(address, token=token)
            told = (answer.status_code, _alike(answer.text, {"token": token}))
            assert told == (nothing.status_code, nothing.text), (str(address), name)
            asked += 1
    assert asked > 100


async def test_a_link_that_ran_out_opens_nothing_of_what_it_opened(doors: Doors) -> None:
    town = doors.town
    await _lived(doors)
    path = town.phones.link("p-2")
    own = await town.own_link("p-3")
    assert "Accept" in (await town.http.get(path)).text
    assert (await town.http.get(f"/m/{own}")).status_code == 200
    await town.advance(days=400)
    before = [town.journal.messages(stream) for stream in Stream]
    await town.http.post(f"{path}/accept")
    assert [town.journal.messages(stream) for stream in Stream] == before
    ended = (await town.http.get(path)).text
    assert "<form" not in ended, ended
    for late in (f"/m/{own}", f"/f/{own}", f"/f/{own}/people"):
        answer = await town.http.get(late)
        assert answer.status_code in {404, 410}, late
        assert "p-3" not in answer.text.replace(own, "")


def _alike(text: str, guessed: dict[str, str]) -> str:
    for name, each in guessed.items():
        text = text.replace(each, UNKNOWN[name]).replace(each[:8], UNKNOWN[name][:8])
    return text


def _altered(token: str) -> str:
    other = "A" if token[-3] != "A" else "B"
    return f"{token[:-3]}{other}{token[-2:]}"
