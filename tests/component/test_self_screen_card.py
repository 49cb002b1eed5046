"""The self-screen card: everybody may open it, and it can send nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import structlog
from prometheus_client import generate_latest

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
