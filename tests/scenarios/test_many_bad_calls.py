"""One hard call after another: the person alone is told that a peer is there, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from schemas.requests import PeerRequested
from schemas.subjects import Stream
from services.runtime.auth import KeyRole, add_key
from tests.scenarios.calls import LINE_OF_DUTY_DEATH
from tests.support.enrolled import NOBODY, Person, hard_call
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def avery(tmp_path: Path) -> AsyncIterator[Person]:
    """On the medic unit, and not on the roster."""
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=4, mhps=2)
        yield Person(town, code)


async def test_three_hard_calls_in_a_week_and_a_peer_is_there(avery: Person) -> None:
    town, phones = avery.town, avery.town.phones
    page = await avery.enrol("M12")
    jordan = replace(avery, name="jordan")
    await jordan.enrol("L3")
    assert "No hard call has been counted so far" in await avery.page(page)

    await hard_call(town, 1, "E12", "M12")
    await town.advance(days=4)
    await hard_call(town, 2, "E12")
    await town.advance(days=1)
    await hard_call(town, 3, "M12", "L3")
    phones.assert_silent(avery.name, jordan.name)

    await town.advance(days=3)
    await hard_call(town, 4, "M12")
    phones.expect_text(avery.name, "A peer is there if you want to talk. No reply is needed.")
    phones.assert_silent(avery.name, jordan.name)
    shown = await avery.page(page)
    assert "Today it comes to <strong>8.3</strong>" in shown
    assert "26-0" not in shown


async def test_a_fortnight_of_quiet_and_a_way_out(avery: Person) -> None:
    town, phones = avery.town, avery.town.phones
    page = await avery.enrol("M12")
    for number in range(3):
        await hard_call(town, number, "M12")
        await town.advance(days=1)
    phones.expect_text(avery.name, "A peer is there")

    for number in range(3, 6):
        await hard_call(town, number, "M12")
        await town.advance(days=4)
    phones.assert_silent(avery.name)
    await town.advance(days=1)
    await hard_call(town, 6, "M12")
    phones.expect_text(avery.name, "A peer is there")

    await town.http.post(avery.leaving(), headers=NOBODY)
    await town.advance(days=15)
    await town.report(**(LINE_OF_DUTY_DEATH | {"units": ["M12"]}))
    await hard_call(town, 7, "M12")
    phones.assert_silent(avery.name)
    assert "opens nothing" in await avery.page(page)


async def test_a_quiet_year_says_nothing(avery: Person) -> None:
    page = await avery.enrol("M12")
    for month in range(12):
        await hard_call(avery.town, month, "M12")
        await avery.town.advance(days=30)
    avery.town.phones.assert_silent(avery.name)
    assert "Today it comes to <strong>3.0</strong>" in await avery.page(page)


async def test_a_false_alarm_is_no_hard_call(avery: Person) -> None:
    page = await avery.enrol("M12")
    await hard_call(avery.town, 1, "M12")
    await avery.town.advance(hours=5)
    wrong = await hard_call(avery.town, 2, "M12")
    await avery.town.post(f"/v1/cases/{wrong}:lower", reason="false_alarm")
    await avery.town.advance(days=1)
    await hard_call(avery.town, 3, "M12")
    avery.town.phones.assert_silent(avery.name)
    assert "<td>2</td>" in await avery.page(page)


async def test_whoever_is_asked_learns_nothing_of_the_count(avery: Person) -> None:
    town = avery.town
    await avery.enrol("M12")
    for number in range(3):
        await hard_call(town, number, "M12")
        await town.advance(days=1)
    offered = avery.town.phones.received[avery.name][-1].text
    assert "http://town.invalid/ask" in offered
    town.phones.look()

    asked = await town.http.post("/v1/peer-requests", json={"callback": "station 4"})
    assert asked.status_code == 201
    await town.settle()

    for told in town.journal.all(Stream.DISPATCH):
        if isinstance(told.event, PeerRequested):
            assert avery.address not in repr(told)
            break
    else:
        raise AssertionError("nobody asked")
    for owner in town.phones.asked():
        for message in town.phones.received[owner]:
            assert "avery" not in message.text
            assert "hard" not in message.text
