"""What an offer's page shows, by how the offer stands: never a word of the case, never a name."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from services.dispatch.decide.sessions import APPROVERS
from services.dispatch.state import Active, Offer, OfferStatus

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.links import OfferLink

_PAGE = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("offer.html")
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
MINUTES = (10, 20, 40, 60, 90)
"""How far out a member may say that they are."""
_LONGER = timedelta(days=14)


def page_of(values: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    """The page with these values."""
    return HTMLResponse(_PAGE.render(values), status, HEADERS)


def bad(status: HTTPStatus, detail: str) -> HTMLResponse:
    """The page of a link that cannot be used."""
    return page_of({"view": "bad", "detail": detail}, status)


def shown(
    link: OfferLink, offer: Offer, state: Active, now: datetime, zone: str
) -> dict[str, object]:
    """What the page says of this offer; times are those of `zone`."""
    local = ZoneInfo(zone)
    values: dict[str, object] = {
        "view": _view(link, offer, state, now),
        "drill": state.brief.drill,
        "role": offer.role.value,
        "urgency": state.brief.urgency.value,
        "answer_by": offer.expires_at.astimezone(local).strftime("%H:%M %Z"),
        "late": now >= offer.expires_at,
        "formed": state.formed,
    }
    if offer.status is OfferStatus.ACCEPTED:
        at = offer.arrives_at
        values["minutes"] = MINUTES
        values["arrives"] = at.astimezone(local).strftime("%H:%M %Z") if at else None
        values["sessions"] = _sessions(offer, state)
    return values


def serves(state: Active, now: datetime) -> bool:
    """Whether a member's own page still works: until the plan's last window has closed, and two
    weeks longer, as windows are counted from the end of operations."""
    policy = state.brief.policy
    windows = [rule.closes_after for rule in policy.interventions]
    last = max((*windows, policy.form_team_within)) + _LONGER
    return now < state.brief.reported_at + last


def may_answer(link: OfferLink, offer: Offer, state: Active, now: datetime) -> bool:
    """Whether this offer still waits for a yes or a no."""
    return _view(link, offer, state, now) == "open"


def _sessions(offer: Offer, state: Active) -> list[dict[str, str]]:
    """The kinds of group intervention that wait for this member's word, and what they said."""
    if offer.role not in APPROVERS:
        return []
    seen = state.oversight
    words = {kind: "approved" for kind in seen.approved} | {
        kind: "not-now" for kind in seen.refused
    }
    return [
        {"kind": kind.value, "name": kind.value.replace("_", " "), "word": words.get(kind, "")}
        for kind in state.brief.policy.kinds_to_approve()
    ]


def _view(link: OfferLink, offer: Offer, state: Active, now: datetime) -> str:
    if offer.status in {OfferStatus.ACCEPTED, OfferStatus.STANDBY} and not serves(state, now):
        return "over"
    match offer.status:
        case OfferStatus.ACCEPTED | OfferStatus.STANDBY | OfferStatus.DECLINED:
            return offer.status.name.lower()
        case OfferStatus.WITHDRAWN if not offer.let_off:
            return "gave_back" if offer.taken_back == "cannot_serve" else "stood_down"
        case OfferStatus.SUPERSEDED:
            return "over"
        case OfferStatus.OPEN | OfferStatus.EXPIRED | OfferStatus.WITHDRAWN:
            pass
    if not link.is_open(now):
        return "complete" if offer.let_off else "over"
    is_open = any(place.role is offer.role for place in state.open_places())
    return "open" if is_open else "may_stand_by"
