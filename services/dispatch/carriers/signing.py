"""Who sent a webhook, both ways: HMAC-SHA256 over time and body (docs/how-to/carriers.md)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TIMESTAMP = "Tailboard-Timestamp"
SIGNATURE = "Tailboard-Signature"
_SCHEME = "v1="
_TOLERANCE_SECONDS = 300
"""Older than this, what was overheard cannot be sent again (as Stripe and Slack have it)."""


class BadSignature(Exception):
    """It was not sent by who knows the secret, or too long ago; the message says which."""


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove who sent this body, and when."""
    at = str(int(now.timestamp()))
    return {TIMESTAMP: at, SIGNATURE: f"{_SCHEME}{_digest(secret, at, body)}"}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises BadSignature unless the sender knows the secret and sent it in the last minutes.

    `headers` finds names in any case, as an HTTP framework's do. Several signatures may be given,
    parted by commas, while a secret is being changed.
    """
    at = headers.get(TIMESTAMP, "")
    if not at.isdigit():
        raise BadSignature(f"the header {TIMESTAMP} must hold seconds since 1970")
    if abs(now.timestamp() - int(at)) > _TOLERANCE_SECONDS:
        raise BadSignature("the timestamp is more than five minutes off: set both clocks by NTP")
    wanted = f"{_SCHEME}{_digest(secret, at, body)}"
    given = (each.strip() for each in headers.get(SIGNATURE, "").split(","))
    if not any(hmac.compare_digest(wanted.encode(), each.encode()) for each in given):
        raise BadSignature(f"the header {SIGNATURE} does not fit this body and secret")


def _digest(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, "sha256").hexdigest()
