"""The command line against a whole town: real HTTP on a port, and commands typed in a thread."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.cli.__main__ import run
from tests.support.console import Console
from tests.support.served import served

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.town import Town


_LOGGED = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[")
"""What the services of the same process log, which is not what a command says."""


@dataclass
class Terminal:
    """Where commands are typed; what they said last."""

    town: Town
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    said: str = ""
    warned: str = ""

    async def type(self, *words: str) -> int:
        """Run a command against the town as it is now, and let everything settle."""
        self.capsys.readouterr()
        async with Console(self.town, self.folder).running() as app, served(app) as url:
            self.monkeypatch.setenv("TAILBOARD_URL", url)
            code = await asyncio.to_thread(run, list(words))
        said, self.warned = self.capsys.readouterr()
        lines = said.splitlines(keepends=True)
        self.said = "".join(line for line in lines if not _LOGGED.match(line))
        await self.town.settle()
        return code
