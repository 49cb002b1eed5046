"""Links in messages: signed, for one purpose, expiring, short, and naming nobody."""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from schemas.subjects import Entity, Stream, request_id_for
from services.runtime.seal import BrokenSeal, Seal, from_path, path_safe

_FIXED = struct.Struct(">16s16sQ")
_SHORT_ID, _NAMED, _MAC = 5, 21, 8


class BadLink(Exception):
    """The link was altered, or is not one of ours."""


class OfferLink(BaseModel):
    """What an offer's link says, and until when it opens the page."""

    model_config = ConfigDict(frozen=True)

    entity: Entity
    offer_id: UUID
    valid_until: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether the link may still be used."""
        return now < self.valid_until


@dataclass(frozen=True, slots=True)
class ReviewLink:
    """Who may decide which question; it works until somebody has decided."""

    entity: Entity
    review_id: UUID
    member_id: str


@dataclass(frozen=True, slots=True)
class AlarmLink:
    """Who may say that they have which alarm; it works until somebody has it."""

    entity: Entity
    alarm_id: UUID
    member_id: str


class LinkSigner:
    """Signs and reads links with the agency's secret; about 90 characters, as texts are short."""

    def __init__(self, secret: str) -> None:
        self._seal = Seal(secret, "tailboard-offer")
        self._reviews = Seal(secret, "tailboard-review")
        self._alarms = Seal(secret, "tailboard-alarm")

    def sign_review(self, link: ReviewLink) -> str:
        """The token for a review's link, safe in a path."""
        return _signed(self._reviews, link.entity, link.review_id, link.member_id)

    def read_review(self, token: str) -> ReviewLink:
        """The link of a token. Raises BadLink for anything that we did not sign."""
        return ReviewLink(*_read(self._reviews, token))

    def sign_alarm(self, link: AlarmLink) -> str:
        """The token for an alarm's link, safe in a path."""
        return _signed(self._alarms, link.entity, link.alarm_id, link.member_id)

    def read_alarm(self, token: str) -> AlarmLink:
        """The link of a token. Raises BadLink for anything that we did not sign."""
        return AlarmLink(*_read(self._alarms, token))

    def sign(self, link: OfferLink) -> str:
        """The token for a link, safe in a path. Raises ValueError for a case id that is no UUID."""
        case, until = UUID(link.entity.id), int(link.valid_until.timestamp())
        packed = _FIXED.pack(case.bytes, link.offer_id.bytes, until) + link.entity.agency.encode()
        return self._seal.packed(packed)

    def read(self, token: str) -> OfferLink:
        """The link of a token. Raises BadLink for anything that we did not sign."""
        packed = _unpacked(self._seal, token)
        case, offer, until = _FIXED.unpack_from(packed)
        agency = packed[_FIXED.size :].decode()
        return OfferLink(
            entity=Entity(Stream.DISPATCH, agency, str(UUID(bytes=case))),
            offer_id=UUID(bytes=offer),
            valid_until=datetime.fromtimestamp(until, tz=UTC),
        )


class DeliverySigner:
    """Names one delivery in as few characters as a text leaves for it: 39, and it names nobody.

    40 bits of the delivery's id are enough to find it within its case; 64 bits of the signature are
    too many to guess over a network.
    """

    def __init__(self, secret: str, home: str) -> None:
        self._secret = secret.encode()
        self._home = home
        """The agency that a token need not name."""

    def sign(self, entity: Entity, delivery_id: UUID) -> str:
        """The token, safe in a path. Raises ValueError for a case id that is no UUID."""
        named = UUID(entity.id).bytes + delivery_id.bytes[:_SHORT_ID]
        agency = "" if entity.agency == self._home else entity.agency
        packed = named + self._mac(named, agency) + agency.encode()
        return path_safe(packed)

    def read(self, token: str) -> tuple[Entity, bytes]:
        """The case, and how the delivery's id begins. Raises BadLink for what we did not sign."""
        try:
            packed = from_path(token)
            agency = packed[_NAMED + _MAC :].decode()
        except ValueError as bad:
            raise BadLink("this link was altered, or cut short") from bad
        named, mac = packed[:_NAMED], packed[_NAMED : _NAMED + _MAC]
        if not hmac.compare_digest(mac, self._mac(named, agency)):
            raise BadLink("this link was altered, or cut short")
        case_id = str(UUID(bytes=named[:16]))
        return Entity(Stream.DISPATCH, agency or self._home, case_id), named[16:]

    def _mac(self, named: bytes, agency: str) -> bytes:
        said = b"delivery\x1f" + named + (agency or self._home).encode()
        return hmac.digest(self._secret, said, "sha256")[:_MAC]


class RequestSigner:
    """Signs the private link of a member who asked for a peer; it names the request and nobody."""

    def __init__(self, secret: str) -> None:
        self._seal = Seal(secret, "tailboard-request")
        self._secret = secret.encode()

    def sign(self, entity: Entity) -> str:
        """The token for a request's own page, safe in a path."""
        packed = UUID(entity.id).bytes + entity.agency.encode()
        return self._seal.packed(packed)

    def read(self, token: str) -> Entity:
        """The request of a token. Raises BadLink for anything that we did not sign."""
        packed = _unpacked(self._seal, token)
        return Entity(Stream.DISPATCH, packed[16:].decode(), str(UUID(bytes=packed[:16])))

    def case_id_for(self, *parts: str) -> str:
        """The same sending gives the same request, and nobody without the secret can tell which."""
        digest = hmac.digest(self._secret, "\x1f".join(parts).encode(), "sha256")
        return request_id_for(UUID(bytes=digest[:16]))


def _signed(seal: Seal, entity: Entity, about: UUID, member_id: str) -> str:
    ids = UUID(entity.id).bytes + about.bytes
    return seal.packed(ids + f"{entity.agency}\x1f{member_id}".encode())


def _read(seal: Seal, token: str) -> tuple[Entity, UUID, str]:
    packed = _unpacked(seal, token)
    agency, _, member_id = packed[32:].decode().partition("\x1f")
    entity = Entity(Stream.DISPATCH, agency, str(UUID(bytes=packed[:16])))
    return entity, UUID(bytes=packed[16:32]), member_id


def _unpacked(seal: Seal, token: str) -> bytes:
    try:
        return seal.read_packed(token)
    except BrokenSeal as bad:
        raise BadLink("this link was altered, or cut short by a mail program") from bad
