"""Followup's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.followup.edge import settling
from services.followup.subscribers import Subscribers
from services.runtime.host import Service

if TYPE_CHECKING:
    from services.runtime.host import Ports


def build(ports: Ports) -> Service:
    """Followup on these ports."""
    return Service(
        name="followup",
        router=settling.routes(ports),
        listeners=Subscribers(ports).listeners(),
        owned=(Stream.FOLLOWUP,),
    )
