"""Stopping background jobs: to the last one, also one that loses its first cancellation."""

from __future__ import annotations

import asyncio
import contextlib

from services.runtime.host import ended


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _loses_the_first_cancellation() -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


async def test_every_task_ends_however_often_it_has_to_be_told() -> None:
    tasks = [asyncio.create_task(job()) for job in (_for_ever, _loses_the_first_cancellation)]
    await asyncio.sleep(0)  # noqa: TID251 - lets them begin

    async with asyncio.timeout(5):
        await ended(tasks)

    assert all(task.cancelled() for task in tasks)


async def test_nothing_to_stop_is_nothing_to_wait_for() -> None:
    await ended([])
