"""Followup's rules as `handle` takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.followup.deadlines import deadlines
from services.followup.decide import decide
from services.followup.state import FollowupState, Unplanned, evolve
from services.runtime.handle import Decider

if TYPE_CHECKING:
    from services.followup.commands import FollowupCommand

FOLLOWUP: Decider[FollowupState, FollowupCommand] = Decider(
    stream=Stream.FOLLOWUP, initial=Unplanned(), evolve=evolve, decide=decide, deadlines=deadlines
)
