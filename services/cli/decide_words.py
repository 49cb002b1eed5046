"""What is typed when people decide: trigger classes, units and times, checked before anything is sent."""

from __future__ import annotations

import re
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from services.cli.api import Server

_LONGEST_UNIT = 32
_BETWEEN = re.compile(r"[,;\s]+")


def known_trigger(server: Server, typed: str) -> str:
    """A class of the server's policy, however it is written. Raises Stop 2 with the near spellings."""
    listed = server.get("/v1/triggers").get("triggers") or []
    by_word = {_plain(str(each["label"])): str(each["trigger_class"]) for each in listed}
    by_word |= {_plain(name): name for name in by_word.values()}
    if found := by_word.get(_plain(typed)):
        return found
    near = dict.fromkeys(by_word[word] for word in get_close_matches(_plain(typed), by_word, n=3))
    if near:
        raise Stop(f"no trigger class {typed!r}: did you mean {' or '.join(near)}?", EXIT_INPUT)
    every = ", ".join(sorted(set(by_word.values())))
    raise Stop(f"no trigger class {typed!r}: the policy has {every}", EXIT_INPUT)


def given_units(typed: str) -> list[str]:
    """Units parted by commas or spaces. Raises Stop 2 for one that no unit is called."""
    units = [unit for unit in _BETWEEN.split(typed.upper()) if unit]
    for unit in units:
        if len(unit) > _LONGEST_UNIT:
            raise Stop(f"--units: {unit!r} is longer than {_LONGEST_UNIT} characters", EXIT_INPUT)
    return units


def given_time(typed: str, option: str = "--at") -> str:
    """An ISO time with its offset; without one it is of this machine's zone. Raises Stop 2."""
    try:
        return datetime.fromisoformat(typed.strip()).astimezone().isoformat()
    except (ValueError, OverflowError) as error:
        raise Stop(
            f"{option}: {typed!r} is not a time: write it as 2026-03-02T03:00 or "
            "2026-03-02T03:00-08:00",
            EXIT_INPUT,
        ) from error


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", word.lower()).strip()
