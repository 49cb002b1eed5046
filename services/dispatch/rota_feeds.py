"""Private calendar links: signed, naming a member by roster number, open until they are withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from schemas.policy import Role
from services.dispatch.rota_feed import AHEAD, BEHIND, feed, shifts
from services.dispatch.rota_kept import FeedNumber, feed_key
from services.runtime.clock import new_id
from services.runtime.errors import Conflict
from services.runtime.seal import Seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.dispatch.book import RosterBook
    from services.dispatch.duty_book import DutyBook, KeptRota
    from services.dispatch.roster import Member
    from services.dispatch.rota_feed import Shift
    from services.dispatch.session_book import SessionBook
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

OF_THE_TEAM = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD, Role.CLINICAL_DIRECTOR})
"""Who may see everybody's shifts."""


class Scope(StrEnum):
    """What a feed shows."""

    OWN = "own"
    TEAM = "team"


class NoFeed(Exception):
    """There is no such feed: the link is not ours, was withdrawn, or its member has left."""


class NotForThem(Exception):
    """This member may not have a feed of this scope."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """Whose feed it is, what it shows, and the number by which it is withdrawn."""

    agency: str
    member_id: str
    scope: Scope
    number: int


class FeedSigner:
    """Signs and reads the links of feeds with the agency's secret."""

    def __init__(self, secret: str) -> None:
        self._seal = Seal(secret, "tailboard-calendar")

    def sign(self, link: FeedLink) -> str:
        """The token, safe in a path."""
        said = f"{link.agency}\x1f{link.member_id}\x1f{link.scope.value}\x1f{link.number}"
        return self._seal.packed(said.encode())

    def read(self, token: str) -> FeedLink:
        """The link of a token. Raises NoFeed for anything that we did not sign."""
        try:
            agency, member_id, scope, number = self._seal.read_packed(token).decode().split("\x1f")
            return FeedLink(agency, member_id, Scope(scope), int(number))
        except ValueError as bad:
            raise NoFeed from bad


@dataclass(frozen=True, slots=True)
class Feeds:
    """Gives feeds out and takes them back. Raises Transient without a way to streams or bucket."""

    ports: Ports
    book: RosterBook
    duty: DutyBook
    bucket: Bucket
    signer: FeedSigner
    sessions: SessionBook

    async def give(self, agency: str, member_id: str, scope: Scope) -> str:
        """The address of a member's feed; the same one until it is withdrawn. Raises NotForThem."""
        if not self._may_have(await self._member(agency, member_id), scope):
            raise NotForThem
        link = FeedLink(agency, member_id, scope, await self._number(agency, member_id))
        return f"{self.ports.settings.base_url}/calendar/{self.signer.sign(link)}.ics"

    async def address(self, agency: str, member_id: str) -> str | None:
        """The address of a member's own feed; None for one who may have none."""
        try:
            return await self.give(agency, member_id, Scope.OWN)
        except NotForThem:
            return None

    async def withdraw(self, agency: str, member_id: str) -> None:
        """Close all feeds that a member was given."""
        await self.bucket.erase(feed_key(agency, member_id))

    async def read(self, token: str) -> bytes:
        """A feed as it is now. Raises NoFeed."""
        link = self.signer.read(token)
        stored = await self.bucket.get(feed_key(link.agency, link.member_id))
        if stored is None or FeedNumber.model_validate_json(stored).number != link.number:
            raise NoFeed
        if not self._may_have(await self._member(link.agency, link.member_id), link.scope):
            raise NoFeed
        return await self._made(link)

    async def of_rota(self, agency: str, rota_id: str) -> bytes:
        """One rota's shifts as a calendar, for a coordinator's own file. Raises NoFeed."""
        kept = (await self.duty.rotas(agency)).get(rota_id)
        if kept is None:
            raise NoFeed
        zone, name = self.ports.settings.time_zone, f"Tailboard: {rota_id}"
        return feed(name, self._shifts(agency, {rota_id: kept}), zone, with_members=True)

    async def _made(self, link: FeedLink) -> bytes:
        found = self._shifts(link.agency, await self.duty.rotas(link.agency))
        zone, is_team = self.ports.settings.time_zone, link.scope is Scope.TEAM
        own = (shift for shift in found if is_team or shift.member_id == link.member_id)
        name = "Tailboard: the team's shifts" if is_team else "Tailboard: my shifts"
        held = (
            each
            for each in self.sessions.meetings(link.agency)
            if is_team or each.member_id == link.member_id
        )
        return feed(name, own, zone, with_members=is_team, meetings=held)

    def _shifts(self, agency: str, kept: Mapping[str, KeptRota]) -> Iterator[Shift]:
        today = datetime.combine(self.ports.clock.now().astimezone(UTC).date(), time(0), UTC)
        rotas = {name: (each.rota, each.touches) for name, each in kept.items()}
        return shifts(agency, rotas, today - BEHIND, today + AHEAD)

    async def _number(self, agency: str, member_id: str) -> int:
        key = feed_key(agency, member_id)
        stored = await self.bucket.get(key)
        if stored is None:
            made = FeedNumber(number=new_id().int >> 64)
            try:
                await self.bucket.swap(key, made.model_dump_json().encode(), 0)
            except Conflict:
                return await self._number(agency, member_id)
            return made.number
        return FeedNumber.model_validate_json(stored).number

    async def _member(self, agency: str, member_id: str) -> Member | None:
        return (await self.book.of(agency)).get(member_id)

    def _may_have(self, member: Member | None, scope: Scope) -> bool:
        if member is None:
            return False
        until = member.designated_until
        if until is not None and until < self.ports.clock.now().date():
            return False
        return scope is Scope.OWN or member.entry.role in OF_THE_TEAM
