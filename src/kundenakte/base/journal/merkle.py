"""The tree over the journal, after RFC 9162 section 2: leaf hashes, root, inclusion and consistency proofs.

Nothing here knows the database or the clock. `leaves` are leaf hashes in order, from `leaf_hash`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Hash = bytes


def leaf_hash(data: bytes) -> Hash:
    """SHA-256 over 0x00 and the entry's canonical bytes (2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """SHA-256 over 0x01 and the two children (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and remembers only the roots of its complete parts: some twenty hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[Hash] = []

    def append(self, leaf: Hash) -> None:
        """Add one leaf at the right end."""
        self._parts.append(leaf)
        self.size += 1
        # As often as the binary count carries, two parts of equal size become one.
        carries = self.size
        while carries % 2 == 0:
            right = self._parts.pop()
            self._parts.append(node_hash(self._parts.pop(), right))
            carries //= 2

    def root(self) -> Hash:
        """The tree's head; of no leaves, the hash of nothing."""
        if not self._parts:
            return hashlib.sha256(b"").digest()
        head = self._parts[-1]
        for part in reversed(self._parts[:-1]):
            head = node_hash(part, head)
        return head


def root(leaves: Iterable[Hash]) -> Hash:
    """The head of the tree over these leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[Hash], index: int) -> list[Hash]:
    """The hashes that lead from leaf `index` to the root (2.1.3.1). Raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def consistency_proof(leaves: Sequence[Hash], first: int) -> list[Hash]:
    """The hashes that show: the tree over all leaves grew from that over the `first` ones (2.1.4.1)."""
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _consistency(leaves, first, whole=True)


def _consistency(leaves: Sequence[Hash], first: int, *, whole: bool) -> list[Hash]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if first <= split:
        return [*_consistency(leaves[:split], first, whole=whole), root(leaves[split:])]
    return [*_consistency(leaves[split:], first - split, whole=False), root(leaves[:split])]


def includes(*, leaf: Hash, index: int, size: int, head: Hash, proof: Sequence[Hash]) -> bool:
    """Whether `proof` shows that `leaf` is at `index` of the tree with this size and head (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            computed = node_hash(sibling, computed)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and computed == head


def continues(*, first: int, first_head: Hash, second: int, second_head: Hash, proof: Sequence[Hash]) -> bool:
    """Whether `proof` shows that the tree of size `second` begins with that of size `first` (2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_head == second_head
    path = [first_head, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    position, last = first - 1, second - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_head and new == second_head


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
