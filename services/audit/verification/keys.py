"""The key that signs checkpoints, in the data folder with the other secrets; the public one beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.verification.verifier import key_id, signed_part
from services.runtime.auth import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from services.audit.verification.verifier import Checkpoint


class SigningKey:
    """One Ed25519 key (RFC 8032)."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw().hex()
        self.id = key_id(self.public)

    def signed(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with its signature."""
        return checkpoint | {"signature": self._key.sign(signed_part(checkpoint)).hex()}


class KeyFiles:
    """`checkpoint-key` signs; `checkpoint-key.next` waits for a checkpoint that names it."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "checkpoint-key"
        self._next = data_dir / "checkpoint-key.next"
        self.public_file = data_dir / "checkpoint-key.pub"

    def current(self) -> SigningKey:
        """The key that signs now, made on the first start. Raises ValueError for a damaged file."""
        if not self._file.exists():
            _make(self._file)
        key = _read(self._file)
        self._publish(key)
        return key

    def upcoming(self) -> SigningKey | None:
        """The key that is to sign from the next checkpoint on, if there is one."""
        return _read(self._next) if self._next.exists() else None

    def begin(self) -> SigningKey:
        """Make the next key, or go on with the one that was begun."""
        if not self._next.exists():
            _make(self._next)
        return _read(self._next)

    def finish(self) -> None:
        """The next key is the only one from now on."""
        self._next.replace(self._file)
        self._publish(_read(self._file))

    def _publish(self, key: SigningKey) -> None:
        """Every key on a line of its own, the first one first: that is the one to keep elsewhere."""
        known = self.public_file.read_text().split() if self.public_file.exists() else []
        if key.public not in known:
            self.public_file.write_text("".join(f"{each}\n" for each in (*known, key.public)))


def _make(path: Path) -> None:
    write_private(path, Ed25519PrivateKey.generate().private_bytes_raw().hex())


def _read(path: Path) -> SigningKey:
    try:
        return SigningKey(bytes.fromhex(path.read_text().strip()))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: put it back from a backup") from error
