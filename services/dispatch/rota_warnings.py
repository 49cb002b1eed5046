"""Warns coordinators of gaps ahead, each on the first of their channels that takes it.

A warning is recorded once a carrier took it. If we stop in between, it goes out again: for a word
about the days to come, twice is better than never.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.dispatch import Failure
from schemas.subjects import derived_id
from services.dispatch.carriers.port import Contact, NotDelivered, PhoneMessage
from services.dispatch.commands.rota import RecordWarning
from services.dispatch.decider import COVERAGE
from services.dispatch.rota_words import words
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import DELIVERIES, log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from schemas.envelope import Recorded
    from schemas.rota import GapsWarned
    from services.dispatch.carriers.chosen import Carriers
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_PURPOSE = "rota_gap"
_RETRY_SECONDS = 60.0
_LONGEST_TEXT = 160


@dataclass(frozen=True, slots=True)
class RotaWarnings:
    """The sending side of the rotas."""

    ports: Ports
    carriers: Carriers
    contacts: Bucket

    async def on_warned(self, told: Recorded[GapsWarned]) -> None:
        """Send the warning to each coordinator who has not got it, until the gaps are over."""
        if self.ports.clock.now() >= max(gap.ends for gap in told.event.gaps):
            return
        history = await self.ports.journal.load(told.entity)
        if history.version < told.sequence:
            raise Transient("the look through the rotas is not read to its end yet")
        state, warning_id = COVERAGE.fold(history), told.event.warning_id
        waiting = [m for m in told.event.member_ids if (warning_id, m) not in state.told]
        done = [await self._tell(told, member_id) for member_id in waiting]
        if not all(done):
            raise Transient("a carrier will be asked again", retry_after=_RETRY_SECONDS)

    async def _tell(self, told: Recorded[GapsWarned], member_id: str) -> bool:
        """Whether this member is done with: they have it, or nothing can reach them."""
        stored = await self.contacts.get(f"{told.entity.agency}.{member_id}")
        contact = Contact.model_validate_json(stored) if stored else Contact()
        message = self._message(told.event, member_id)
        is_final = True
        for channel in self.carriers.channels_for(contact):
            try:
                await self.carriers.on(channel).send(message, contact)
            except NotDelivered as failure:
                log.warning("not_warned", member=member_id, reason=str(failure))
                DELIVERIES.labels(_PURPOSE, failure.failure.value).inc()
                is_final = is_final and failure.failure is Failure.PERMANENT
            else:
                DELIVERIES.labels(_PURPOSE, "sent").inc()
                await self._record(told, member_id, channel)
                return True
        return is_final

    def _message(self, event: GapsWarned, member_id: str) -> PhoneMessage:
        settings = self.ports.settings
        lines = [words(gap, settings.time_zone) for gap in event.gaps]
        message_id = derived_id(event.warning_id, member_id)
        return warning(message_id, lines, f"{settings.base_url}/roster")

    async def _record(self, told: Recorded[GapsWarned], member_id: str, channel: str) -> None:
        command = RecordWarning(
            command_id=derived_id(told.event.warning_id, member_id),
            now=self.ports.clock.now(),
            actor="delivery",
            trace=told.meta.trace,
            warning_id=told.event.warning_id,
            member_id=member_id,
            channel=channel,
        )
        await handle(self.ports.journal, COVERAGE, told.entity, command)


def warning(message_id: UUID, lines: Sequence[str], link: str) -> PhoneMessage:
    """Times for which nobody fit is on call; it is about the rota and about no case."""
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    short = f"Tailboard: {lines[0]}{more}. {link}"
    return PhoneMessage(
        message_id=str(message_id),
        subject="Tailboard: a gap in the on-call rota",
        text="\n".join(
            ("The on-call rota leaves this open:\n", *lines, f"\nLook at the rota: {link}\n")
        ),
        sms=short
        if len(short) <= _LONGEST_TEXT
        else f"Tailboard: the on-call rota has a gap. {link}",
        spoken=f"The on-call rota has a gap. {lines[0]}{more}.",
    )
