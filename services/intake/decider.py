"""Intake's rules as `handle` takes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.intake import drills
from services.intake.deadlines import deadlines
from services.intake.decide import decide
from services.intake.decide import drills as decide_drills
from services.intake.state import IntakeState, Unseen, evolve
from services.runtime.handle import Decider

if TYPE_CHECKING:
    from services.intake.commands import DrillCommand, IntakeCommand
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


def drill_decider(pack: Pack, secret: bytes) -> Decider[drills.DrillState, DrillCommand]:
    """The decider of exercises: cases of INTAKE too, under rules of their own."""
    return Decider(
        stream=Stream.INTAKE,
        initial=drills.NoDrill(),
        evolve=drills.evolve,
        decide=partial(decide_drills.decide, pack),
        deadlines=partial(drills.deadlines, secret),
    )
