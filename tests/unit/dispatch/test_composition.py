"""How large a team is: one peer for so many who were there, and never fewer than the policy says."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.policy import CaseBrief, Place, Role
from services.dispatch.composition import MOST_PEERS, composed
from tests.unit.dispatch.cases import brief, policy


def places(exposed: int | None, peers: int = 2, per_peer: int = 7) -> dict[Role, int]:
    own = policy(peers).model_copy(update={"participants_per_peer": per_peer})
    told = brief(own).model_copy(update={"exposed": exposed})
    return {place.role: place.count for place in composed(told).policy.places}


@pytest.mark.parametrize(
    ("exposed", "peers"),
    [(None, 2), (1, 2), (14, 2), (15, 3), (21, 3), (22, 4), (350, 50), (10_000, 50)],
)
def test_peers_come_by_the_number_of_those_who_were_there(exposed: int | None, peers: int) -> None:
    assert places(exposed) == {Role.PEER: peers, Role.MHP: 1}


def test_a_team_without_peers_gets_none() -> None:
    assert places(100, peers=0) == {Role.MHP: 1}


@for_all(st.integers(1, 10_000), st.integers(1, 50), st.integers(1, 20))
def test_nobody_is_left_without_and_the_policy_is_the_least(
    exposed: int, peers: int, per_peer: int
) -> None:
    count = places(exposed, peers, per_peer)[Role.PEER]

    assert count >= peers
    assert count * per_peer >= exposed or count == MOST_PEERS
    assert count == peers or (count - 1) * per_peer < exposed


def test_the_rest_of_the_brief_stays_as_it_is() -> None:
    told = brief().model_copy(update={"exposed": 30})

    more = composed(told)

    assert isinstance(more, CaseBrief)
    kept = more.model_copy(update={"policy": told.policy})
    assert kept == told
    assert more.policy.places[0] == Place(role=Role.PEER, count=5)
