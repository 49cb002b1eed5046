"""A facilitator does it all from the phone: choose a time, hand one back, say that it was held."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

_FIELDS = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


class Phone:
    """Opens links of messages and presses what a page shows, without a key and without script."""

    def __init__(self, town: Town, owner: str) -> None:
        self.town, self.owner, self.shown = town, owner, ""

    async def open_from(self, words: str) -> None:
        """The link of the newest message that says so."""
        for message in reversed(self.town.phones.received[self.owner]):
            link = re.search(r"http://town\.invalid(/f/\S+)", message.text)
            if link and words in message.text:
                await self.open(link[1])
                return
        raise AssertionError(f"{self.owner} has no message that says {words!r}")

    async def open(self, path: str) -> None:
        answer = await self.town.http.get(path, headers={"Authorization": ""})
        assert answer.is_success, answer.text
        self.shown = answer.text

    async def follow(self, words: str) -> None:
        """The first link that says so."""
        link = re.search(rf'href="([^"]+)"[^>]*>{re.escape(words)}', self.shown)
        assert link, f"no link says {words!r}"
        await self.open(link[1])

    async def press(self, button: str, **given: str) -> None:
        """The form of the first button that says so, with what is typed or chosen."""
        for form in re.findall(r"<form.*?</form>", self.shown, re.DOTALL):
            pressed = re.search(rf"<button([^>]*)>[^\0]*?{re.escape(button)}", form)
            if pressed is None:
                continue
            action = re.search(r'action="([^"]+)"', form)
            assert action
            named = re.search(r'name="(\w+)" value="([^"]*)"', pressed[1])
            own = {named[1]: named[2]} if named else {}
            typed = {**dict(_FIELDS.findall(form)), **own, **given}
            answer = await self.town.http.post(
                action[1], data=typed, headers={"Authorization": ""}, follow_redirects=True
            )
            assert answer.is_success, answer.text
            await self.town.settle()
            self.shown = answer.text
            return
        raise AssertionError(f"no button says {button!r}")


async def a_session(town: Town) -> str:
    """The responders' defusing is confirmed for p-1 and p-2, at eight."""
    await town.enroll_team(peers=3, mhps=1)
    case_id = str((await town.report(**PEDIATRIC_DEATH))["case_id"])
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(minutes=1)
    await said(town, case_id, "confirm")
    town.phones.look("p-1", "p-2")
    return case_id


async def said(town: Town, case_id: str, word: str, **told: Any) -> None:
    """What a coordinator does with the session."""
    path = f"/v1/cases/{case_id}/items/defusing-responders/{word}"
    answer = await town.http.post(path, json=told)
    assert answer.is_success, answer.text
    await town.settle()


async def test_a_facilitator_does_it_all_from_the_phone(town: Town) -> None:
    case_id = await a_session(town)
    phone = Phone(town, "p-1")
    await phone.open_from("You are down to hold a session")
    assert "child" not in phone.shown.partition("<main>")[2]
    await phone.follow("Move, call off, or I cannot")
    assert "Mon 2 Mar, 08:00" in phone.shown
    await phone.press("Set this time", starts_at="2026-03-02T10:00")
    assert "The time is set" in phone.shown
    town.phones.expect_text("p-2", "is on Mon 2 Mar from 10:00 to 10:45 UTC now")

    other = Phone(town, "p-2")
    await other.open_from("is on Mon 2 Mar from 10:00")
    await other.follow("Move, call off, or I cannot")
    town.phones.look("c-1")
    await other.press("I cannot hold it")
    assert "Your coordinator is called" in other.shown
    town.phones.expect_text("c-1", "cannot hold what they are down for")
    await said(town, case_id, "move", starts_at="2026-03-02T10:00:00Z", facilitators=["p-1", "m-1"])
    await other.open(f"/f/{town.phones.own_link('p-2')}")
    assert "Defusing for responders" not in other.shown, "it is somebody else's now"

    await town.advance(hours=8)
    await phone.open_from("should be over")
    await phone.press("It was held")
    assert "It is noted as done" in phone.shown
    assert "intervention_held" in town.kinds(case_id)

    await town.advance(days=3)
    await phone.open_from("A check-in that you are down for is due")
    await phone.press("I have offered it")
    assert "check_in_completed" in town.kinds(case_id)
