"""API keys and secrets of a data folder; keys are stored as digests only."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from services.runtime.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

_PASS_SECONDS = 12 * 3600


class KeyRole(StrEnum):
    """Who holds a key. What each may do is the table in `access`."""

    DISPATCH_CENTER = "dispatch_center"
    """Post incidents and read what became of them."""
    COORDINATOR = "coordinator"
    """On call for the team: the board, decisions, activations, who is on call."""
    MHP_LEAD = "mhp_lead"
    """The team's clinical director: sessions, the team's own load, confidential lists."""
    PROGRAM_LEAD = "program_lead"
    """Answers for the program: clocks, reports, the roster; never who was helped."""
    COMMAND = "command"
    """Chiefs and supervisors: counts and clocks, nothing else."""
    AUDITOR = "auditor"
    """Whoever checks the record: its proof, clocks and suppressed counts; no decisions."""
    FACILITATOR = "facilitator"
    """Holds sessions: their own signed links open these; a key opens the places to turn to."""
    MEMBER = "member"
    """Ask for a peer, and nothing else: one key for all members, so that it tells nobody apart."""
    OPERATOR = "operator"
    """All that the command line does."""


class Principal(BaseModel):
    """Who is calling: a key's label, its agency and its role."""

    model_config = ConfigDict(frozen=True)

    label: str
    agency: str
    role: KeyRole


class StoredKey(Principal):
    """A key as it is kept: its SHA-256, which is enough for 256 random bits."""

    sha256: str
    expires_at: AwareDatetime | None = None
    """From then on it opens nothing; None for never."""

    def runs(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.expires_at is None or now < self.expires_at

    @property
    def principal(self) -> Principal:
        """Whose it is."""
        return Principal(label=self.label, agency=self.agency, role=self.role)


KEYS = TypeAdapter(tuple[StoredKey, ...])


class Keyring:
    """The keys that a service accepts; a file that has changed is read again when it is used next."""

    def __init__(self, keys: tuple[StoredKey, ...], path: Path | None = None) -> None:
        self._keys, self._path = keys, path
        self._seen = _stamp(path) if path else None

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """The keys in a file; none when there is no file. Raises ValueError for a damaged one."""
        return cls(read_keys(path), path)

    def find(self, key: str) -> Principal | None:
        """Whose key this is, compared in constant time; None for one that has expired."""
        digest, now = _digest(key), SystemClock().now()
        found = [kept for kept in self._now() if hmac.compare_digest(kept.sha256, digest)]
        return found[0].principal if found and found[0].runs(now) else None

    def has(self, who: Principal) -> bool:
        """Whether there is still a key of theirs, for those who came in with it earlier."""
        now = SystemClock().now()
        return any(kept.principal == who and kept.runs(now) for kept in self._now())

    def _now(self) -> tuple[StoredKey, ...]:
        """A damaged file leaves in force what was read before it."""
        if self._path and (stamp := _stamp(self._path)) != self._seen:
            self._seen = stamp
            with contextlib.suppress(ValueError, OSError):
                self._keys = read_keys(self._path)
        return self._keys


def read_keys(path: Path) -> tuple[StoredKey, ...]:
    """The keys in a file; none when there is no file. Raises ValueError for a damaged one."""
    return KEYS.validate_json(path.read_bytes()) if path.exists() else ()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file does; None without one."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size, told.st_ino


class Passes:
    """Short-lived leave for one page to act for whoever is looking at it: a form's hidden field, so
    that no other site can post in their name."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="pass")

    def issue(self, principal: Principal, purpose: str) -> str:
        """A pass for this purpose, such as one case's decisions."""
        return str(self._signer.dumps([purpose, principal.model_dump(mode="json")]))

    def read(self, token: str, purpose: str) -> Principal | None:
        """Who it was given to; None for another purpose, one of yesterday, or none of ours."""
        try:
            meant, principal = self._signer.loads(token, max_age=_PASS_SECONDS)
            return Principal.model_validate(principal) if meant == purpose else None
        except (BadSignature, ValueError):
            return None


def add_key(
    path: Path, label: str, agency: str, role: KeyRole, expires_at: datetime | None = None
) -> str:
    """Make a key, keep its digest in the file (mode 0600) and return it: shown once."""
    key = f"tb_{secrets.token_urlsafe(32)}"
    stored = StoredKey(
        label=label, agency=agency, role=role, sha256=_digest(key), expires_at=expires_at
    )
    write_keys(path, (*read_keys(path), stored))
    return key


def write_keys(path: Path, keys: Iterable[StoredKey]) -> None:
    """Keep these keys, and no others."""
    kept = [entry.model_dump(mode="json", exclude_none=True) for entry in keys]
    write_private(path, json.dumps(kept, indent=1))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def secret_of(path: Path) -> str:
    """The secret kept in a file, made on first use."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
