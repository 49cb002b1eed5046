"""What a member's page shows of what they are down for, in a fixed order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.followup.edge import facilitator_words as words
from services.followup.holding import DUE, Holding, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

MOST = 6
"""Of one section on one page, so that it stays small; the rest is counted."""
STEPS: dict[Stage, tuple[str, ...]] = {
    Stage.WAS_IT_HELD: ("done", "set", "find", "cancel", "escalate"),
    Stage.PROPOSED: ("done", "set", "find", "cancel", "escalate"),
    Stage.SCHEDULED: ("done", "set", "find", "cancel", "escalate"),
    Stage.CHECK_IN_DUE: ("done", "escalate"),
    Stage.COMING: ("done", "escalate"),
    Stage.MISSED: ("why", "done"),
    Stage.SETTLED: (),
}
"""What a holder may do, by how it stands."""
OF_A_COORDINATOR: dict[Stage, tuple[str, ...]] = {Stage.MISSED: ("why",)}
"""What a coordinator may do with what they do not hold: everything else is the console's."""


@dataclass(frozen=True, slots=True)
class Card:
    """One item on the page."""

    holding: Holding
    title: str
    path: str
    """Behind `/f/<token>`."""
    leave: str
    """The pass of its forms."""
    mine: bool
    steps: tuple[str, ...]
    others: tuple[str, ...]
    """Who else holds it, by roster number."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's cards, and how many more there are."""

    cards: tuple[Card, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page."""

    due: Section
    sessions: Section
    check_ins: Section


def overview(cards: Iterable[Card]) -> Overview:
    """What is due now, then the sessions and the check-ins to come, each by time."""
    ordered = sorted(cards, key=lambda card: (card.holding.when, card.path))
    due = [card for card in ordered if card.holding.stage in DUE]
    coming = [card for card in ordered if card.holding.stage not in DUE]
    return Overview(
        _section(due),
        _section(card for card in coming if card.holding.kind is not None),
        _section(card for card in coming if card.holding.kind is None),
    )


def card(holding: Holding, name: str, leave: Callable[[Holding], str]) -> Card:
    """One item for whoever is called `name` in its case."""
    mine = name in holding.held_by or any(name in slot.facilitators for slot in holding.slots)
    steps = STEPS[holding.stage] if mine else OF_A_COORDINATOR.get(holding.stage, ())
    return Card(
        holding,
        words.title(holding.kind, holding.group),
        f"items/{holding.case.agency}/{holding.case.id}/{holding.item}",
        leave(holding) if steps else "",
        mine,
        steps,
        tuple(each for each in holding.held_by if each != name),
    )


def chosen(holding: Holding, starts_at: datetime) -> int | None:
    """The number of a proposed time; None when it is not proposed any more."""
    for number, slot in enumerate(holding.slots, start=1):
        if slot.starts_at == starts_at:
            return number
    return None


def _section(cards: Iterable[Card]) -> Section:
    found = tuple(cards)
    return Section(found[:MOST], max(0, len(found) - MOST))
