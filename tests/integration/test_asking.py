"""One service asks another on the real server: it gets an answer, or knows soon that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.runtime.ask import AskOverNats, nobody_answers
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from nats.aio.msg import Msg

    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(60)]
FREE = "dispatch.metro.free"
OWN_PAGE = "dispatch.metro.own_page"


async def _answering(nats: NatsServer) -> None:
    client = await nats.connect("dispatch")

    async def answer(message: Msg) -> None:
        await message.respond(b"free: " + message.data)

    for subject in ("dispatch.*.free", "dispatch.*.own_page"):
        await client.subscribe(subject, cb=answer)
    await client.flush()


async def test_followup_asks_dispatch_and_is_answered(nats: NatsServer) -> None:
    await _answering(nats)

    ask = AskOverNats(await nats.connect("followup"))

    for subject in (FREE, OWN_PAGE):
        assert await ask(subject, b"p-01", 5) == b"free: p-01"


async def test_without_dispatch_the_question_comes_back_at_once(nats: NatsServer) -> None:
    ask = AskOverNats(await nats.connect("followup"))

    with pytest.raises(Transient, match=FREE):
        await ask(FREE, b"p-01", 5)


@pytest.mark.parametrize("subject", [FREE, OWN_PAGE])
@pytest.mark.parametrize("user", ["intake", "audit"])
async def test_nobody_else_learns_when_members_are_free_or_whose_a_link_is(
    nats: NatsServer, user: str, subject: str
) -> None:
    await _answering(nats)

    with pytest.raises(Transient):
        await AskOverNats(await nats.connect(user))(subject, b"p-01", 0.3)


@pytest.mark.parametrize("service", ["intake", "dispatch", "followup"])
async def test_the_watchdog_asks_each_service_and_hears_its_answer(
    nats: NatsServer, service: str
) -> None:
    client = await nats.connect(service)

    async def answer(message: Msg) -> None:
        await message.respond(b"done")

    await client.subscribe(f"redrive.{service}", queue=f"{service}-redrive", cb=answer)
    await client.flush()

    assert await AskOverNats(await nats.connect("audit"))(f"redrive.{service}", b"{}", 5) == b"done"


async def test_in_memory_nobody_answers() -> None:
    with pytest.raises(Transient):
        await nobody_answers(FREE, b"", 1)
