"""An archive with its journal, written after docs/archive-format.md and docs/journal-format.md alone: no product code.

So that these tests ask whether the verifier reads the format, not whether it agrees with the product.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BEGIN = datetime(2026, 11, 20, 8, tzinfo=UTC)
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"


def canonical(content: Any) -> bytes:
    """Good for what stands here: no floats, and no keys beyond the basic plane."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def mth(leaves: list[bytes]) -> bytes:
    """The tree's head as RFC 9162 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


@dataclass
class Made:
    """The archive being made. `clock` moves a minute with every entry."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    entries: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)
    clock: datetime = BEGIN
    documents: int = 0
    sealed: dict[int, str] = field(default_factory=dict)
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def ocfl(self) -> Path:
        return self.folder / "ocfl"

    @property
    def leaves(self) -> list[bytes]:
        return [hashlib.sha256(b"\x00" + canonical(entry)).digest() for entry in self.entries]

    def tell(
        self, kind: str, subject: str, facts: dict[str, Any], opened: dict[str, tuple[str, str]] | None = None
    ) -> int:
        """One entry more; returns its leaf."""
        self.clock += timedelta(minutes=1)
        commitments = {
            name: hashlib.sha256(bytes.fromhex(salt) + value.encode()).hexdigest()
            for name, (value, salt) in (opened or {}).items()
        }
        self.entries.append({
            "id": f"{len(self.entries):032x}", "at": written(self.clock), "kind": kind,
            "actor": {"kind": "system", "id": "test"}, "subject": subject, "facts": facts, "commitments": commitments,
        })  # fmt: skip
        return len(self.entries) - 1

    def announce(self, key: Ed25519PrivateKey) -> None:
        """The entry that brings a key in."""
        self.tell("journal.key_announced", "journal.signingkey:1", {"fingerprint": fingerprint(key)})

    def seal(self, content: bytes | None = None, *, digest_algorithm: str = "sha512", **fields: str) -> int:
        """A document: filed, sealed, in the archive. Returns its id."""
        self.documents += 1
        document = self.documents
        content = b"%%PDF-1.7\nInvoice %d\n" % document * 20 if content is None else content
        salt = hashlib.sha256(b"salt%d" % document).hexdigest()
        opened = {"reason": (f"Grund {document}", salt)}
        seq = self.tell("document.filed", f"records.document:{document}", {"section": 1}, opened)
        row = {
            "seq": seq, "leaf": self.leaves_of(seq), "entry": self.entries[seq],
            "opened": {name: {"value": value, "salt": salt} for name, (value, salt) in opened.items()},
        }  # fmt: skip
        history = canonical(row) + b"\n"
        object_id = f"kundenakte:d{document}:v1:s1"
        facts = {
            "document": {"id": document, "title": f"Rechnung {document}", "class": "INV_IN",
                         "fields": {"gross_amount": f"{document}.00", **fields}, "tax_year": 2026},
            "customer": {"id": document, "file": document},
            "version": {"number": 1, "digest": hashlib.sha256(content).hexdigest(), "size": len(content)},
        }  # fmt: skip
        contents = {"original.pdf": content, "history.jsonl": history}
        metadata = {
            "format": "kundenakte-archive/1", "object": object_id,
            "sealing": {"number": 1, "sealed_at": written(self.clock), "nonce": "00" * 32, "previous": None},
            "facts": facts,
            "snapshot": {"retention": {"rule": "INV_IN", "years": 8, "retain_until": "2034-12-31"}},
            "files": [
                {"path": name, "role": name.split(".")[0], "size": len(raw), "sha256": sha256(raw),
                 "sha512": sha512(raw), "media_type": "application/pdf"}
                for name, raw in sorted(contents.items())
            ],
            "missing": [], "journal": {"entries": 1, "first_seq": seq, "last_seq": seq},
        }  # fmt: skip
        contents["metadata.json"] = canonical(metadata)
        inventory = inventory_of(object_id, contents, digest_algorithm)
        write_object(self.place(object_id), contents, inventory)
        self.tell("document.sealed", f"records.document:{document}", {
            "object": object_id, "version": 1, "sealing": 1,
            "manifest_sha256": sha256(contents["metadata.json"]), "inventory_sha512": sha512(inventory),
        })  # fmt: skip
        self.sealed[document], self.facts[document] = object_id, facts
        return document

    def leaves_of(self, seq: int) -> str:
        return hashlib.sha256(b"\x00" + canonical(self.entries[seq])).hexdigest()

    def place(self, object_id: str) -> Path:
        digest = hashlib.sha256(object_id.encode()).hexdigest()
        return self.ocfl / digest[:2] / digest[2:4] / object_id.replace(":", "%3a")

    def of(self, document: int) -> Path:
        """The object's folder."""
        return self.place(self.sealed[document])

    def head(self, key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
        """Sign what there is."""
        key = key or self.key
        self.clock += timedelta(minutes=1)
        said = {
            "format": "kundenakte-tree-head/1", "number": len(self.heads) + 1, "size": len(self.entries),
            "root": mth(self.leaves).hex(), "at": written(self.clock), "key": fingerprint(key),
            "previous": sha256(canonical(self.heads[-1]["head"])) if self.heads else None,
        }  # fmt: skip
        line = {"head": said, "signature": key.sign(canonical(said)).hex()}
        self.heads.append(line)
        return line

    def write(self, *, keys: list[Ed25519PrivateKey] | None = None, per_file: int = 10_000) -> None:
        """The export, anew."""
        for name in ("keys", "tokens"):
            (self.journal / name).mkdir(parents=True, exist_ok=True)
        for first in range(0, len(self.entries), per_file):
            lines = [
                canonical({"seq": seq, "leaf": self.leaves_of(seq), "entry": self.entries[seq]}) + b"\n"
                for seq in range(first, min(first + per_file, len(self.entries)))
            ]
            (self.journal / f"entries-{first:012d}.jsonl").write_bytes(b"".join(lines))
        (self.journal / "tree-heads.jsonl").write_bytes(b"".join(canonical(line) + b"\n" for line in self.heads))
        for key in keys or [self.key]:
            pem = key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            (self.journal / "keys" / f"{fingerprint(key)}.pem").write_bytes(pem)

    def witness(self, file: Path, upto: int | None = None) -> Path:
        """What a witness keeps."""
        file.write_bytes(b"".join(canonical(line) + b"\n" for line in self.heads[:upto]))
        return file

    def dump(self, file: Path, change: Callable[[dict[int, Any]], None] = lambda rows: None) -> Path:
        """What the database says."""
        rows = {
            document: {"document": document, "versions": {"1": json.loads(json.dumps(facts))},
                       "retention": {"retain_until": "2034-12-31", "started_on": "2026-11-20", "years": 8,
                                     "from_year_end": True}}
            for document, facts in self.facts.items()
        }  # fmt: skip
        change(rows)
        file.write_bytes(b"".join(canonical(row) + b"\n" for row in rows.values()))
        return file


def an_archive(folder: Path, documents: int = 6, *, heads_every: int = 2) -> Made:
    """So many sealed documents, a head after every few, all written."""
    made = Made(folder)
    write_root(made.ocfl)
    made.announce(made.key)
    for number in range(1, documents + 1):
        made.seal()
        if number % heads_every == 0 or number == documents:
            made.head()
    made.write()
    return made


def write_root(ocfl: Path) -> None:
    extension = ocfl / "extensions" / LAYOUT
    extension.mkdir(parents=True)
    config = {"extensionName": LAYOUT, "digestAlgorithm": "sha256", "tupleSize": 2, "numberOfTuples": 2}
    (extension / "config.json").write_bytes(json.dumps(config, indent=1).encode())
    description = "First two pairs of hex digits of SHA-256 over the id, then the id, percent-encoded"
    layout = {"extension": LAYOUT, "description": description}
    (ocfl / "ocfl_layout.json").write_bytes(json.dumps(layout, indent=1).encode())
    (ocfl / "0=ocfl_1.1").write_bytes(b"ocfl_1.1\n")


def inventory_of(object_id: str, contents: dict[str, bytes], algorithm: str = "sha512") -> bytes:
    manifest: dict[str, list[str]] = {}
    fixity: dict[str, list[str]] = {}
    for name, raw in sorted(contents.items()):
        manifest.setdefault(sha512(raw), []).append(f"v1/content/{name}")
        fixity.setdefault(sha256(raw), []).append(f"v1/content/{name}")
    state = {digest: [path.removeprefix("v1/content/") for path in paths] for digest, paths in manifest.items()}
    version = {"created": written(BEGIN), "message": "Festschreibung", "state": state}
    return canonical({
        "id": object_id, "type": "https://ocfl.io/1.1/spec/#inventory", "digestAlgorithm": algorithm, "head": "v1",
        "manifest": manifest, "fixity": {"sha256": fixity}, "versions": {"v1": version},
    })  # fmt: skip


def write_object(folder: Path, contents: dict[str, bytes], inventory: bytes) -> None:
    (folder / "v1" / "content").mkdir(parents=True, exist_ok=True)
    for name, raw in contents.items():
        (folder / "v1" / "content" / name).write_bytes(raw)
    for place in (folder, folder / "v1"):
        (place / "inventory.json").write_bytes(inventory)
        (place / "inventory.json.sha512").write_bytes(f"{sha512(inventory)} inventory.json\n".encode())
    (folder / "0=ocfl_object_1.1").write_bytes(b"ocfl_object_1.1\n")


def read_only(folder: Path) -> None:
    """As an archive on a read-only medium would be."""
    for path, names, files in os.walk(folder, topdown=False):
        for name in [*files, *names]:
            target = Path(path) / name
            target.chmod(target.stat().st_mode & 0o555)


def fingerprint(key: Ed25519PrivateKey) -> str:
    return sha256(
        key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def sha512(raw: bytes) -> str:
    return hashlib.sha512(raw).hexdigest()
