"""Invented members who answer by themselves: with compressed time nobody could tap fast enough."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import httpx

_THINKS_SECONDS = 0.1
_DECLINES_EVERY = 3
_PEER = "p-"


@dataclass
class Answers:
    """Every third peer declines; everybody else accepts, one after the other."""

    _offers: asyncio.Queue[tuple[str, str]] = field(default_factory=asyncio.Queue)

    def take(self, owner: str, link: str) -> None:
        """An offer arrived on a demo phone."""
        self._offers.put_nowait((owner, link))

    async def run(self) -> None:
        """Answer until cancelled, over the page that a member would tap on."""
        async with httpx.AsyncClient(follow_redirects=False) as client:
            peers = 0
            while True:
                owner, link = await self._offers.get()
                await asyncio.sleep(_THINKS_SECONDS)  # noqa: TID251 - making up one's mind
                peers += owner.startswith(_PEER)
                is_no = owner.startswith(_PEER) and peers % _DECLINES_EVERY == 0
                with contextlib.suppress(httpx.HTTPError):
                    await client.post(f"{link}/{'decline' if is_no else 'accept'}")
