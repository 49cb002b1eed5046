"""A key-value bucket whose entries can be erased, unlike history: people's contacts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

from services.runtime.errors import Conflict, Transient

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js.kv import KeyValue

_PAGE = 1000
_REQUEST_SECONDS = 2.0


class Held(NamedTuple):
    """A value and which one it is of all that its key has had."""

    value: bytes
    revision: int


class Bucket(Protocol):
    """Keys are `<agency>.<id>` or `<agency>.<kind>.<id>`.

    Every call raises Transient when the bucket cannot be reached.
    """

    async def get(self, key: str) -> bytes | None:
        """The value, or None when there is none (any more)."""
        ...

    async def put(self, key: str, value: bytes) -> None:
        """Set a value; the previous one is gone."""
        ...

    async def held(self, key: str) -> Held | None:
        """The value with its revision, to change it by `swap`."""
        ...

    async def swap(self, key: str, value: bytes, revision: int) -> None:
        """Set a value if nobody else has since `revision` (0: there was none). Raises Conflict."""
        ...

    async def under(self, prefix: str) -> dict[str, Held]:
        """Every value whose key is the prefix, a dot and one word more, by its key.

        A word of the prefix that is `*` stands for any.
        """
        ...

    async def erase(self, key: str) -> None:
        """Remove the value: nothing can read it any more.

        Its bytes stay in the server's files until the store rewrites them, which it does by itself.
        """
        ...

    async def shred(self, key: str) -> None:
        """Remove the value and have the server write over its bytes in its files.

        For a bucket that is provisioned for it; of an older value of the same key nothing is written
        over, so a key is set once.
        """
        ...


class MemoryBucket:
    """A bucket in memory."""

    def __init__(self) -> None:
        self._values: dict[str, Held] = {}
        self._revision = 0

    async def get(self, key: str) -> bytes | None:
        """See Bucket.get."""
        held = self._values.get(key)
        return held.value if held else None

    async def put(self, key: str, value: bytes) -> None:
        """See Bucket.put."""
        self._revision += 1
        self._values[key] = Held(value, self._revision)

    async def held(self, key: str) -> Held | None:
        """See Bucket.held."""
        return self._values.get(key)

    async def swap(self, key: str, value: bytes, revision: int) -> None:
        """See Bucket.swap."""
        held = self._values.get(key)
        if (held.revision if held else 0) != revision:
            raise Conflict(f"the entry is not at revision {revision}")
        await self.put(key, value)

    async def under(self, prefix: str) -> dict[str, Held]:
        """See Bucket.under."""
        words = prefix.split(".")
        return {key: held for key, held in self._values.items() if _is_under(key, words)}

    async def erase(self, key: str) -> None:
        """See Bucket.erase."""
        self._values.pop(key, None)

    async def shred(self, key: str) -> None:
        """See Bucket.shred."""
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
            raise self._away() from error
        return entry.value

    async def put(self, key: str, value: bytes) -> None:
        """See Bucket.put."""
        try:
            await (await self._bucket()).put(key, value)
        except (NatsError, OSError) as error:
            raise self._away() from error

    async def held(self, key: str) -> Held | None:
        """See Bucket.held."""
        try:
            entry = await (await self._bucket()).get(key)
        except KeyNotFoundError:
            return None
        except (NatsError, OSError) as error:
            raise self._away() from error
        return Held(entry.value or b"", entry.revision or 0)

    async def swap(self, key: str, value: bytes, revision: int) -> None:
        """See Bucket.swap."""
        try:
            bucket = await self._bucket()
            if revision:
                await bucket.update(key, value, last=revision)
            else:
                await bucket.create(key, value)
        except KeyWrongLastSequenceError as error:
            raise Conflict(f"the entry is not at revision {revision}") from error
        except (NatsError, OSError) as error:
            raise self._away() from error

    async def under(self, prefix: str) -> dict[str, Held]:
        """See Bucket.under."""
        try:
            await self._bucket()
            return {
                message.subject.removeprefix(f"$KV.{self._name}."): Held(
                    message.data, message.metadata.sequence.stream
                )
                for message in await self._newest(f"$KV.{self._name}.{prefix}.*")
                if "KV-Operation" not in (message.headers or {})
            }
        except (NatsError, OSError) as error:
            raise self._away() from error

    async def _newest(self, subject: str) -> list[Msg]:
        """The newest message of every subject, by a consumer that is taken away again.

        The client's own way to list leaves one behind for minutes each time.
        """
        jetstream, stream = self._client.jetstream(timeout=_REQUEST_SECONDS), f"KV_{self._name}"
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
            filter_subject=subject,
            inactive_threshold=30.0,
            mem_storage=True,
        )
        info = await jetstream.add_consumer(stream, config)
        inbox = self._client.new_inbox().rpartition(".")[0].encode() + b"."
        pull = await jetstream.pull_subscribe_bind(
            consumer=info.name, stream=stream, inbox_prefix=inbox
        )
        found: list[Msg] = []
        pending = info.num_pending or 0
        try:
            while pending:
                found += await pull.fetch(min(pending, _PAGE), timeout=_REQUEST_SECONDS)
                pending = found[-1].metadata.num_pending  # what was changed meanwhile comes again
        finally:
            with contextlib.suppress(NatsError):
                await pull.unsubscribe()
                await jetstream.delete_consumer(stream, info.name)
        return found

    def _away(self) -> Transient:
        return Transient(f"the bucket {self._name} cannot be reached")

    async def erase(self, key: str) -> None:
        """See Bucket.erase."""
        try:
            await (await self._bucket()).purge(key)
        except (NatsError, OSError) as error:
            raise self._away() from error

    async def shred(self, key: str) -> None:
        """See Bucket.shred: a deletion by number overwrites with random bytes (`no_erase` false)."""
        try:
            entry = await (await self._bucket()).get(key)
            stream = self._client.jetstream(timeout=_REQUEST_SECONDS)
            await stream.delete_msg(f"KV_{self._name}", entry.revision or 0)
        except KeyNotFoundError:
            return
        except (NatsError, OSError) as error:
            raise self._away() from error

    async def _bucket(self) -> KeyValue:
        if self._opened is None:
            self._opened = await self._client.jetstream().key_value(self._name)
        return self._opened


def _is_under(key: str, words: list[str]) -> bool:
    *above, _last = key.split(".")
    return len(above) == len(words) and all(
        word in {"*", found} for word, found in zip(words, above, strict=True)
    )
