"""One sending: first what waits in the spool for this server, then the new reports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.cli.parcels import Parcel
from services.cli.post_tally import Tally, counted, say
from services.cli.sending import Courier
from services.cli.spool import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterable


async def deliver(
    courier: Courier, tally: Tally, parcels: Iterable[Parcel] = (), *, any_address: bool = False
) -> None:
    """Send all of it, in order per incident. Raises Stop when the key is not accepted."""
    with courier.spool.sending() as mine:
        if mine:
            waiting = await asyncio.to_thread(_waiting, courier, any_address=any_address)
            if waiting:
                await courier.deliver(waiting, tally.spooled)
    await courier.deliver(parcels, tally.done)


def _waiting(courier: Courier, *, any_address: bool) -> list[Parcel]:
    """What the spool keeps for this server; the rest is only mentioned."""
    elsewhere: dict[str, int] = {}
    parcels = []
    for kept in courier.spool.waiting():
        if isinstance(kept, Damaged):
            say(f"{kept.path} cannot be read: look at it, and delete it if it holds no report")
        elif any_address or kept.url == courier.connection.url:
            parcels.append(Parcel(f"spooled {kept.id}", kept.report, kept.key, kept, kept.form))
        else:
            elsewhere[kept.url] = elsewhere.get(kept.url, 0) + 1
    for url, count in elsewhere.items():
        say(
            f"{counted(count, 'report')} in the spool waits for {url}: send it with --url, or "
            "send it here with `tailboard spool send --any-address`"
        )
    return parcels
