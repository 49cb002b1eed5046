"""What every command about one case carries."""

from __future__ import annotations

from schemas.envelope import Command


class CaseCommand(Command):
    """A command about one case."""

    case_id: str
