"""The self-screen card: everybody may open it, and it can send nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import structlog
from prometheus_client import generate_latest

from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

_SCRIPT = re.compile(r"<script>(.*)</script>", re.DOTALL)
_REACHES = ("fetch", "XMLHttpRequest", "sendBeacon", "WebSocket", "EventSource", "localStorage")


def counters() -> list[str]:
    """What Tailboard counts; the interpreter counts its own."""
    lines = generate_latest().decode().splitlines()
    return [line for line in lines if line.startswith("tailboard")]


@pytest.fixture
async def card(tmp_path: Path) -> AsyncIterator[httpx.Response]:
    async with a_town(tmp_path) as town:
        before = counters()
        with structlog.testing.capture_logs() as logged:
            answer = await town.http.get("/card", headers={"Authorization": ""})
        assert logged == [], "a visit leaves no trace"
        assert counters() == before
        assert (await town.http.post("/card", data={"q1": "on"})).status_code == 405
        assert (await town.http.get("/card?q1=on")).text == answer.text
        yield answer


async def test_it_explains_counts_and_sends_nothing(card: httpx.Response) -> None:
    assert card.status_code == 200
    assert "set-cookie" not in card.headers
    policy = card.headers["content-security-policy"]
    for line in ("default-src 'none'", "connect-src 'none'", "form-action 'none'"):
        assert line in policy
    script = _SCRIPT.search(card.text)
    assert script
    digest = b64encode(sha256(script[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy, "the browser runs this script and no other"
    assert not [word for word in _REACHES if word in card.text]
    assert "<form" not in card.text
    assert " name=" not in card.text.partition("<main>")[2]
    assert card.text.count('type="checkbox"') == 10


async def test_it_says_when_to_talk_to_a_clinician_and_shows_988(card: httpx.Response) -> None:
    assert "6 or more:</strong> talk to a clinician" in card.text
    assert "tel:988" in card.text
    assert "doi.org/10.1192/bjp.181.2.158" in card.text
    assert "@media print" in card.text


async def test_the_check_in_that_carries_it_says_where_it_is(tmp_path: Path) -> None:
    rules = [{"after": "P21D", "card": "self_screen", "source": "NFFF: at 3-4 weeks"}]
    async with a_town(tmp_path, check_ins__standard=rules) as town:
        town.phones.put_aside("Tailboard: times for a session wait for you")
        await town.enroll_team(peers=3, mhps=1)
        await town.report(**PEDIATRIC_DEATH)
        for member_id in town.phones.asked():
            await town.accept(member_id)
        await town.advance(days=21, hours=8)

        told = [
            message
            for member_id in ("p-1", "p-2", "p-3")
            for message in town.phones.received[member_id]
            if "a check-in is due" in message.subject
        ]
        assert told
        for message in told:
            assert "The card to hand over with it: http://town.invalid/card" in message.text
        own = re.search(r"http://town\.invalid(/f/\S+)", told[0].text)
        assert own
        overview = await town.http.get(own[1])
        items = re.findall(r'href="(/f/[^"]+/items/[^"]+check-in[^"]*)"', overview.text)
        shown = await town.http.get(items[0])
        assert 'href="/card"' in shown.text
