"""A place to type commands at: what was said, what was warned of, what waits in the spool."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.cli.__main__ import run
from tests.support.fake_api import KEY, free_port

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.support.fake_api import Taken

Answer = tuple[int, dict[str, Any], dict[str, str]]
UNAVAILABLE: Answer = (
    503,
    {"detail": "Nothing was stored."},
    {"Retry-After": "0"},
)
INVALID: Answer = (
    422,
    {
        "detail": "The request does not fit.",
        "errors": [{"field": "units", "problem": "Input should be a valid array"}],
    },
    {},
)


@dataclass(repr=False)  # asyncio shows it, with all that it holds, at every test
class Desk:
    """A place to type commands at, with a spool of its own."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: str = ""
    warned: str = ""

    def type(self, *words: str | Path) -> int:
        code = run([str(word) for word in words])
        self.said, self.warned = self.capsys.readouterr()
        return code

    def write(self, name: str, *reports: dict[str, Any]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{json.dumps(report)}\n" for report in reports))
        return path

    @property
    def spooled(self) -> list[Path]:
        return sorted((self.folder / "spool").glob("*.json"))


def a_desk(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A desk with a spool of its own, and no server anywhere yet."""
    monkeypatch.setenv("TAILBOARD_API_KEY", KEY)
    monkeypatch.setenv("TAILBOARD_SPOOL_DIR", str(folder / "spool"))
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("TAILBOARD_URL", f"http://127.0.0.1:{free_port()}")
    return Desk(folder, capsys)


def lockout(number: int, **more: Any) -> dict[str, Any]:
    return {
        "source": "test-center",
        "incident_number": f"T-{number}",
        "incident_type": "Vehicle lockout",
        **more,
    }


def keys(taken: list[Taken]) -> list[str]:
    return [each.key for each in taken]
