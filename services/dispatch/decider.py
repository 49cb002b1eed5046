"""Dispatch's rules as `handle` takes them: one decider for each kind of entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.dispatch import requested, roster, rota, rota_coverage
from services.dispatch.deadlines import deadlines
from services.dispatch.decide import decide, requests
from services.dispatch.decide import roster as roster_rules
from services.dispatch.decide import rota as rota_rules
from services.dispatch.decide import rota_coverage as coverage_rules
from services.dispatch.state import DispatchState, Idle, evolve
from services.runtime.handle import Decider

if TYPE_CHECKING:
    from services.dispatch.commands import DispatchCommand, RequestCommand, RosterCommand
    from services.dispatch.commands.rota import CoverageCommand, RotaCommand

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
ROTA: Decider[rota.Rota, RotaCommand] = Decider(
    stream=Stream.ROTA,
    initial=rota.Rota(),
    evolve=rota.evolve,
    decide=rota_rules.decide,
    deadlines=lambda _event: (),
)
COVERAGE: Decider[rota_coverage.Coverage, CoverageCommand] = Decider(
    stream=Stream.ROTA,
    initial=rota_coverage.Coverage(),
    evolve=rota_coverage.evolve,
    decide=coverage_rules.decide,
    deadlines=rota_coverage.deadlines,
)
"""An agency's look through all its rotas; it is one entity of ROTA beside them."""
