"""Proofs from block roots are those over all leaves, whatever became of the cache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kundenakte.base.journal import heads, merkle, proofs
from kundenakte.base.journal.models import JournalLeaf, TreeHead
from tests.base.journal.writing import write

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> list[TreeHead]:
    """Heads over a few and over more leaves, with blocks of four."""
    monkeypatch.setattr(proofs, "BLOCK", 4)
    write(5)
    heads.make(NOON)
    write(2)
    found = [heads.make(NOON + timedelta(hours=1))]
    write(14)
    found.append(heads.make(NOON + timedelta(hours=2)))
    return [head for head in found if head]


def leaves(head: TreeHead) -> list[bytes]:
    return [bytes(leaf.digest) for leaf in JournalLeaf.objects.order_by("seq")][: head.size]


def test_t24_proofs_from_blocks_are_those_over_all_leaves(two: list[TreeHead]) -> None:
    for head in reversed(two):
        for seq in range(head.size):
            assert proofs.inclusion(seq, head) == merkle.inclusion_proof(leaves(head), seq)
    small, large = two
    assert proofs.consistency(small, large) == merkle.consistency_proof(leaves(large), small.size)
    assert proofs.consistency(large, large) == []
    assert proofs.cache_file().stat().st_size == 32 * (large.size // 4)


def test_outside_the_tree_there_is_no_proof(two: list[TreeHead]) -> None:
    for wrong in (-1, two[0].size):
        with pytest.raises(IndexError):
            proofs.inclusion(wrong, two[0])
    with pytest.raises(IndexError):
        proofs.consistency(two[1], two[0])


@pytest.mark.parametrize("content", [b"", b"x" * 32 * 6, b"y" * 33])
def test_a_cache_that_does_not_lead_to_the_signed_root_is_made_anew(two: list[TreeHead], content: bytes) -> None:
    proofs.cache_file().parent.mkdir(parents=True, exist_ok=True)
    proofs.cache_file().write_bytes(content)
    head = two[1]
    assert proofs.inclusion(0, head) == merkle.inclusion_proof(leaves(head), 0)


def test_a_head_over_another_journal_gets_no_proof(two: list[TreeHead]) -> None:
    head = two[1]
    head.body = bytes(head.body).replace(proofs.root_of(head).hex().encode(), b"0" * 64)
    with pytest.raises(proofs.NotOurs):
        proofs.inclusion(0, head)
