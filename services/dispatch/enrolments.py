"""Enrolled people's records in the erasable bucket: begin, confirm, change, leave, tidy.

Each is opened by its owner's secret alone. Nothing of it goes to a log, a metric or a stream.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from services.dispatch.carriers import messages
from services.dispatch.carriers.port import Contact, NotDelivered
from services.dispatch.cumulative import Enrolment, joined, pruned
from services.runtime.clock import new_id
from services.runtime.errors import Conflict, Transient
from services.runtime.seal import Seal
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.dispatch.carriers.port import Carrier
    from services.dispatch.cumulative_policy import CumulativePolicy
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_KIND = "exposure"
_TRIES = 20
_KEPT_SECRETS = 3
_FEW = 5
"""Smaller counts are not told, and greater ones in steps of it (docs/domain.md, rule 4)."""
_HOUR = timedelta(hours=1)
_TOKEN = re.compile(
    r"^(?P<agency>[a-z0-9-]{1,31})\.(?P<number>[0-9a-f]{32})\.(?P<secret>[\w-]{32})\Z", re.ASCII
)


class TooMany(Exception):
    """More links were asked for in an hour than the policy sends."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies. The number is random and tells nothing of its owner."""

    agency: str
    number: str

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return f"{self.agency}.{_KIND}.{self.number}"


class LeaveSigner:
    """Signs the links that can do nothing but leave; they go into messages and are kept nowhere."""

    def __init__(self, secret: str) -> None:
        self._seal = Seal(secret, "tailboard-exposure-leave")

    def sign(self, place: Place) -> str:
        """The token of a leaving link, safe in a path."""
        return self._seal.words(f"{place.agency}.{place.number}")

    def read(self, token: str) -> Place | None:
        """Whose leaving it is; None for anything that we did not sign."""
        try:
            agency, _, number = self._seal.read_words(token).partition(".")
        except ValueError:
            return None
        return Place(agency, number)


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Every record, each within reach of its owner only."""

    ports: Ports
    bucket: Bucket
    carrier: Carrier
    signer: LeaveSigner
    policy: CumulativePolicy
    _lately: deque[datetime] = field(default_factory=deque)

    async def begin(self, agency: str, contact: str, units: tuple[str, ...]) -> None:
        """Send the owner of an address the link that enrols it, or the way back to their page.

        Raises TooMany, Transient, and NotDelivered when the link did not go out. Whether an address
        was enrolled before makes no difference to the one who asks.
        """
        self._count()
        await self.tidy(agency)
        now, secret = self.ports.clock.now(), secrets.token_urlsafe(24)
        mine = await self._of(agency, contact)
        if mine:
            place, before = min(mine.items(), key=lambda item: item[0].number)
            if now - before.linked_at < self.policy.link_again_after:
                return
            await self.change(place, lambda held: _linked(held, secret, units, now))
        else:
            place = Place(agency, new_id().hex)
            before = Enrolment(contact=contact, units=units, linked_at=now)
            await self.bucket.swap(place.key, _stored(_linked(before, secret, units, now)), 0)
        link = f"{self._page}/{agency}.{place.number}.{secret}"
        write = messages.enrolment_link if before.counts_from else messages.confirm_enrolment
        try:
            await self.carrier.send(write(new_id(), link), Contact(email=before.contact))
        except NotDelivered:
            await self._not_linked(place, before.linked_at if mine else None)
            raise

    async def opened(self, token: str) -> tuple[Place, Enrolment] | None:
        """The record that a private link opens; None when it opens none (any more)."""
        found = _TOKEN.match(token)
        if found is None:
            return None
        place, digest = Place(found["agency"], found["number"]), _digest(found["secret"])
        record = await self.read(place)
        if record is None or not any(hmac.compare_digest(digest, s) for s in record.secrets):
            return None
        late = self.ports.clock.now() - record.linked_at >= self.policy.confirm_within
        return None if record.counts_from is None and late else (place, record)

    async def confirm(self, place: Place, units: tuple[str, ...]) -> None:
        """The owner of the address agrees: calls count from now on. One person has one record."""
        now = self.ports.clock.now()
        await self.change(place, lambda held: held if held.counts_from else _with(held, units, now))
        record = await self.read(place)
        if record is None:
            return
        for other, twin in (await self._of(place.agency, record.contact)).items():
            if other != place:
                await self.change(place, partial(joined, other=twin))
                await self.bucket.erase(other.key)

    async def change_units(self, place: Place, units: tuple[str, ...]) -> None:
        """What comes counts for other units from now on; what was counted stays."""
        now = self.ports.clock.now()
        await self.change(
            place, lambda held: held if held.units == units else _with(held, units, now)
        )

    async def leave(self, place: Place) -> None:
        """Erase the record, and the count with it."""
        await self.bucket.erase(place.key)

    async def how_many(self, agency: str) -> int | None:
        """How many have enrolled, in steps of five; None for fewer than five."""
        count = sum(bool(each.counts_from) for each in (await self.all(agency)).values())
        return count - count % _FEW or None

    async def all(self, agency: str) -> dict[Place, Enrolment]:
        """Every record of an agency."""
        held = await self.bucket.under(f"{agency}.{_KIND}")
        return {
            Place(agency, key.rpartition(".")[2]): Enrolment.model_validate_json(each.value)
            for key, each in held.items()
        }

    async def read(self, place: Place) -> Enrolment | None:
        """A record; None when it is gone."""
        stored = await self.bucket.get(place.key)
        return Enrolment.model_validate_json(stored) if stored else None

    async def change(
        self, place: Place, change: Callable[[Enrolment], Enrolment | None]
    ) -> Enrolment | None:
        """Store what a record becomes and give it back; None when it is gone or nothing was to do.

        Nothing that was erased meanwhile comes back. Raises Transient when it stays contended.
        """
        for _ in range(_TRIES):
            held = await self.bucket.held(place.key)
            if held is None:
                return None
            before = Enrolment.model_validate_json(held.value)
            after = change(before)
            if after is None or after == before:
                return None
            try:
                await self.bucket.swap(place.key, _stored(after), held.revision)
            except Conflict:
                continue
            return after
        raise Transient("the record is being changed by others", retry_after=0.5)

    async def tidy(self, agency: str) -> None:
        """Erase what nobody confirmed, and what does not count any more."""
        now = self.ports.clock.now()
        for place, record in (await self.all(agency)).items():
            if record.counts_from is None:
                if now - record.linked_at >= self.policy.confirm_within:
                    await self.bucket.erase(place.key)
            elif pruned(record, now, self.policy.rule) != record:
                await self.change(place, lambda held: pruned(held, now, self.policy.rule))

    async def keep(self) -> None:
        """Tidy every hour, for ever: run as a background job."""
        while True:
            try:
                await self.tidy(self.ports.settings.agency)
            except Transient as trouble:
                log.warning("tidied_later", reason=str(trouble))
            await asyncio.sleep(3600)  # noqa: TID251 - no timer: it would leave a trace in a stream

    async def _not_linked(self, place: Place, linked_at: datetime | None) -> None:
        """The link did not go out: whoever tries again is not told to wait for it."""
        if linked_at is None:
            await self.bucket.erase(place.key)
            return
        await self.change(place, lambda held: held.model_copy(update={"linked_at": linked_at}))

    def leaving(self, place: Place) -> str:
        """The link that can only leave."""
        return f"{self._page}/leave/{self.signer.sign(place)}"

    @property
    def _page(self) -> str:
        return f"{self.ports.settings.base_url}/exposure"

    async def _of(self, agency: str, contact: str) -> dict[Place, Enrolment]:
        wanted = contact.casefold()
        everybody = (await self.all(agency)).items()
        return {place: each for place, each in everybody if each.contact.casefold() == wanted}

    def _count(self) -> None:
        now = self.ports.clock.now()
        while self._lately and self._lately[0] <= now - _HOUR:
            self._lately.popleft()
        if len(self._lately) >= self.policy.hourly_limit:
            raise TooMany
        self._lately.append(now)


def _linked(record: Enrolment, secret: str, units: tuple[str, ...], now: datetime) -> Enrolment:
    """With one more link. Who has not agreed yet may have asked again with other units."""
    kept = (*record.secrets, _digest(secret))[-_KEPT_SECRETS:]
    changed = {"secrets": kept, "linked_at": now}
    if record.counts_from is None:
        changed["units"] = units
    return record.model_copy(update=changed)


def _with(record: Enrolment, units: tuple[str, ...], now: datetime) -> Enrolment:
    return record.model_copy(update={"units": units, "counts_from": now})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _stored(record: Enrolment) -> bytes:
    return record.model_dump_json().encode()
