"""The tree against known vectors and against a second, slow writing-down of RFC 9162."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.base.journal import merkle

# The leaves and heads that the Certificate Transparency project publishes as test vectors for RFC 6962 and 9162.
DATA = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    # (size, leaf): proof
    (8, 0): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (8, 5): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (3, 2): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (5, 1): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    # (first size, second size): proof
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LEAVES = [merkle.leaf_hash(data) for data in DATA]
leaf_lists = st.lists(st.binary(max_size=8), min_size=1, max_size=70).map(
    lambda datas: [merkle.leaf_hash(data) for data in datas]
)


def slow_root(leaves: list[bytes]) -> bytes:
    """MTH as the norm writes it down (2.1.1), without a thought of speed."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:split]) + slow_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_heads(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == HEADS[size - 1]


def test_the_head_of_nothing() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("size", "index"), INCLUSION)
def test_the_published_inclusion_proofs(size: int, index: int) -> None:
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    assert [part.hex() for part in proof] == INCLUSION[size, index]


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_the_published_consistency_proofs(first: int, second: int) -> None:
    proof = merkle.consistency_proof(LEAVES[:second], first)
    assert [part.hex() for part in proof] == CONSISTENCY[first, second]


@given(leaf_lists)
def test_the_growing_tree_has_the_head_of_the_norm_at_every_size(leaves: list[bytes]) -> None:
    tree = merkle.Tree()
    for size, leaf in enumerate(leaves, start=1):
        tree.append(leaf)
        assert tree.root() == slow_root(leaves[:size])


@given(leaf_lists, st.data())
def test_every_leaf_has_a_proof_and_no_other_place_or_head_fits_it(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, head, size = merkle.inclusion_proof(leaves, index), slow_root(leaves), len(leaves)
    assert merkle.includes(leaf=leaves[index], index=index, size=size, head=head, proof=proof)
    other = merkle.leaf_hash(b"something that was never written")
    assert not merkle.includes(leaf=other, index=index, size=size, head=head, proof=proof)
    assert not merkle.includes(leaf=leaves[index], index=index, size=size, head=other, proof=proof)
    assert not merkle.includes(leaf=leaves[index], index=index, size=size, head=head, proof=[*proof, other])
    assert not merkle.includes(leaf=leaves[index], index=size, size=size, head=head, proof=proof)
    for place in range(len(proof)):
        forged = [*proof[:place], other, *proof[place + 1 :]]
        assert not merkle.includes(leaf=leaves[index], index=index, size=size, head=head, proof=forged)
        assert not merkle.includes(leaf=leaves[index], index=index, size=size, head=head, proof=proof[:place])


@given(leaf_lists, st.data())
def test_every_earlier_tree_is_shown_to_be_its_beginning_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    second, proof = len(leaves), merkle.consistency_proof(leaves, first)
    old, new = slow_root(leaves[:first]), slow_root(leaves)
    assert merkle.continues(first=first, first_head=old, second=second, second_head=new, proof=proof)
    other = merkle.leaf_hash(b"something that was never written")
    assert not merkle.continues(first=first, first_head=other, second=second, second_head=new, proof=proof)
    assert not merkle.continues(first=first, first_head=old, second=second, second_head=other, proof=proof)
    assert not merkle.continues(first=first, first_head=old, second=second, second_head=new, proof=[*proof, other])
    for place in range(len(proof)):
        forged = [*proof[:place], other, *proof[place + 1 :]]
        assert not merkle.continues(first=first, first_head=old, second=second, second_head=new, proof=forged)


def test_proofs_outside_the_tree_are_refused() -> None:
    for index in (-1, 8):
        with pytest.raises(IndexError):
            merkle.inclusion_proof(LEAVES, index)
    for first in (0, 9):
        with pytest.raises(IndexError):
            merkle.consistency_proof(LEAVES, first)
