"""Reports that could not be sent, one private file each; knows nothing of the network."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli.stop import Stop
from services.runtime.clock import Clock, SystemClock, new_id

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Kept:
    """A report in the spool. Its idempotency key was made once and never changes."""

    path: Path
    url: str
    key: str
    at: datetime
    report: dict[str, Any]
    form: str = "native"

    @property
    def id(self) -> str:
        """What lists call it; says nothing about the report."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file of the spool that cannot be read."""

    path: Path


class Spool:
    """A folder that only its owner can read. What `keep` returned for is on disk."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self.refused = folder / "refused"
        self._clock = clock or SystemClock()
        self._numbers = itertools.count()

    def keep(self, url: str, key: str, report: dict[str, Any], form: str = "native") -> Path:
        """Store one report for one server. Raises Stop when the disk does not take it."""
        at = self._clock.now()
        name = f"{at:%Y%m%dT%H%M%S.%f}-{next(self._numbers):06d}-{new_id().hex[:8]}.json"
        told = {"url": url, "key": key, "at": at.isoformat(), "report": report, "format": form}
        try:
            _make_private(self.folder)
            return _write(self.folder / name, json.dumps(told))
        except OSError as error:
            raise Stop(
                f"the report could neither be sent nor kept in {self.folder} ({error.strerror}): "
                "keep its file, and post it again"
            ) from error

    def waiting(self) -> Iterator[Kept | Damaged]:
        """What waits, oldest first."""
        for path in sorted(self.folder.glob("*.json")):
            with contextlib.suppress(FileNotFoundError):  # another command has just sent it
                yield _read(path)

    def sent(self, kept: Kept) -> None:
        """Forget a report that the server has taken."""
        kept.path.unlink(missing_ok=True)

    def refuse(self, kept: Kept, reason: str) -> Path:
        """Set aside a report that the server will never take, with its reason."""
        _make_private(self.refused)
        told = json.loads(kept.path.read_text(encoding="utf-8")) | {"refused": reason}
        place = _write(self.refused / kept.path.name, json.dumps(told))
        kept.path.unlink(missing_ok=True)
        return place

    @contextlib.contextmanager
    def sending(self) -> Iterator[bool]:
        """Whether this process may send what waits: one at a time keeps updates in their order."""
        if not self.folder.is_dir():
            yield True
            return
        with (self.folder / ".lock").open("a") as holder:
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def _make_private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _read(path: Path) -> Kept | Damaged:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"])
        if not isinstance(told["report"], dict):
            return Damaged(path)
        form = str(told.get("format", "native"))
        return Kept(path, str(told["url"]), str(told["key"]), at, told["report"], form)
    except (ValueError, KeyError, TypeError):
        return Damaged(path)


def _write(path: Path, text: str) -> Path:
    """Whole or not at all, also over a power cut: the folder's entry is flushed too."""
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path
