"""What a member is told back by text: one part each, and nothing of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import RefusalCode
from services.dispatch.offer_state import OfferStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.refusals import Refusal
    from services.dispatch.offer_state import Offer

NOTHING_OPEN = "Tailboard: thank you. Nothing waits for an answer from this number right now."
HELP = (
    "Tailboard: messages for members of a peer support team. Answer yes or no, with the number of "
    "the message. STOP ends texts, START begins them again."
)
STOPPED = "Tailboard: you get no more texts. Other ways to reach you stay. START begins them again."
STARTED = "Tailboard: you get texts again. STOP ends them."
PRESS = "Please press 1 for yes, or 2 for no."
_THANKS = {
    OfferStatus.ACCEPTED: "Tailboard: thank you, you are on the team. The link in the message shows "
    "more. Send for example 40 min to say when you can be there.",
    OfferStatus.STANDBY: "Tailboard: thank you. The team is complete: please stand by, you are "
    "told if you are needed.",
    OfferStatus.DECLINED: "Tailboard: thank you for saying so. Others are asked.",
    OfferStatus.WITHDRAWN: "Tailboard: thank you. The team is complete, you are not needed now.",
}
_DROP_OUT = (
    "Tailboard: you have a place on the team. To give it back, open the link in the message."
)
_ANSWERED = "Tailboard: you have answered this already. The link in the message shows more."
_MOST_CODES = 8


def which(codes: Sequence[str]) -> str:
    """Asking back: one example for each that is open."""
    if len(codes) == 1:
        return f"Tailboard: please answer {codes[0]} yes or {codes[0]} no, and nothing else."
    named = ", ".join(codes[:_MOST_CODES])
    return f"Tailboard: open are {named}. Please answer with a number, such as {codes[-1]} yes."


def noted(minutes: int) -> str:
    """An arrival was taken down."""
    return f"Tailboard: thank you, noted: about {minutes} minutes."


def after_answer(offer: Offer | None, refusal: Refusal | None, *, wanted: bool) -> str:
    """What an answer led to, from where the offer stands now."""
    if offer is None:
        return NOTHING_OPEN
    if offer.status is OfferStatus.ACCEPTED and not wanted:
        return _DROP_OUT
    if refusal and refusal.code is RefusalCode.TEAM_COMPLETE:
        return _THANKS[OfferStatus.WITHDRAWN]
    return _THANKS.get(offer.status, _ANSWERED)
