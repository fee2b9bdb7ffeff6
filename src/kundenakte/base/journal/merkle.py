"""The tree over the journal, after RFC 9162 section 2: leaf hashes, root, inclusion and consistency proofs.

Nothing here knows the database or the clock. `leaves` are leaf hashes in order, from `leaf_hash`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

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

    @classmethod
    def of_parts(cls, size: int, parts: bytes) -> Tree:
        """The tree of this size again, from what `parts` gave."""
        tree = cls()
        tree.size = size
        tree._parts = [parts[at : at + 32] for at in range(0, len(parts), 32)]
        if len(tree._parts) != size.bit_count():
            raise ValueError(f"{len(tree._parts)} parts are no tree of {size} leaves")
        return tree

    def parts(self) -> bytes:
        """The roots of the complete parts, largest first: all that is needed to go on."""
        return b"".join(self._parts)

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
    return inclusion_path(lambda start, size: root(leaves[start : start + size]), index, len(leaves))


def consistency_proof(leaves: Sequence[Hash], first: int) -> list[Hash]:
    """The hashes that show: the tree over all leaves grew from that over the `first` ones (2.1.4.1)."""
    return consistency_path(lambda start, size: root(leaves[start : start + size]), first, len(leaves))


def inclusion_path(root_of: Callable[[int, int], Hash], index: int, size: int) -> list[Hash]:
    """`inclusion_proof` where `root_of(start, size)` knows the roots of the tree's parts."""
    if not 0 <= index < size:
        raise IndexError(index)
    return _inclusion(root_of, index, 0, size)


def consistency_path(root_of: Callable[[int, int], Hash], first: int, size: int) -> list[Hash]:
    """`consistency_proof` where `root_of(start, size)` knows the roots of the tree's parts."""
    if not 0 < first <= size:
        raise IndexError(first)
    return _consistency(root_of, first, 0, size, whole=True)


def _inclusion(root_of: Callable[[int, int], Hash], index: int, start: int, size: int) -> list[Hash]:
    if size == 1:
        return []
    split = _split(size)
    if index < split:
        return [*_inclusion(root_of, index, start, split), root_of(start + split, size - split)]
    return [*_inclusion(root_of, index - split, start + split, size - split), root_of(start, split)]


def _consistency(root_of: Callable[[int, int], Hash], first: int, start: int, size: int, *, whole: bool) -> list[Hash]:
    if first == size:
        return [] if whole else [root_of(start, size)]
    split = _split(size)
    if first <= split:
        return [*_consistency(root_of, first, start, split, whole=whole), root_of(start + split, size - split)]
    return [
        *_consistency(root_of, first - split, start + split, size - split, whole=False), root_of(start, split),
    ]  # fmt: skip


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


def sides(index: int, size: int) -> list[str]:
    """For each hash of the inclusion proof whether it stands "left" or "right" of what is known so far (2.1.3.2)."""
    position, last, found = index, size - 1, []
    while last:
        is_left = bool(position % 2) or position == last
        found.append("left" if is_left else "right")
        while is_left and position % 2 == 0 and position:
            position, last = position >> 1, last >> 1
        position, last = position >> 1, last >> 1
    return found
