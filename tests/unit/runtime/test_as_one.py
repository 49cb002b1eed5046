"""Several events of one decision become one message only where every reader of it gets them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.catalogue import as_one
from schemas.dispatch import OfferExtended, RosterExhausted, TeamActivated
from schemas.intake import ActivationRequested, CaseRaised, IncidentReported, IncidentUpdated
from tests.support.builders import an

if TYPE_CHECKING:
    from schemas.envelope import Event

WISH, TEAM, OFFER = an(ActivationRequested), an(TeamActivated), an(OfferExtended)


@pytest.mark.parametrize("events", [(an(IncidentReported), WISH), (TEAM, OFFER, OFFER)])
def test_what_one_event_carries_comes_apart_again(events: tuple[Event, ...]) -> None:
    one = as_one(events)

    assert one is not None
    assert one.NAME in {"activation_requested", "team_activated"}
    assert one.parts() == events
    assert all(part.parts() == (part,) for part in one.parts())


@pytest.mark.parametrize(
    "events",
    [
        (WISH,),
        (TEAM,),
        (an(IncidentReported),),
        (an(IncidentUpdated), WISH),
        (an(CaseRaised), WISH),
        (TEAM, OFFER, an(RosterExhausted)),
        (TEAM, an(OfferExtended, emergency=True)),
    ],
)
def test_whatever_has_a_listener_of_its_own_stays_apart(events: tuple[Event, ...]) -> None:
    assert as_one(events) is None
