"""Invented members who answer by themselves: with compressed time nobody could tap fast enough."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

import httpx

_FIRST_SECONDS = 0.3
_STEP_SECONDS = 0.25
_DECLINES_EVERY = 4


@dataclass
class Answers:
    """Every fourth offer is declined and the others are accepted, one after the other."""

    _links: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def take(self, link: str) -> None:
        """An offer arrived on a demo phone."""
        self._links.put_nowait(link)

    async def run(self) -> None:
        """Answer until cancelled, over the page that a member would tap on."""
        async with httpx.AsyncClient(follow_redirects=False) as client:
            for number in itertools.count(1):
                link = await self._links.get()
                pause = _FIRST_SECONDS if number == 1 else _STEP_SECONDS
                await asyncio.sleep(pause)  # noqa: TID251 - an invented member makes up their mind
                word = "decline" if number % _DECLINES_EVERY == 0 else "accept"
                await client.post(f"{link}/{word}")
