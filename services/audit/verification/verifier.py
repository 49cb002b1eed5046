"""Recomputes Tailboard's hash chains and compares them with the signed checkpoints.

Stands alone: an export carries this file as `verify.py`, and it needs Python and `cryptography` only.
The form is described in docs/reference/verification.md.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Checkpoint = dict[str, Any]
NOTHING = "0" * 64
"""What the first link, and the first checkpoint, have before them."""
SHORT = 16
"""Letters of each event's content hash that a checkpoint keeps, to name an event: 64 bits."""
_WORDS = {
    "changed": "was changed",
    "removed": "was removed",
    "inserted": "was inserted",
    "reordered": "is not in its place any more",
}
_BESIDE = frozenset({"content-type", "traceparent"})


class Stored(NamedTuple):
    """One event as its stream holds it."""

    sequence: int
    subject: str
    headers: dict[str, str]
    body: bytes


class Finding(NamedTuple):
    """Something that is not as it was sealed: where, which kind, and a sentence."""

    stream: str
    kind: str
    what: str


class Told(NamedTuple):
    """How one stream stands."""

    stream: str
    events: int
    sealed: int
    checkpoints: int
    last_at: str
    findings: tuple[Finding, ...]


def framed(fields: Iterable[str | bytes]) -> bytes:
    """Every field as `<length in bytes>:<bytes>,` so that no two lists of fields look the same."""
    raw = [
        each.encode("utf-8", "surrogateescape") if isinstance(each, str) else each
        for each in fields
    ]
    return b"".join([b"%d:%b," % (len(each), each) for each in raw])


def content_of(stream: str, stored: Stored) -> str:
    """The hash of what makes an event: its subject, its CloudEvents headers and its body."""
    headers = sorted(
        (name, value.strip())  # names as they are spelled: readers tell `ce-type` from `CE-Type`
        for name, value in stored.headers.items()
        if name[:3].lower() == "ce-" or name.lower() in _BESIDE
    )
    flat: list[str] = [word for header in headers for word in header]
    fields: list[str | bytes] = [
        "tailboard-event-v1",
        stream,
        stored.subject,
        str(len(headers)),
        *flat,
        stored.body,
    ]
    return sha256(framed(fields)).hexdigest()


def link_of(previous: str, stream: str, sequence: int, count: int, content: str) -> str:
    """The link of an event: over the link before it, its place, and how many there are so far."""
    fields = ["tailboard-link-v1", previous, stream, str(sequence), str(count), content]
    return sha256(framed(fields)).hexdigest()


def canonical(checkpoint: Checkpoint) -> bytes:
    """A checkpoint's one spelling: JSON, names sorted, no blanks, ASCII only."""
    return json.dumps(checkpoint, sort_keys=True, separators=(",", ":")).encode()


def signed_part(checkpoint: Checkpoint) -> bytes:
    """What the signature is over: everything but the signature."""
    return canonical({name: checkpoint[name] for name in checkpoint if name != "signature"})


def digest_of(checkpoint: Checkpoint) -> str:
    """What the next checkpoint says of this one."""
    return sha256(canonical(checkpoint)).hexdigest()


def key_id(public_key: str) -> str:
    """A short name of a public key, which is 64 hexadecimal letters."""
    return sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def is_signed(checkpoint: Checkpoint, public_key: str) -> bool:
    """Whether this key has signed it."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(checkpoint["signature"]), signed_part(checkpoint))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def compared(
    kept: Sequence[Checkpoint], outside: Sequence[Checkpoint] | None
) -> tuple[list[Checkpoint], list[Finding]]:
    """The checkpoints of the stream and of the file outside as one list, and where they differ.

    `outside` is None without a file. Where both have one of a number, the file's counts.
    """
    if outside is None:
        lost = "the file of checkpoints is not there: a cut-off end would go unseen without it"
        return list(kept), [Finding("FILE", "lost", lost)] if kept else []
    inside, copied = _numbered(kept), _numbered(outside)
    found = [
        Finding(
            "CHECKPOINT", "forked", f"checkpoint {n} is another one in the file than in the stream"
        )
        for n in sorted(inside.keys() & copied.keys())
        if digest_of(inside[n]) != digest_of(copied[n])
    ]
    gone = sorted(copied.keys() - inside.keys())
    if gone:
        cut = gone[0] > max(inside, default=0)
        how = "the stream of checkpoints was cut off" if cut else "the stream lost checkpoints"
        what = f"{how}: the file has {_spread(gone)}, the stream does not"
        found.append(Finding("CHECKPOINT", "cut" if cut else "removed", what))
    holes = sorted(n for n in inside.keys() - copied.keys() if n < max(copied, default=0))
    if holes or (inside and not copied):
        what = f"the file lost checkpoints {_spread(holes or sorted(inside))}"
        found.append(Finding("FILE", "lost", what))
    both = inside | copied
    return [both[number] for number in sorted(both)], found


def check_checkpoints(
    given: Sequence[Checkpoint], public_key: str = ""
) -> tuple[list[Checkpoint], list[Finding]]:
    """The checkpoints that are signed as they must be, and what is wrong: holes, order, keys.

    `public_key` is the first key as somebody kept it; without it the first checkpoint is believed.
    """
    sound: list[Checkpoint] = []
    found: list[Finding] = []
    number, previous, current = 0, NOTHING, public_key
    for each in given:
        here = each.get("number", 0)
        if here != number + 1:
            found.append(
                Finding("CHECKPOINT", "removed", f"checkpoints {number + 1} to {here - 1} are gone")
            )
        elif each.get("previous") != previous:
            found.append(
                Finding(
                    "CHECKPOINT",
                    "changed",
                    f"checkpoint {here} does not follow from the one before it",
                )
            )
        if not current and here == 1:
            current = str(each.get("public_key", ""))
        if not is_signed(each, current):
            found.append(
                Finding(
                    "CHECKPOINT",
                    "forged",
                    f"checkpoint {here} is not signed by the key that holds there",
                )
            )
        else:
            sound.append(each)
            current = str(each.get("public_key", current))
        number, previous = here, digest_of(each)
    return sound, found


class StreamCheck:
    """One stream's events against its checkpoints: feed every event in order, then finish."""

    def __init__(self, stream: str, checkpoints: Iterable[Checkpoint]) -> None:
        own = (c for c in checkpoints if c.get("kind") == "chain" and c.get("stream") == stream)
        self._stream = stream
        self._waiting = list(own)
        self._last = self._waiting[-1] if self._waiting else None
        self._all = len(self._waiting)
        self._waiting.reverse()
        self._link, self._count, self._from, self._events = NOTHING, 0, 0, 0
        self._before = "the beginning"
        self._stretch: list[tuple[int, str]] = []
        self._subjects: dict[int, str] = {}
        self._findings: list[Finding] = []

    def feed(self, stored: Stored) -> None:
        """The next event."""
        self._events += 1
        while self._waiting and self._waiting[-1]["sequence"] < stored.sequence:
            self._close(self._waiting.pop())
        if not self._waiting:
            return
        self._count += 1
        content = content_of(self._stream, stored)
        self._link = link_of(self._link, self._stream, stored.sequence, self._count, content)
        self._stretch.append((stored.sequence, content[:SHORT]))
        self._subjects[stored.sequence] = stored.subject

    def finish(self) -> Told:
        """There are no more events."""
        while self._waiting:
            self._close(self._waiting.pop())
        sealed = self._last["count"] if self._last else 0
        last_at = self._last["at"] if self._last else ""
        return Told(self._stream, self._events, sealed, self._all, last_at, tuple(self._findings))

    def _close(self, checkpoint: Checkpoint) -> None:
        here = f"checkpoint {checkpoint['number']} ({checkpoint['at']})"
        if (self._count, self._link) != (checkpoint["count"], checkpoint["link"]):
            kind, what = self._named(checkpoint)
            sentence = f"{what}, between {self._before} and {here}"
            self._findings.append(Finding(self._stream, kind, sentence))
        # what follows is compared with what was sealed here, so that one change is found once
        self._link, self._count, self._before = checkpoint["link"], checkpoint["count"], here
        self._stretch, self._subjects, self._from = [], {}, checkpoint["count"]

    def _named(self, checkpoint: Checkpoint) -> tuple[str, str]:
        """The kind of what happened, and to which event as far as that can be known."""
        sequences, contents = checkpoint["sequences"], checkpoint["contents"]
        if checkpoint["count"] - len(sequences) != self._from:
            return "changed", "events are not as they were sealed"
        starts = range(0, len(contents), SHORT)
        sealed = [(s, contents[at : at + SHORT]) for s, at in zip(sequences, starts)]  # noqa: B905
        kind, sequence = difference(sealed, self._stretch)
        subject = "" if kind == "removed" else self._subjects.get(sequence, "")
        return kind, f"event {sequence}{f' ({subject})' if subject else ''} {_WORDS[kind]}"


def difference(
    sealed: Sequence[tuple[int, str]], found: Sequence[tuple[int, str]]
) -> tuple[str, int]:
    """What happened to the first event that is not as it was sealed: a kind, and its sequence."""
    were, are = Counter(c for _, c in sealed), Counter(c for _, c in found)
    for place in range(max(len(sealed), len(found))):
        old = sealed[place] if place < len(sealed) else (0, "")
        new = found[place] if place < len(found) else (0, "")
        if old == new:
            continue
        gone, fresh = are[old[1]] < were[old[1]], were[new[1]] < are[new[1]]
        if gone and fresh and old[0] == new[0]:
            return "changed", new[0]
        if gone and (not fresh or old[0] < new[0]):
            return "removed", old[0]
        return ("inserted", new[0]) if fresh else ("reordered", new[0] or old[0])
    return "changed", sealed[-1][0] if sealed else 0


def first_key(checkpoints: Sequence[Checkpoint]) -> str:
    """The public key with which the checkpoints begin, or nothing."""
    return str(checkpoints[0].get("public_key", "")) if checkpoints else ""


def _numbered(checkpoints: Iterable[Checkpoint]) -> dict[int, Checkpoint]:
    return {int(each.get("number", 0)): each for each in checkpoints}


def _spread(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
