"""Histories that were read lately, kept decoded. History never changes: only what is new is missing.

A case is loaded twenty times in its first second, and its first event names the whole roster.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from services.runtime.journal import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event, Recorded
    from schemas.subjects import Entity

_KEPT = 64
"""More would make the interpreter's own tidying noticeable: each may name the whole roster."""
_NOTHING = History((), 0)


class Histories:
    """The newest known history of so many entities; those that nobody asks for any more go."""

    def __init__(self) -> None:
        self._known: OrderedDict[Entity, History] = OrderedDict()

    def of(self, entity: Entity) -> History:
        """What is known, which may be nothing and may be behind."""
        return self._known.get(entity, _NOTHING)

    def known(self, entity: Entity) -> History | None:
        """What was read or written here, if only that there was nothing; None when nobody looked."""
        return self._known.get(entity)

    def keep(self, entity: Entity, history: History) -> None:
        """Know this; the longer one stays where two loads cross each other."""
        if history.version >= self.of(entity).version:
            self._known[entity] = history
            self._known.move_to_end(entity)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def extend(self, entity: Entity, written: Sequence[Recorded[Event]], expected: int) -> None:
        """Know what was just written behind `expected`, if that is what is known so far."""
        known = self.of(entity)
        if known.version == expected:
            self.keep(entity, History((*known.events, *written), written[-1].sequence))

    def find(self, entity: Entity, sequence: int) -> tuple[Recorded[Event], ...]:
        """What one known message tells, by its sequence; empty when it is not known."""
        found: list[Recorded[Event]] = []
        for recorded in reversed(self.of(entity).events):
            if recorded.sequence < sequence:
                break
            if recorded.sequence == sequence:
                found.append(recorded)
        return tuple(reversed(found))

    def forget(self, entity: Entity) -> None:
        """Read all of it anew next time."""
        self._known.pop(entity, None)
