"""Links in messages: signed, for one purpose, expiring, and naming nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, ConfigDict

from schemas.subjects import Entity, Stream


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


class LinkSigner:
    """Signs and reads offer links with the agency's secret."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt="tailboard-offer")

    def sign(self, link: OfferLink) -> str:
        """The token for a link, safe in a path."""
        until = int(link.valid_until.timestamp())
        return str(
            self._serializer.dumps([link.entity.agency, link.entity.id, link.offer_id.hex, until])
        )

    def read(self, token: str) -> OfferLink:
        """The link of a token. Raises BadLink for anything that we did not sign."""
        try:
            agency, case_id, offer, until = self._serializer.loads(token)
        except (BadSignature, ValueError) as bad:
            raise BadLink("this link was altered, or cut short by a mail program") from bad
        return OfferLink(
            entity=Entity(Stream.DISPATCH, agency, case_id),
            offer_id=UUID(hex=offer),
            valid_until=datetime.fromtimestamp(until, tz=UTC),
        )
