"""One-on-ones on followup's ports: the stream says that there is one, the vault alone who it is.

What a step leaves behind is in this order, so that a crash in between loses nobody: a place in the
vault, the event, the record; and at the end the record's key is destroyed before the event says so.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import PRIVATE_LEDGER, Entity, Stream, derived_id
from services.followup.deadlines import CONTACT_DUE, RECORD_ERASE
from services.followup.decide.one_on_ones import UNKNOWN
from services.followup.decider import LEDGER, ONE_ON_ONE
from services.followup.private_commands import (
    AnswerHandOver,
    EraseRecord,
    NotePeerLeft,
    OpenOneOnOne,
    RemindOfContact,
)
from services.followup.private_person import Person
from services.followup.private_state import OneOnOne
from services.runtime.clock import new_id
from services.runtime.handle import Handled, handle
from services.runtime.telemetry import log
from services.runtime.vault import Damaged, Place, Vault

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from schemas.envelope import Recorded, TimerDue
    from schemas.jurisdiction import Contact, Jurisdiction, Notice
    from schemas.one_on_ones import LegalHoldLifted, OneOnOneTakenOver
    from schemas.roster import MemberLeft
    from services.followup.private_commands import LedgerCommand, OneOnOneCommand
    from services.followup.private_policy import PrivateRules
    from services.followup.private_state import Ledger, OneOnOneState
    from services.followup.roster_book import RosterBook
    from services.runtime.host import Ports

OF_ONE_ON_ONES = frozenset({CONTACT_DUE, RECORD_ERASE})
"""The timers that are for this desk."""
_HELD = Refusal(RefusalCode.ON_HOLD, "A legal hold is on it: what is kept cannot be changed.")


class Kept(NamedTuple):
    """A one-on-one with its id, and who it is where that may be seen and is not lost."""

    one_on_one: str
    state: OneOnOne
    person: Person | None


@dataclass(frozen=True, slots=True)
class PrivateDesk:
    """Whom peers look after."""

    ports: Ports
    vault: Vault
    roster: RosterBook
    law: Jurisdiction
    rules: PrivateRules
    _erasing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A hold is set between two erasures, and never during one."""

    def about(self, actor: str, trace: str = "", command_id: UUID | None = None) -> dict[str, Any]:
        """What every command carries, with the rules."""
        return {
            "command_id": command_id or new_id(),
            "now": self.ports.clock.now(),
            "actor": actor,
            "trace": trace,
        }

    async def state(self, agency: str, one_on_one: str) -> OneOnOneState:
        """What is known of one, without who it is."""
        return ONE_ON_ONE.fold(await self.ports.journal.load(_one(agency, one_on_one)))

    async def ledger(self, agency: str) -> Ledger:
        """The agency's holds."""
        return LEDGER.fold(await self.ports.journal.load(ledger_of(agency)))

    async def notice(self, agency: str, peer: str, contact: Contact) -> Notice:
        """What has to be shown before a first contact of this peer."""
        designated = peer in await self._on_roster(agency, frozenset(Role))
        return self.law.notice_for(contact.model_copy(update={"designated": designated}))

    async def peers(self, agency: str, besides: str) -> tuple[str, ...]:
        """Who can take one over today."""
        return tuple(sorted(set(await self._on_roster(agency, frozenset({Role.PEER}))) - {besides}))

    async def serves(self, agency: str, member_id: str, roles: frozenset[Role]) -> bool:
        """Whether somebody is on the roster today in one of these roles."""
        return member_id in await self._on_roster(agency, roles)

    async def of(self, agency: str, peer: str) -> tuple[Kept, ...]:
        """What a peer has, and what is offered to them, which shows nobody; soonest first."""
        found = []
        for place in await self.vault.places(agency, peer):
            state = await self.state(agency, place.record)
            if isinstance(state, OneOnOne) and not state.erased:
                if state.peer == peer:
                    found.append(Kept(place.record, state, await self.person(place)))
                elif state.offered_to == peer:
                    found.append(Kept(place.record, state, None))
        return tuple(sorted(found, key=lambda kept: kept.state.next_contact_at))

    async def waiting(self, agency: str, peer: str) -> int:
        """How many contacts of a peer are due, and how many are offered to them."""
        now, found = self.ports.clock.now(), 0
        for place in await self.vault.places(agency, peer):
            state = await self.state(agency, place.record)
            if isinstance(state, OneOnOne) and state.is_open:
                mine_is_due = state.peer == peer and state.next_contact_at <= now
                found += mine_is_due or state.offered_to == peer
        return found

    async def every(self, agency: str) -> dict[str, OneOnOne]:
        """All of an agency that are not erased, by id, without who they are."""
        found: dict[str, OneOnOne] = {}
        for place in await self.vault.places(agency):
            state = await self.state(agency, place.record)
            if isinstance(state, OneOnOne) and not state.erased:
                found[place.record] = state
        return found

    async def person(self, place: Place) -> Person | None:
        """Who it is; None where nothing is kept, or where it was altered and opens no more."""
        try:
            record = await self.vault.open(place)
        except Damaged:
            log.exception("record_does_not_open", one_on_one=place.record)
            return None
        return Person.model_validate_json(record) if record else None

    async def open(
        self, agency: str, one_on_one: str, command: OpenOneOnOne, person: Person
    ) -> Refusal | None:
        """Begin to look after somebody; the same id is the same one."""
        place = Place(agency, command.peer, one_on_one)
        await self.vault.reserve(place)
        handled = await self.do(agency, one_on_one, command)
        if handled.refusal is None:
            await self.vault.seal(place, person.model_dump_json().encode())
        elif not isinstance(handled.state, OneOnOne):
            await self.vault.shred(place)
        return handled.refusal

    async def keep(self, agency: str, peer: str, one_on_one: str, person: Person) -> Refusal | None:
        """Another number, or another word to call them by."""
        async with self._erasing:
            state = await self.state(agency, one_on_one)
            if not isinstance(state, OneOnOne) or state.peer != peer or not state.is_open:
                return UNKNOWN
            if (await self.ledger(agency)).held(one_on_one, state.case_id):
                return _HELD
            await self.vault.seal(
                Place(agency, peer, one_on_one), person.model_dump_json().encode()
            )
        return None

    async def do(
        self, agency: str, one_on_one: str, command: OneOnOneCommand
    ) -> Handled[OneOnOneState]:
        """Record a step, or refuse it."""
        return await handle(self.ports.journal, ONE_ON_ONE, _one(agency, one_on_one), command)

    async def offer(
        self, agency: str, one_on_one: str, to: str, command: OneOnOneCommand
    ) -> Refusal | None:
        """Ask another peer, on whose list it is from now on, without anybody's name."""
        handled = await self.do(agency, one_on_one, command)
        if handled.refusal is None:
            await self.vault.reserve(Place(agency, to, one_on_one))
        return handled.refusal

    async def answer(self, agency: str, one_on_one: str, command: AnswerHandOver) -> Refusal | None:
        """Take it over, encrypted anew for its new owner, or leave it."""
        state = await self.state(agency, one_on_one)
        new = Place(agency, command.peer, one_on_one)
        if not isinstance(state, OneOnOne):
            return UNKNOWN
        is_moving = command.accepted and state.offered_to == command.peer
        if is_moving and (record := await self.vault.open(Place(agency, state.peer, one_on_one))):
            await self.vault.seal(new, record)
        handled = await self.do(agency, one_on_one, command)
        after = handled.state
        if isinstance(after, OneOnOne) and after.peer != command.peer:
            await self.vault.shred(new)
        return handled.refusal

    async def on_taken_over(self, told: Recorded[OneOnOneTakenOver]) -> None:
        """What it was encrypted for is not its owner any more."""
        state = await self.state(told.entity.agency, told.entity.id)
        if isinstance(state, OneOnOne) and state.peer != told.event.before:
            await self.vault.shred(Place(told.entity.agency, told.event.before, told.entity.id))

    async def on_member_left(self, told: Recorded[MemberLeft]) -> None:
        """Whoever they looked after needs somebody else."""
        agency, peer = told.entity.agency, told.entity.id
        for place in await self.vault.places(agency, peer):
            once = derived_id(told.meta.event_id, place.record)
            about = self.about("roster", told.meta.trace, once)
            await self.do(agency, place.record, NotePeerLeft(**about, peer=peer, rules=self.rules))

    async def on_hold_lifted(self, told: Recorded[LegalHoldLifted]) -> None:
        """Erase what should have been erased meanwhile."""
        for place in await self.vault.places(told.entity.agency):
            once = derived_id(told.meta.event_id, place.record)
            about = self.about("rule:hold_lifted", told.meta.trace, once)
            await self.erase(told.entity.agency, place.record, about)

    async def on_due(self, due: TimerDue) -> Refusal | None:
        """A contact is due, or a record's time is over."""
        timer, agency, one_on_one = due.timer, due.entity.agency, due.entity.id
        once = derived_id(due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat())
        about = self.about("timer", due.trace, once)
        if timer.kind == RECORD_ERASE:
            return await self.erase(agency, one_on_one, about)
        state = await self.state(agency, one_on_one)
        there = isinstance(state, OneOnOne) and await self.serves(
            agency, state.peer, frozenset(Role)
        )
        command = RemindOfContact(
            **about, due_at=timer.due_at, peer_on_roster=there, rules=self.rules
        )
        return (await self.do(agency, one_on_one, command)).refusal

    async def erase(self, agency: str, one_on_one: str, about: dict[str, Any]) -> Refusal | None:
        """Destroy the key, and only then say so; what is held stays."""
        async with self._erasing:
            state = await self.state(agency, one_on_one)
            case_id = state.case_id if isinstance(state, OneOnOne) else None
            held = (await self.ledger(agency)).held(one_on_one, case_id)
            command = EraseRecord(**about, held=held)
            decided = ONE_ON_ONE.decide(command, state)
            if isinstance(decided, Refusal):
                return decided
            assert isinstance(state, OneOnOne)  # noqa: S101 - there was something to erase
            await self.vault.shred(Place(agency, state.peer, one_on_one))
            return (await self.do(agency, one_on_one, command)).refusal

    async def note(self, agency: str, command: LedgerCommand) -> Handled[Ledger]:
        """Record a step of the agency's ledger, or refuse it."""
        async with self._erasing:
            return await handle(self.ports.journal, LEDGER, ledger_of(agency), command)

    async def _on_roster(self, agency: str, roles: frozenset[Role]) -> tuple[str, ...]:
        day, members = self._today(), await self.roster.of(agency)
        return tuple(
            name
            for name, entry in members.items()
            if entry.role in roles and entry.is_on_roster(day)
        )

    def _today(self) -> date:
        zone = ZoneInfo(self.ports.settings.time_zone)
        return self.ports.clock.now().astimezone(zone).date()


def ledger_of(agency: str) -> Entity:
    """The entity of an agency's holds."""
    return Entity(Stream.FOLLOWUP, agency, PRIVATE_LEDGER)


def _one(agency: str, one_on_one: str) -> Entity:
    return Entity(Stream.FOLLOWUP, agency, one_on_one)
