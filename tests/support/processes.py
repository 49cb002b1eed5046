"""Every service in a process of its own, a real server, real mail: a town that can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import email
import json
import os
import re
import secrets
import signal
import socket
import sys
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import nats
from aiosmtpd.smtp import SMTP as SmtpProtocol  # noqa: N811 - a class with a shouting name
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from schemas.deliveries import DeliveryStarted
from schemas.subjects import Stream
from services.runtime.auth import KeyRole, add_key
from services.runtime.clock import SystemClock
from services.runtime.journal_jetstream import JetStreamJournal
from services.runtime.provision import provision
from services.runtime.rights import OPERATOR
from services.runtime.server import EmbeddedServer
from tests.support.nursery import SERVICES, Child, Nursery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from schemas.envelope import Event, Recorded

_LINK = re.compile(r"https?://\S+/o/\S+")
_PATIENCE = 90.0


@dataclass(frozen=True)
class Text:
    """One mail as a phone received it."""

    owner: str
    message_id: str
    subject: str
    link: str | None


@dataclass
class RealPhones:
    """A real SMTP server; `on_offer` hears of each offer after it was taken."""

    texts: list[Text] = field(default_factory=list)
    on_offer: Callable[[Text], None] = lambda _text: None
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.original_content or envelope.content)
        payload = message.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found = _LINK.search(payload.decode())
        owner = str(message["To"]).partition("@")[0]
        text = Text(owner, message["Message-ID"], message["Subject"], found and found[0])
        self.texts.append(text)
        if found:
            self.on_offer(text)
        return "250 taken"


@dataclass
class ProcessTown:
    """The processes, and what the test knows of every case from the streams alone."""

    folder: Path
    server: EmbeddedServer
    phones: RealPhones
    key: str
    ports: dict[str, int]
    overrides: dict[str, Any]
    journal: JetStreamJournal
    nursery: Nursery = field(default_factory=Nursery)
    processes: dict[str, Child] = field(default_factory=dict)
    seen: dict[str, list[Recorded[Event]]] = field(default_factory=lambda: defaultdict(list))
    case_of: dict[str, str] = field(default_factory=dict)
    """Which case each delivery is of."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=5))
    """One for all: making one reads every certificate of the machine."""
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    async def start(self, service: str) -> None:
        """Start one service and wait until it answers."""
        env = os.environ | {
            "TAILBOARD_AGENCY": "metro",
            "TAILBOARD_DATA_DIR": str(self.folder),
            "TAILBOARD_NATS_URL": self.server.url,
            "TAILBOARD_NATS_USER": service,
            "TAILBOARD_NATS_PASSWORD": self.server.passwords[service],
            "TAILBOARD_PORT": str(self.ports[service]),
            "TAILBOARD_PUBLIC_URL": self.url("dispatch"),
            "TAILBOARD_ACK_WAIT": "4",
            "TAILBOARD_SEND_SECONDS": "1",
            "TAILBOARD_SMTP_PORT": str(self.phones.port),
            "TAILBOARD_SMTP_START_TLS": "false",
            "TAILBOARD_CARRIERS_FILE": str(self.folder / "carriers.yaml"),
            "TAILBOARD_POLICY_OVERRIDES": json.dumps(self.overrides),
            "TAILBOARD_LOG_LEVEL": "info",
        }
        await self._spawn(service, env)
        async for attempt in _patiently():
            with attempt:
                if not self.processes[service].is_alive:
                    await self._spawn(service, env)
                answer = await self.http.get(f"{self.url(service)}/healthz")
                answer.raise_for_status()

    async def _spawn(self, service: str, env: dict[str, str]) -> None:
        """The first time as an operator does it; again by forking, which takes a tenth of it."""
        path = self.folder / f"{service}.log"
        if service in self.processes:
            self.processes[service] = await self.nursery.start(service, env, path)
            return
        with path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{service}", env=env, stdout=log, stderr=log
            )
        self.processes[service] = Child(process.pid)

    async def kill(self, victim: str) -> None:
        """kill -9, and start again; `nats` is started again by its own keeper."""
        async with self.one_at_a_time:
            if victim == "nats":
                dead = self.server.pid
                assert dead
                os.kill(dead, signal.SIGKILL)
                async for attempt in _patiently(TimeoutError):
                    with attempt:
                        # no assert: pytest would print the town each time that it fails
                        if self.server.pid == dead:
                            raise TimeoutError("the server is not back")
                return
            self.processes[victim].signal(signal.SIGKILL)
            await self.processes[victim].wait()
            await self.start(victim)

    async def post(self, service: str, path: str, body: Any = None, **headers: str) -> Any:
        """POST until it is taken, as the command line and a member with a finger would."""
        sent = {"Authorization": f"Bearer {self.key}"} | headers
        async for attempt in _patiently(pause=0.25):
            with attempt:
                answer = await self.http.post(f"{self.url(service)}{path}", json=body, headers=sent)
                if answer.status_code >= 500:
                    answer.raise_for_status()
                return answer
        raise AssertionError("tenacity returns or raises")

    async def enroll(self, member_id: str, role: str) -> None:
        entry = {
            "role": role,
            "discipline": "fire",
            "station": "st-1",
            "units": [],
            "designated_from": "2020-01-01",
            "training_valid_until": "2099-01-01",
            "contact_confirmed_on": str(SystemClock().now().date()),
            "contact": {"email": f"{member_id}@phones.invalid"},
        }
        auth = {"Authorization": f"Bearer {self.key}"}
        path = f"{self.url('dispatch')}/v1/roster/members/{member_id}"
        answer = await self.http.put(path, json=entry, headers=auth)
        assert answer.is_success, answer.text

    async def until(self, case_id: str, condition: Callable[[list[Event]], bool]) -> None:
        """Wait until the recorded events of a case satisfy a condition."""
        try:
            async with asyncio.timeout(_PATIENCE), self.news:
                await self.news.wait_for(lambda: condition(self.events(case_id)))
        except TimeoutError:
            told = [f"{e.meta.time:%H:%M:%S.%f} {e.event!r}"[:160] for e in self.seen[case_id]]
            raise AssertionError("\n".join(["this case never gets there:", *told])) from None

    def events(self, case_id: str) -> list[Event]:
        return [recorded.event for recorded in self.seen[case_id]]

    async def watch(self, stream: Stream) -> None:
        async for batch in self.journal.follow(stream, 0):
            async with self.news:
                for recorded in batch:
                    self.seen[recorded.entity.id].append(recorded)
                    if isinstance(recorded.event, DeliveryStarted):
                        self.case_of[str(recorded.event.delivery_id)] = recorded.entity.id
                self.news.notify_all()


_CARRIERS = """
version: 1
carriers:
  - channel: email
    kind: smtp
    limits: {all: {per_hour: 1e6, burst: 100000}, recipient: {per_hour: 1e6, burst: 100000}}
"""
"""Mail without limits and without quiet hours: dozens of cases ask the same few members."""


@asynccontextmanager
async def a_process_town(folder: Path, overrides: dict[str, Any]) -> AsyncIterator[ProcessTown]:
    """Everything running, with an empty roster; everything ended afterwards."""
    phones = RealPhones()
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(lambda: SmtpProtocol(phones, loop=loop), "127.0.0.1", 0)
    phones.port = mail.sockets[0].getsockname()[1]
    server = EmbeddedServer(folder / "nats")
    await server.start()
    client = await nats.connect(
        server.url,
        user=OPERATOR,
        password=server.passwords[OPERATOR],
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
        error_cb=_quiet,
    )
    await provision(client.jetstream())
    key = add_key(folder / "keys.json", "test", "metro", KeyRole.OPERATOR)
    (folder / "carriers.yaml").write_text(_CARRIERS)
    ports = {service: _free_port() for service in SERVICES}
    journal = JetStreamJournal(client, SystemClock())
    town = ProcessTown(folder, server, phones, key, ports, overrides, journal)
    watching = [asyncio.create_task(town.watch(stream)) for stream in Stream]
    try:
        await town.nursery.open()
        await asyncio.gather(*(town.start(service) for service in SERVICES))
        yield town
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        for process in town.processes.values():
            process.signal(signal.SIGTERM)
        await asyncio.gather(*(process.wait() for process in town.processes.values()))
        await asyncio.gather(town.nursery.close(), town.http.aclose())
        await client.close()
        await server.stop()
        mail.close()
        await mail.wait_closed()


async def _quiet(_error: Exception) -> None:
    """The server is killed on purpose: its client's complaints are expected."""


def _patiently(trouble: type[Exception] = httpx.HTTPError, pause: float = 0.05) -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type(trouble),
        stop=stop_after_delay(_PATIENCE),
        wait=wait_fixed(pause),
        reraise=True,
    )


def _free_port() -> int:
    """Below the ports that the system gives to outgoing connections: one of those could take the
    port of a service while it is dead."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", secrets.choice(range(20_000, 32_000))))
            return int(probe.getsockname()[1])
