"""T-24: inclusion and consistency proofs for trees up to 2000 leaves, against RFC 9162 written down naively here."""

from __future__ import annotations

import hashlib
import random
from functools import cache

from kundenakte_verify import merkle as theirs

from kundenakte.base.journal import merkle
from tests.conftest import LONG

LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(2000)]
# All small ones, those around powers of two, some others, the largest.
SIZES = sorted(
    {*range(1, 18), *(2**power + near for power in range(5, 11) for near in (-1, 0, 1)), 1000, 1999, 2000}
    | set(random.Random(9162).sample(range(1, 2001), 300 if LONG else 12))
)


@cache
def mth(begin: int, end: int) -> bytes:
    """2.1.1."""
    if end - begin == 1:
        return LEAVES[begin]
    split = half(end - begin)
    return hashlib.sha256(b"\x01" + mth(begin, begin + split) + mth(begin + split, end)).digest()


def path(leaf: int, begin: int, end: int) -> list[bytes]:
    """2.1.3.1."""
    if end - begin == 1:
        return []
    split = half(end - begin)
    if leaf < split:
        return [*path(leaf, begin, begin + split), mth(begin + split, end)]
    return [*path(leaf - split, begin + split, end), mth(begin, begin + split)]


def subproof(first: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
    """2.1.4.1."""
    if first == end - begin:
        return [] if whole else [mth(begin, end)]
    split = half(end - begin)
    if first <= split:
        return [*subproof(first, begin, begin + split, whole=whole), mth(begin + split, end)]
    return [*subproof(first - split, begin + split, end, whole=False), mth(begin, begin + split)]


def half(size: int) -> int:
    split = 1
    while split * 2 < size:
        split *= 2
    return split


def test_t24_heads_of_three_implementations_are_the_same_at_every_size_to_2000() -> None:
    ours, verifiers = merkle.Tree(), theirs.Tree()
    assert ours.root().hex() == verifiers.root() == hashlib.sha256(b"").hexdigest()
    for size, leaf in enumerate(LEAVES, start=1):
        ours.append(leaf)
        verifiers.append(leaf)
        assert ours.root() == mth(0, size)
        assert verifiers.root() == ours.root().hex()
        assert merkle.Tree.of_parts(size, ours.parts()).root() == ours.root()


def test_t24_inclusion_proofs_are_those_of_the_norm_and_hold() -> None:
    chance = random.Random(1)
    for size in SIZES:
        for leaf in {0, size - 1, chance.randrange(size)}:
            proof = merkle.inclusion_proof(LEAVES[:size], leaf)
            assert proof == path(leaf, 0, size)
            assert merkle.includes(leaf=LEAVES[leaf], index=leaf, size=size, head=mth(0, size), proof=proof)
            other = (leaf + 1) % size
            if size > 1:
                assert not merkle.includes(leaf=LEAVES[leaf], index=other, size=size, head=mth(0, size), proof=proof)


def test_t24_consistency_proofs_are_those_of_the_norm_and_hold() -> None:
    chance = random.Random(2)
    for size in SIZES:
        for first in {1, size, chance.randint(1, size)}:
            proof = merkle.consistency_proof(LEAVES[:size], first)
            assert proof == subproof(first, 0, size, whole=True)
            heads = {"first_head": mth(0, first), "second_head": mth(0, size)}
            assert merkle.continues(first=first, second=size, proof=proof, **heads)
            wrong = heads | {"first_head": hashlib.sha256(b"another").digest()}
            assert not merkle.continues(first=first, second=size, proof=proof, **wrong)
