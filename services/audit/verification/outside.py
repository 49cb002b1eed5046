"""`checkpoints.jsonl`: every checkpoint once more, in a folder that may be on another disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from services.audit.verification.verifier import canonical
from services.audit.verification.verify_bundle import KEPT, checkpoints_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.audit.verification.verifier import Checkpoint


class Outside:
    """The file. Every call raises OSError when the disk does not answer."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEPT

    def read(self) -> list[Checkpoint] | None:
        """What it holds; None when there is no such file."""
        if not self.path.exists():
            return None
        with self.path.open(encoding="utf-8", errors="replace") as file:
            return checkpoints_of(iter(file))

    def add(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Append, and return once they are on the disk. A line that was torn stays a line apart."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = b"".join(canonical(each) + b"\n" for each in checkpoints)
        with self.path.open("ab+") as file:
            if file.tell() and not _ends_whole(file.fileno()):
                lines = b"\n" + lines
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())


def _ends_whole(number: int) -> bool:
    return os.pread(number, 1, os.fstat(number).st_size - 1) == b"\n"
