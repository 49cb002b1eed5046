"""How large a team is: the places of the policy, and more peers where more people were there. Pure."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from schemas.policy import Role

if TYPE_CHECKING:
    from schemas.policy import CaseBrief, Place

MOST_PEERS = 50
"""Of one team; a larger incident needs a person who divides it."""


def composed(brief: CaseBrief) -> CaseBrief:
    """The brief with one peer for every so many who were there, and never fewer than the policy says.

    A mental health professional and a chaplain come for everybody, so they do not grow in number.
    """
    if brief.exposed is None:
        return brief
    enough = min(ceil(brief.exposed / brief.policy.participants_per_peer), MOST_PEERS)
    places = tuple(_at_least(place, enough) for place in brief.policy.places)
    if places == brief.policy.places:
        return brief
    policy = brief.policy.model_copy(update={"places": places})
    return brief.model_copy(update={"policy": policy})


def _at_least(place: Place, peers: int) -> Place:
    if place.role is not Role.PEER or place.count >= peers:
        return place
    return place.model_copy(update={"count": peers})
