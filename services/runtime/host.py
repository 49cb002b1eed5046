"""Runs services: one alone or several in a process, each with a broker connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from faststream.specification import AsyncAPI
from prometheus_client import generate_latest
from typing_extensions import override

from services.runtime import deadletters
from services.runtime.ask import AskOverNats, nobody_answers
from services.runtime.auth import Keyring
from services.runtime.broker import Listener, Listening, Responder, make_broker
from services.runtime.clock import Clock, clock_for
from services.runtime.edge import BodyLimit, install_problems, joined
from services.runtime.journal_jetstream import JetStreamJournal
from services.runtime.loop import run, tidy_up
from services.runtime.provision import provision
from services.runtime.redrive import redriver
from services.runtime.shortcuts import Shortcuts
from services.runtime.telemetry import configure_logging, log

if TYPE_CHECKING:
    from faststream.nats import NatsBroker
    from nats.aio.client import Client

    from schemas.subjects import Stream
    from services.runtime.ask import Ask
    from services.runtime.journal import Journal
    from services.runtime.settings import RuntimeSettings

_STOP_SECONDS = 5
_CANCEL_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Ports:
    """What the outside gives a service; tests pass the memory journal and a clock of their own."""

    settings: RuntimeSettings
    journal: Journal
    clock: Clock
    keyring: Keyring
    client: Client | None = None
    """The connection, for the contacts bucket; None when everything is in memory."""
    ask: Ask = nobody_answers
    """To ask another service; it may not answer."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service, built: what it serves, what it reacts to, what it does beside."""

    name: str
    router: APIRouter
    listeners: tuple[Listener, ...] = ()
    responders: tuple[Responder, ...] = ()
    owned: tuple[Stream, ...] = ()
    streamed: tuple[str, ...] = ()
    """Paths that read their bodies in parts and limit each part themselves."""
    background: tuple[Callable[[], Awaitable[None]], ...] = ()
    ready: Callable[[], Awaitable[None]] | None = None
    """Awaited before the HTTP port opens, such as a projection that has to catch up."""


Build = Callable[[Ports], Service]


@dataclass
class Host:
    """Several services in this process behind one HTTP port."""

    builds: Sequence[tuple[Build, RuntimeSettings]]
    extra: Sequence[APIRouter] = ()
    app: FastAPI = field(init=False)
    services: list[Service] = field(default_factory=list)
    _brokers: dict[str, NatsBroker] = field(default_factory=dict)
    _clients: dict[str, Client] = field(default_factory=dict)
    _keyring: Keyring = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _shortcuts: Shortcuts = field(default_factory=Shortcuts)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[FastAPI]:
        """Connect, build, subscribe and catch up; undo all of it at the end."""
        try:
            for build, settings in self.builds:
                await self._start(build, settings)
            self.app = self._make_app()
            yield self.app
        finally:
            await self._stop()

    async def serve(self, host: str, port: int, started: Callable[[int], None]) -> None:
        """Answer HTTP until a signal; `started` is told the port once it is open."""
        async with self.running() as app:
            self._tasks.append(asyncio.create_task(tidy_up()))
            config = uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
                lifespan="off",
            )
            server = _Announcing(config, started)
            await server.serve()

    async def _start(self, build: Build, settings: RuntimeSettings) -> None:
        name = build.__module__.split(".")[1]
        broker = make_broker(settings, name)
        self._brokers[name] = broker
        await broker.connect()
        client = broker._connection  # noqa: SLF001 - FastStream offers no public way to it
        assert client is not None  # noqa: S101 - connect() has just set it
        await provision(client.jetstream())
        self._clients[name] = client
        self._keyring = Keyring.read(settings.keys_file or settings.data_dir / "keys.json")
        clock = clock_for(settings.data_dir, settings.time_scale)
        ports = Ports(
            settings=settings,
            journal=JetStreamJournal(client, clock, self._shortcuts.tell),
            clock=clock,
            keyring=self._keyring,
            client=client,
            ask=AskOverNats(client),
        )
        service = build(ports)
        self.services.append(service)
        listening = Listening(broker, name, settings.ack_wait, self._shortcuts)
        listening.attach(service.listeners, service.owned)
        again = redriver(name, service.listeners, ports.journal, clock)
        listening.respond((*service.responders, again) if service.listeners else service.responders)
        self._tasks += [asyncio.create_task(_for_ever(job)) for job in service.background]
        if service.ready:
            await service.ready()
        await broker.start()

    def _make_app(self) -> FastAPI:
        settings = self.builds[0][1]
        app = FastAPI(
            title="Tailboard",
            version="1",
            summary="Critical incident response: " + ", ".join(s.name for s in self.services),
            docs_url=None,
            redoc_url=None,
        )
        install_problems(app, self._keyring)
        streamed = frozenset(path for service in self.services for path in service.streamed)
        app.add_middleware(BodyLimit, limit=settings.body_limit, streamed=streamed)
        letters = deadletters.routes(deadletters.DeadLetters(self._clients), self._keyring)
        routers = (service.router for service in self.services)
        app.router.routes += joined(*routers, *self.extra, self._operations(), letters).routes
        return app

    def _operations(self) -> APIRouter:
        router = APIRouter(tags=["operations"])

        @router.get("/healthz")
        async def health() -> JSONResponse:
            """Whether every service of this process reaches the streams."""
            state = {name: broker_up(broker) for name, broker in self._brokers.items()}
            good = all(state.values())
            return JSONResponse(
                {"streams": state}, HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
            )

        @router.get("/metrics")
        async def metrics() -> PlainTextResponse:
            """Counters in the Prometheus text format."""
            return PlainTextResponse(generate_latest().decode())

        @router.get("/asyncapi.json")
        async def asyncapi() -> JSONResponse:
            """The events, as AsyncAPI 3.0 documents, one per service of this process."""
            return JSONResponse(
                {name: _asyncapi(name, broker) for name, broker in self._brokers.items()}
            )

        return router

    async def _stop(self) -> None:
        await ended(self._tasks)
        for broker in self._brokers.values():
            await broker.stop()
        await self._shortcuts.end()


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[int], None]) -> None:
        super().__init__(config)
        self._announce = started

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn raises the signal again at its end, which would cut our own stopping short."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    @override
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(self.servers[0].sockets[0].getsockname()[1])


def broker_up(broker: NatsBroker) -> bool:
    """Whether this connection reaches the server right now."""
    client = broker._connection  # noqa: SLF001 - FastStream offers no public way to it
    return bool(client and client.is_connected)


def run_alone(build: Build, settings: RuntimeSettings) -> None:
    """`python -m services.<name>`: this service alone, against the NATS of the settings."""
    configure_logging(settings.log_level)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    name = build.__module__.split(".")[1]

    def started(port: int) -> None:
        log.info("started", service=name, url=f"http://{settings.host}:{port}")

    run(Host([(build, settings)]).serve(settings.host, settings.port, started))


async def ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until every one has ended.

    Once is not enough: `asyncio.wait_for` of Python 3.11 loses a cancellation that comes in the very
    moment in which what it waits for is done.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_CANCEL_AGAIN_SECONDS)


async def _for_ever(job: Callable[[], Awaitable[None]]) -> None:
    """A background job that fails is logged and begun again: it must not stop silently."""
    while True:
        try:
            await job()
        except Exception:  # noqa: BLE001 - logged, and begun again
            log.exception("background_job_failed", job=getattr(job, "__qualname__", str(job)))
            await asyncio.sleep(1)  # noqa: TID251 - pause before the job begins again
        else:
            return


def _asyncapi(name: str, broker: NatsBroker) -> dict[str, Any]:
    document = AsyncAPI(broker, title=f"Tailboard {name}", version="1", schema_version="3.0.0")
    parsed: dict[str, Any] = json.loads(document.to_specification().to_json())
    return parsed
