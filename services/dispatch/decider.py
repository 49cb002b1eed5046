"""Dispatch's rules as `handle` takes them: one decider for cases, one for members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.dispatch import requested, roster
from services.dispatch.deadlines import deadlines
from services.dispatch.decide import decide, requests
from services.dispatch.decide import roster as roster_rules
from services.dispatch.state import DispatchState, Idle, evolve
from services.runtime.handle import Decider

if TYPE_CHECKING:
    from services.dispatch.commands import DispatchCommand, RequestCommand, RosterCommand

DISPATCH: Decider[DispatchState, DispatchCommand] = Decider(
    stream=Stream.DISPATCH, initial=Idle(), evolve=evolve, decide=decide, deadlines=deadlines
)
REQUESTS: Decider[requested.RequestState, RequestCommand] = Decider(
    stream=Stream.DISPATCH,
    initial=requested.RequestState(),
    evolve=requested.evolve,
    decide=requests.decide,
    deadlines=deadlines,
)
"""Requests for a peer are cases of DISPATCH too: these rules see the same events and more."""
ROSTER: Decider[roster.MemberState, RosterCommand] = Decider(
    stream=Stream.ROSTER,
    initial=roster.Stranger(),
    evolve=roster.evolve,
    decide=roster_rules.decide,
    deadlines=lambda _event: (),
)
