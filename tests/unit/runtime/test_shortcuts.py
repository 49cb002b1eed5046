"""What a process has just recorded is begun at once, in order, and by nobody a second time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from schemas.envelope import Recorded
from schemas.roster import MemberReturned, MemberStoodDown
from services.runtime.errors import Transient
from services.runtime.shortcuts import Shortcuts
from tests.support.builders import a_draft, an

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schemas.envelope import Event


def recorded(sequence: int, event: Event | None = None) -> Recorded[Event]:
    draft = a_draft(event or an(MemberStoodDown))
    return Recorded(draft.entity, draft.meta, draft.event, sequence)


class Listener:
    """Begins, and ends when it is let."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self._moved = asyncio.Condition()
        self.may_end = asyncio.Event()
        self.trouble: Exception | None = None

    async def __call__(self, told: Recorded[Event]) -> None:
        self.begun.append(told.sequence)
        async with self._moved:
            self._moved.notify_all()
        await self.may_end.wait()
        if self.trouble:
            raise self.trouble

    async def has_begun(self, *sequences: int) -> None:
        async with asyncio.timeout(2), self._moved:
            await self._moved.wait_for(lambda: self.begun == [*sequences])


@pytest.fixture
async def shortcuts() -> AsyncIterator[Shortcuts]:
    made = Shortcuts()
    yield made
    await made.end()


async def never() -> None:
    raise AssertionError("it is begun already")


async def test_what_is_begun_is_waited_for_and_not_done_again(shortcuts: Shortcuts) -> None:
    listener = Listener()
    shortcuts.open("listener", MemberStoodDown, listener, 8)

    shortcuts.tell([recorded(7)])
    by_the_server = asyncio.ensure_future(shortcuts.once(("listener", 7), never))
    await listener.has_begun(7)
    assert not by_the_server.done(), "it must not be acknowledged before it is done"

    listener.may_end.set()
    await by_the_server
    assert listener.begun == [7]


async def test_trouble_is_told_to_the_servers_message_and_the_next_one_tries_again(
    shortcuts: Shortcuts,
) -> None:
    listener = Listener()
    listener.trouble = Transient("not now")
    listener.may_end.set()
    shortcuts.open("listener", MemberStoodDown, listener, 8)
    again = []

    async def react() -> None:
        again.append(7)

    shortcuts.tell([recorded(7)])
    with pytest.raises(Transient, match="not now"):
        await shortcuts.once(("listener", 7), never)
    await shortcuts.once(("listener", 7), react)
    assert again == [7]


async def test_what_the_server_handed_out_first_is_not_begun_again(shortcuts: Shortcuts) -> None:
    listener, done = Listener(), asyncio.Event()
    shortcuts.open("listener", MemberStoodDown, listener, 8)

    async def react() -> None:
        await done.wait()

    by_the_server = asyncio.ensure_future(shortcuts.once(("listener", 7), react))
    await asyncio.sleep(0)  # noqa: TID251 - it begins
    shortcuts.tell([recorded(7), recorded(8)])
    await listener.has_begun(8)
    done.set()
    await by_the_server


async def test_each_begins_when_the_one_before_is_done_or_takes_long(shortcuts: Shortcuts) -> None:
    listener = Listener()
    shortcuts.open("listener", MemberStoodDown, listener, 8)

    shortcuts.tell([recorded(1), recorded(2), recorded(3, an(MemberReturned))])
    await listener.has_begun(1)
    await listener.has_begun(1, 2)
    listener.may_end.set()
    await shortcuts.once(("listener", 2), never)


async def test_more_than_so_many_are_left_to_the_server(shortcuts: Shortcuts) -> None:
    listener = Listener()
    shortcuts.open("listener", MemberStoodDown, listener, 2)
    by_the_server = []

    async def react() -> None:
        by_the_server.append(3)

    shortcuts.tell([recorded(number) for number in (1, 2, 3)])
    await shortcuts.once(("listener", 3), react)
    await listener.has_begun(1, 2)
    assert by_the_server == [3]
