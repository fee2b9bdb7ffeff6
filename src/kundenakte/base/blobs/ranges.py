"""One range of a file, as a broken download or a player asks for it (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Final

_ONE: Final = re.compile(r"bytes\s*=\s*(?:(\d{1,19})-(\d{1,19})?|-(\d{1,19}))\s*", re.ASCII | re.IGNORECASE)


class NotSatisfiable(Exception):
    """The file does not reach that far."""


@dataclass(frozen=True, slots=True)
class Span:
    """From byte `first` to byte `last`, both included, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


def asked(header: str, size: int) -> Span | None:
    """The range a `Range` header asks for, or None for all of it: several ranges, other units and what is malformed
    may be answered with the whole file (section 14.2). Raises NotSatisfiable."""
    found = _ONE.fullmatch(header)
    if found is None:
        return None
    first, last, suffix = (None if text is None else int(text) for text in found.groups())
    if suffix is not None:
        first, last = max(0, size - suffix), size - 1
    elif last is not None and first is not None and last < first:
        return None
    if first is None or first >= size or suffix == 0:
        raise NotSatisfiable
    return Span(first, min(size - 1, last if last is not None else size - 1), size)


def still_asked(header: str, size: int, *, if_range: str | None, etag: str) -> Span | None:
    """The same for somebody who goes on only where the bytes are those he has: a validator that is not this very ETag
    (another state, a date) means all of it (section 13.1.5)."""
    return asked(header, size) if if_range is None or if_range.strip() == etag else None


class Part:
    """A stream's bytes from a span and no further, to be read once."""

    def __init__(self, stream: BinaryIO, span: Span) -> None:
        self._stream, self._left = stream, span.length
        stream.seek(span.first)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, empty at the span's end."""
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Close the stream behind it."""
        self._stream.close()
