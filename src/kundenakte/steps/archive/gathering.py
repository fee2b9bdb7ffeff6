"""Reads an archive for making the database anew: the rows of the newest sealings, and what the journal tells since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kundenakte.base.journal import reread
from kundenakte.records.models import Document
from kundenakte.steps.archive import metadata, names
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.archive.store import ArchiveStore

DOCUMENTS = Document._meta.db_table
PACKAGES = ArchivePackage._meta.db_table


@dataclass(slots=True)
class Gathered:
    """Table → primary key → row, and what is beside the rows."""

    tables: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    # Entry → name → (value, salt), as the histories in the objects open them.
    opened: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    # User → the name under which he acted last.
    people: dict[int, str] = field(default_factory=dict)
    # Digest → object and the renditions that lie in it.
    renditions: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    # Objects of the first format: nothing is made of them.
    without_rows: list[str] = field(default_factory=list)
    # Table → highest number ever given, so that none is given twice.
    highest: dict[str, int] = field(default_factory=dict)

    def put(self, table: str, row: dict[str, Any]) -> None:
        """What was known later takes the place of what was known before."""
        self.tables.setdefault(table, {})[row["id"]] = row


class Unproven(Exception):
    """An object is not the one whose sealing the journal tells of."""


def gather(store: ArchiveStore, journal: Path) -> Gathered:
    """Everything of the documents that were not disposed of, in the order of the sealings, each object checked whole.

    Raises Unproven, reread.NotTheJournal, staging.Unreadable, store.NoSuchObject.
    """
    found, versions = Gathered(), dict[tuple[int, int], int]()
    disposed = {
        row["entry"]["subject"] for row in reread.entries(journal) if row["entry"]["kind"] == "document.disposed"
    }
    for number, row in enumerate(_sealings(journal, found), start=1):
        entry = row["entry"]
        if entry["subject"] not in disposed:
            _sealing(store, found, versions, entry, number)
    _keep_only_sealed(found, set(versions.values()))
    _since(journal, found)
    return found


def _sealings(journal: Path, found: Gathered) -> Iterator[dict[str, Any]]:
    for row in reread.entries(journal):
        kind, _, number = row["entry"]["subject"].rpartition(":")
        found.highest[kind] = max(found.highest.get(kind, 0), int(number))
        if row["entry"]["kind"] == "document.sealed":
            yield row


def _sealing(
    store: ArchiveStore, found: Gathered, versions: dict[tuple[int, int], int], entry: dict[str, Any], number: int
) -> None:
    said = entry["facts"]
    store.verify(said["object"], inventory_sha512=said["inventory_sha512"])
    with store.open(said["object"], names.METADATA) as file:
        manifest = json.load(file)
    if manifest["object"] != said["object"]:
        raise Unproven(said["object"])
    _history(store, found, said["object"])
    if "rows" not in manifest:
        found.without_rows.append(said["object"])
        return
    for table, rows in manifest["rows"].items():
        for row in rows:
            found.put(table, row)
    document, version = manifest["facts"]["document"]["id"], manifest["facts"]["version"]["number"]
    # Each sealing has the rows of all versions there were; this one's is the one with its number.
    pk = next(row["id"] for row in manifest["rows"]["records_version"] if row["number"] == version)
    versions[document, version] = pk
    found.tables[DOCUMENTS][document] |= {"is_sealed": True, "_seq": manifest["journal"]["last_seq"]}
    files = manifest["files"]
    original = next(file for file in files if file["role"] == "original")
    found.renditions[original["sha256"]] = (said["object"], [f for f in files if f["role"] in {"text", "pdf"}])
    found.put(PACKAGES, _package(store, manifest, said, original, pk) | {"id": number})


def _package(
    store: ArchiveStore, manifest: dict[str, Any], said: dict[str, Any], original: dict[str, Any], version: int
) -> dict[str, Any]:
    """The row of a sealing, as sealing.record writes it."""
    with store.open(said["object"], names.METADATA) as file:
        known = len(file.read())
    with store.open_inventory(said["object"]) as file:
        inventory = len(file.read())
    return {
        "document_id": manifest["facts"]["document"]["id"], "version_id": version, "number": said["sealing"],
        "object_id": said["object"], "manifest_sha256": said["manifest_sha256"],
        "inventory_sha512": said["inventory_sha512"], "facts_sha256": metadata.digest_of(manifest["facts"]),
        "digest": original["sha256"], "original": original["path"],
        "size": sum(file["size"] for file in manifest["files"]) + known + 2 * (inventory + 144) + 16,
        "files": len(manifest["files"]) + 6, "sealed_at": manifest["sealing"]["sealed_at"],
    }  # fmt: skip


def _history(store: ArchiveStore, found: Gathered, object_id: str) -> None:
    with store.open(object_id, names.HISTORY) as lines:
        for line in lines:
            row = json.loads(line)
            opened = {name: (one["value"], one["salt"]) for name, one in row["opened"].items()}
            found.opened.setdefault(row["entry"]["id"], {}).update(opened)
            actor = row["entry"]["actor"]["id"]
            if isinstance(actor, int) and "actor" in opened:
                found.people[actor] = opened["actor"][0]


def _keep_only_sealed(found: Gathered, versions: set[int]) -> None:
    """A version that was never sealed has no bytes in the archive; whatever hangs on it goes as well."""
    tables = found.tables
    tables["records_version"] = {pk: row for pk, row in tables.get("records_version", {}).items() if pk in versions}
    states = tables.get("records_versionstate", {})
    tables["records_versionstate"] = {pk: row for pk, row in states.items() if row["version_id"] in versions}
    newest: dict[int, int] = {}
    for pk, row in sorted(tables["records_version"].items(), key=lambda item: item[1]["number"]):
        newest[row["document_id"]] = pk
    for pk, row in tables.get(DOCUMENTS, {}).items():
        if row["valid_version_id"] not in versions:
            row["valid_version_id"] = newest[pk]


def _since(journal: Path, found: Gathered) -> None:
    """Where a document lies, and whether it is restricted, changes without a new sealing; the journal tells."""
    for row in reread.entries(journal):
        entry = row["entry"]
        subject, _, number = entry["subject"].rpartition(":")
        document = found.tables.get(DOCUMENTS, {}).get(int(number)) if subject == "records.document" else None
        if document is not None and row["seq"] > (-1 if document["_seq"] is None else document["_seq"]):
            _apply(document, entry, found)
    for document in found.tables.get(DOCUMENTS, {}).values():
        del document["_seq"]


def _apply(document: dict[str, Any], entry: dict[str, Any], found: Gathered) -> None:
    kind, facts = entry["kind"], entry["facts"]
    if kind in {"document.restricted", "document.restriction_lifted"}:
        document["is_restricted"] = kind == "document.restricted"
    elif kind == "document.moved":
        for column, name in (("customer_file_id", "customer_file"), ("section_id", "section")):
            target = int(str(facts.get(name, "")).rpartition(":")[2] or 0)
            # A file of which nothing was ever sealed is not in the archive: then it stays where it was.
            if target in found.tables.get(f"records_{name.replace('_', '')}", {}):
                document[column] = target
        document["is_pinned"] = facts.get("pinned", document["is_pinned"])
    else:
        return
    document["changed_at"], document["edition"] = entry["at"], document["edition"] + 1
