"""Which offers a number may answer by text: a short code for each, in the erasable bucket.

The key is a keyed digest of the number, so that nobody can look a number up without the secret.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from schemas.dispatch import Failure
from schemas.envelope import UtcDatetime
from services.dispatch.carriers.port import NotDelivered
from services.runtime.errors import Conflict, Transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.runtime.bucket import Bucket

_PLACE = "_texts"
_FIRST_CODE, _CODES = 10, 90
_TRIES = 8
_REMEMBERED = 20
"""Texts of one number that are known again when a provider sends them twice."""


class Expected(BaseModel):
    """One offer that a text may answer."""

    model_config = ConfigDict(frozen=True)

    code: str
    agency: str
    case_id: str
    offer_id: UUID
    member_id: str
    until: UtcDatetime


class Taken(BaseModel):
    """A text that was dealt with: the provider's id, and what it was about."""

    model_config = ConfigDict(frozen=True)

    provider_id: str
    offer_id: UUID | None = None


class Number(BaseModel):
    """What is kept of one number: no digit of it, no name, no word of any text."""

    model_config = ConfigDict(frozen=True)

    stopped: bool = False
    """The owner wants no texts; other channels are not touched by that."""
    offers: tuple[Expected, ...] = ()
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Texts:
    """The numbers that were texted, in the bucket of contacts."""

    bucket: Bucket
    secret: str = field(repr=False)

    async def known(self, number: str) -> Number:
        """What is kept of a number; nothing for one that was never texted. Raises Transient."""
        held = await self.bucket.held(self._key(number))
        return Number.model_validate_json(held.value) if held else Number()

    async def expect(self, number: str, offer: Expected, now: datetime) -> str:
        """The code that answers this offer from this number: the same each time it is asked for.

        Raises Transient when it cannot be kept.
        """
        made = offer.code

        def after(before: Number) -> Number:
            nonlocal made
            live = tuple(each for each in before.offers if each.until > now)
            known = [each.code for each in live if each.offer_id == offer.offer_id]
            made = known[0] if known else _free(offer.offer_id, {each.code for each in live})
            fresh = offer.model_copy(update={"code": made})
            others = tuple(each for each in live if each.offer_id != offer.offer_id)
            return before.model_copy(update={"offers": (*others, fresh)})

        await self.change(number, after)
        return made

    async def change(self, number: str, after: Callable[[Number], Number]) -> Number:
        """Change what is kept of a number, in one step. Raises Transient when it stays contended."""
        key = self._key(number)
        for _ in range(_TRIES):
            held = await self.bucket.held(key)
            before = Number.model_validate_json(held.value) if held else Number()
            changed = after(before)
            if changed == before:
                return changed
            kept = changed.model_copy(update={"taken": changed.taken[-_REMEMBERED:]})
            try:
                value = kept.model_dump_json().encode()
                await self.bucket.swap(key, value, held.revision if held else 0)
            except Conflict:
                continue
            return kept
        raise Transient("several texts of one number at once", retry_after=1.0)

    def _key(self, number: str) -> str:
        return f"{_PLACE}.{hmac.new(self.secret.encode(), number.encode(), 'sha256').hexdigest()}"


def stopped() -> NotDelivered:
    """Why nothing is texted to a number."""
    return NotDelivered(Failure.PERMANENT, "the owner of this number wants no texts")


def _free(offer_id: UUID, used: set[str]) -> str:
    """Two digits that no other open offer of this number has."""
    first = offer_id.int % _CODES
    codes = (str(_FIRST_CODE + (first + step) % _CODES) for step in range(_CODES))
    return next((code for code in codes if code not in used), "")
