"""What the archive's tests share: sealing all that is due, and asking the reference implementation of OCFL."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from ocfl import StorageRoot

from kundenakte.records.actions import documents
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Document, Version
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, a_class, an_actor


def sealed(version: Version, *, now: datetime = NOW) -> ArchivePackage:
    """The version with one more sealing."""
    prepared = sealing.prepare(version.pk, now=now)
    assert prepared is not None, "nothing has changed since the last sealing"
    with transaction.atomic():
        return sealing.record(prepared)


def valid(document: Document) -> Version:
    """The version that counts."""
    document.refresh_from_db()
    assert document.valid_version is not None
    return document.valid_version


def corrected(document: Any, title: str, *, now: datetime = NOW + timedelta(days=1)) -> None:
    """The document with another title, as a person changes it."""
    documents.describe_document(
        actor=an_actor("anton"), document=document, edition=document.edition, now=now,
        description=Description(a_class("OFFER"), title, document.number, document.dated_on), reason="Tippfehler",
    )  # fmt: skip


def folder_of(package: ArchivePackage) -> Path:
    """Where the object lies."""
    store = sealing.default()
    return store.path(package.object_id, "metadata.json").parents[2]


def manifest_of(package: ArchivePackage) -> dict[str, Any]:
    """What metadata.json says."""
    with sealing.default().open(package.object_id, "metadata.json") as file:
        said: dict[str, Any] = json.load(file)
    return said


def findings_of_ocfl() -> list[str]:
    """What the reference validator says of the storage root, warnings included."""
    logging.getLogger().setLevel(logging.ERROR)
    root = StorageRoot(root=str(sealing.default().root))
    is_valid = root.validate(log_warnings=True)
    said = [str(error) for error in root.errors]
    said += [line for line in str(root.log).splitlines() if line.strip() and "valid" not in line.lower()]
    return said if said or is_valid else ["not valid"]


def flip_a_byte(file: Path) -> None:
    """One bit in the middle of a file is another one now."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)
