"""Which record the commands that read the streams themselves look at: its folder, server and file."""

from __future__ import annotations

import contextlib
import json
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_data_path

from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from services.audit.verification.verifier import Checkpoint
    from services.runtime.ledger import Ledger

CheckpointsOption = Annotated[
    Path | None,
    typer.Option(
        "--checkpoints",
        envvar="TAILBOARD_CHECKPOINT_FOLDER",
        help="The folder of checkpoints.jsonl, if it is not in the data folder.",
        metavar="DIR",
    ),
]
_USER = "audit"
_CONNECT_SECONDS = 3
_EVERY = 500
"""Events between two movements of the bar."""


@dataclass(frozen=True, slots=True)
class Record:
    """A data folder, the server that holds its streams, and the file of checkpoints outside."""

    folder: Path
    url: str
    user: str
    password: str
    checkpoints: Path

    @classmethod
    def of(cls, data_dir: Path | None, checkpoints: Path | None) -> Record:
        """The named folder's, or that of the `tailboard up` of this machine. Raises Stop 2."""
        folder = _folder(data_dir)
        outside = checkpoints or folder / "checkpoints"
        told = {
            name: os.environ.get(f"TAILBOARD_NATS_{name}", "")
            for name in ("URL", "USER", "PASSWORD")
        }
        if told["URL"]:
            return cls(folder, told["URL"], told["USER"] or _USER, told["PASSWORD"], outside)
        try:
            passwords = json.loads((folder / "nats" / "nats-credentials.json").read_text())
            port = int((folder / "nats" / "nats-port").read_text())
            return cls(folder, f"nats://127.0.0.1:{port}", _USER, passwords[_USER], outside)
        except (OSError, ValueError, KeyError) as error:
            raise Stop(
                f"{folder} is not the data folder of a Tailboard: name it with --data-dir, or set "
                "TAILBOARD_NATS_URL, TAILBOARD_NATS_USER and TAILBOARD_NATS_PASSWORD",
                EXIT_INPUT,
            ) from error

    @asynccontextmanager
    async def ledger(self) -> AsyncIterator[Ledger]:
        """The streams. Raises Stop when they cannot be reached or do not answer."""
        import nats
        from nats.errors import Error, NoServersError

        from services.runtime.errors import Transient
        from services.runtime.ledger import Ledger
        from services.runtime.rights import inbox_prefix

        try:
            client = await nats.connect(
                self.url,
                user=self.user,
                password=self.password,
                connect_timeout=_CONNECT_SECONDS,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                inbox_prefix=inbox_prefix(self.user).encode(),
                error_cb=_quiet,
            )
        except (OSError, Error, NoServersError, TimeoutError) as error:
            raise Stop(
                f"the streams at {self.url} cannot be reached: is `tailboard up` running?"
            ) from error
        try:
            yield Ledger(client)
        except Transient as trouble:
            raise Stop(f"{trouble}: try again") from trouble
        finally:
            await client.close()

    def outside(self) -> list[Checkpoint] | None:
        """What the file of checkpoints holds; None when there is none. Raises Stop."""
        from services.audit.verification.outside import Outside

        try:
            return Outside(self.checkpoints).read()
        except OSError as error:
            raise Stop(f"{self.checkpoints} cannot be read: {error.strerror}") from error

    def first_key(self) -> str:
        """The first public key, as the data folder has it; nothing when it has none."""
        with contextlib.suppress(OSError):
            return next(iter((self.folder / "checkpoint-key.pub").read_text().split()), "")
        return ""


def _folder(data_dir: Path | None) -> Path:
    folder = data_dir or user_data_path("tailboard")
    with contextlib.suppress(OSError, ValueError, KeyError):
        return Path(str(json.loads((folder / "connection.json").read_text())["data_dir"]))
    return folder


@contextlib.contextmanager
def moving_bar(words: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr, when somebody is looking; call what it gives for each event."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task, seen = bar.add_task(words, total=total), 0

        def one_more() -> None:
            nonlocal seen
            seen += 1
            if seen % _EVERY == 0:
                bar.update(task, completed=seen)

        yield one_more


async def _quiet(_error: Exception) -> None:
    """The one line of Stop is enough."""
