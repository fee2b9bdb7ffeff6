"""Sealing a version (festschreiben): the slow part, which makes the object, and the short one, which says so.

The object is visible before its row and its journal entry are committed. A crash in between is taken up by the next
who seals the version: he finds the object, checks it whole and writes down what is there. So no object is left without
an entry, and no entry is written before its object is on disk.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256, sha512
from importlib import metadata as installed
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.blobs import derived
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import clock
from kundenakte.base.journal.canonical import moment
from kundenakte.records import mediatype, renditions, search_due
from kundenakte.records.models import Document, Rendition, Version
from kundenakte.steps.archive import metadata, names
from kundenakte.steps.archive.history import History, history_of
from kundenakte.steps.archive.local import LocalArchive
from kundenakte.steps.archive.metadata import Known
from kundenakte.steps.archive.models import ArchivePackage, SealDue
from kundenakte.steps.archive.staging import Digests, Finished, Staged, Unreadable, canonical
from kundenakte.steps.archive.store import AlreadyThere, ArchiveStore

RULE = Actor.rule("archive")
# Renditions that go into the archive beside the original, and the name each has there and in the derived store.
POLICY = ((Rendition.Kind.TEXT, renditions.TEXT), (Rendition.Kind.PDF, renditions.PDF))


class OtherOriginal(Exception):
    """The bytes in the blob store are not those the version was made of."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An object that is in its place and checked, but not yet in the journal."""

    version: Version
    number: int
    object_id: str
    manifest_sha256: str
    inventory_sha512: str
    facts_sha256: str
    original: str
    size: int
    files: int
    sealed_at: datetime


def default() -> LocalArchive:
    """The house's archive, in `settings.ARCHIVE`."""
    return _local(Path(settings.ARCHIVE))


@cache
def _local(folder: Path) -> LocalArchive:
    return LocalArchive(folder)


def prepare(version_id: int, *, now: datetime, store: ArchiveStore | None = None) -> Prepared | None:
    """Make the next object of a version and put it in its place; None when nothing has changed since the last one.

    May run twice and at the same time as another. Raises NoSuchBlob, OtherOriginal, staging.Unreadable or OSError;
    then nothing of it is visible.
    """
    store = store or default()
    version, known = metadata.known(version_id)
    last = ArchivePackage.objects.filter(version=version).order_by("-number").first()
    if last and last.facts_sha256 == known.facts_sha256:
        return None
    number = _next(last)
    object_id = names.object_id(document=version.document_id, version=version.number, sealing=number)
    if store.has(object_id):
        return _adopt(store, version, number, object_id)
    with Staged.begin(store.staging(), object_id) as staged:
        finished, manifest, original = _write(staged, version, known, last, now)
        try:
            store.place(finished)
        except AlreadyThere:
            return _adopt(store, version, number, object_id)
    return Prepared(
        version=version, number=number, object_id=object_id, manifest_sha256=sha256(manifest).hexdigest(),
        inventory_sha512=finished.inventory_sha512, facts_sha256=known.facts_sha256, original=original,
        size=finished.size, files=finished.files, sealed_at=now,
    )  # fmt: skip


@transaction.atomic
def record(prepared: Prepared) -> ArchivePackage:
    """Write down that it is sealed, with the journal's entry, in the caller's transaction. A second time changes
    nothing."""
    there = ArchivePackage.objects.filter(object_id=prepared.object_id).first()
    if there:
        return there
    version = prepared.version
    package = ArchivePackage.objects.create(
        document_id=version.document_id, version=version, number=prepared.number, object_id=prepared.object_id,
        manifest_sha256=prepared.manifest_sha256, inventory_sha512=prepared.inventory_sha512,
        facts_sha256=prepared.facts_sha256, digest=version.digest, original=prepared.original, size=prepared.size,
        files=prepared.files, sealed_at=prepared.sealed_at,
    )  # fmt: skip
    SealDue.objects.filter(version=version).delete()
    journal.append(
        RULE, "document.sealed", version.document, object=prepared.object_id, version=version.number,
        sealing=prepared.number, manifest_sha256=prepared.manifest_sha256, inventory_sha512=prepared.inventory_sha512,
        **_doubts_about_the_clock(),
    )  # fmt: skip
    if Document.objects.filter(pk=version.document_id, is_sealed=False).update(is_sealed=True):
        search_due.mark(version.document)
    return package


def _doubts_about_the_clock() -> dict[str, Any]:
    """The entry's times are not to be relied on while a clock that was set back has not caught up."""
    return {"clock_set_back": True} if clock.set_back(timezone.now()) else {}


def _adopt(store: ArchiveStore, version: Version, number: int, object_id: str) -> Prepared:
    """The object is there without a row: somebody was cut off. What it says is what was known then, and stays."""
    store.verify(object_id)
    with store.open(object_id, names.METADATA) as file:
        manifest = file.read()
    said = json.loads(manifest)
    if said["object"] != object_id or said["facts"]["version"]["digest"] != version.digest:
        raise Unreadable(f"{object_id}: it speaks of another version")
    inventory = _inventory(store, object_id)
    return Prepared(
        version=version, number=number, object_id=object_id, manifest_sha256=sha256(manifest).hexdigest(),
        inventory_sha512=sha512(inventory).hexdigest(), facts_sha256=metadata.digest_of(said["facts"]),
        original=next(file["path"] for file in said["files"] if file["role"] == "original"),
        size=sum(file["size"] for file in said["files"]) + len(manifest) + 2 * (len(inventory) + 144) + 16,
        files=len(said["files"]) + 6, sealed_at=datetime.fromisoformat(said["sealing"]["sealed_at"]),
    )  # fmt: skip


def _inventory(store: ArchiveStore, object_id: str) -> bytes:
    with store.open_inventory(object_id) as file:
        return file.read()


def _write(
    staged: Staged, version: Version, known: Known, last: ArchivePackage | None, now: datetime
) -> tuple[Finished, bytes, str]:
    """All files of the object; returns it with the bytes of metadata.json and the name of the original."""
    original, files = _add_original(staged, version)
    renditions_of, missing = _add_renditions(staged, version)
    history = history_of(version, known.arrival)
    files += [*renditions_of, _file(names.HISTORY, "history", staged.add_bytes(names.HISTORY, history.lines),
                                    "application/jsonl")]  # fmt: skip
    manifest = canonical(
        {
            "format": names.FORMAT,
            "object": staged.object_id,
            "sealing": _sealing(version, last, now),
            "facts": known.facts,
            "snapshot": known.snapshot,
            "rows": known.rows,
            "files": files,
            "missing": missing,
            "journal": _leaves(history),
        }
    )
    staged.add_bytes(names.METADATA, manifest)
    return staged.finish(created=moment(now)), manifest, original


def _sealing(version: Version, last: ArchivePackage | None, now: datetime) -> dict[str, Any]:
    before = last or _of_version_before(version)
    previous = {"object": before.object_id, "manifest_sha256": before.manifest_sha256} if before else None
    return {
        "number": _next(last),
        "sealed_at": moment(now),
        # The hash of the manifest stands in the journal for good: without this, names could be guessed from it.
        "nonce": secrets.token_hex(32),
        "program": _program(),
        "previous": previous,
    }


def _next(last: ArchivePackage | None) -> int:
    return last.number + 1 if last else 1


def _of_version_before(version: Version) -> ArchivePackage | None:
    earlier = ArchivePackage.objects.filter(document_id=version.document_id, version__number__lt=version.number)
    return earlier.order_by("-version__number", "-number").first()


def _leaves(history: History) -> dict[str, int | None]:
    return {"entries": history.entries, "first_seq": history.first_seq, "last_seq": history.last_seq}


def _add_original(staged: Staged, version: Version) -> tuple[str, list[dict[str, Any]]]:
    store = blobs.default()
    path = store.path(version.digest)
    name = names.original_name(mediatype.detect(path, file_name=version.file_name).extension)
    with store.open(version.digest) as source:
        digests = staged.add(name, source)
    if (digests.sha256, digests.size) != (version.digest, version.size):
        raise OtherOriginal(f"{version.digest} holds the bytes of {digests.sha256}")
    return name, [_file(name, "original", digests, version.media_type)]


def _add_renditions(staged: Staged, version: Version) -> tuple[list[dict[str, Any]], list[str]]:
    """What the policy names and was made; and what it names and is not there."""
    made = {row.kind: row for row in Rendition.objects.filter(digest=version.digest)}
    files, missing = [], []
    for kind, name in POLICY:
        row = made.get(kind.value)
        try:
            with derived.default().open(version.digest, name) as source:
                digests = staged.add(name, source)
        except NoSuchBlob:
            # A PDF has no second one, so only what was once made is missing.
            if row or kind == Rendition.Kind.TEXT:
                missing.append(kind.value)
            continue
        of_row = {"made_by": row.made_by, "made_at": moment(row.made_at)} if row else {}
        files.append(_file(name, kind.value, digests, _MEDIA_TYPES[name], of_row))
    return files, missing


_MEDIA_TYPES = {renditions.TEXT: "application/gzip", renditions.PDF: "application/pdf"}


def _file(
    name: str, role: str, digests: Digests, media_type: str, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "path": name, "role": role, "size": digests.size, "sha256": digests.sha256, "sha512": digests.sha512,
        "media_type": media_type, **(more or {}),
    }  # fmt: skip


@cache
def _program() -> str:
    try:
        return f"kundenakte {installed.version('kundenakte')}"
    except installed.PackageNotFoundError:
        return "kundenakte"
