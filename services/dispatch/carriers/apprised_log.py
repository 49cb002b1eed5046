"""What Apprise says in its log while it sends: read to tell one failure from another, never kept.

The library answers no more than yes or no. Its lines hold URLs, numbers and keys, so none is passed
on to anybody's log.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from typing import TYPE_CHECKING

from typing_extensions import override

from schemas.dispatch import Failure
from services.dispatch.carriers.port import NotDelivered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CODE = re.compile(r"\berror=(\d{3,5})\b")
_NOT_BEGUN = re.compile(
    r"NewConnectionError|ConnectTimeoutError|NameResolutionError|Connection refused"
    r"|Failed to establish a new connection"
)
_BROKEN = re.compile(r"^(Socket Exception|A Connection error)")
_REFUSED_FOR_NOW = frozenset({408, 425, 429})


class _Ear(logging.Filter):
    """Takes the lines of the thread that listens, and lets no line of any thread through."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.local()

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        lines = getattr(self.heard, "lines", None)
        if lines is not None:
            with contextlib.suppress(Exception):
                lines.append(record.getMessage())
        return False


_EAR = _Ear()


def silence() -> None:
    """Let nothing that Apprise or what it stands on logs reach anybody's log."""
    library = logging.getLogger("apprise")
    library.propagate = False
    library.setLevel(logging.DEBUG)
    library.addFilter(_EAR)
    for below in ("urllib3", "requests", "charset_normalizer"):
        logging.getLogger(below).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """What the library says in this thread, until the end of the block."""
    lines: list[str] = []
    _EAR.heard.lines = lines
    try:
        yield lines
    finally:
        del _EAR.heard.lines


def failure_in(lines: Sequence[str], *, targets: int) -> NotDelivered:
    """What kind of failure the lines tell of. With several targets some may have been reached."""
    if targets > 1:
        return NotDelivered(Failure.UNCERTAIN, "refused for some of several targets")
    for line in reversed(lines):
        if code := _CODE.search(line):
            return _refused(int(code[1]))
        if _BROKEN.search(line):
            begun = not any(_NOT_BEGUN.search(each) for each in lines)
            kind = Failure.UNCERTAIN if begun else Failure.TEMPORARY
            return NotDelivered(kind, "the connection broke" if begun else "not reached")
    return NotDelivered(Failure.UNCERTAIN, "refused without a code")


def _refused(code: int) -> NotDelivered:
    """An HTTP status; or a code of the service's own, of which Twilio's 20xxx hold the status."""
    status = code - 20_000 if 20_400 <= code <= 20_599 else code
    for_now = status in _REFUSED_FOR_NOW or 500 <= status <= 599
    return NotDelivered(Failure.TEMPORARY if for_now else Failure.PERMANENT, f"refused with {code}")
