"""The tree of RFC 9162 section 2.1.1, growing leaf by leaf."""

from __future__ import annotations

from hashlib import sha256


def leaf_hash(content: bytes) -> bytes:
    """SHA-256 over 0x00 and the content."""
    return sha256(b"\x00" + content).digest()


class Tree:
    """Keeps one hash for each complete part of the tree."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        """One leaf more at the right."""
        height, here = 0, leaf
        parts = self._parts
        while parts and parts[-1][0] == height:
            here = sha256(b"\x01" + parts.pop()[1] + here).digest()
            height += 1
        parts.append((height, here))
        self.size += 1

    def root(self) -> str:
        """The tree's head in hex."""
        if not self._parts:
            return sha256(b"").hexdigest()
        here = self._parts[-1][1]
        for _, part in reversed(self._parts[:-1]):
            here = sha256(b"\x01" + part + here).digest()
        return here.hex()
