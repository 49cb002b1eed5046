"""One member who was asked, as people read it: what reached them, what they said, what time is left."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from schemas.envelope import Frozen
from schemas.subjects import lender_of
from services.audit.steps import RowState
from services.audit.views import waves
from services.audit.words import plain, span, title

if TYPE_CHECKING:
    from services.audit.views.case_file import CaseFile
    from services.audit.views.team_rows import Delivery, Offer

_SENT = {
    "sending": "being sent",
    "sent": "sent",
    "delivered": "delivered",
    "retrying": "not out yet, trying again",
    "failed": "failed",
}
_SAID = {
    "declined": (RowState.INFO, "said no"),
    "expired": (RowState.INFO, "no answer in time"),
    "standby": (RowState.COMING, "said yes, stands by"),
    "withdrawn": (RowState.INFO, "stood down with thanks"),
}
_BACK = {
    "team_complete": "not needed, thanked",
    "not_wanted": "stood down with thanks",
    "cannot_serve": "cannot serve after all",
    "withdrawn": "withdrawn with thanks",
    "replaced": "replaced, thanked",
    "asked_again": "asked again",
}
_FIRST = ("accepted", "open", "standby")


class Channel(Frozen):
    """One message to a member, on one way of reaching them."""

    channel: str
    state: str
    words: str


class Asked(Frozen):
    """One member who was asked. `seconds_left` is null once nothing is waited for."""

    offer_id: str
    member_id: str
    lent_by: str | None = None
    """The neighbour agency whose member it is."""
    role: str
    status: str
    tone: RowState
    clock: str
    """Such as `9 min left`, `said yes`, `no answer in time`."""
    seconds_left: float | None = None
    expires_at: datetime
    arrives_at: datetime | None = None
    arrival: str = ""
    """Such as `40 min out`; empty until the member says so."""
    channels: tuple[Channel, ...] = ()
    another: str = ""
    """When the next channel of the member is tried, such as `another channel in 40 s`."""


def asked(file: CaseFile, now: datetime) -> tuple[Asked, ...]:
    """Everybody who was asked for this team: who comes, who may still answer, then the rest."""
    found = sorted(waves.current(file), key=_place)
    return tuple(_shown(offer, file.told[offer.offer_id], now) for offer in found)


def _place(offer: Offer) -> tuple[int, datetime, str]:
    rank = _FIRST.index(offer.status) if offer.status in _FIRST else len(_FIRST)
    return rank, offer.expires_at, offer.member_id


def _shown(offer: Offer, told: list[Delivery], now: datetime) -> Asked:
    tone, clock = _clock(offer, told, now)
    is_open = offer.status == waves.OPEN
    return Asked(
        offer_id=offer.offer_id,
        member_id=offer.member_id,
        lent_by=lender_of(offer.member_id)[0],
        role=offer.role,
        status=offer.status,
        tone=tone,
        clock=clock,
        seconds_left=(offer.expires_at - now).total_seconds() if is_open else None,
        expires_at=offer.expires_at,
        arrives_at=offer.arrives_at,
        arrival=_arrival(offer, now),
        channels=tuple(_channel(each) for each in told),
        another=_another(told, now) if is_open else "",
    )


def _clock(offer: Offer, told: list[Delivery], now: datetime) -> tuple[RowState, str]:
    match offer.status:
        case "accepted":
            return RowState.ON_TIME, "said yes"
        case "open" if not waves.reached(told):
            return RowState.MISSED, "not reached"
        case "open" if offer.expires_at < now:
            return RowState.LATE, "time is up"
        case "open":
            return RowState.COMING, f"{span(offer.expires_at - now)} left"
        case "withdrawn":
            reason = offer.reason or ""
            return RowState.INFO, _BACK.get(reason, f"stood down with thanks: {plain(reason)}")
        case _:
            return _SAID.get(offer.status, (RowState.INFO, plain(offer.status)))


def _arrival(offer: Offer, now: datetime) -> str:
    if offer.status != waves.ACCEPTED or offer.arrives_at is None:
        return ""
    if offer.arrives_at <= now:
        return f"expected {span(now - offer.arrives_at)} ago"
    return f"{span(offer.arrives_at - now)} out"


def _another(told: list[Delivery], now: datetime) -> str:
    at = told[-1].next_at if told and told[-1].status == "sent" else None
    return f"another channel in {span(at - now)}" if at and at > now else ""


def _channel(each: Delivery) -> Channel:
    words = _SENT.get(each.status, plain(each.status))
    return Channel(channel=title(each.channel), state=each.status, words=words)
