"""Signed tree heads: when they come, what they say, and how keys change."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import IntegrityError, transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import export, heads, keys, merkle, proofs, sequencer
from kundenakte.base.journal.models import JournalLeaf, SigningKey, TreeHead
from tests.base.journal.writing import write

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def first_head(entries: int = 3) -> TreeHead:
    write(entries)
    assert heads.make(NOON) is None, "the first key is announced before it signs"
    sequencer.sequence()
    head = heads.make(NOON)
    assert head is not None
    return head


def leaves() -> list[bytes]:
    return [bytes(leaf.digest) for leaf in JournalLeaf.objects.order_by("seq")]


def test_a_head_is_signed_over_size_and_root_by_a_key_only_the_house_may_read() -> None:
    head = first_head()
    said = json.loads(bytes(head.body))
    assert (said["size"], said["root"]) == (4, merkle.root(leaves()).hex())
    public = load_der_public_key(bytes(head.key.public_key))
    assert isinstance(public, Ed25519PublicKey)
    public.verify(bytes(head.signature), bytes(head.body))
    file = keys.folder() / f"{head.key.fingerprint}.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys.folder().stat().st_mode & 0o777 == 0o700


def test_the_next_head_grows_from_the_last_and_names_it() -> None:
    first = first_head(5)
    write(9)
    second = heads.make(NOON + timedelta(hours=1))
    assert second is not None
    said = json.loads(bytes(second.body))
    assert said["root"] == merkle.root(leaves()).hex()
    assert said["previous"] == hashlib.sha256(bytes(first.body)).hexdigest()
    proof = proofs.consistency(first, second)
    roots = [bytes.fromhex(json.loads(bytes(head.body))["root"]) for head in (first, second)]
    assert merkle.continues(
        first=first.size, first_head=roots[0], second=second.size, second_head=roots[1], proof=proof
    )
    path = proofs.inclusion(3, second)
    assert merkle.includes(leaf=leaves()[3], index=3, size=second.size, head=roots[1], proof=path)


def test_a_head_comes_after_an_hour_or_a_thousand_entries_and_never_without_a_new_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first_head()
    assert heads.make_due(NOON + timedelta(hours=2)) is None
    write(1)
    assert heads.make_due(NOON + timedelta(minutes=59)) is None
    assert heads.make_due(NOON + timedelta(hours=1)) is not None
    monkeypatch.setattr(heads, "ENTRIES", 10)
    write(9)
    assert heads.make_due(NOON + timedelta(hours=1, minutes=1)) is None
    write(1)
    assert heads.make_due(NOON + timedelta(hours=1, minutes=1)) is not None


def test_a_new_key_signs_only_after_the_old_one_signed_its_announcement() -> None:
    old = first_head().key
    new = keys.announce(actor=Actor.system("command"), at=NOON)
    sequencer.sequence()
    between = heads.make(NOON + timedelta(hours=1))
    assert between is not None
    assert between.key == old
    write(1)
    after = heads.make(NOON + timedelta(hours=2))
    assert after is not None
    assert after.key == new
    assert SigningKey.objects.count() == 2


def test_without_the_private_key_no_head_is_signed() -> None:
    head = first_head()
    (keys.folder() / f"{head.key.fingerprint}.pem").unlink()
    write(1)
    with pytest.raises(keys.KeyLost):
        heads.make(NOON + timedelta(hours=1))


def test_the_database_refuses_to_change_or_remove_a_head() -> None:
    head = first_head()
    with pytest.raises(IntegrityError), transaction.atomic():
        TreeHead.objects.filter(pk=head.pk).update(size=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        TreeHead.objects.filter(pk=head.pk).delete()


def test_the_export_grows_by_what_is_new_and_mends_a_torn_line(tmp_path: Path) -> None:
    first_head(5)
    target = tmp_path / "journal"
    assert export.bring_up_to_date(target) == 6
    assert export.bring_up_to_date(target) == 0
    file = target / "entries-000000000000.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    assert export.bring_up_to_date(target) == 1
    assert file.read_bytes() == whole
    write(2)
    heads.make(NOON + timedelta(hours=1))
    assert export.bring_up_to_date(target) == 2
    lines = file.read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(8))
    assert file.read_bytes().startswith(whole)
    assert len((target / "tree-heads.jsonl").read_bytes().splitlines()) == 2


def test_the_export_begins_a_new_file_where_one_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LINES", 4)
    first_head(8)
    assert export.bring_up_to_date(tmp_path) == 9
    names = sorted(file.name for file in tmp_path.glob("entries-*"))
    assert names == [f"entries-{first:012d}.jsonl" for first in (0, 4, 8)]
    assert (tmp_path / names[0]).stat().st_mode & 0o222 == 0


def test_everything_that_waits_is_told_in_a_new_house_and_without_a_key_up_to_the_last_head() -> None:
    write(3)
    assert export.tell_everything(NOON) == 4, "with the entry that announces the key"
    head = heads.newest()
    assert head is not None
    assert head.size == 4
    (keys.folder() / f"{head.key.fingerprint}.pem").unlink()
    write(1)
    assert export.tell_everything(NOON + timedelta(hours=1)) == 0
    assert JournalLeaf.objects.count() == 5
