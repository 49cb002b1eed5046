"""Reports over NATS on the real server: the answer of HTTP, and no more rights than to ask."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, ServiceUnavailableError

from schemas.subjects import Stream
from services.intake.app import build
from services.intake.settings import IntakeSettings
from services.runtime.auth import KeyRole, add_key
from services.runtime.host import Host
from services.runtime.rights import FEED, WRITERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from nats.aio.client import Client

    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(60)]
SUBJECT = "intake.metro.report"
REPORT = {"incident_number": "26-1", "incident_type": "Vehicle lockout"}
REFUSED = (NatsTimeout, APIError, NoRespondersError, ServiceUnavailableError)


@asynccontextmanager
async def an_intake(nats: NatsServer, folder: Path) -> AsyncIterator[Host]:
    settings = IntakeSettings.model_validate(
        {
            "agency": "metro",
            "data_dir": folder,
            "nats_url": nats.url,
            "nats_user": "intake",
            "nats_password": nats.embedded.passwords["intake"],
        }
    )
    host = Host([(build, settings)])
    async with host.running():
        yield host


@pytest.fixture
def key(tmp_path: Path) -> str:
    return add_key(tmp_path / "keys.json", "center", "metro", KeyRole.DISPATCH_CENTER)


async def ask(
    client: Client, body: Any, subject: str = SUBJECT, **headers: str
) -> tuple[int, dict[str, Any]]:
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.request(subject, told, timeout=10, headers=named or None)
    assert answer.headers
    return int(answer.headers["Tailboard-Status"]), json.loads(answer.data)


async def stored(nats: NatsServer, stream: Stream = Stream.INTAKE) -> int:
    info = await (await nats.connect()).jetstream().stream_info(stream.jetstream_name)
    return int(info.state.messages)


async def test_a_report_opens_a_case_and_a_repeat_does_not(
    nats: NatsServer, tmp_path: Path, key: str
) -> None:
    async with an_intake(nats, tmp_path):
        feed = await nats.connect(FEED)
        first = await ask(feed, REPORT, Authorization=f"Bearer {key}")
        again = await ask(feed, REPORT, Authorization=f"Bearer {key}")

        assert (first[0], first[1]["answer"]) == (202, "created")
        assert (again[0], again[1]["answer"]) == (200, "duplicate")
        assert again[1]["case_id"] == first[1]["case_id"]
        assert await stored(nats) == 1


async def test_what_does_not_fit_gets_its_problem_and_stores_nothing(
    nats: NatsServer, tmp_path: Path, key: str
) -> None:
    async with an_intake(nats, tmp_path):
        feed = await nats.connect(FEED)
        good = {"Authorization": f"Bearer {key}"}
        asked = {
            "not a report": (422, await ask(feed, b"very-secret", **good)),
            "no key": (401, await ask(feed, REPORT)),
            "unknown key": (401, await ask(feed, REPORT, Authorization="Bearer tb_not-ours")),
            "foreign agency": (403, await ask(feed, REPORT, "intake.other.report", **good)),
            "no such format": (422, await ask(feed, REPORT, **good, Tailboard_Format="morse")),
            "another format": (422, await ask(feed, b"[]", **good, Tailboard_Format="cap")),
            "too large": (413, await ask(feed, b" " * 300_000, **good)),
            "long key": (422, await ask(feed, REPORT, **good, Idempotency_Key="x" * 201)),
        }

        for name, (status, (told, problem)) in asked.items():
            assert told == status, name
            assert problem["status"] == status, name
            assert problem["detail"], name
            assert "secret" not in json.dumps(problem)
        assert await stored(nats) == 0


async def test_of_two_intakes_one_answers_and_one_may_go(
    nats: NatsServer, tmp_path: Path, key: str
) -> None:
    good = {"Authorization": f"Bearer {key}"}
    async with an_intake(nats, tmp_path):
        feed = await nats.connect(FEED)
        async with an_intake(nats, tmp_path):
            for number in range(20):
                told = REPORT | {"incident_number": f"26-{number}"}
                assert (await ask(feed, told, **good))[0] == 202
            assert await stored(nats) == 20
        assert (await ask(feed, REPORT | {"incident_number": "26-21"}, **good))[0] == 202


async def test_a_feed_may_ask_and_nothing_else(nats: NatsServer) -> None:
    feed = await nats.connect(FEED)
    stream = feed.jetstream(timeout=0.3)
    for each in Stream:
        with pytest.raises(REFUSED):
            await stream.publish(f"{each}.metro.{each.noun}.x.an_event", b"{}", timeout=0.3)
        with pytest.raises(REFUSED):
            await stream.get_last_msg(each.jetstream_name, f"{each}.>", direct=True)
        assert await stored(nats, each) == 0


@pytest.mark.parametrize("user", [name for name in WRITERS if name != "intake"] + [FEED])
async def test_nobody_else_hears_what_is_asked(nats: NatsServer, user: str) -> None:
    """The request carries an API key and a narrative: only intake may listen."""
    trouble: list[Exception] = []

    async def note(error: Exception) -> None:
        trouble.append(error)

    spy = await nats.connect(user, error_cb=note)
    heard = await spy.subscribe(SUBJECT)
    await spy.flush()
    await (await nats.connect(FEED)).publish(SUBJECT, b"a secret")

    with pytest.raises(NatsTimeout):
        await heard.next_msg(timeout=0.5)
    assert "permissions violation" in str(trouble).lower()
