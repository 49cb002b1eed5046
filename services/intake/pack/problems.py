"""What can be wrong with a policy file, each with its place and its remedy; finds nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Steps = tuple[str | int, ...]
"""The way to a value, such as `("clocks", "surplus")`."""


def dotted(steps: Steps) -> str:
    """`clocks.surplus`; a whole file is `(file)`."""
    return ".".join(str(step) for step in steps) or "(file)"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong at a path, before anybody knows its line. `at_key`: the name, not the value."""

    steps: Steps
    what: str
    remedy: str
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: a file with line and column (both from 1), or an override."""

    source: str
    line: int = 0
    column: int = 0

    @override
    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Problem:
    """One line for whoever wrote the file."""

    spot: Spot
    path: str
    what: str
    remedy: str

    @override
    def __str__(self) -> str:
        return f"{self.spot}: {self.path}: {self.what}; {self.remedy}"


class BadPolicy(ValueError):
    """A policy that does not hold together, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """As one reads a file, each once; what overrides bring comes last."""
    once = dict.fromkeys(problems)
    return sorted(once, key=lambda p: (p.spot.line == 0, p.spot.source, p.spot.line, p.spot.column))


def near(name: str, among: Collection[str], *, what: str = "the names here are") -> str:
    """A remedy for a name that does not exist: the nearest spelling, or all that do."""
    if found := get_close_matches(name, among, n=3):
        return f"did you mean {' or '.join(found)}?"
    return f"{what}: {', '.join(among)}" if among else "there is none to name"
