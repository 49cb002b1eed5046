"""Whose own page a link opens: a request on `dispatch.<agency>.own_page`, which followup alone may send.

Followup's pages are opened with the same link, and neither its number nor a contact leaves dispatch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.own_pages import OwnPageAsked, OwnPageOf, OwnPageTold
from services.runtime.broker import Question, Responder
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from schemas.policy import Role
    from services.dispatch.own_pages import Opened, OwnPages

SUBJECT = "dispatch.*.own_page"


@dataclass(frozen=True, slots=True)
class OwnPageLookup:
    """Answers from what the links are opened with."""

    own: OwnPages

    def responder(self) -> Responder:
        """One queue group: of several dispatches, one answers."""
        return Responder("dispatch-own-page", SUBJECT, self.answer)

    async def answer(self, question: Question) -> tuple[bytes, dict[str, str]]:
        """Whose link it is. A question that cannot be read, or a bucket out of reach, is answered
        with nothing: who asks says that they have to try again."""
        try:
            asked = OwnPageAsked.model_validate_json(question.body)
            opened = await self.own.opened(asked.token)
        except (ValueError, Transient) as trouble:
            log.warning("own_page_not_told", reason=type(trouble).__name__)
            return b"", {}
        is_theirs = opened is not None and opened.agency == question.subject.split(".")[1]
        told = OwnPageTold(opens=self._of(opened) if opened and is_theirs else None)
        return told.model_dump_json().encode(), {}

    def _of(self, opened: Opened) -> OwnPageOf:
        return OwnPageOf(
            agency=opened.agency,
            member_id=opened.member_id,
            roles=self._roles(opened),
            is_open=opened.is_open(self.own.ports.clock.now()),
        )

    def _roles(self, opened: Opened) -> tuple[Role, ...]:
        zone = ZoneInfo(self.own.ports.settings.time_zone)
        today = self.own.ports.clock.now().astimezone(zone).date()
        until, entry = opened.member.designated_until, opened.member.entry
        is_in_time = entry.designated_from <= today and (until is None or today <= until)
        return (entry.role,) if is_in_time else ()
