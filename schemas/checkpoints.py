"""The seals over the streams: what one says. They are no events of a case, and nobody reacts to them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.envelope import Frozen, UtcDatetime

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A hash, as 64 hexadecimal letters."""


class Seal(Frozen):
    """What every checkpoint has. Its number is its sequence in the stream CHECKPOINT."""

    version: Literal[1] = 1
    number: Annotated[int, Field(ge=1)]
    previous: Sha256
    """The hash of the checkpoint before it."""
    at: UtcDatetime
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Which key has signed it: the beginning of the hash of its public part."""
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
    """Ed25519 (RFC 8032) over everything else, in its canonical spelling."""


class ChainSealed(Seal):
    """All events of a stream up to one of them, and the newest of those again one by one."""

    kind: Literal["chain"]
    stream: Annotated[str, Field(pattern=r"^[A-Z_]{1,32}$")]
    sequence: Annotated[int, Field(ge=1)]
    """Of the last event that it covers."""
    count: Annotated[int, Field(ge=1)]
    """Events from the beginning of the stream up to it; timers are none."""
    link: Sha256
    sequences: tuple[int, ...]
    """The events since the checkpoint before it of the same stream."""
    contents: Annotated[str, Field(pattern=r"^([0-9a-f]{16})+$")]
    """The first 16 letters of the content hash of each of them, one after the other."""


class KeyNamed(Seal):
    """The key that signs from the next checkpoint on. The first of all names its own."""

    kind: Literal["key"]
    public_key: Sha256
    """Its 32 bytes."""
