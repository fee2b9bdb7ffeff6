"""Inclusion and consistency proofs out of a large journal, without reading it whole for each.

The roots of all complete blocks of 1024 leaves are kept in a file beside the other derived data, 32 bytes each: a
million entries are 31 kB. A proof reads those, and the leaves of the one or two blocks it goes through. The file is a
cache: it grows by itself, and one that is lost or does not lead to the signed root is made anew.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from kundenakte.base.journal import merkle
from kundenakte.base.journal.merkle import Hash
from kundenakte.base.journal.models import JournalLeaf, TreeHead

# Leaves of a block: a power of two, so that each block is a whole part of every tree that holds it.
BLOCK: Final = 1024
_HASH: Final = 32
_AT_ONCE: Final = 64 * BLOCK

RootOf = Callable[[int, int], Hash]


class NotOurs(Exception):
    """The leaves do not lead to the root that was signed: the journal was altered. The verifier says where."""


def inclusion(seq: int, head: TreeHead) -> list[Hash]:
    """The proof that leaf `seq` is in the tree of `head`. Raises IndexError when it is not, and NotOurs."""
    if not 0 <= seq < head.size:
        raise IndexError(seq)
    leaf = bytes(JournalLeaf.objects.values_list("digest", flat=True).get(seq=seq))
    root = root_of(head)

    def prove(blocks: list[Hash]) -> list[Hash] | None:
        proof = merkle.inclusion_path(partial(_root, blocks), seq, head.size)
        fits = merkle.includes(leaf=leaf, index=seq, size=head.size, head=root, proof=proof)
        return proof if fits else None

    return _proved(prove, head.size)


def consistency(first: TreeHead, second: TreeHead) -> list[Hash]:
    """The proof that the tree of `second` begins with that of `first`. Raises IndexError when it is smaller, and
    NotOurs."""
    if first.size > second.size:
        raise IndexError(first.size)

    def prove(blocks: list[Hash]) -> list[Hash] | None:
        proof = merkle.consistency_path(partial(_root, blocks), first.size, second.size)
        fits = merkle.continues(
            first=first.size, first_head=root_of(first), second=second.size, second_head=root_of(second), proof=proof
        )
        return proof if fits else None

    return _proved(prove, second.size)


def root_of(head: TreeHead) -> Hash:
    """The root that was signed."""
    return bytes.fromhex(json.loads(bytes(head.body))["root"])


def cache_file() -> Path:
    """The roots of the blocks, one after the other."""
    return Path(settings.DERIVED) / "journal-blocks"


def _proved(prove: Callable[[list[Hash]], list[Hash] | None], size: int) -> list[Hash]:
    """By the cache; by a new one when that one does not fit."""
    proof = prove(_blocks(size))
    if proof is None:
        cache_file().unlink(missing_ok=True)
        proof = prove(_blocks(size))
    if proof is None:
        raise NotOurs
    return proof


def _root(blocks: list[Hash], start: int, size: int) -> Hash:
    """The root over `size` leaves from `start` on, which is where a part of the tree begins."""
    if size < BLOCK:
        return merkle.root(_leaves(start, size))
    first, count, rest = start // BLOCK, size // BLOCK, size % BLOCK
    whole = blocks[first : first + count]
    return merkle.root([*whole, merkle.root(_leaves(start + size - rest, rest))] if rest else whole)


def _leaves(start: int, size: int) -> list[Hash]:
    rows = JournalLeaf.objects.filter(seq__gte=start, seq__lt=start + size).order_by("seq")
    return [bytes(digest) for digest in rows.values_list("digest", flat=True)]


def _blocks(size: int) -> list[Hash]:
    """The roots of the complete blocks among `size` leaves; what the file lacks is calculated and added."""
    count, file = size // BLOCK, cache_file()
    if count == 0:
        return []
    known = _read(file)
    if len(known) < count:
        file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with file.open("ab") as target:
            # Whoever else adds to it has added what he knows by then.
            fcntl.flock(target, fcntl.LOCK_EX)
            known = _read(file)
            os.truncate(target.fileno(), len(known) * _HASH)
            for start in range(len(known) * BLOCK, count * BLOCK, _AT_ONCE):
                leaves = _leaves(start, min(_AT_ONCE, count * BLOCK - start))
                known += [merkle.root(leaves[at : at + BLOCK]) for at in range(0, len(leaves), BLOCK)]
                target.write(b"".join(known[start // BLOCK :]))
                target.flush()
    return known[:count]


def _read(file: Path) -> list[Hash]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    return [content[at : at + _HASH] for at in range(0, len(content) - len(content) % _HASH, _HASH)]
