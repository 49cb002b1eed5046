"""The case's page settles a plan: each of its forms, as it is shown, does what it says."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from schemas.followup import CheckInCompleted, InterventionDeclined, InterventionHeld, MissExplained
from schemas.sessions import (
    InterventionCancelled,
    InterventionProposed,
    InterventionScheduled,
    WindowExtended,
)
from services.audit.settings import AuditSettings
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town
from tests.unit.audit.desk import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

RESPONDERS, DISPATCHERS = "defusing-responders", "defusing-dispatchers"


class Console:
    """A case's page in a browser that runs no script."""

    def __init__(self, town: Town, http: httpx.AsyncClient, case_id: str) -> None:
        self.town, self.http, self.case_id, self.shown = town, http, case_id, ""

    async def look(self) -> str:
        answer = await self.http.get(f"/cases/{self.case_id}")
        assert answer.is_success, answer.text
        self.shown = answer.text
        return answer.text

    async def press(self, item: str, word: str, button: int = 0, **given: str) -> str:
        """Send the form of this item and word as the page shows it; where that leads."""
        action = f"/v1/cases/{self.case_id}/items/{item}/{word}"
        forms = re.findall(rf'<form[^>]*action="{action}">.*?</form>', self.shown, re.DOTALL)
        assert forms, f"the page has no form to {word} {item}"
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', forms[button])
        answer = await self.http.post(action, data={**dict(hidden), **given})
        assert answer.status_code == 303, answer.text
        await self.town.settle()
        await self.look()
        return answer.headers["location"]


@asynccontextmanager
async def a_console(town: Town, folder: Path, case_id: str) -> AsyncIterator[Console]:
    """The console on the streams of a town, which takes its forms."""
    told = {"data_dir": folder, "agency": "metro", "demo": True}
    desk = Desk(folder, AuditSettings.model_validate(told), town.journal, town.clock)  # type: ignore[arg-type]
    async with desk.running() as app:
        for service in town.services:
            app.router.routes += service.router.routes
        base = {"transport": httpx.ASGITransport(app), "base_url": "http://town.invalid"}
        async with httpx.AsyncClient(**base) as http:  # type: ignore[arg-type]
            await http.get("/", follow_redirects=True)
            yield Console(town, http, case_id)


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=3, mhps=1)
        case_id = str((await town.report(**PEDIATRIC_DEATH))["case_id"])
        for member in ("p-1", "p-2", "m-1"):
            await town.accept(member)
        await town.advance(minutes=1)
        async with a_console(town, tmp_path, case_id) as opened:
            await opened.look()
            yield opened


async def test_a_proposed_time_is_confirmed_moved_kept_open_and_held(console: Console) -> None:
    assert "3 times wait for a choice" in console.shown
    assert (await console.press(RESPONDERS, "confirm", 1)).endswith(console.case_id)
    assert "held by" in console.shown
    late = await console.press(RESPONDERS, "move", starts_at="2026-03-09T10:00")
    assert late.endswith("?refused=outside-window")
    await console.press(
        RESPONDERS, "move", starts_at="2026-03-02T11:00", facilitators="p-1, m-1", anyway="true"
    )
    await console.press(DISPATCHERS, "propose")
    proposed = console.town.events(console.case_id, InterventionProposed)
    assert proposed
    times = [
        e for e in console.town.events(console.case_id) if isinstance(e, InterventionScheduled)
    ]
    assert [(e.starts_at.hour, e.by) for e in times] == [
        (9, "key:demo"),
        (11, "key:demo"),
    ]
    assert times[-1].facilitators == ("p-1", "m-1")

    longer = {"closes_at": "2026-03-02T20:00", "member_id": "m-1", "reason": "off_shift"}
    await console.press(RESPONDERS, "extend", **longer)
    assert len(console.town.events(console.case_id, WindowExtended)) == 1

    await console.press(RESPONDERS, "done-form", head_count="6", minutes="40", outcome="no_further")
    (held,) = console.town.events(console.case_id, InterventionHeld)
    assert isinstance(held, InterventionHeld)
    assert (held.head_count, held.minutes) == (6, 40)
    assert f'id="item-{RESPONDERS}"' not in console.shown, "what is settled asks for nothing"


async def test_what_is_not_held_has_a_reason_from_a_closed_list(console: Console) -> None:
    assert (await console.press(DISPATCHERS, "cancel", reason="because")).endswith("misfit")
    await console.press(DISPATCHERS, "cancel", reason="nobody_wanted_it")
    assert len(console.town.events(console.case_id, InterventionCancelled)) == 1
    offered = await console.press(RESPONDERS, "decline-form")
    declined = console.town.events(console.case_id, InterventionDeclined)
    assert declined or offered.endswith("refused=not-optional")

    await console.town.advance(days=5)
    await console.look()
    assert "missed, nobody has said why" in console.shown
    (item, *_) = re.findall(r"/items/([a-z0-9-]+)/explain-form", console.shown)
    assert (await console.press(item, "explain-form", reason="")).endswith("misfit")
    await console.press(item, "explain-form", reason="no_mhp")
    (why,) = console.town.events(console.case_id, MissExplained)
    assert isinstance(why, MissExplained)
    assert (why.item, why.by) == (item, "key:demo")
    assert f"/items/{item}/explain-form" not in console.shown

    (contact, *_) = re.findall(r"/items/(check-in-2-[a-z]+)/done-form", console.shown)
    await console.press(contact, "done-form")
    assert len(console.town.events(console.case_id, CheckInCompleted)) == 1


async def test_a_form_without_the_pages_pass_does_nothing(console: Console) -> None:
    for given in ({}, {"leave": "forged"}):
        path = f"/v1/cases/{console.case_id}/items/{RESPONDERS}/done-form"
        answer = await console.http.post(path, data=given)
        assert answer.headers["location"].endswith("?refused=old-page")
    assert console.town.events(console.case_id, InterventionHeld) == []
