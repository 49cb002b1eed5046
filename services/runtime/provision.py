"""Creates and checks the streams and the buckets; refuses a difference that loses history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nats.js.api import DiscardPolicy, KeyValueConfig, StorageType, StreamConfig
from nats.js.errors import BucketNotFoundError, NotFoundError

from schemas.subjects import (
    CHECKPOINT_STREAM,
    CHECKPOINT_SUBJECTS,
    CONTACTS_BUCKET,
    DEADLETTER_STREAM,
    PRIVATE_BUCKET,
    PRIVATE_KEYS_BUCKET,
    Stream,
    stream_subjects,
)

if TYPE_CHECKING:
    from nats.js import JetStreamContext

_MUST_MATCH = (
    "subjects",
    "deny_delete",
    "deny_purge",
    "allow_direct",
    "allow_atomic",
    "allow_msg_schedules",
)


class ProvisionMismatch(Exception):
    """A stream exists with other settings than history needs."""


def wanted_streams(replicas: int = 1) -> tuple[StreamConfig, ...]:
    """Every stream as it must be: append-only, read directly, with batches and schedules."""
    history = [
        StreamConfig(
            name=stream.jetstream_name,
            subjects=list(stream_subjects(stream)),
            storage=StorageType.FILE,
            num_replicas=replicas,
            deny_delete=True,
            deny_purge=False,  # schedules switch it off (2.15.1): permissions forbid purging instead
            allow_direct=True,
            allow_atomic=True,
            allow_msg_schedules=True,
        )
        for stream in Stream
    ]
    letters = _sealed(DEADLETTER_STREAM, ["deadletter.*.*", "replay.*.*"], replicas)
    checkpoints = _sealed(CHECKPOINT_STREAM, [CHECKPOINT_SUBJECTS], replicas)
    return (*history, letters, checkpoints)


def _sealed(name: str, subjects: list[str], replicas: int) -> StreamConfig:
    """A stream without timers, of which nothing can be deleted or purged."""
    return StreamConfig(
        name=name,
        subjects=subjects,
        storage=StorageType.FILE,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
        allow_atomic=False,
        allow_msg_schedules=False,
    )


async def provision(jetstream: JetStreamContext, replicas: int = 1) -> None:
    """Make what is missing and check what is there.

    Raises ProvisionMismatch, naming stream and setting, instead of changing an existing stream.
    """
    for wanted in wanted_streams(replicas):
        try:
            info = await jetstream.stream_info(str(wanted.name))
        except NotFoundError:
            await jetstream.add_stream(wanted)
            continue
        for setting in _MUST_MATCH:
            found, right = getattr(info.config, setting), getattr(wanted, setting)
            if (found or False) != (right or False):
                raise ProvisionMismatch(
                    f"stream {wanted.name} has {setting}={found!r} and needs {right!r}: "
                    "change it by hand, or use another server"
                )
    for bucket in (CONTACTS_BUCKET, PRIVATE_BUCKET):
        try:
            await jetstream.key_value(bucket)
        except BucketNotFoundError:
            await jetstream.create_key_value(
                KeyValueConfig(bucket=bucket, history=1, replicas=replicas)
            )
    try:
        await jetstream.key_value(PRIVATE_KEYS_BUCKET)
    except BucketNotFoundError:
        await jetstream.add_stream(_shreddable(PRIVATE_KEYS_BUCKET, replicas))


def _shreddable(bucket: str, replicas: int) -> StreamConfig:
    """A bucket as the client makes them (ADR-8 of NATS), except that a message may be deleted by its
    number: that is the one deletion which writes over the bytes."""
    return StreamConfig(
        name=f"KV_{bucket}",
        subjects=[f"$KV.{bucket}.>"],
        storage=StorageType.FILE,
        num_replicas=replicas,
        max_msgs_per_subject=1,
        discard=DiscardPolicy.NEW,
        allow_rollup_hdrs=True,
        allow_direct=True,
        deny_delete=False,
    )
