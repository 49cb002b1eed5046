"""A stream of bytes as lines, packed with gzip or not: never more than one line in memory.

Knows nothing of reports; a line that is too long is named and skipped, not kept.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 65_536
_GZIP = 31
"""zlib's word for: a gzip header, and the largest window."""


class BadStream(Exception):
    """The bytes cannot be unpacked: nothing behind this point can be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. `text` is None when it was longer than the limit."""

    number: int
    text: bytes | None


@dataclass
class Lines:
    """Cuts pieces into lines; counts every line from 1, blank ones too, and gives the others."""

    limit: int
    number: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _skipping: bool = False

    def feed(self, piece: bytes) -> Iterator[Line]:
        """The lines that this piece ends."""
        *ended, rest = piece.split(b"\n")
        for text in ended:
            self._keep(text)
            yield from self._end()
        self._keep(rest)

    def close(self) -> Iterator[Line]:
        """The last line, when nothing ended it."""
        if self._rest or self._skipping:
            yield from self._end()

    def _keep(self, text: bytes) -> None:
        if self._skipping or len(self._rest) + len(text) > self.limit:
            self._rest.clear()
            self._skipping = True
        else:
            self._rest += text

    def _end(self) -> Iterator[Line]:
        self.number += 1
        text = None if self._skipping else bytes(self._rest)
        self._rest.clear()
        self._skipping = False
        if self.number == 1 and text is not None:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if text is None or text.strip():
            yield Line(self.number, text)


@dataclass
class Gunzip:
    """Unpacks gzip piece by piece, however much a few bytes unpack to."""

    _unpacking: zlib._Decompress = field(default_factory=lambda: zlib.decompressobj(_GZIP))
    _begun: bool = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What these bytes unpack to, in pieces. Raises BadStream."""
        while packed:
            if self._unpacking.eof:  # one more member: `cat a.gz b.gz` is gzip too
                self._unpacking = zlib.decompressobj(_GZIP)
            self._begun = True
            try:
                piece = self._unpacking.decompress(packed, _PIECE)
            except zlib.error as error:
                raise BadStream("the body is not gzip, though Content-Encoding says so") from error
            packed = self._unpacking.unconsumed_tail or self._unpacking.unused_data
            if piece:
                yield piece

    def close(self) -> None:
        """Raises BadStream when the stream broke off before its end."""
        if self._begun and not self._unpacking.eof:
            raise BadStream("the gzip stream breaks off before its end")
