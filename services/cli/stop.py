"""How a command ends early: one line for people and an exit code for scripts."""

from __future__ import annotations

EXIT_REFUSED = 1
"""The server was asked and said no, or could not be asked."""
EXIT_INPUT = 2
"""What was typed or read does not fit."""
EXIT_KEPT = 75
"""EX_TEMPFAIL: kept in the spool, sent later."""
EXIT_INTERRUPTED = 130


class Stop(Exception):
    """Ends the command with one line on stderr, which names the remedy and nobody."""

    def __init__(self, line: str, code: int = EXIT_REFUSED) -> None:
        super().__init__(line)
        self.code = code
