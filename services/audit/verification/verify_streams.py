"""Verifies the streams themselves, with nothing believed but the first key, and exports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.audit.verification.verifier import (
    Stored,
    StreamCheck,
    check_checkpoints,
    compared,
)
from services.audit.verification.verify_bundle import checkpoints_of, judged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.audit.verification.verifier import Checkpoint
    from services.audit.verification.verify_bundle import Verdict
    from services.runtime.ledger import Ledger


async def kept(ledger: Ledger) -> list[Checkpoint]:
    """The checkpoints of the stream. What is none is left out, and so is found by its number."""
    bodies = [raw.body.decode(errors="replace") async for raw in ledger.checkpoints()]
    return checkpoints_of(iter(bodies))


async def verify_streams(
    ledger: Ledger,
    outside: Sequence[Checkpoint] | None,
    public_key: str = "",
    each: Callable[[], None] = lambda: None,
    page: int = 1000,
) -> Verdict:
    """Recompute every chain and compare; `each` is called with every event. Raises Transient.

    `page` events are looked at in one go; a small one leaves room for others in this process.

    `outside` is what the file held before: a checkpoint that is written meanwhile is in the stream.
    """
    both, found = compared(await kept(ledger), outside)
    sound, more = check_checkpoints(both, public_key)
    told = []
    for stream in Stream:
        check = StreamCheck(stream.jetstream_name, sound)
        async for raw in ledger.events(stream, 0, page):
            check.feed(Stored(*raw))
            each()
        told.append(check.finish())
    return judged(told, [*found, *more], both, sound)
