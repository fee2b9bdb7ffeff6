"""The journal's rows from its export, for a database that is made anew (docs/journal-format.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from kundenakte.base.journal import canonical, keys, merkle
from kundenakte.base.journal.models import JournalEntry, JournalLeaf, PersonalFact, SigningKey, TreeHead

_MANY: Final = 1000
# entry id → name → (value, salt)
Opened = Mapping[str, Mapping[str, tuple[str, str]]]


class NotTheJournal(Exception):
    """The export contradicts itself: a gap, another hash, or a head with another root."""


def entries(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines in the order of the tree. Raises NotTheJournal for a gap or an entry that is not that of its leaf."""
    seq = 0
    for file in sorted(folder.glob("entries-*.jsonl")):
        with file.open("rb") as lines:
            for line in lines:
                row: dict[str, Any] = json.loads(line)
                leaf = merkle.leaf_hash(canonical.body(row["entry"])).hex()
                if row["seq"] != seq or row["leaf"] != leaf:
                    raise NotTheJournal(f"Blatt {seq} des Protokolls fehlt oder ist verändert.")
                yield row
                seq += 1


def bring_in(folder: Path, opened: Opened) -> int:
    """Insert entries, leaves, keys and heads into empty tables, and the personal facts that are known; returns how many
    entries. The root of each head must be that of the leaves. Time stamps stay in the folder. Raises NotTheJournal."""
    heads = {head["size"]: (head, body, signature) for head, body, signature in _heads(folder)}
    tree = merkle.Tree()
    lines = entries(folder)
    while some := list(islice(lines, _MANY)):
        made = [_entry(row["entry"]) for row in some]
        JournalEntry.objects.bulk_create(made)
        JournalLeaf.objects.bulk_create(
            JournalLeaf(seq=row["seq"], entry=entry, digest=bytes.fromhex(row["leaf"]))
            for row, entry in zip(some, made, strict=True)
        )
        PersonalFact.objects.bulk_create(
            PersonalFact(entry=entry, name=name, value=value, salt=bytes.fromhex(salt))
            for entry in made
            for name, (value, salt) in sorted(opened.get(str(entry.pk), {}).items())
        )
        for row, entry in zip(some, made, strict=True):
            if entry.kind == keys.ANNOUNCED:
                _key(entry, row["entry"]["facts"])
            tree.append(bytes.fromhex(row["leaf"]))
            if tree.size in heads:
                _head(tree, *heads.pop(tree.size))
    if heads:
        raise NotTheJournal("Das Protokoll endet vor seinem letzten Baumkopf.")
    return tree.size


def _entry(said: dict[str, Any]) -> JournalEntry:
    subject_type, _, subject_id = said["subject"].rpartition(":")
    actor = said["actor"]
    return JournalEntry(
        id=UUID(said["id"]), at=datetime.fromisoformat(said["at"]), kind=said["kind"], subject_type=subject_type,
        subject_id=int(subject_id), actor_kind=actor["kind"],
        actor_id=actor["id"] if isinstance(actor["id"], int) else None, body=canonical.body(said),
    )  # fmt: skip


def _key(entry: JournalEntry, facts: Mapping[str, Any]) -> None:
    """The key as its announcement in the journal says."""
    public = bytes.fromhex(facts["public_key"])
    if hashlib.sha256(public).hexdigest() != facts["fingerprint"]:
        raise NotTheJournal(f"Der Schlüssel {facts['fingerprint']} ist nicht der, nach dem er heißt.")
    SigningKey.objects.create(
        pk=entry.subject_id, fingerprint=facts["fingerprint"], public_key=public, made_at=entry.at
    )


def _heads(folder: Path) -> Iterator[tuple[dict[str, Any], bytes, bytes]]:
    file = folder / "tree-heads.jsonl"
    if not file.is_file():
        raise NotTheJournal(f"In {folder} liegt kein ausgeleitetes Protokoll.")
    for line in file.read_bytes().splitlines():
        said = json.loads(line)
        yield said["head"], canonical.body(said["head"]), bytes.fromhex(said["signature"])


def _head(tree: merkle.Tree, head: dict[str, Any], body: bytes, signature: bytes) -> None:
    if head["root"] != tree.root().hex():
        raise NotTheJournal(f"Der Baumkopf {head['number']} hat eine andere Wurzel als die Einträge.")
    TreeHead.objects.create(
        number=head["number"], size=tree.size, at=datetime.fromisoformat(head["at"]), body=body, signature=signature,
        key=SigningKey.objects.get(fingerprint=head["key"]), parts=tree.parts(),
    )  # fmt: skip
