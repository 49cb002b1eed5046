"""How a process of ours runs: its event loop, and when its memory is tidied up."""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

_SWEEPS = (5_000, 10, 1_000_000)
"""New objects between two looks at the youngest, and such looks between two at older ones: the oldest
are left to `tidy_up`."""
_SWEEP_SECONDS = 600.0
_SWITCH_SECONDS = 0.0005


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a process of ours to its end, on the faster event loop where there is one.

    A thread that writes the views may hold the interpreter for a tenth of the usual time before the
    loop gets it back: whoever is called waits for the loop.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    factory = importlib.import_module("uvloop").new_event_loop if sys.platform != "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


async def tidy_up() -> None:
    """Look through everything now and then, instead of in the middle of every few hundred requests:
    with a roster of 300 it takes a tenth of a second."""
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it costs 15 ms, in mid-request
    gc.set_threshold(*_SWEEPS)
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)  # noqa: TID251 - of this process, and of no case
        gc.collect()
