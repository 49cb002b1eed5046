"""Referrals, the list of places, and what had to be told, on followup's ports.

An exception's id is drawn from the agency's secret, the member and a number: the member's own page
finds what they recorded, while nothing that is kept leads from an exception to a member.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schemas.subjects import Entity, Stream, apart_id_for, derived_id
from services.followup.deadlines import NOTICE_OVERDUE, NOTICE_REMINDER, RESOURCE_STALE
from services.followup.decider import DIRECTORY, EXCEPTION, REFERRAL
from services.followup.support_commands import (
    GoStale,
    MissNotice,
    RecordException,
    RemindOfNotice,
)
from services.followup.support_state import Place
from services.runtime.clock import new_id
from services.runtime.handle import Handled, handle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event, TimerDue
    from schemas.jurisdiction import ExceptionCategory, Jurisdiction, Notified
    from schemas.referrals import Resource
    from schemas.refusals import Refusal
    from services.followup.support_commands import (
        DirectoryCommand,
        ExceptionCommand,
        OfferReferral,
    )
    from services.followup.support_policy import SupportRules
    from services.followup.support_state import Directory, Referral, Told
    from services.runtime.host import Ports

OF_SUPPORT = frozenset({RESOURCE_STALE, NOTICE_REMINDER, NOTICE_OVERDUE})
"""The timers that are for this desk."""
_MOST_OWN = 100
"""So many exceptions of one member are looked for."""


@dataclass(frozen=True, slots=True)
class SupportDesk:
    """What a peer does beyond the talk."""

    ports: Ports
    law: Jurisdiction
    rules: SupportRules
    secret: str

    def about(self, actor: str, trace: str = "", command_id: UUID | None = None) -> dict[str, Any]:
        """What every command carries."""
        return {
            "command_id": command_id or new_id(),
            "now": self.ports.clock.now(),
            "actor": actor,
            "trace": trace,
        }

    async def refer(self, agency: str, command: OfferReferral, once: str = "") -> Handled[Referral]:
        """Record a referral; the same `once` is the same referral."""
        seed = derived_id(agency, "referral", once) if once else new_id()
        entity = Entity(Stream.FOLLOWUP, agency, apart_id_for(seed))
        return await handle(self.ports.journal, REFERRAL, entity, command)

    async def directory(self, agency: str) -> Directory:
        """The agency's own places."""
        return DIRECTORY.fold(await self.ports.journal.load(directory_of(agency)))

    async def places(self, agency: str) -> tuple[Place, ...]:
        """All places: those that come with Tailboard first, then by kind and name."""
        own = (await self.directory(agency)).places.values()
        kinds = sorted(own, key=lambda p: (p.resource.category, p.resource.organisation.casefold()))
        return (*(Place(each, None) for each in self.rules.built_in), *kinds)

    def is_built_in(self, resource: Resource) -> bool:
        """Whether a place comes with Tailboard: nobody has to confirm it."""
        return resource.resource_id in self.built_in_ids()

    def built_in_ids(self) -> tuple[str, ...]:
        """The ids that an agency cannot take."""
        return tuple(each.resource_id for each in self.rules.built_in)

    def of_places(self) -> dict[str, Any]:
        """What a listing and a confirmation need to know."""
        zone = self.ports.settings.time_zone
        return {"zone": zone, "stale_after": self.rules.stale_after}

    async def keep(self, agency: str, command: DirectoryCommand) -> Handled[Directory]:
        """Change the directory, or refuse it."""
        return await handle(self.ports.journal, DIRECTORY, directory_of(agency), command)

    def preview(self, command: DirectoryCommand, state: Directory) -> Sequence[Event] | Refusal:
        """What a change would lead to; nothing is recorded."""
        return DIRECTORY.decide(command, state)

    def own_reference(self, agency: str, member_id: str, number: int) -> str:
        """The reference of a member's exception of this number."""
        said = f"{agency}\x1f{member_id}\x1f{number}".encode()
        drawn = hmac.digest(self.secret.encode(), said, "sha256")
        return apart_id_for(UUID(bytes=drawn[:16]))

    async def own(self, agency: str, member_id: str) -> tuple[Told, ...]:
        """What this member recorded, by number from 0."""
        found: list[Told] = []
        while len(found) < _MOST_OWN:
            one = await self.exception(agency, self.own_reference(agency, member_id, len(found)))
            if one.recorded is None:
                break
            found.append(one)
        return tuple(found)

    async def exception(self, agency: str, reference: str) -> Told:
        """One exception, as it stands."""
        entity = Entity(Stream.FOLLOWUP, agency, reference)
        return EXCEPTION.fold(await self.ports.journal.load(entity))

    async def tell(self, agency: str, reference: str, command: ExceptionCommand) -> Handled[Told]:
        """Record a step of one exception, or refuse it."""
        entity = Entity(Stream.FOLLOWUP, agency, reference)
        return await handle(self.ports.journal, EXCEPTION, entity, command)

    def recording(
        self, category: ExceptionCategory, notified: tuple[Notified, ...], about: dict[str, Any]
    ) -> RecordException:
        """The command that records an exception under the law in force."""
        return RecordException(
            **about,
            category=category,
            jurisdiction=self.law.code,
            jurisdiction_version=self.law.version,
            says=self.law.exception(category),
            notified=notified,
            written_notice_within=self.rules.written_notice_within,
            remind_before=self.rules.remind_before,
        )

    async def on_due(self, due: TimerDue) -> Refusal | None:
        """A place went stale, or a written notice is due."""
        timer = due.timer
        once = derived_id(due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat())
        about = self.about("timer", due.trace, once)
        if timer.kind == RESOURCE_STALE:
            stale = GoStale(**about, resource_id=timer.key, due_at=timer.due_at)
            return (await handle(self.ports.journal, DIRECTORY, due.entity, stale)).refusal
        command: ExceptionCommand = (
            MissNotice(**about) if timer.kind == NOTICE_OVERDUE else RemindOfNotice(**about)
        )
        return (await handle(self.ports.journal, EXCEPTION, due.entity, command)).refusal


def directory_of(agency: str) -> Entity:
    """The entity of an agency's directory; its id keeps it off every list of cases."""
    return Entity(Stream.FOLLOWUP, agency, apart_id_for(derived_id(agency, "resources")))
