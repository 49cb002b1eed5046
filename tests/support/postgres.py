"""PostgreSQL from Debian's packages, in a folder of its own behind a socket; nothing outlives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
_SOCKET_LENGTH = 90
"""A socket's path may have some hundred bytes, and pytest's folders are deep."""


def programs() -> Path | None:
    """Where initdb and pg_ctl are: on the path, or where Debian puts its newest version."""
    if named := shutil.which("pg_ctl"):
        return Path(named).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(versions, key=lambda path: float(path.parent.parent.name), default=None)
    return newest.parent if newest else None


@dataclass
class Postgres:
    """One server. Each view of a test lives in schemas of its own."""

    folder: Path
    bin: Path
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def url(self) -> str:
        """A place where nothing is yet."""
        place = f"postgresql+psycopg://postgres@/postgres?host={self.folder}"
        return f"{place}&schema=t{next(self._numbers)}"

    def start(self) -> None:
        """Start it, and return once it answers."""
        self._run("pg_ctl", "start", "-w", "-s", "-l", f"{self.folder}/log", "-o", self._options)

    def stop(self) -> None:
        """End it, and every connection with it."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "fast")

    @property
    def _options(self) -> str:
        return f"-k {self.folder} {_SETTINGS}"

    def make(self) -> None:
        """Its first files, without a password: only this machine's socket leads to it."""
        trusting = ("-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        self._run("initdb", *trusting, "--locale=C.UTF-8")

    def _run(self, program: str, *arguments: str) -> None:
        """As `postgres` when we are root, as it refuses to run as root."""
        user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        subprocess.run(
            [self.bin / program, "-D", self.folder / "data", *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **user,  # type: ignore[call-overload]
        )


@contextmanager
def a_postgres() -> Iterator[Postgres]:
    """One server, from its first file to its last."""
    found = programs()
    assert found, "PostgreSQL is missing: `make install-dev` says how to get it"
    with tempfile.TemporaryDirectory(prefix="tb-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        assert len(name) < _SOCKET_LENGTH
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = Postgres(folder, found)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
