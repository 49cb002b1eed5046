"""Seals for what goes into links: whatever was altered, even to a twin of the same bytes, is refused."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from itsdangerous import BadSignature, Signer


class BrokenSeal(ValueError):
    """The token was altered, cut short, or is not one of ours."""


class Seal:
    """Seals words or bytes for one purpose with the agency's secret."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._signer = Signer(secret, salt=purpose)

    def words(self, said: str) -> str:
        """A token that shows the words, for words that are safe in a path."""
        return self._signer.sign(said).decode()

    def read_words(self, token: str) -> str:
        """The words of a token. Raises BrokenSeal."""
        try:
            said = self._signer.unsign(token)
        except BadSignature as bad:
            raise BrokenSeal from bad
        # The last letter of a signature has bits to spare, so it has twins that decode alike.
        if self._signer.sign(said) != token.encode():
            raise BrokenSeal
        return said.decode()

    def packed(self, data: bytes) -> str:
        """A token that holds the bytes, safe in a path."""
        return self.words(path_safe(data))

    def read_packed(self, token: str) -> bytes:
        """The bytes of a token. Raises BrokenSeal."""
        return from_path(self.read_words(token))


def path_safe(data: bytes) -> str:
    """Bytes as letters of a path, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_path(letters: str) -> bytes:
    """The bytes of such letters, in their one spelling. Raises BrokenSeal."""
    try:
        data = urlsafe_b64decode(letters.encode() + b"=" * (-len(letters) % 4))
    except ValueError as bad:
        raise BrokenSeal from bad
    if path_safe(data) != letters:
        raise BrokenSeal
    return data
