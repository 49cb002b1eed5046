"""API keys and secrets of a data folder; keys are stored as digests only."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, TypeAdapter

if TYPE_CHECKING:
    from pathlib import Path

_PASS_SECONDS = 12 * 3600


class KeyRole(StrEnum):
    """What the holder of a key may do."""

    DISPATCH_CENTER = "dispatch_center"
    """Post incidents and read what became of them."""
    OPERATOR = "operator"
    """All that the command line does."""
    MEMBER = "member"
    """Ask for a peer, and nothing else: one key for all members, so that it tells nobody apart."""


class Principal(BaseModel):
    """Who is calling: a key's label, its agency and its role."""

    model_config = ConfigDict(frozen=True)

    label: str
    agency: str
    role: KeyRole


class StoredKey(Principal):
    """A key as it is kept: its SHA-256, which is enough for 256 random bits."""

    sha256: str


_KEYS = TypeAdapter(tuple[StoredKey, ...])


class Keyring:
    """The keys that a service accepts."""

    def __init__(self, keys: tuple[StoredKey, ...]) -> None:
        self._keys = keys

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """The keys in a file; none when there is no file. Raises ValueError for a damaged one."""
        return cls(_KEYS.validate_json(path.read_bytes()) if path.exists() else ())

    def find(self, key: str) -> Principal | None:
        """Whose key this is, compared in constant time."""
        digest = _digest(key)
        found = [stored for stored in self._keys if hmac.compare_digest(stored.sha256, digest)]
        return Principal(**found[0].model_dump(exclude={"sha256"})) if found else None


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


def add_key(path: Path, label: str, agency: str, role: KeyRole) -> str:
    """Make a key, keep its digest in the file (mode 0600) and return it: shown once."""
    key = f"tb_{secrets.token_urlsafe(32)}"
    known = _KEYS.validate_json(path.read_bytes()) if path.exists() else ()
    stored = StoredKey(label=label, agency=agency, role=role, sha256=_digest(key))
    kept = [entry.model_dump(mode="json") for entry in (*known, stored)]
    write_private(path, json.dumps(kept, indent=1))
    return key


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
