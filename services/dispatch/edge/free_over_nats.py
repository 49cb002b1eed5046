"""When members are free: a request on `dispatch.<agency>.free`, which followup alone may send.

The answer holds times and no reasons: neither a member's hours nor their calendar leave dispatch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.sessions import Busy, FreeAsked, FreeTold
from schemas.subjects import lender_of
from services.dispatch.duty import not_free
from services.dispatch.load import FREE
from services.runtime.broker import Question, Responder
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.circles import Circles

SUBJECT = "dispatch.*.free"


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Answers from the books that dispatch ranks by."""

    circles: Circles

    def responder(self) -> Responder:
        """One queue group: of several dispatches, one answers."""
        return Responder("dispatch-free", SUBJECT, self.answer)

    async def answer(self, question: Question) -> tuple[bytes, dict[str, str]]:
        """When each of these members is not free. A question that cannot be read, or a roster that is
        not read to its end, is answered with nothing: who asks goes on without."""
        try:
            asked = FreeAsked.model_validate_json(question.body)
            told = await self.of(question.subject.split(".")[1], asked)
        except (ValueError, Transient) as trouble:
            log.warning("free_times_not_told", reason=type(trouble).__name__)
            return b"", {}
        return told.model_dump_json().encode(), {}

    async def of(self, agency: str, asked: FreeAsked) -> FreeTold:
        """When they are not free. A member who is lent is looked up with the agency that lends them."""
        busy: dict[str, tuple[Busy, ...]] = {}
        for member_id in asked.member_ids:
            lender, own_id = lender_of(member_id)
            spans = await self._of_one(lender or agency, own_id, asked)
            if spans:
                busy[member_id] = tuple(
                    Busy(starts_at=opens, ends_at=ends) for opens, ends in spans
                )
        return FreeTold(busy=busy)

    async def _of_one(
        self, agency: str, member_id: str, asked: FreeAsked
    ) -> tuple[tuple[datetime, datetime], ...]:
        member = (await self.circles.book.of(agency)).get(member_id)
        calendar = (await self.circles.duty.busy(agency)).get(member_id, ())
        load = self.circles.loads.of(agency, asked.starts_at).get(member_id, FREE)
        offers = load.open_until.values()
        return not_free(member, calendar, offers, asked.starts_at, asked.ends_at)
