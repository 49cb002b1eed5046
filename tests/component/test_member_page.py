"""A member's own page: opened by their link alone, nothing changed by looking, every tap recorded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from schemas.dispatch import Failure
from schemas.policy import Role
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town

MEMBERS = "/v1/roster/members"
CONTACT = {"label": "p-1", "email": "very.secret@phones.invalid", "phone": "+12025550147"}
_LINK = re.compile(r"http://town\.invalid(/m/\S+)")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    shown = {"team_page": True, "time_zone": "America/Los_Angeles"}
    async with a_town(tmp_path, dispatch=shown, alone=True) as running:
        await running.enroll("p-1", Role.PEER, contact=CONTACT, units=["E1"], languages=["es"])
        yield running


def link(town: Town, member_id: str = "p-1") -> str:
    """The path on the newest page link of this phone."""
    for message in reversed(town.phones.received[member_id]):
        if found := _LINK.search(message.text):
            return found[1]
    raise AssertionError("no link came")


async def invited(town: Town, member_id: str = "p-1", query: str = "") -> str:
    answer = await town.http.post(f"{MEMBERS}/{member_id}/invite{query}")
    assert answer.status_code == 204, answer.text
    return link(town, member_id)


async def look(town: Town, path: str, status: int = 200) -> str:
    answer = await town.http.get(path, headers={"Authorization": ""})
    assert answer.status_code == status, answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) <= 10_000
    return answer.text


async def tap(town: Town, path: str, **form: str) -> httpx.Response:
    return await town.http.post(
        path, data=form, headers={"Authorization": ""}, follow_redirects=True
    )


def kinds(town: Town) -> list[str]:
    return [told.event.NAME for told in town.journal.all(Stream.ROSTER)]


async def listed(town: Town) -> dict[str, Any]:
    member: dict[str, Any] = (await town.http.get(f"{MEMBERS}/p-1")).json()
    return member


async def test_the_page_says_what_the_roster_holds_and_changes_nothing(town: Town) -> None:
    core = {"kind": "icisf_group", "earned_on": "2024-06-01"}
    late = {"kind": "in_service", "earned_on": "2025-01-15"}
    await town.http.patch(f"{MEMBERS}/p-1", json={"competencies": [core, late]})
    shown = await look(town, await invited(town))

    for words in (
        "You are not asked at the moment",
        "A training that your role needs has lapsed.",
        "1 June 2024, good until 31 May 2027",
        "15 January 2025, lapsed after 14 January 2026",
        "v***t@phones.invalid",
        "***47",
        "from 1 January 2020",
        "Peer",
    ):
        assert words in shown, words
    assert "very.secret" not in shown
    assert "5550147" not in shown
    assert kinds(town) == ["member_enrolled", "member_enrolled"]


async def test_one_tap_confirms_the_contact(town: Town) -> None:
    await town.advance(days=92)
    path = await invited(town)
    assert "was not confirmed for a long time" in await look(town, path)

    answer = await tap(town, f"{path}/confirm")
    assert "Your contact is confirmed" in answer.text
    assert "You can be asked" in answer.text
    assert (await listed(town))["pageable"]
    again = await tap(town, f"{path}/confirm")
    assert again.status_code == 200
    assert kinds(town).count("contact_confirmed") == 1


async def test_muting_for_hours_and_unmuting(town: Town) -> None:
    path = await invited(town)
    answer = await tap(town, f"{path}/mute", **{"for": "12", "until": ""})
    assert "until <strong>Monday 2 March 2026, 07:00 PST</strong>" in answer.text
    assert (await listed(town))["muted_until"] == "2026-03-02T15:00:00Z"

    answer = await tap(town, f"{path}/unmute")
    assert "You can be asked again" in answer.text
    assert (await listed(town))["muted_until"] is None


async def test_muting_until_a_day_ends_with_its_first_moment_there(town: Town) -> None:
    """In the night before 8 March 2026 the clock jumps: the 9th begins at 07:00 UTC."""
    answer = await tap(town, f"{await invited(town)}/mute", until="2026-03-09", **{"for": "4"})
    assert "Monday 9 March 2026, 00:00 PDT" in answer.text
    assert (await listed(town))["muted_until"] == "2026-03-09T07:00:00Z"


async def test_a_mute_that_means_nothing_is_put_right(town: Town) -> None:
    path = await invited(town)
    meaningless: tuple[dict[str, str], ...] = (
        {},
        {"for": "5"},
        {"until": "2026-03-01"},
        {"until": "soon"},
        {"until": "9999-99-99"},
    )
    for form in meaningless:
        answer = await tap(town, f"{path}/mute", **form)
        assert answer.status_code == 422, form
        assert "Choose how long" in answer.text
    assert kinds(town) == ["member_enrolled"]


async def test_agreeing_to_the_team_page_and_taking_it_back(town: Town) -> None:
    path = await invited(town)
    form = {"agreed": "yes", "name": "  Demo   Person ", "bio": "I listen.\r\n<b>Always.</b>"}
    answer = await tap(town, f"{path}/page", **form)
    assert "is saved" in answer.text
    assert (await listed(town))["on_team_page"]
    team = await look(town, "/team")
    assert "Demo Person" in team
    assert "&lt;b&gt;Always.&lt;/b&gt;" in team

    answer = await tap(town, f"{path}/page", name="Demo Person", bio="")
    assert "You are not on the team page" in answer.text
    assert "Demo Person" not in await look(town, "/team")
    assert kinds(town)[1:] == ["team_page_consent_changed", "team_page_consent_changed"]


async def test_nobody_is_shown_without_a_name_or_with_a_novel(town: Town) -> None:
    path = await invited(town)
    for form in (
        {"agreed": "yes", "name": "", "bio": "x"},
        {"agreed": "yes", "name": "x" * 81},
        {"name": "x", "bio": "x" * 601},
    ):
        answer = await tap(town, f"{path}/page", **form)
        assert answer.status_code == 422
        assert "give the name that people know you by" in answer.text
    assert kinds(town) == ["member_enrolled"]


async def test_inviting_again_keeps_the_link_and_a_fresh_one_closes_it(town: Town) -> None:
    first = await invited(town)
    assert await invited(town) == first
    fresh = await invited(town, query="?fresh=true")
    assert fresh != first
    assert "opens nothing" in await look(town, first, 404)
    assert "Your place" in await look(town, fresh)


async def test_an_old_link_can_only_ask_for_a_new_one(town: Town) -> None:
    path = await invited(town)
    await town.advance(days=181)
    assert "too old" in await look(town, path, 410)
    await tap(town, f"{path}/confirm")
    assert kinds(town) == ["member_enrolled"]

    town.phones.look()
    answer = await tap(town, f"{path}/renew")
    assert "on its way" in answer.text
    town.phones.expect_text("p-1", "your page on the team")
    assert "Your place" in await look(town, link(town))
    await tap(town, f"{path}/renew")
    town.phones.assert_silent("p-1")


async def test_erasing_the_contact_closes_the_page(town: Town) -> None:
    path = await invited(town)
    await town.http.delete(f"{MEMBERS}/p-1/contact")
    await look(town, path, 404)
    assert (await tap(town, f"{path}/confirm")).status_code == 404
    assert (await tap(town, f"{path}/renew")).status_code == 404


async def test_who_has_left_sees_what_is_held_and_decides_nothing_more(town: Town) -> None:
    path = await invited(town)
    await town.http.post(f"{MEMBERS}/p-1/leave", json={"on": "2026-02-28"})
    shown = await look(town, path)
    assert "Your designation has ended" in shown
    assert "28 February 2026" in shown
    assert "<form" not in shown


async def test_a_link_that_was_altered_opens_nothing(town: Town) -> None:
    await town.enroll("p-2", Role.PEER)
    path = await invited(town)
    for altered in (path[:-1], path + "x", path.replace("p-1", "p-2"), "/m/x", "/m/a.b.c.d"):
        await look(town, altered, 404)
        for action in ("confirm", "unmute", "renew"):
            assert (await tap(town, f"{altered}/{action}")).status_code == 404


async def test_without_a_way_to_the_streams_the_page_says_so(town: Town) -> None:
    path = await invited(town)
    town.journal.reachable = False
    assert "cannot look just now" in await look(town, path, 503)
    assert (await tap(town, f"{path}/confirm")).status_code == 503


async def test_an_invitation_that_cannot_go_out_is_told(town: Town) -> None:
    await town.enroll("p-2", Role.PEER)
    town.phones.fail("p-2", Failure.TEMPORARY)
    answer = await town.http.post(f"{MEMBERS}/p-2/invite")
    assert (answer.status_code, answer.json()["type"]) == (
        502,
        "urn:tailboard:problem:not-delivered",
    )
    await town.http.delete(f"{MEMBERS}/p-1/contact")
    assert (await town.http.post(f"{MEMBERS}/p-1/invite")).status_code == 409
    assert (await town.http.post(f"{MEMBERS}/p-9/invite")).status_code == 404


async def test_nothing_personal_is_in_an_event_a_log_or_an_address(town: Town) -> None:
    with structlog.testing.capture_logs() as logged:
        path = await invited(town)
        form = {"agreed": "yes", "name": "Quartermain", "bio": "Marmalade"}
        answers = [await tap(town, f"{path}/page", **form), await tap(town, f"{path}/confirm")]
        answers.append(await town.http.get(f"{MEMBERS}/p-1"))
    kept = [f"{e.event.model_dump_json()} {e.meta}" for e in town.journal.all(Stream.ROSTER)]
    for secret in ("quartermain", "marmalade", "very.secret", "5550147"):
        assert secret not in str(logged).lower()
        assert secret not in " ".join(kept).lower()
        assert not [a.url for a in answers if secret in str(a.url).lower()]
        assert secret not in answers[-1].text.lower()
