"""The documentation keeps up with the code: links, commands and variables exist."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from typer.main import get_command

from services.audit.settings import AuditSettings
from services.cli import up
from services.cli.__main__ import app
from services.dispatch.settings import DispatchSettings
from services.followup.settings import FollowupSettings
from services.intake.settings import IntakeSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
)
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(
    r"^(?:\.venv/bin/)?tailboard ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE
)
_NAMED_BY_THE_READER = re.compile(r"\{env: (TAILBOARD_[A-Z_]+)\}")
"""Secrets of a carriers file: whoever writes it chooses their names."""
_VARIABLE = re.compile(r"TAILBOARD_[A-Z_]+")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_exists(page: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for first, second in _COMMAND.findall(page.read_text()):
        assert first in commands
        below = getattr(commands[first], "commands", None)
        alone = not second and commands[first].invoke_without_command if below else True
        assert alone or second in below, f"{first} {second}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_variable_is_read_by_something(page: Path) -> None:
    settings = (IntakeSettings, DispatchSettings, FollowupSettings, AuditSettings)
    known = {f"TAILBOARD_{field.upper()}" for each in settings for field in each.model_fields}
    known |= set(_VARIABLE.findall(inspect.getsource(up)))
    for source in (ROOT / "services" / "cli").rglob("*.py"):
        known |= set(_VARIABLE.findall(source.read_text()))
    known |= set(_VARIABLE.findall((ROOT / "deploy/nats/nats-server.conf").read_text()))
    text = page.read_text()
    own = set(_NAMED_BY_THE_READER.findall(text))
    assert set(_VARIABLE.findall(text)) - own <= known
