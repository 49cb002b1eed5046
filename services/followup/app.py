"""Followup's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from schemas.subjects import Stream
from services.followup.edge import sessions, settling
from services.followup.session_book import SessionBook
from services.followup.session_desk import SessionDesk
from services.followup.subscribers import Subscribers
from services.runtime.auth import Passes, secret_of
from services.runtime.host import Service

if TYPE_CHECKING:
    from services.runtime.host import Ports


def build(ports: Ports) -> Service:
    """Followup on these ports."""
    book = SessionBook(ports.journal, ports.clock)
    desk = SessionDesk(ports, book)
    passes = Passes(secret_of(ports.settings.data_dir / "session-secret"))
    router = APIRouter()
    for part in (settling.routes(ports), sessions.routes(sessions.Scheduling(desk, passes))):
        router.routes.extend(part.routes)
    return Service(
        name="followup",
        router=router,
        listeners=Subscribers(ports, desk).listeners(),
        owned=(Stream.FOLLOWUP,),
        background=(book.keep,),
    )
