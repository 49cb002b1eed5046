"""Writes checkpoints: the one thing that audit records. Where it stopped is read from the streams."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.subjects import Stream, derived_id
from services.audit.verification.verifier import (
    NOTHING,
    SHORT,
    Stored,
    canonical,
    content_of,
    digest_of,
    is_signed,
    link_of,
)
from services.runtime.errors import Conflict, Transient
from services.runtime.ledger import Raw
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from uuid import UUID

    from services.audit.verification.keys import KeyFiles, SigningKey
    from services.audit.verification.outside import Outside
    from services.audit.verification.verifier import Checkpoint
    from services.runtime.clock import Clock
    from services.runtime.ledger import Ledger

CHECKPOINT_TYPE = "tailboard.checkpoint.v1"
_LOOK_SECONDS = 5.0
_PAGE = 200
"""Events read at once: the same process answers people meanwhile."""


class Blocked(Exception):
    """Sealing on would hide or fork something: a person has to look first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a stream is sealed: after so many events, or so long after the first unsealed one."""

    events: int
    within: timedelta


@dataclass
class Sealer:
    """One audit's; a second one beside it loses the race for a number, and reads on."""

    ledger: Ledger
    keys: KeyFiles
    outside: Outside
    clock: Clock
    pace: Pace
    blocked: str = ""
    """Why nothing is sealed; empty when all is well."""
    last: dict[str, Checkpoint] = field(default_factory=dict)
    """The newest checkpoint of each stream."""
    _newest: Checkpoint | None = None
    _held: Checkpoint | None = None
    """The newest one that the file holds."""
    _copied: int = -1
    _key: SigningKey = field(init=False)
    _unsealed_since: dict[Stream, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Seal what is there, then look again and again, without end."""
        begun = False
        while True:
            try:
                await self.look(at_once=not begun)
                begun = True
            except Blocked as reason:
                if self.blocked != str(reason):
                    log.error("checkpoints_blocked", reason=str(reason))
                self.blocked = str(reason)
            except Transient as trouble:
                log.warning("checkpoints_later", reason=str(trouble))
            await asyncio.sleep(_LOOK_SECONDS)  # noqa: TID251 - how often to look, of no case

    async def look(self, *, at_once: bool = False) -> None:
        """Seal what is due; everything with `at_once`. Raises Blocked, Transient."""
        try:
            await self._load()
            await self._rotate()
            for stream in Stream:
                if await self._is_due(stream, at_once=at_once):
                    await self._seal(stream)
        except Conflict:
            log.info("checkpoint_of_another_audit")  # its number was taken: the next look reads it
        except OSError as error:
            raise Transient(f"{self.outside.path} cannot be written: {error.strerror}") from error

    async def _load(self) -> None:
        """Know where the chain stands, by the streams and the file alone."""
        newest = await self.ledger.last_checkpoint()
        self._newest = _told(newest) if newest else None
        await self._copy()
        named = await self.ledger.last_checkpoint("checkpoint.key")
        try:
            self._key = await asyncio.to_thread(self.keys.current)
        except ValueError as damaged:
            raise Blocked(str(damaged)) from damaged
        if named is None:
            await self._add("key", {"kind": "key", "public_key": self._key.public})
        else:
            await self._check_key(str(_told(named)["public_key"]))
        for stream in Stream:
            found = await self.ledger.last_checkpoint(f"checkpoint.{stream}")
            if found:
                self.last[stream.jetstream_name] = _told(found)
        self.blocked = ""

    async def _check_key(self, public: str) -> None:
        upcoming = await asyncio.to_thread(self.keys.upcoming)
        if upcoming and upcoming.public == public:  # it was named, and then the power went
            await asyncio.to_thread(self.keys.finish)
            self._key = upcoming
        if self._key.public != public:
            raise Blocked(
                "the key of this data folder is not the one that signs the checkpoints: "
                "copy checkpoint-key from the folder that signed them"
            )
        if self._newest and self._newest["kind"] == "chain" and not is_signed(self._newest, public):
            raise Blocked("the newest checkpoint is not signed by its key: run `tailboard verify`")

    async def _copy(self) -> None:
        """Bring the file to what the stream holds. Raises Blocked where the stream holds less."""
        there = self._newest["number"] if self._newest else 0
        if self._copied < 0:
            held = await asyncio.to_thread(self.outside.read) or []
            last = self._held = max(held, key=lambda each: int(each["number"]), default=None)
            self._copied = last["number"] if last else 0
            if there and not held:
                log.warning("checkpoint_file_begun_anew", file=str(self.outside.path))
            if last and last["number"] == there and self._newest and last != self._newest:
                raise Blocked(f"checkpoint {there} is another one in {self.outside.path}")
        if self._copied > there:
            raise Blocked(
                f"{self.outside.path} holds checkpoint {self._copied} and the stream ends at "
                f"{there}: the stream was cut off. Run `tailboard verify`"
            )
        if self._copied < there:
            missing = [_told(raw) async for raw in self.ledger.checkpoints(self._copied)]
            if self._held and missing[0]["previous"] != digest_of(self._held):
                raise Blocked(f"{self.outside.path} is of another stream of checkpoints")
            await asyncio.to_thread(self.outside.add, missing)
            self._held = missing[-1]
            self._copied = missing[-1]["number"]

    async def _rotate(self) -> None:
        upcoming = await asyncio.to_thread(self.keys.upcoming)
        if upcoming:
            await self._add("key", {"kind": "key", "public_key": upcoming.public})
            await asyncio.to_thread(self.keys.finish)
            self._key = upcoming

    async def _is_due(self, stream: Stream, *, at_once: bool) -> bool:
        sealed = self._sealed(stream)["sequence"]
        ahead = await self.ledger.newest(stream) - sealed
        now = asyncio.get_running_loop().time()
        if ahead <= 0:
            self._unsealed_since.pop(stream, None)
            return False
        since = self._unsealed_since.setdefault(stream, now)
        waited = timedelta(seconds=now - since)
        return at_once or ahead >= self.pace.events or waited >= self.pace.within

    def _sealed(self, stream: Stream) -> Checkpoint:
        start = {"sequence": 0, "count": 0, "link": NOTHING}
        return self.last.get(stream.jetstream_name, start)

    async def _seal(self, stream: Stream) -> None:
        """Every event that is not sealed yet, in stretches of at most so many."""
        name, before = stream.jetstream_name, self._sealed(stream)
        link, count = before["link"], before["count"]
        sequences: list[int] = []
        contents: list[str] = []

        async def close() -> None:
            told = {"kind": "chain", "stream": name, "sequence": sequences[-1], "count": count}
            told |= {"link": link, "sequences": [*sequences], "contents": "".join(contents)}
            self.last[name] = await self._add(str(stream), told)
            sequences.clear()
            contents.clear()

        async for raw in self.ledger.events(stream, before["sequence"], _PAGE):
            content = content_of(name, Stored(*raw))
            count += 1
            link = link_of(link, name, raw.sequence, count, content)
            sequences.append(raw.sequence)
            contents.append(content[:SHORT])
            if len(sequences) >= self.pace.events:
                await close()
        if sequences:
            await close()
        self._unsealed_since.pop(stream, None)

    async def _add(self, subject: str, told: dict[str, Any]) -> Checkpoint:
        """Sign it as the next one, store it, copy it to the file. Raises Conflict."""
        number = self._newest["number"] + 1 if self._newest else 1
        about = {
            "version": 1,
            "number": number,
            "at": self.clock.now().isoformat(timespec="seconds"),
        }
        about |= {
            "key": self._key.id,
            "previous": digest_of(self._newest) if self._newest else NOTHING,
        }
        checkpoint = self._key.signed(told | about)
        event_id = derived_id("checkpoint", digest_of(checkpoint))
        headers = _headers(event_id, checkpoint["at"])
        raw = Raw(number, f"checkpoint.{subject}", headers, canonical(checkpoint))
        await self.ledger.add_checkpoint(raw)
        self._newest = checkpoint
        await self._copy()
        return checkpoint


def _headers(event_id: UUID, at: str) -> dict[str, str]:
    return {
        "ce-specversion": "1.0",
        "ce-id": str(event_id),
        "ce-type": CHECKPOINT_TYPE,
        "ce-source": "tailboard/audit",
        "ce-time": at,
        "content-type": "application/json",
    }


def _told(raw: Raw) -> Checkpoint:
    try:
        told: Checkpoint = json.loads(raw.body)
        if told["number"] == raw.sequence:
            return told
    except (ValueError, KeyError, TypeError):
        pass
    raise Blocked(f"message {raw.sequence} of the checkpoints is none: run `tailboard verify`")
