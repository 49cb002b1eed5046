"""Followup's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from schemas.subjects import Stream
from services.followup.edge import sessions, settling, support
from services.followup.jurisdiction import read_jurisdiction
from services.followup.session_book import SessionBook
from services.followup.session_desk import SessionDesk
from services.followup.settings import FollowupSettings
from services.followup.subscribers import Subscribers
from services.followup.support_desk import SupportDesk
from services.followup.support_policy import SupportRules
from services.runtime.auth import Passes, secret_of
from services.runtime.host import Service
from services.runtime.policy_files import read_policy_file

if TYPE_CHECKING:
    from services.runtime.host import Ports


def build(ports: Ports) -> Service:
    """Followup on these ports."""
    book = SessionBook(ports.journal, ports.clock)
    desk = SessionDesk(ports, book)
    passes = Passes(secret_of(ports.settings.data_dir / "session-secret"))
    support_desk = _support(ports)
    router = APIRouter()
    for part in (
        settling.routes(ports),
        sessions.routes(sessions.Scheduling(desk, passes)),
        support.routes(support.Support(support_desk)),
    ):
        router.routes.extend(part.routes)
    return Service(
        name="followup",
        router=router,
        listeners=Subscribers(ports, desk, support_desk).listeners(),
        owned=(Stream.FOLLOWUP,),
        background=(book.keep,),
    )


def _support(ports: Ports) -> SupportDesk:
    """Referrals, places and exceptions, under the law and the numbers that the settings choose."""
    given = ports.settings
    settings = given if isinstance(given, FollowupSettings) else FollowupSettings()
    rules = read_policy_file(SupportRules, "referrals", settings.referrals_file)
    secret = secret_of(given.data_dir / "exceptions-secret")
    return SupportDesk(ports, read_jurisdiction(settings), rules, secret)
