"""Starts services by forking a process that has imported them: what a kill test starts 200 times.

Each service is a process of its own all the same, and dies of kill -9 like any other.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import runpy
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("intake", "dispatch", "followup", "audit")


@dataclass
class Child:
    """A service that the nursery has started."""

    pid: int
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._handle = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(self._handle, self._on_end)

    @property
    def is_alive(self) -> bool:
        return not self._ended.is_set()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.is_alive:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    async def wait(self) -> None:
        await self._ended.wait()

    def _on_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        self._ended.set()


class Nursery:
    """The process that has imported everything, and forks on request."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.nursery", stdin=pipe, stdout=pipe
        )

    async def start(self, service: str, env: dict[str, str], log: Path) -> Child:
        """A new process that runs this service."""
        process = self._process
        assert process
        assert process.stdin
        assert process.stdout
        order = json.dumps({"service": service, "env": env, "log": str(log)})
        async with self._turn:
            process.stdin.write(f"{order}\n".encode())
            await process.stdin.drain()
            return Child(int(await process.stdout.readline()))

    async def close(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._process.wait()


def _main() -> None:
    for module in (*(f"services.{service}.__main__" for service in SERVICES), "pydantic.v1"):
        __import__(module)
    gc.collect()
    gc.freeze()  # what is imported need not be looked through again by each child
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the dead
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _be(order["service"], order["env"], order["log"])
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _be(service: str, env: dict[str, str], log: str) -> None:
    """Never returns: this process is the service now."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(env)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = [service]
    code = 1
    try:
        runpy.run_module(f"services.{service}", run_name="__main__", alter_sys=False)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _main()
