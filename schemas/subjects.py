"""The only subject grammar: build and parse `<stream>.<agency>.<noun>.<id>.<event>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(r"^[A-Za-z0-9_-]+\Z")
_CASE_NAMESPACE = UUID("7a11b0a2-d000-5000-8000-000000000911")

DEADLETTER_STREAM = "DEADLETTER"
CHECKPOINT_STREAM = "CHECKPOINT"
"""Signed seals of the streams that hold history; only audit writes it."""
CHECKPOINT_SUBJECTS = "checkpoint.*"
CONTACTS_BUCKET = "contacts"
PRIVATE_BUCKET = "private"
"""Whom peers look after one on one, encrypted; only followup reads it."""
PRIVATE_KEYS_BUCKET = "private-keys"
"""One key per record of it: without its key, a record is noise."""


class Stream(StrEnum):
    """The streams that hold history; each has one writing service."""

    INTAKE = "intake"
    DISPATCH = "dispatch"
    FOLLOWUP = "followup"
    ROSTER = "roster"
    ROTA = "rota"

    @property
    def jetstream_name(self) -> str:
        """The stream's name on the server."""
        return self.value.upper()

    @property
    def noun(self) -> str:
        """What one entity of this stream is: a case, a member of the roster, or a schedule."""
        return _NOUNS.get(self, "case")


_NOUNS = {Stream.ROSTER: "member", Stream.ROTA: "schedule"}


@dataclass(frozen=True, slots=True)
class Entity:
    """One case, one member or one schedule: the consistency boundary of a decision."""

    stream: Stream
    agency: str
    id: str

    def __post_init__(self) -> None:
        for token in (self.agency, self.id):
            if not _TOKEN.match(token):
                raise ValueError(
                    f"{token!r} cannot be a subject token: use letters, digits, - and _"
                )

    @property
    def is_request(self) -> bool:
        """Whether it is a case that a member opened by asking for a peer: its id alone says so."""
        return self.stream not in _NOUNS and len(self.id) == 36 and self.id[14] == "8"

    @property
    def is_private(self) -> bool:
        """Whether it is a one-on-one, or an agency's ledger of them: no case, and none of command's."""
        return self.stream not in _NOUNS and self.id.startswith(_PRIVATE)

    @property
    def is_apart(self) -> bool:
        """Whether it is a referral, an exception, or an agency's list of places: no case's."""
        return self.stream not in _NOUNS and self.id.startswith(_APART)

    @property
    def prefix(self) -> str:
        """The subject up to and without the event name."""
        return f"{self.stream}.{self.agency}.{self.stream.noun}.{self.id}"

    @property
    def filter(self) -> str:
        """Matches every event of this entity and nothing else."""
        return f"{self.prefix}.*"

    def event_subject(self, event_name: str) -> str:
        """Where an event of this entity is published."""
        return f"{self.prefix}.{event_name}"

    def timer_subject(self, kind: str, key: str) -> str:
        """Where a pending timer waits."""
        return f"{self.stream}.{self.agency}.timer.{self.id}.{kind}.{key}"

    def due_subject(self, kind: str, key: str) -> str:
        """Where a fired timer arrives."""
        return f"{self.stream}.{self.agency}.due.{self.id}.{kind}.{key}"


def history_filter(stream: Stream) -> str:
    """Matches every event of a stream, of all agencies, without timers."""
    return f"{stream}.*.{stream.noun}.*.*"


def event_filter(stream: Stream, event_name: str) -> str:
    """Matches one kind of event of all agencies."""
    return f"{stream}.*.{stream.noun}.*.{event_name}"


def due_filter(stream: Stream) -> str:
    """Matches every fired timer of a stream."""
    return f"{stream}.*.due.>"


def stream_subjects(stream: Stream) -> tuple[str, ...]:
    """All subjects that a stream stores: history, pending timers and fired ones."""
    kinds = (f"{stream.noun}.*.*", "timer.*.*.*", "due.*.*.*")
    return tuple(f"{stream}.*.{kind}" for kind in kinds)


def parse_event_subject(subject: str) -> tuple[Entity, str]:
    """The entity and the event name; ValueError when the subject is not an event's."""
    tokens = subject.split(".")
    if len(tokens) != 5 or tokens[2] != Stream(tokens[0]).noun:
        raise ValueError(f"{subject!r} is not an event subject")
    return Entity(Stream(tokens[0]), tokens[1], tokens[3]), tokens[4]


def parse_due_subject(subject: str) -> tuple[Entity, str, str]:
    """The entity, the timer's kind and its key; ValueError when the subject is not a fired timer's."""
    tokens = subject.split(".")
    if len(tokens) != 6 or tokens[2] != "due":
        raise ValueError(f"{subject!r} is not a fired timer's subject")
    return Entity(Stream(tokens[0]), tokens[1], tokens[3]), tokens[4], tokens[5]


def case_id_for(agency: str, source: str, number: str) -> str:
    """The same incident number of the same source reaches the same case, always."""
    return str(uuid5(_CASE_NAMESPACE, f"{agency}\x1f{source}\x1f{number}"))


def request_id_for(seed: UUID) -> str:
    """The case id of a request for a peer, made from a random or keyed seed.

    It is a UUID of version 8 (RFC 9562) while every incident's is of version 5, so that each reader
    keeps requests out of what command sees without knowing anything else of the case.
    """
    bits = seed.int & ~(0xF << 76) & ~(0x3 << 62) | 8 << 76 | 2 << 62
    return str(UUID(int=bits))


_PRIVATE = "o-"
PRIVATE_LEDGER = f"{_PRIVATE}ledger"
"""An agency's legal holds, and who opened a record that is not theirs."""


def one_on_one_id_for(seed: UUID) -> str:
    """The id of a one-on-one. It is no UUID as every case's is, so that none is taken for the other."""
    return f"{_PRIVATE}{seed}"


_APART = "n-"


def apart_id_for(seed: UUID) -> str:
    """The id of a referral, an exception, or a list of places. It is no UUID as every case's is."""
    return f"{_APART}{seed}"


def drawing(*parts: object) -> Callable[[str], bytes]:
    """`derived_id(*parts, last)` as plain bytes for many a last part, in the same order and much
    faster: a lot for each member of a roster."""
    begun = sha1(_CASE_NAMESPACE.bytes, usedforsecurity=False)
    begun.update("".join(f"{part}\x1f" for part in parts).encode())

    def draw(last: str) -> bytes:
        lot = begun.copy()
        lot.update(last.encode())
        return lot.digest()[:16]

    return draw


_LENT = "--"


def lent_id(agency: str, member_id: str) -> str:
    """How a neighbour's member is written in our events; no member of one's own has such an id."""
    return f"{agency}{_LENT}{member_id}"


def lender_of(member_id: str) -> tuple[str | None, str]:
    """The agency that lends a member, None for one's own, and their id on its roster."""
    agency, lent, own = member_id.partition(_LENT)
    return (agency, own) if lent else (None, member_id)


def derived_id(*parts: object) -> UUID:
    """A repeatable id: the same parts give the same id, so that a redelivery changes nothing."""
    return uuid5(_CASE_NAMESPACE, "\x1f".join(str(part) for part in parts))
