"""The links of members' own pages: signed, kept by number in the erasable bucket, sent on request.

A link opens the page of one member while its number is the one on file; a fresh one closes it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.dispatch import Failure
from schemas.subjects import Entity, Stream
from services.dispatch.carriers import messages
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.decider import ROSTER
from services.dispatch.personal import OwnPage
from services.dispatch.roster import Member
from services.runtime.clock import new_id
from services.runtime.errors import Conflict
from services.runtime.seal import Seal

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.carriers.chosen import Carriers
    from services.dispatch.carriers.port import Contact, PhoneMessage
    from services.dispatch.personal import PersonalRecords
    from services.dispatch.roster_policy import RosterRules
    from services.runtime.host import Ports

_NOT_AGAIN_WITHIN = timedelta(minutes=10)
"""Whoever holds an old link cannot fill a phone with new ones."""


class NoContact(Exception):
    """Nothing is on file to reach the member by."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is ours, with what it opens."""

    token: str
    entity: Entity
    member: Member
    page: OwnPage

    @property
    def agency(self) -> str:
        """Whose roster it is."""
        return self.entity.agency

    @property
    def member_id(self) -> str:
        """Whose page it is."""
        return self.entity.id

    def is_open(self, now: datetime) -> bool:
        """Whether the link still works; after that it can only ask for a new one."""
        return now < self.page.valid_until


class PageSigner:
    """Signs the links with the agency's secret; they name a roster number and nobody."""

    def __init__(self, secret: str) -> None:
        self._seal = Seal(secret, "tailboard-own-page")

    def sign(self, entity: Entity, number: str) -> str:
        """The token of a link, safe in a path."""
        return self._seal.words(f"{entity.agency}.{entity.id}.{number}")

    def read(self, token: str) -> tuple[Entity, str] | None:
        """Whose page, and the link's number; None for anything that we did not sign."""
        try:
            agency, member_id, number = self._seal.read_words(token).split(".")
            return Entity(Stream.ROSTER, agency, member_id), number
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Keeps each member's one link, and makes it where there is none."""

    ports: Ports
    personal: PersonalRecords
    signer: PageSigner
    rules: RosterRules

    async def of(self, agency: str, member_id: str) -> str:
        """The token of a member's link, which works for the policy's time from now on: the same one
        as ever, however often and by however many it is asked for. Raises Transient."""
        while True:
            held = await self.personal.own_page_held(agency, member_id)
            now = self.ports.clock.now()
            before = held[0] if held else None
            number = before.number if before else secrets.token_urlsafe(12)
            page = OwnPage(
                number=number,
                valid_until=now + self.rules.link_for,
                sent_at=before.sent_at if before else now,
            )
            try:
                await self.personal.swap_own_page(agency, member_id, page, held[1] if held else 0)
            except Conflict:
                continue  # a fresh link, or another message, was made in this moment
            return self.signer.sign(Entity(Stream.ROSTER, agency, member_id), number)


@dataclass(frozen=True, slots=True)
class OwnPages:
    """Sends the links, and opens what they lead to."""

    ports: Ports
    personal: PersonalRecords
    carriers: Carriers
    signer: PageSigner
    rules: RosterRules

    async def invite(self, agency: str, member_id: str, *, fresh: bool = False) -> None:
        """Send a member the link of their page, on the first of their channels that takes it.

        The link stays the same unless `fresh` is wished, and works for the policy's time from now
        on. Raises NoContact, NotDelivered when no channel takes it, and Transient.
        """
        contact = await self.personal.contact(agency, member_id)
        if contact is None:
            raise NoContact
        now = self.ports.clock.now()
        before = await self.personal.own_page(agency, member_id)
        number = before.number if before and not fresh else secrets.token_urlsafe(12)
        page = OwnPage(number=number, valid_until=now + self.rules.link_for, sent_at=now)
        await self.personal.keep_own_page(agency, member_id, page)
        token = self.signer.sign(Entity(Stream.ROSTER, agency, member_id), number)
        link = f"{self.ports.settings.base_url}/m/{token}"
        await self._hand_over(messages.member_page(new_id(), link), contact)

    async def opened(self, token: str) -> Opened | None:
        """What a link opens; None when it opens nothing (any more). Raises Transient."""
        found = self.signer.read(token)
        if found is None:
            return None
        entity, number = found
        page = await self.personal.own_page(entity.agency, entity.id)
        if page is None or not hmac.compare_digest(page.number, number):
            return None
        member = ROSTER.fold(await self.ports.journal.load(entity))
        return Opened(token, entity, member, page) if isinstance(member, Member) else None

    async def renew(self, opened: Opened) -> None:
        """Send the link again to the one it belongs to, and let it work once more."""
        if self.ports.clock.now() - opened.page.sent_at >= _NOT_AGAIN_WITHIN:
            await self.invite(opened.agency, opened.member_id)

    async def _hand_over(self, message: PhoneMessage, contact: Contact) -> None:
        last = NotDelivered(Failure.PERMANENT, "no channel reaches this member")
        for channel in self.carriers.channels_for(contact):
            try:
                await self.carriers.on(channel).send(message, contact)
            except NotDelivered as failed:
                last = failed
            else:
                return
        raise last
