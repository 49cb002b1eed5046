"""What each user of the server may do: one service writes a stream, and hears what is for it alone.

`deploy/nats/nats-server.conf` grants the same; a test compares them.
"""

from __future__ import annotations

import json

from schemas.subjects import (
    CHECKPOINT_STREAM,
    CHECKPOINT_SUBJECTS,
    CONTACTS_BUCKET,
    PRIVATE_BUCKET,
    PRIVATE_KEYS_BUCKET,
    Stream,
)

WRITERS = {
    "intake": (Stream.INTAKE,),
    "dispatch": (Stream.DISPATCH, Stream.ROSTER, Stream.ROTA),
    "followup": (Stream.FOLLOWUP,),
    "audit": (),
}
"""Who may write which stream; the server refuses everybody else."""
OPERATOR = "operator"
FEED = "feed"
"""Dispatch centers that report over NATS: may ask, and read the answers, and nothing else."""
USERS = (*WRITERS, OPERATOR, FEED)
_REPORTS = "intake.*.report"
_ASKED_OF_DISPATCH = ("dispatch.*.free", "dispatch.*.own_page")
"""Followup asks when members are free and whose a link is; only dispatch may know."""
_READERS = {
    CONTACTS_BUCKET: "dispatch",
    PRIVATE_BUCKET: "followup",
    PRIVATE_KEYS_BUCKET: "followup",
}
"""The one service that reads and writes a bucket; the server refuses everybody else, and of what is
private the operator too."""


def inbox_prefix(user: str) -> str:
    """Answers to one service are for its eyes only."""
    return f"_INBOX_{user}"


def rights_of(user: str) -> str:
    """One service's permissions: its own streams to write, all history to read."""
    if user == OPERATOR:
        kept = ["$JS.API.STREAM.PURGE.>", "$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.MSG.DELETE.>"]
        for bucket in (PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET):
            kept += [*_reading(bucket), f"$JS.API.STREAM.MSG.GET.KV_{bucket}", f"$KV.{bucket}.>"]
        return f", permissions: {json.dumps({'publish': {'allow': ['>'], 'deny': kept}})}"
    own_inbox = {"allow": [f"{inbox_prefix(user)}.>"]}
    if user == FEED:
        rights = {"publish": {"allow": [_REPORTS]}, "subscribe": own_inbox}
        return f", permissions: {json.dumps(rights)}"
    owned = [f"{stream}.>" for stream in WRITERS[user]]
    publish = [
        *owned,
        f"deadletter.{user}.*",
        f"replay.{user}.*",
        "$JS.ACK.>",
        "$JS.API.INFO",
        "$JS.API.STREAM.INFO.*",
        "$JS.API.STREAM.NAMES",
        "$JS.API.CONSUMER.>",
        "$JS.API.DIRECT.GET.>",
        *(f"$JS.API.STREAM.MSG.GET.{stream.jetstream_name}" for stream in Stream),
    ]
    publish += [
        right for bucket in _READERS if _READERS[bucket] == user for right in _using(bucket)
    ]
    deny = [way for bucket in _READERS if _READERS[bucket] != user for way in _reading(bucket)]
    speak, hear = _asking(user)
    publish += speak
    own_inbox["allow"] += hear
    rights = {"publish": {"allow": publish, "deny": deny}, "subscribe": own_inbox}
    return f", permissions: {json.dumps(rights)}"


def _asking(user: str) -> tuple[list[str], list[str]]:
    """What a service may ask others and answer, and what it may hear besides its own inbox."""
    if user == "audit":
        seals = [CHECKPOINT_SUBJECTS, f"$JS.API.STREAM.MSG.GET.{CHECKPOINT_STREAM}"]
        return ["redrive.*", *seals], []
    speak, hear = [f"{inbox_prefix('audit')}.>"], [f"redrive.{user}"]
    if user == "followup":
        speak += _ASKED_OF_DISPATCH
    if user == "dispatch":
        speak.append(f"{inbox_prefix('followup')}.>")
        hear += _ASKED_OF_DISPATCH
    if user == "intake":
        speak.append(f"{inbox_prefix(FEED)}.>")
        hear.append(_REPORTS)
    return speak, hear


def _using(bucket: str) -> list[str]:
    """What the one service of a bucket may do besides reading: keys can be shredded."""
    rights = [f"$KV.{bucket}.>", f"$JS.API.STREAM.MSG.GET.KV_{bucket}"]
    shred = f"$JS.API.STREAM.MSG.DELETE.KV_{bucket}"
    return [*rights, shred] if bucket == PRIVATE_KEYS_BUCKET else rights


def _reading(bucket: str) -> list[str]:
    """Every way to read a bucket that a right to read history would open."""
    return [
        f"$JS.API.DIRECT.GET.KV_{bucket}.>",
        f"$JS.API.CONSUMER.*.KV_{bucket}.>",
        f"$JS.API.CONSUMER.*.*.KV_{bucket}.>",
        f"$JS.API.CONSUMER.CREATE.KV_{bucket}",
    ]
