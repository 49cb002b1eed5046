"""How long it takes to seal, verify and export a record: `python -m benchmarks verifying`.

A real server with its store on disk. Exit code 1 when 100,000 events take more
than 20 s to verify.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.audit.verification.bundle import export
from services.audit.verification.keys import KeyFiles
from services.audit.verification.outside import Outside
from services.audit.verification.sealer import Pace, Sealer
from services.audit.verification.verify_bundle import verify
from services.audit.verification.verify_streams import verify_streams
from services.runtime.clock import SystemClock
from services.runtime.ledger import Ledger
from tests.support.nats_server import a_server

if TYPE_CHECKING:
    from nats.js import JetStreamContext

_BAR_SECONDS, _BAR_EVENTS = 20.0, 100_000
_AT_ONCE = 500
_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
_HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": _ID,
    "ce-type": "tailboard.dispatch.offer_extended.v1",
    "ce-source": "tailboard/dispatch",
    "ce-time": "2026-03-02T08:00:00+00:00",
    "ce-subject": _ID,
    "ce-commandid": _ID,
    "ce-actor": "rule:next",
    "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
    "content-type": "application/json",
}
_BODY = b'{"offer_id":"%s","member_id":"p-07","role":"peer","filling":"%s"}' % (
    b"x" * 36,
    b"y" * 180,
)


async def measure(events: int) -> float:
    """Print the seconds of each part; those of verifying the streams."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with a_server(folder / "nats") as server:
            await _write((await server.connect("dispatch")).jetstream(), events)
            ledger, outside = Ledger(await server.connect("audit")), Outside(folder)
            pace = Pace(events=500, within=timedelta(minutes=10))
            sealer = Sealer(ledger, KeyFiles(folder), outside, SystemClock(), pace)
            began = time.perf_counter()
            await sealer.look(at_once=True)
            began = _told("sealed", began)
            verdict = await verify_streams(ledger, outside.read())
            took = time.perf_counter() - began
            began = _told("verified", began)
            await export(ledger, outside.read(), folder / "export.zip", SystemClock().now())
            began = _told("exported", began)
            alone = verify(folder / "export.zip")
            _told("export verified", began)
            size = (folder / "export.zip").stat().st_size
            print(
                f"export {size / 1e6:.1f} MB, file of seals {outside.path.stat().st_size / 1e6:.1f} MB"
            )
        assert verdict.is_clean  # noqa: S101 - a benchmark of a wrong result measures nothing
        assert alone.is_clean  # noqa: S101
        return took


async def _write(jetstream: JetStreamContext, events: int) -> None:
    for start in range(0, events, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, events))
        subjects = (f"dispatch.metro.case.c-{n // 20}.offer_extended_{n % 20}" for n in numbers)
        await asyncio.gather(*(jetstream.publish(s, _BODY, headers=_HEADERS) for s in subjects))


def _told(what: str, began: float) -> float:
    now = time.perf_counter()
    print(f"{what:<16} {now - began:6.1f} s", flush=True)
    return time.perf_counter()


def main() -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verifying", description=__doc__)
    parser.add_argument("--events", type=int, default=_BAR_EVENTS)
    events = parser.parse_args().events
    took = asyncio.run(measure(events))
    return 0 if took <= _BAR_SECONDS * max(1.0, events / _BAR_EVENTS) else 1


if __name__ == "__main__":
    sys.exit(main())
