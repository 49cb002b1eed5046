"""Records under one key each, kept where a key can be destroyed: without it, a record is noise.

A record is bound to its agency, its owner and its own id: moved to another place, it does not open.
"""

from __future__ import annotations

import asyncio
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.runtime.auth import secret_of
from services.runtime.errors import Conflict, Transient

if TYPE_CHECKING:
    from pathlib import Path

    from services.runtime.bucket import Bucket

_NONCE_BYTES = 12
"""96 bits, as NIST SP 800-38D has it; a data key seals few records, so random ones never meet."""
_KEY_BITS = 256


class Damaged(Exception):
    """A record or its key does not open: another master's, or not ours."""


class Place(NamedTuple):
    """Where a record is, and whose it is."""

    agency: str
    owner: str
    record: str

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return ".".join(self)

    @property
    def bound(self) -> bytes:
        """What the encryption is bound to."""
        return "\x1f".join(self).encode()


class Masters:
    """The master key of a data folder, and the next one while records are moved to it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._next = file.with_name(f"{file.name}.next")
        self._known = self._read()

    @property
    def newest(self) -> str:
        """The generation that wraps from now on."""
        return next(reversed(self._known))

    def known(self) -> dict[str, AESGCM]:
        """Every generation that can be unwrapped, oldest first."""
        return self._known

    def begin(self) -> None:
        """Make the next master, or go on with the one that was being moved to."""
        secret_of(self._next)
        self._known = self._read()

    def finish(self) -> None:
        """The next master is the only one from now on."""
        self._next.replace(self._file)
        self._known = self._read()

    def _read(self) -> dict[str, AESGCM]:
        kept = [secret_of(self._file)]
        if self._next.exists():
            kept.append(secret_of(self._next))
        return {sha256(each.encode()).hexdigest()[:12]: _master(each) for each in kept}


class Vault:
    """Seals, opens and shreds. Every call raises Transient when a bucket cannot be reached."""

    def __init__(self, records: Bucket, keys: Bucket, masters: Masters) -> None:
        self._records = records
        self._keys = keys
        self._masters = masters
        self._moving = asyncio.Lock()
        """One at a time: a key that is made while the master changes would be left behind."""

    async def seal(self, place: Place, record: bytes) -> None:
        """Keep a record at its place; the previous one there is gone."""
        async with self._moving:
            data_key = await self._data_key(place)
            if data_key is None:
                data_key = AESGCM.generate_key(_KEY_BITS)
                await self._wrap(place, data_key)
            await self._records.put(place.key, _sealed(AESGCM(data_key), record, place.bound))

    async def reserve(self, place: Place) -> None:
        """Hold a place before there is a record: it is among `places` from now on."""
        async with self._moving:
            if await self._records.get(place.key) is None:
                await self._records.put(place.key, b"")

    async def open(self, place: Place) -> bytes | None:
        """The record; None when there is none, or its key is gone. Raises Damaged."""
        sealed = await self._records.get(place.key)
        data_key = await self._data_key(place) if sealed else None
        if sealed is None or data_key is None:
            return None
        return _opened(AESGCM(data_key), sealed, place.bound)

    async def shred(self, place: Place) -> None:
        """Destroy the key, then remove what it sealed. Doing it again does nothing."""
        async with self._moving:
            for key in await self._keys.under(place.key):
                await self._keys.shred(key)
            await self._records.erase(place.key)

    async def places(self, agency: str, owner: str = "*") -> tuple[Place, ...]:
        """Where there are records, or will be, of one owner or of all."""
        found = await self._records.under(f"{agency}.{owner}")
        return tuple(Place(*key.split(".")) for key in sorted(found))

    async def rekey(self) -> int:
        """Wrap every data key with a new master and forget the old one; how many.

        What was begun and broken off is finished by the next call. Records are not touched; neither
        are keys of a master that this data folder does not hold, which nobody can open.
        """
        async with self._moving:
            await asyncio.to_thread(self._masters.begin)
            newest, moved = self._masters.newest, 0
            for key, held in (await self._keys.under("*.*.*")).items():
                *words, generation = key.split(".")
                if generation != newest and generation in self._masters.known():
                    place = Place(*words)
                    await self._wrap(place, self._unwrapped(place, generation, held.value))
                    await self._keys.shred(key)
                    moved += 1
            await asyncio.to_thread(self._masters.finish)
            return moved

    async def _data_key(self, place: Place) -> bytes | None:
        for generation in reversed(self._masters.known()):
            wrapped = await self._keys.get(f"{place.key}.{generation}")
            if wrapped is not None:
                return self._unwrapped(place, generation, wrapped)
        return None

    def _unwrapped(self, place: Place, generation: str, wrapped: bytes) -> bytes:
        master = self._masters.known().get(generation)
        if master is None:
            raise Damaged("a key is wrapped by a master that this data folder does not hold")
        return _opened(master, wrapped, place.bound)

    async def _wrap(self, place: Place, data_key: bytes) -> None:
        """Set once: an older value of the same entry could not be written over."""
        newest = self._masters.newest
        wrapped = _sealed(self._masters.known()[newest], data_key, place.bound)
        try:
            await self._keys.swap(f"{place.key}.{newest}", wrapped, 0)
        except Conflict as conflict:
            if await self._data_key(place) != data_key:
                raise Transient("somebody else seals this record just now") from conflict


def _master(secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BITS // 8, salt=None, info=b"tailboard private")
    return AESGCM(derived.derive(secret.encode()))


def _sealed(key: AESGCM, data: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, data, bound)


def _opened(key: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as wrong:
        raise Damaged("a record does not open with its key") from wrong
