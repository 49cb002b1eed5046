"""Audit over HTTP, for people: the pages, who may see them, and what they never do."""

from __future__ import annotations

import mailbox
import re
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from schemas.intake import Outcome
from schemas.policy import Role
from services.runtime.auth import KeyRole, add_key
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, enrolled, minutes
from tests.unit.audit.stream import Feed

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response


@pytest.fixture
def demo(tmp_path: Path) -> Desk:
    box = mailbox.Maildir(tmp_path / "phones", create=True)
    mail = EmailMessage()
    mail["To"] = "Avery Demo <avery@demo.invalid>"
    mail["Subject"] = "Tailboard: a peer is needed <now>"
    mail.set_content("Answer here: http://127.0.0.1:8911/o/abc.def\n\n<script>alert(1)</script>\n")
    box.add(mail)
    return Desk.at(tmp_path, demo=True, phones_dir=tmp_path / "phones")


@pytest.fixture
def real(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


async def page(desk: Desk, path: str) -> Response:
    async with desk.running() as app, desk.client(app, None) as client:
        return await client.get(path)


async def test_the_board_shows_open_work_and_counts_the_rest(demo: Desk) -> None:
    story = Story(demo.journal)
    await story.reported()
    await story.activated(())
    routine = Story(demo.journal, number="2")
    await routine.reported(Outcome.ROUTINE)
    await enrolled(demo.journal, {"p-01": Role.PEER})
    demo.clock.at = START + minutes(2)
    text = (await page(demo, "/")).text
    assert f'href="/cases/{story.case_id}"' in text
    assert "Asking" in text
    assert "In 14 min" in text
    assert "No coordinator is on the roster: alarms reach nobody." in text
    assert re.search(r"<dt>Routine</dt><dd><a [^>]*>1</a>", text)
    assert routine.case_id[:8] not in text


async def test_an_empty_board_says_what_will_happen(demo: Desk) -> None:
    assert "No open case." in (await page(demo, "/")).text


async def test_a_case_shows_its_picture_and_its_timeline_in_people_s_time_zone(demo: Desk) -> None:
    story = Story(demo.journal)
    await story.whole()
    await story.lived()
    demo.clock.at = START + minutes(45)
    text = (await page(demo, f"/cases/{story.case_id[:8]}")).text
    assert "Tuesday 3 March 2026" in text
    assert "01:31:00" in text
    assert "On time, 1 h 30 min before target" in text
    assert "held on time" in text
    assert text.count('<rect class="window"') == 7
    assert text.count('class="window point"') == 8
    assert 'aria-current="page"' in text


async def test_a_case_of_which_nothing_is_planned_needs_no_picture(demo: Desk) -> None:
    story = Story(demo.journal)
    await story.reported(Outcome.ROUTINE, None, "Vehicle Lockout")
    text = (await page(demo, f"/cases/{story.case_id}")).text
    assert "At a glance" not in text
    assert "Routine: no rule of the policy applies" in text


async def test_a_case_is_found_by_the_beginning_of_its_id(demo: Desk) -> None:
    story = Story(demo.journal)
    await story.reported(Outcome.ROUTINE)
    found = await page(demo, f"/cases?find={story.case_id[:7]}")
    assert found.status_code == 303
    assert found.headers["location"] == f"/cases/{story.case_id}"
    missing = await page(demo, "/cases?find=ffffff")
    assert missing.status_code == 404
    assert "There is no such case" in missing.text
    assert missing.headers["content-type"].startswith("text/html")


async def test_what_a_report_says_is_shown_as_text_only(demo: Desk) -> None:
    story = Story(demo.journal)
    await story.reported(Outcome.ROUTINE, None, "<img src=x onerror=alert(1)>")
    for path in (f"/cases/{story.case_id}", "/cases"):
        text = (await page(demo, path)).text
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


async def test_the_demo_s_phones_show_their_messages_with_links(demo: Desk) -> None:
    text = (await page(demo, "/phones")).text
    assert "Avery Demo &lt;avery@demo.invalid&gt;" in text
    assert 'href="http://127.0.0.1:8911/o/abc.def"' in text
    assert "<script>alert" not in text
    assert "These people are invented" in text


async def test_without_a_demo_there_are_no_phones(real: Desk) -> None:
    async with real.running() as app, real.client(app, None) as client:
        key = add_key(real.folder / "keys.json", "desk", AGENCY, KeyRole.OPERATOR)
        await client.post("/sign-in", data={"key": key})
        answer = await client.get("/phones")
    assert answer.status_code == 404
    assert "Demo" not in answer.text


async def test_the_reference_lists_operations_and_events(real: Desk) -> None:
    text = (await page(real, "/reference")).text
    assert "/v1/cases/{case_id}" in text
    assert "tailboard.dispatch.offer_extended.v1" in text
    assert "<code>expires_at</code></th><td>time" in text
    assert 'href="/openapi.json"' in text
    assert 'href="/asyncapi.json"' in text
    assert "/sign-in</code>" not in text


@pytest.mark.parametrize("path", ["/", "/cases", "/cases/abcdef", "/phones"])
async def test_without_a_session_the_way_to_sign_in_is_shown(real: Desk, path: str) -> None:
    answer = await page(real, path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"


async def test_a_key_begins_a_session_for_its_agency_and_signing_out_ends_it(real: Desk) -> None:
    await Story(real.journal).reported()
    async with real.running() as app, real.client(app, None) as client:
        begun = await client.post("/sign-in", data={"key": real.keys[AGENCY], "next": "/cases"})
        assert begun.status_code == 303
        assert begun.headers["location"] == "/cases"
        cookie = begun.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert real.keys[AGENCY].lower() not in cookie
        assert "Child critical" in (await client.get("/")).text
        await client.post("/sign-in", data={"key": real.keys["elsewhere"]})
        assert "No open case." in (await client.get("/")).text
        await client.post("/sign-out")
        assert (await client.get("/")).status_code == 303


async def test_a_wrong_key_and_a_forged_cookie_begin_nothing(real: Desk) -> None:
    async with real.running() as app, real.client(app, None) as client:
        answer = await client.post("/sign-in", data={"key": "tb_wrong"})
        assert answer.status_code == 403
        assert "This key is not known" in answer.text
        assert "tb_wrong" not in answer.text
        forged = {"cookie": "tailboard_session=eyJhZ2VuY3kiOiJyaXZlcnRvbiJ9.forged"}
        assert (await client.get("/", headers=forged)).status_code == 303
        assert (await client.get("/live", headers=forged)).status_code == 401


@pytest.mark.parametrize("onward", ["//evil.invalid", "https://evil.invalid", "/\\evil", "evil"])
async def test_signing_in_never_leads_elsewhere(real: Desk, onward: str) -> None:
    async with real.running() as app, real.client(app, None) as client:
        answer = await client.post("/sign-in", data={"key": real.keys[AGENCY], "next": onward})
    assert answer.headers["location"] == "/"


async def test_every_page_forbids_what_it_does_not_need(demo: Desk) -> None:
    for path in ("/", "/cases", "/phones", "/reference", "/sign-in", "/cases/ffffff"):
        answer = await page(demo, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*src)|\son[a-z]+=|style=", answer.text)


async def test_own_files_are_served_and_no_others(demo: Desk) -> None:
    style = await page(demo, "/static/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    for name in ("..%2Fpages.py", "pages.py", "%2e%2e%2fapp.py"):
        assert (await page(demo, f"/static/{name}")).status_code == 404


async def test_the_live_feed_says_that_something_changed(demo: Desk) -> None:
    async with demo.running() as app, Feed(app, "/live", {}) as feed:
        assert ": watching" in await feed.comment()
        await Story(demo.journal, agency="elsewhere").reported()
        await Story(demo.journal).reported()
        assert (await feed.next())["data"] == "changed"
