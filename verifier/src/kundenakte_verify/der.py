"""Just enough DER (X.690) to read a time-stamp: nested values with their exact bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, SET, INTEGER, OCTETS, OID, GENERALIZED, BOOLEAN = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18, 0x01
_DEEPEST_LENGTH = 4


class NotDer(ValueError):
    """These bytes are not what was expected at this place."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag, what is in it, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def parts(self) -> list[Value]:
        """The values in it."""
        return list(_values(self.content))

    def expect(self, tag: int) -> Value:
        """Itself, if it has this tag."""
        if self.tag != tag:
            raise NotDer(f"tag {self.tag:#x} instead of {tag:#x}")
        return self

    def number(self) -> int:
        """A whole number."""
        return int.from_bytes(self.expect(INTEGER).content, "big", signed=True)


def read(content: bytes) -> Value:
    """The one value these bytes are, to the last of them."""
    found = list(_values(content))
    if len(found) != 1:
        raise NotDer("more than one value")
    return found[0]


def write(tag: int, *contents: bytes) -> bytes:
    """A value of this tag."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def oid(dotted: str) -> bytes:
    """The content of an object identifier."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    out = bytearray([40 * first + second])
    for part in rest:
        pieces = [part & 0x7F]
        while part := part >> 7:
            pieces.append(0x80 | part & 0x7F)
        out += bytes(reversed(pieces))
    return bytes(out)


def _values(content: bytes) -> Iterator[Value]:
    at = 0
    while at < len(content):
        begin, tag = at, content[at]
        if tag & 0x1F == 0x1F or at + 1 >= len(content):
            raise NotDer("tag")
        size, at = content[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= _DEEPEST_LENGTH:
                raise NotDer("length")
            size, at = int.from_bytes(content[at : at + count], "big"), at + count
        if at + size > len(content):
            raise NotDer("cut off")
        yield Value(tag, content[at : at + size], content[begin : at + size])
        at += size
