"""Enrolled people's records in the erasable bucket: find, change, erase, and send their check-in offer.

Nothing of them is logged, counted by name or put into a stream.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dispatch.carriers import messages
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.cumulative import (
    Enrolment,
    Exposure,
    OfferStatus,
    claimed,
    forget,
    note,
    settled,
)
from services.runtime.errors import Conflict, Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.dispatch import Failure
    from schemas.envelope import Recorded
    from schemas.intake import ActivationRequested, DeactivationRequested, ExposureRecorded
    from schemas.policy import CumulativeRule
    from services.dispatch.carriers.port import Carrier, Contact
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_PREFIX = "exposure-"
_TRIES = 20
_FEW = 5
"""Counts below this are not shown (docs/domain.md, rule 4)."""


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Everybody who is enrolled, each reached only by their own secret."""

    ports: Ports
    bucket: Bucket
    carrier: Carrier
    rule: CumulativeRule
    send_seconds: float

    async def begin(self, agency: str, contact: Contact, units: tuple[str, ...]) -> str:
        """Keep a record that counts nothing yet, and send its owner the link that confirms it: so
        nobody can enrol somebody else. The secret of the link."""
        secret = secrets.token_urlsafe(24)
        now = self.ports.clock.now()
        record = Enrolment(contact=contact, units=units, asked_at=now)
        await self.bucket.swap(self._key(agency, secret), _bytes(record), 0)
        message = messages.confirm_enrolment(self._link(secret))
        try:
            await self.carrier.send(message, contact)
        except NotDelivered as failure:
            await self.bucket.erase(self._key(agency, secret))
            raise Transient("the message did not go out", retry_after=5.0) from failure
        return secret

    async def of(self, agency: str, secret: str) -> Enrolment | None:
        """The record behind a secret."""
        stored = await self.bucket.get(self._key(agency, secret))
        return Enrolment.model_validate_json(stored) if stored else None

    async def change(
        self, agency: str, secret: str, change: Callable[[Enrolment], Enrolment]
    ) -> Enrolment | None:
        """Change one's own record; None when there is none."""
        return await self._changed(self._key(agency, secret), change)

    async def leave(self, agency: str, secret: str) -> None:
        """Erase the record and with it the count."""
        await self.bucket.erase(self._key(agency, secret))

    async def how_many(self, agency: str) -> int | None:
        """How many are enrolled; None for fewer than five."""
        count = len(await self.bucket.keys(f"{agency}.{_PREFIX}"))
        return count if count >= _FEW else None

    async def on_hard_call(
        self, told: Recorded[ActivationRequested] | Recorded[ExposureRecorded], tier: int
    ) -> None:
        """Note it for whose unit was there, and offer a check-in to whom it adds up for."""
        exposure = Exposure(case_id=told.entity.id, tier=tier, at=told.meta.time)
        for key in await self._keys(told.entity.agency):
            record = await self._changed(
                key,
                lambda r: (
                    note(r, exposure, self.rule)
                    if r.is_confirmed and r.rode(told.event.units)
                    else r
                ),
            )
            if record is not None and record.exposures:
                await self._offer(key)

    async def on_called_off(self, told: Recorded[DeactivationRequested]) -> None:
        """Forget a case that turned out to be nothing."""
        for key in await self._keys(told.entity.agency):
            await self._changed(key, lambda r: forget(r, told.entity.id))

    async def _offer(self, key: str) -> None:
        """Claim first, then send: a stop in between leaves an offer that is not sent again."""
        now = self.ports.clock.now()
        give_up_at = self.ports.clock.after(2 * self.send_seconds + 1)
        held = await self.bucket.held(key)
        record = Enrolment.model_validate_json(held.value) if held else None
        offered = record and claimed(record, key, self.rule, now, give_up_at)
        if held is None or offered is None or offered.offer is None:
            return
        try:
            await self.bucket.swap(key, _bytes(offered), held.revision)
        except Conflict as conflict:
            raise Transient("the record has just changed", retry_after=0.5) from conflict
        failure: Failure | None = None
        ask = f"{self.ports.settings.base_url}/ask"
        message = messages.offer_check_in(offered.offer.message_id, ask)
        try:
            await self.carrier.send(message, offered.contact)
        except NotDelivered as trouble:
            failure = trouble.failure
            log.warning("check_in_offer_not_delivered", failure=failure.value)
        after = await self._changed(key, lambda r: settled(r, failure))
        if after and after.offer and after.offer.status is OfferStatus.FAILED:
            raise Transient("the carrier will be asked again", retry_after=30.0)

    async def _keys(self, agency: str) -> tuple[str, ...]:
        return await self.bucket.keys(f"{agency}.{_PREFIX}")

    async def _changed(
        self, key: str, change: Callable[[Enrolment], Enrolment]
    ) -> Enrolment | None:
        for _ in range(_TRIES):
            held = await self.bucket.held(key)
            if held is None:
                return None
            before = Enrolment.model_validate_json(held.value)
            after = change(before)
            if after == before:
                return before
            try:
                await self.bucket.swap(key, _bytes(after), held.revision)
            except Conflict:
                continue
            return after
        raise Transient("the record stays contended", retry_after=1.0)

    def _link(self, secret: str) -> str:
        return f"{self.ports.settings.base_url}/exposure/{secret}"

    def _key(self, agency: str, secret: str) -> str:
        """By the secret's digest: who can list keys still cannot open a record's page."""
        return f"{agency}.{_PREFIX}{hashlib.sha256(secret.encode()).hexdigest()[:40]}"


def _bytes(record: Enrolment) -> bytes:
    return record.model_dump_json().encode()
