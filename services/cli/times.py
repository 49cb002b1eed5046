"""How the command line writes times and lengths of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple


class Local(NamedTuple):
    """A time in this machine's zone, in two parts."""

    day: str
    """Such as `Mon 2 Mar`."""
    time: str
    """Such as `03:00:05`."""
    zone: str
    """Such as `CET`."""

    def said(self, today: str) -> str:
        """The time, with its day when that is another one."""
        return self.time if self.day == today else f"{self.day}, {self.time}"


def local_parts(text: object) -> Local | None:
    """An ISO time in this machine's zone; None for none."""
    if not isinstance(text, str) or not text:
        return None
    at = datetime.fromisoformat(text).astimezone()
    return Local(f"{at:%a} {at.day} {at:%b}", f"{at:%H:%M:%S}", f"{at:%Z}")


def local(text: object) -> str:
    """An ISO time in this machine's zone, such as `Mon 02 Mar 03:00:05 CET`; `-` for none."""
    if not isinstance(text, str) or not text:
        return "-"
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.astimezone():%a %d %b %H:%M:%S %Z}"


def ago(at: datetime, now: datetime) -> str:
    """The length between two times, such as `7 h 54 min`."""
    return span(now - at)


def span(length: timedelta) -> str:
    """A length in at most two units."""
    seconds = round(abs(length.total_seconds()))
    for unit, size, small, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60)):
        if seconds >= size:
            more = seconds % size // part
            return f"{seconds // size} {unit}" + (f" {more} {small}" if more else "")
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"
