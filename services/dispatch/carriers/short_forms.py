"""What a text says in one part of 160 characters, and what a voice says, made from the mail's words.

So a message that is worded once goes out on every channel, and nothing more is said on one of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.dispatch.carriers.port import PhoneMessage

LONGEST_TEXT = 160
"""Characters of the GSM 7-bit alphabet in one part; a longer text is cut into several and costs more."""
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, the basic table: each counts one. Its extension counts two and is not used."""
LINK = re.compile(r"https?://\S+")
_OURS = "Tailboard: "
EXERCISE = "EXERCISE"
"""The first word of every message of an exercise, on every channel."""


def fits_one_text(text: str) -> bool:
    """Whether it goes out in one part."""
    return len(text) <= LONGEST_TEXT and _GSM7.issuperset(text)


def in_short(message: PhoneMessage, short_link: str, code: str = "") -> PhoneMessage:
    """The message with its text and its spoken words. `code` answers an offer by text."""
    found = LINK.search(message.text)
    link = _shorter(found[0], short_link) if found else ""
    made = _wordings(message, link, code)
    text = next((each for each in made if fits_one_text(each)), made[-1])
    return message.model_copy(update={"sms": text, "spoken": _spoken(message)})


def text_of(message: PhoneMessage) -> str:
    """What a carrier of texts says."""
    return message.sms or in_short(message, "").sms


def spoken_of(message: PhoneMessage) -> str:
    """What a voice says."""
    return message.spoken or _spoken(message)


def _shorter(link: str, short_link: str) -> str:
    return short_link if short_link and len(short_link) < len(link) else link


def _wordings(message: PhoneMessage, link: str, code: str) -> list[str]:
    """The best first; of those that fit in one part the first is taken."""
    full = message.subject
    bare = full.replace(_OURS, "", 1)
    bare = bare[:1].upper() + bare[1:]
    by = f" by {message.answer_by}" if message.answer_by else ""
    if code:
        return [
            f"{full}. Reply {code} yes or {code} no{by}, or open {link}",
            f"{bare}. Reply {code} yes or {code} no{by}, or open {link}",
            f"{bare}. {code} yes or {code} no{by}: {link}",
            f"{bare}. {code} yes/{code} no: {link}",
            f"{bare}. Reply {code} yes or {code} no{by}.",
        ]
    first = message.text.partition("\n")[0]
    if link:
        return [
            *([] if LINK.search(first) else [f"{full}. {first} {link}"]),
            f"{full}{by and f', answer{by}'}: {link}",
            f"{bare}{by and f', answer{by}'}: {link}",
            f"{bare}: {link}",
        ]
    return [f"{full}. {' '.join(message.text.split())}", f"{full}. {first}", first, f"{full}."]


def _spoken(message: PhoneMessage) -> str:
    """Said twice, as the first words of a call are easily missed."""
    what = message.subject.replace(_OURS, "", 1)
    by = f" Please answer by {message.answer_by}." if message.answer_by else ""
    then = " Press 1 for yes, or 2 for no." if message.asks else " Please look at your messages."
    said = f"{what[:1].upper()}{what[1:]}.{by}{then}"
    drill = f"{EXERCISE}. This is an exercise. " if message.subject.startswith(EXERCISE) else ""
    return f"{drill}This is Tailboard, for your peer support team. {said} I repeat. {said}"
