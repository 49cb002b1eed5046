"""Intake's rules as `handle` takes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.intake.deadlines import deadlines
from services.intake.decide import decide
from services.intake.state import IntakeState, Unseen, evolve
from services.runtime.handle import Decider

if TYPE_CHECKING:
    from services.intake.commands import IntakeCommand
    from services.intake.policy import Pack


def intake_decider(pack: Pack) -> Decider[IntakeState, IntakeCommand]:
    """The decider under one policy pack."""
    return Decider(
        stream=Stream.INTAKE,
        initial=Unseen(),
        evolve=evolve,
        decide=partial(decide, pack),
        deadlines=deadlines,
    )
