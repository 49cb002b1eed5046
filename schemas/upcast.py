"""Pure steps from one version of an event's body to the next, chained by the catalogue.

Empty while every event is at version 1; a new version adds its step here and keeps the old wire
sample under tests/contract/wire.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Body = dict[str, Any]
Upcast = Callable[[Body], Body]

UPCASTS: dict[tuple[str, int], Upcast] = {}
"""(type without version, from version) -> step to the next version."""


def upcast(name: str, version: int, body: Body, current: int) -> Body:
    """The body as the current version has it; KeyError when a step is missing."""
    for step in range(version, current):
        body = UPCASTS[(name, step)](body)
    return body
