"""The receipt of a sealed version (Beleg): all an outsider needs to check it with `openssl` and `sha256sum` alone.

It leads from the document's bytes over the object's inventory, the journal's entry and the tree to a signed tree head,
and to a time-stamp where there is one. metadata.json is not in it: it holds what is known of the customer, and a
receipt is made to be handed on. docs/proofs.md describes the JSON.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha512
from typing import Any, Final

from kundenakte.base.journal import canonical, keys, merkle, proofs
from kundenakte.base.journal.models import HeadToken, JournalEntry, TreeHead
from kundenakte.records.models import Version
from kundenakte.records.refusals import Refused
from kundenakte.steps.archive import queries, sealing
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.archive.originals import Damaged
from kundenakte.steps.archive.receipt_steps import Step, steps_for
from kundenakte.steps.archive.store import NoSuchObject

FORMAT: Final = "kundenakte-receipt/1"


class NotSealed(Refused):
    """There is no receipt for what is not in the archive."""

    code = "not_sealed"
    sentence = "Diese Version ist nicht festgeschrieben. Einen Beleg gibt es erst danach."


class TooEarly(Refused):
    """No tree head covers the sealing yet."""

    code = "receipt_too_early"
    sentence = (
        "Der Beleg entsteht mit dem nächsten unterschriebenen Baumkopf des Protokolls, spätestens in einer Stunde. "
        "Bitte versuchen Sie es dann noch einmal."
    )


class JournalAltered(Refused):
    """The leaves do not lead to the signed root."""

    code = "journal_altered"
    sentence = (
        "Das Protokoll passt nicht zu seinem unterschriebenen Baumkopf. Einen Beleg kann es so nicht geben. "
        "Bitte verständigen Sie die Verwaltung der Kundenakte."
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt: what it says in short, the files it carries, and the steps that check them."""

    package: ArchivePackage
    said: dict[str, Any]
    files: dict[str, bytes]
    steps: list[Step]

    def as_json(self) -> bytes:
        """One key a line, so that `sed` finds each file."""
        content = self.said | {
            "files": {name: base64.b64encode(content).decode() for name, content in self.files.items()},
            "steps": [asdict(step) for step in self.steps],
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"

    @property
    def file_name(self) -> str:
        """What it is called, without its ending."""
        return f"Beleg-{self.package.document_id}-v{self.package.version.number}"


def receipt_of(version: Version, *, now: datetime) -> Receipt:
    """The receipt of the version's latest sealing. Raises NotSealed, TooEarly, originals.Damaged or JournalAltered."""
    package = queries.package_of(version)
    if package is None or queries.standing_of(version).state == "disposed":
        raise NotSealed
    inventory = _inventory(package)
    entry = _entry(package)
    head, token = _head(entry.leaf.seq)
    try:
        proof = proofs.inclusion(entry.leaf.seq, head)
    except proofs.NotOurs:
        raise JournalAltered from None
    path = list(zip(merkle.sides(entry.leaf.seq, head.size), proof, strict=True))
    files = {
        "inventory.json": inventory,
        "entry.json": bytes(entry.body),
        "path.txt": "".join(f"{side} {node.hex()}\n" for side, node in path).encode(),
        "head.json": bytes(head.body),
        "head.sig": bytes(head.signature),
        "key.pem": keys.public_pem(head.key),
        **({"token.tsr": bytes(token.response)} if token else {}),
    }
    said = _said(package, entry, head, token) | {"made_at": canonical.moment(now)}
    said["version"]["sha512"] = _sha512_of(inventory, package.original)
    steps = steps_for(
        original=package.original, sha256=package.digest,
        fingerprint=head.key.fingerprint, files=list(files), authority=token.authority if token else "",
    )  # fmt: skip
    return Receipt(package, said, files, steps)


def _inventory(package: ArchivePackage) -> bytes:
    try:
        with sealing.default().open_inventory(package.object_id) as file:
            content = file.read()
    except NoSuchObject:
        raise Damaged from None
    if sha512(content).hexdigest() != package.inventory_sha512:
        raise Damaged
    return content


def _sha512_of(inventory: bytes, original: str) -> str:
    manifest: dict[str, list[str]] = json.loads(inventory)["manifest"]
    return next(digest for digest, paths in manifest.items() if f"v1/content/{original}" in paths)


def _entry(package: ArchivePackage) -> JournalEntry:
    """The journal's entry about this sealing, in its place in the tree."""
    entries = JournalEntry.objects.filter(
        subject_type="records.document", subject_id=package.document_id, kind="document.sealed", leaf__isnull=False
    ).select_related("leaf")
    for entry in entries.order_by("at", "id"):
        if json.loads(bytes(entry.body))["facts"].get("object") == package.object_id:
            return entry
    raise TooEarly


def _head(seq: int) -> tuple[TreeHead, HeadToken | None]:
    """The first head over this leaf that bears a time-stamp; without one, the first head over it."""
    stamped = HeadToken.objects.filter(head__size__gt=seq).select_related("head__key").order_by("head_id", "pk").first()
    if stamped:
        return stamped.head, stamped
    head = TreeHead.objects.filter(size__gt=seq).select_related("key").order_by("number").first()
    if head is None:
        raise TooEarly
    return head, None


def _said(
    package: ArchivePackage,
    entry: JournalEntry,
    head: TreeHead,
    token: HeadToken | None,
) -> dict[str, Any]:
    document, version = package.document, package.version
    return {
        "format": FORMAT,
        "document": {
            "id": document.pk,
            "title": document.title,
            "number": document.number,
            "class": document.document_class.code,
            "class_name": document.document_class.name,
        },
        "version": {
            "number": version.number,
            "file_name": version.file_name,
            "size": version.size,
            "media_type": version.media_type,
            "sha256": package.digest,
        },
        "sealing": {
            "object": package.object_id, "number": package.number, "sealed_at": canonical.moment(package.sealed_at),
            "inventory_sha512": package.inventory_sha512,
        },
        "journal": {"entry": str(entry.pk), "at": canonical.moment(entry.at), "seq": entry.leaf.seq,
                    "leaf": bytes(entry.leaf.digest).hex()},
        "head": {"number": head.number, "size": head.size, "at": canonical.moment(head.at),
                 "root": proofs.root_of(head).hex(), "key": head.key.fingerprint},
        "stamp": {"authority": token.authority, "at": canonical.moment(token.stamped_at)} if token else None,
    }  # fmt: skip
