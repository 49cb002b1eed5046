"""A whole Tailboard as a process of its own, a real mail server beside it, and a roster of any size."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import nats
from aiosmtpd.smtp import SMTP as SmtpProtocol  # noqa: N811 - a class with a shouting name

from schemas.policy import Role
from services.runtime.clock import SystemClock
from services.runtime.journal_jetstream import JetStreamJournal
from services.runtime.rights import OPERATOR

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from nats.aio.client import Client

    from schemas.envelope import Event, Recorded
    from schemas.subjects import Stream

AGENCY = "metro"
_PATIENCE = 60.0
_AT_ONCE = 8
_MESSAGE_ID = re.compile(rb"^Message-ID: *<([^@>]+)@", re.MULTILINE | re.IGNORECASE)
_RING = ("peer", "peer", "peer", "peer", "mhp")
"""Every fifth member is a mental health professional."""


@dataclass
class MailSink:
    """A real SMTP server that notes when each message was handed over whole."""

    taken: dict[str, float] = field(default_factory=dict)
    """By message id, in seconds of the monotonic clock."""
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Note the moment, and take it."""
        found = _MESSAGE_ID.search(envelope.original_content or envelope.content)
        if found:
            self.taken.setdefault(found[1].decode(), time.monotonic())
        return "250 taken"


@dataclass
class Running:
    """One `tailboard up`, reached as a dispatch center and as an operator reach it."""

    folder: Path
    sink: MailSink
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    client: Client

    async def events(self, stream: Stream) -> list[Recorded[Event]]:
        """Everything that a stream holds, oldest first."""
        journal = JetStreamJournal(self.client, SystemClock())
        told: list[Recorded[Event]] = []
        following = journal.follow(stream, 0)
        async with contextlib.aclosing(following) as batches:  # type: ignore[type-var]
            async for batch in batches:
                if not batch:
                    return told
                told += batch
        raise AssertionError("following ends by itself")

    def cpu_seconds(self) -> float:
        """What the process has computed so far, without the broker."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Memory of the process, without the broker's."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


@asynccontextmanager
async def running(roster: int, overrides: Mapping[str, Any]) -> AsyncIterator[Running]:
    """Start it in a folder of its own, enroll so many members, and end all of it afterwards."""
    loop, sink = asyncio.get_running_loop(), MailSink()
    mail = await loop.create_server(lambda: SmtpProtocol(sink, loop=loop), "127.0.0.1", 0)
    sink.port = mail.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tailboard-bench-") as name:
        folder, port = Path(name), _free_port()
        process = await _started(folder, port, sink.port, overrides)
        try:
            key = (folder / "operator-key").read_text().strip()
            headers = {"Authorization": f"Bearer {key}"}
            base = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as http:
                client = await _operator(folder)
                await _enroll(http, roster)
                yield Running(folder, sink, process, http, client)
                await client.close()
        finally:
            process.terminate()
            await process.wait()
            mail.close()
            await mail.wait_closed()


async def _started(
    folder: Path, port: int, mail_port: int, overrides: Mapping[str, Any]
) -> asyncio.subprocess.Process:
    env = os.environ | {
        "TAILBOARD_SMTP_PORT": str(mail_port),
        "TAILBOARD_SMTP_START_TLS": "false",
        "TAILBOARD_POLICY_OVERRIDES": json.dumps(dict(overrides)),
    }
    command = ("up", "--data-dir", str(folder), "--port", str(port), "--agency", AGENCY)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "services.cli", *command),
        env=env,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout  # noqa: S101 - asked for above
    async with asyncio.timeout(_PATIENCE):
        while b"Ctrl-C" not in (line := await process.stdout.readline()):
            if not line:
                raise RuntimeError("tailboard up ended before it was there")
    return process


async def _operator(folder: Path) -> Client:
    connection = json.loads((folder / "connection.json").read_text())
    passwords = json.loads((folder / "nats" / "nats-credentials.json").read_text())
    return await nats.connect(connection["nats_url"], user=OPERATOR, password=passwords[OPERATOR])


async def _enroll(http: httpx.AsyncClient, roster: int) -> None:
    """Members of 40 stations, on units that are on no call, and two coordinators with a lead."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def put(member_id: str, role: str, number: int) -> None:
        entry = {
            "role": role,
            "discipline": ("fire", "ems", "law")[number % 3],
            "station": f"st-{number % 40}",
            "units": [f"X{number}"],
            "designated_from": str(date(2020, 1, 1)),
            "training_valid_until": str(date(2099, 1, 1)),
            "contact_confirmed_on": str(SystemClock().now().date()),
            "contact": {"email": f"{member_id}@phones.invalid"},
        }
        async with turns:
            answer = await http.put(f"/v1/roster/members/{member_id}", json=entry)
            answer.raise_for_status()

    serving = [put(f"p-{n:03}", _RING[n % len(_RING)], n) for n in range(roster)]
    called = [put(f"c-{n}", Role.COORDINATOR.value, n) for n in (1, 2)]
    await asyncio.gather(*serving, *called, put("l-1", Role.PROGRAM_LEAD.value, 0))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
