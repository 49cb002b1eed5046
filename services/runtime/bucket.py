"""A key-value bucket whose entries can be erased, unlike history: people's contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError

from services.runtime.errors import Transient

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js.kv import KeyValue


class Bucket(Protocol):
    """Keys are `<agency>.<id>`. Every call raises Transient when the bucket cannot be reached."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None when there is none (any more)."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Set a value; the previous one is gone."""
        ...

    async def erase(self, key: str) -> None:
        """Remove the value: nothing can read it any more.

        Its bytes stay in the server's files until the store rewrites them, which it does by itself.
        """
        ...


class MemoryBucket:
    """A bucket in memory."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        """See Bucket.get."""
        return self._values.get(key)

    async def put(self, key: str, value: bytes) -> None:
        """See Bucket.put."""
        self._values[key] = value

    async def erase(self, key: str) -> None:
        """See Bucket.erase."""
        self._values.pop(key, None)


class JetStreamBucket:
    """A bucket on the server, opened on first use."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name
        self._opened: KeyValue | None = None

    async def get(self, key: str) -> bytes | None:
        """See Bucket.get."""
        try:
            entry = await (await self._bucket()).get(key)
        except KeyNotFoundError:
            return None
        except (NatsError, OSError) as error:
            raise Transient(f"the bucket {self._name} cannot be reached") from error
        return entry.value

    async def put(self, key: str, value: bytes) -> None:
        """See Bucket.put."""
        try:
            await (await self._bucket()).put(key, value)
        except (NatsError, OSError) as error:
            raise Transient(f"the bucket {self._name} cannot be reached") from error

    async def erase(self, key: str) -> None:
        """See Bucket.erase."""
        try:
            await (await self._bucket()).purge(key)
        except (NatsError, OSError) as error:
            raise Transient(f"the bucket {self._name} cannot be reached") from error

    async def _bucket(self) -> KeyValue:
        if self._opened is None:
            self._opened = await self._client.jetstream().key_value(self._name)
        return self._opened
