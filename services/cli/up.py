"""`tailboard up`: the broker, the four services and, with --demo, an invented agency."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import nats
import typer
from platformdirs import user_data_path
from pydantic import HttpUrl, ValidationError

from services.audit.app import build as build_audit
from services.audit.settings import AuditSettings
from services.cli.demo.agency import DemoAgency, demo_agency, enroll
from services.cli.demo.answers import Answers
from services.cli.demo.sink import PhoneSink
from services.cli.demo.texts import text_gateway
from services.cli.up_banner import banner
from services.dispatch.app import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.followup.app import build as build_followup
from services.followup.settings import FollowupSettings
from services.intake.app import build as build_intake
from services.intake.app import load_pack
from services.intake.settings import IntakeSettings
from services.runtime.auth import KeyRole, add_key, write_private
from services.runtime.clock import Clock, ClockMismatch, clock_for
from services.runtime.host import Host
from services.runtime.loop import run
from services.runtime.provision import ProvisionMismatch, provision
from services.runtime.rights import FEED, OPERATOR
from services.runtime.server import AlreadyRunning, EmbeddedServer, lock_folder
from services.runtime.settings import DEFAULT_PORT
from services.runtime.telemetry import configure_logging

if TYPE_CHECKING:
    from fastapi import APIRouter

    from services.runtime.host import Build
    from services.runtime.settings import RuntimeSettings

EXIT_USAGE = 2


@dataclass
class Town:
    """Everything that one `tailboard up` runs."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    agency: str
    time_zone: str
    time_scale: float
    demo: DemoAgency | None
    answers: bool
    found_in: Path | None
    """Where the other commands look without being told: None when a folder was named."""
    server: EmbeddedServer = field(init=False)
    api_key: str = field(init=False)
    members_key: str = field(init=False)
    clock: Clock = field(init=False)
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        return f"http://{self.host}:{self.port}"

    async def run(self) -> None:
        """Start everything, announce it, and serve until a signal."""
        async with AsyncExitStack() as stack:
            stack.callback(lock_folder(self.data_dir).close)
            self.clock = clock_for(self.data_dir, self.time_scale)
            self.api_key = _kept_key(self.data_dir, "operator", self.agency, KeyRole.OPERATOR)
            self.members_key = _kept_key(self.data_dir, "members", self.agency, KeyRole.MEMBER)
            self.server = EmbeddedServer(self.data_dir / "nats")
            stack.push_async_callback(self.server.stop)
            await self.server.start()
            await self._provision()
            sending, gateway = await self._phones(stack)
            stack.push_async_callback(self._end_tasks)
            host = Host(self._builds(sending), extra=gateway)
            await host.serve(self.host, self.port, self._started)

    async def _provision(self) -> None:
        password = self.server.passwords[OPERATOR]
        client = await nats.connect(self.server.url, user=OPERATOR, password=password)
        try:
            await provision(client.jetstream())
        finally:
            await client.close()

    async def _phones(self, stack: AsyncExitStack) -> tuple[dict[str, Any], list[APIRouter]]:
        """In a demonstration, messages go to a sink on this machine instead of to phones."""
        if self.demo is None:
            return {}, []
        members = Answers()
        sink = PhoneSink(self._phones_dir, members.take if self.answers else None)
        await sink.start()
        stack.push_async_callback(sink.stop)
        self._tasks.append(asyncio.create_task(members.run()))
        owners = {number: email for email, number in self.demo.numbers().items()}
        gateway, carriers = text_gateway(self.data_dir, self._phones_dir, self.url, owners)
        mail = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_start_tls": False}
        return mail | {"carriers_file": carriers}, [gateway.routes()]

    @property
    def _phones_dir(self) -> Path:
        return self.data_dir / "demo-phones"

    def _builds(self, sending: dict[str, Any]) -> list[tuple[Build, RuntimeSettings]]:
        phones = {"demo": True, "phones_dir": self._phones_dir} if self.demo else {}
        dispatch = self._shared("dispatch") | sending
        if self.demo:
            dispatch |= {"requests_open": True, "team_page": True, "team_name": "Demo peer team"}
        return [
            (build_intake, self._intake()),
            (
                build_dispatch,
                DispatchSettings.model_validate(dispatch),
            ),
            (build_followup, FollowupSettings.model_validate(self._shared("followup"))),
            (build_audit, AuditSettings.model_validate(self._shared("audit") | phones)),
        ]

    def _intake(self) -> IntakeSettings:
        overrides = self.demo.policy_overrides if self.demo else {}
        policy = {"policy_overrides": overrides} if overrides else {}
        return IntakeSettings.model_validate(self._shared("intake") | policy)

    def _shared(self, service: str) -> dict[str, Any]:
        return {
            "agency": self.agency,
            "data_dir": self.data_dir,
            "nats_url": self.server.url,
            "nats_user": service,
            "nats_password": self.server.passwords[service],
            "host": self.host,
            "port": self.port,
            "public_url": HttpUrl(self.public_url or self.url),
            "time_zone": self.time_zone,
            "time_scale": self.time_scale,
        }

    def _started(self, _port: int) -> None:
        self._tasks.append(asyncio.create_task(self._announce()))

    async def _announce(self) -> None:
        if self.demo:
            headers = {"Authorization": f"Bearer {self.api_key}"}
            async with httpx.AsyncClient(base_url=self.url, headers=headers) as client:
                await enroll(self.demo, client, self.clock.now().date())
        left = {"url": self.url, "api_key": self.api_key, "console": self.url}
        left |= {"nats_url": self.server.url, "nats_user": FEED}
        left |= {"data_dir": str(self.data_dir.absolute())}
        connection = json.dumps(left | {"nats_password": self.server.passwords[FEED]})
        for folder in {self.data_dir, self.found_in or self.data_dir}:
            write_private(folder / "connection.json", connection)
        named = None if self.found_in else self.data_dir
        pack = load_pack(self._intake())
        policy = f"{pack.policy} version {pack.version} ({pack.digest()})"
        told = banner(
            self.url, self.api_key, self.data_dir, named, policy=policy, demo=bool(self.demo)
        )
        typer.echo(told)

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="With an invented agency; phones are a page.")
    ] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where everything is kept.", envvar="TAILBOARD_DATA_DIR"),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on.", envvar="TAILBOARD_HOST")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            help="Port of API and console; 0 takes a free one.",
            min=0,
            max=65535,
            envvar="TAILBOARD_PORT",
        ),
    ] = DEFAULT_PORT,
    public_url: Annotated[
        str,
        typer.Option(
            help="Where phones reach it, if not here: behind a proxy, say.",
            envvar="TAILBOARD_PUBLIC_URL",
        ),
    ] = "",
    agency: Annotated[
        str, typer.Option(help="Short name of the agency.", envvar="TAILBOARD_AGENCY")
    ] = "local",
    time_zone: Annotated[
        str,
        typer.Option(help="IANA zone in which people read times.", envvar="TAILBOARD_TIME_ZONE"),
    ] = "",
    time_scale: Annotated[
        float,
        typer.Option(help="How much faster time runs, for demonstrations.", min=1, max=100_000),
    ] = 1.0,
    answers: Annotated[
        bool | None,
        typer.Option(
            "--answers/--no-answers",
            help="Demo members answer by themselves (default: only with compressed time).",
        ),
    ] = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Start Tailboard on this machine: broker, services, console.

    Examples:

      tailboard up --demo

      tailboard up --demo --time-scale 600

      tailboard up --agency metro-fire --time-zone America/Chicago --port 8911
    """
    shown = demo_agency() if demo else None
    home = user_data_path("tailboard")
    name = f"demo-x{time_scale:g}" if demo and time_scale > 1 else "demo" if demo else "live"
    try:
        configure_logging(log_level, pretty=True)
        town = Town(
            data_dir=data_dir or home / name,
            found_in=None if data_dir else home,
            host=host,
            port=port or _free_port(host),
            public_url=public_url,
            agency=shown.agency if shown else agency,
            time_zone=time_zone or (shown.time_zone if shown else "UTC"),
            time_scale=time_scale,
            demo=shown,
            answers=time_scale > 1 if answers is None else answers,
        )
        _must_be_free(host, town.port)
        run(town.run())
    except ValidationError as error:
        first = error.errors()[0]
        _stop(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
    except (AlreadyRunning, ClockMismatch, ProvisionMismatch, ValueError, OSError) as error:
        _stop(str(error))


def _stop(message: str) -> None:
    typer.echo(f"tailboard: {message}", err=True)
    raise typer.Exit(EXIT_USAGE)


def _kept_key(data_dir: Path, name: str, agency: str, role: KeyRole) -> str:
    """A key of this folder: made once, and kept where only the folder's owner can read it."""
    kept = data_dir / f"{name}-key"
    if not kept.exists():
        write_private(kept, add_key(data_dir / "keys.json", name, agency, role))
    return kept.read_text().strip()


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _must_be_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise OSError(f"port {port} is taken: stop what uses it, or choose --port") from taken
