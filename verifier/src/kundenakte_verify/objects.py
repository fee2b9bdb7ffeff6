"""One object of the archive: every byte against its inventory, its manifest, and the journal."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kundenakte_verify import merkle, projection
from kundenakte_verify.findings import Report
from kundenakte_verify.journal import Journal, Sealing

_CHUNK: Final = 1024 * 1024
_ID: Final = re.compile(r"kundenakte:d([1-9]\d*):v([1-9]\d*):s([1-9]\d*)")
FRAME: Final = frozenset(
    f"{folder}{name}" for folder in ("", "v1/") for name in ("inventory.json", "inventory.json.sha512")
) | {"0=ocfl_object_1.1"}
# The second has one key more, `rows`, which nothing here depends on.
FORMATS: Final = frozenset({"kundenakte-archive/1", "kundenakte-archive/2"})
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the objects are looked at."""

    journal: Journal
    # Document → line of the database's dump; None when there is none.
    database: Mapping[int, bytes] | None
    # Document and version → its newest sealing.
    newest: dict[tuple[int, int], int]


@dataclass(slots=True)
class Seen:
    """The digests of a file that was read."""

    sha256: str
    sha512: str
    size: int


class _Broken(Exception):
    """There is nothing more to be checked in this object."""


def place(object_id: str) -> str:
    """Where the object lies under the root (OCFL extension 0003; sha256, tuples of 2, two of them)."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    return f"{digest[:2]}/{digest[2:4]}/{object_id.replace(':', '%3a')}"


def check(root: Path, where: str, known: Known, report: Report) -> tuple[str, int]:
    """Check the object in this folder; returns its id and how many bytes were read."""
    object_id = where.rsplit("/", 1)[-1].replace("%3a", ":")
    if not _ID.fullmatch(object_id) or place(object_id) != where:
        report.violation("EXTRA", where, "extra-file", path=where)
        return "", 0
    one = _Object(root / where, object_id, known, report)
    try:
        one.check()
    except _Broken:
        pass
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        report.violation("MANIFEST", object_id, "object-unreadable", object=object_id, error=str(error)[:200])
    return object_id, one.bytes_read


class _Object:
    def __init__(self, folder: Path, object_id: str, known: Known, report: Report) -> None:
        self.folder, self.id, self.known, self.report = folder, object_id, known, report
        self.sealing: Sealing | None = known.journal.sealed.get(object_id)
        self.bytes_read = 0
        self.files = files_below(folder)

    def check(self) -> None:
        """Everything, from the outside in."""
        inventory = self._inventory()
        sha512 = {path: digest for digest, paths in inventory["manifest"].items() for path in paths}
        sha256 = {path: digest for digest, paths in inventory["fixity"]["sha256"].items() for path in paths}
        for path in sorted(self.files - FRAME - set(sha512)):
            self._violation("EXTRA", "extra-file", path=path)
        seen = {path: self._read(path) for path in sorted(sha512)}
        metadata_path = "v1/content/metadata.json"
        if metadata_path not in sha512:
            self._violation("MANIFEST", "manifest-missing")
            raise _Broken
        bad = set()
        for path, digests in seen.items():
            if digests is None:
                bad.add(path)
                self._violation("MISSING", "file-missing", path=path)
            elif (digests.sha512, digests.sha256) != (sha512[path], sha256.get(path)):
                bad.add(path)
                self._violation("BYTES", "bytes-differ", path=path)
        metadata_seen = seen[metadata_path]
        if metadata_seen is None:
            raise _Broken
        if not self._known_to_journal(metadata_seen.sha256):
            raise _Broken
        self._metadata(json.loads((self.folder / metadata_path).read_bytes()), seen, bad)

    def _inventory(self) -> dict[str, Any]:
        for name in sorted(FRAME - self.files):
            self._violation("MISSING", "file-missing", path=name)
        if not {"inventory.json"} <= self.files:
            raise _Broken
        raw = (self.folder / "inventory.json").read_bytes()
        digest = hashlib.sha512(raw).hexdigest()
        sidecar = f"{digest} inventory.json\n".encode()
        frame = {
            "v1/inventory.json": raw,
            "inventory.json.sha512": sidecar,
            "v1/inventory.json.sha512": sidecar,
            "0=ocfl_object_1.1": b"ocfl_object_1.1\n",
        }
        for name, content in frame.items():
            if name in self.files and (self.folder / name).read_bytes() != content:
                self._violation("MANIFEST", "frame-differs", path=name)
        if self.sealing and self.sealing.inventory_sha512 != digest:
            self._violation("MANIFEST", "inventory-differs")
        inventory: dict[str, Any] = json.loads(raw)
        if inventory["digestAlgorithm"] != "sha512" or set(inventory["fixity"]) != {"sha256"}:
            self.report.incomplete("ALG_SUNSET", self.id, "algorithm-unknown", object=self.id)
            raise _Broken
        if inventory["id"] != self.id or inventory["head"] != "v1" or set(inventory["versions"]) != {"v1"}:
            self._violation("MANIFEST", "inventory-differs")
        return inventory

    def _known_to_journal(self, manifest_sha256: str) -> bool:
        """Whether what metadata.json says may be relied upon, though perhaps not proven yet."""
        if self.sealing is None:
            if not self.known.journal.is_there:
                self.report.incomplete("MANIFEST", self.id, "no-journal", object=self.id)
                return True
            metadata = json.loads((self.folder / "v1/content/metadata.json").read_bytes())
            if self._may_be_told_of_later(metadata["sealing"]["sealed_at"]):
                self.report.incomplete("EXTRA", self.id, "object-not-covered", object=self.id)
                return True
            self._violation("EXTRA", "object-unknown")
            return False
        if self.sealing.manifest_sha256 != manifest_sha256:
            self._violation("MANIFEST", "manifest-differs")
            return False
        return True

    def _may_be_told_of_later(self, sealed_at: str) -> bool:
        """Whether its entry may stand behind the last head: not where a later sealing is told of, since one waits for
        the other. What lies about its time to pass here is found by an export of an hour later."""
        document, version, number = (int(part) for part in _groups(self.id))
        journal = self.known.journal
        return self.known.newest.get((document, version), 0) < number and sealed_at >= max(
            journal.settled_before, journal.begins_at
        )

    def _metadata(self, metadata: dict[str, Any], seen: dict[str, Seen | None], bad: set[str]) -> None:
        if metadata["format"] not in FORMATS:
            self.report.incomplete("MANIFEST", self.id, "format-unknown", object=self.id)
            raise _Broken
        facts, files = metadata["facts"], {f"v1/content/{one['path']}": one for one in metadata["files"]}
        document, version, number = (int(part) for part in _groups(self.id))
        told = (facts["document"]["id"], facts["version"]["number"], metadata["sealing"]["number"], metadata["object"])
        if told != (document, version, number, self.id):
            self._violation("MANIFEST", "manifest-differs")
        if set(files) | {"v1/content/metadata.json"} != set(seen):
            self._violation("MANIFEST", "files-differ")
        for path, one in files.items():
            digests = seen.get(path)
            fits = digests and (digests.sha256, digests.sha512, digests.size) == (
                one["sha256"], one["sha512"], one["size"],
            )  # fmt: skip
            if digests and not fits and path not in bad:
                self._violation("BYTES", "bytes-differ", path=path)
            if one["role"] == "original" and facts["version"]["digest"] != one["sha256"]:
                self._violation("MANIFEST", "files-differ")
        self._previous(metadata["sealing"]["previous"])
        history = self.folder / "v1/content/history.jsonl"
        if history.is_file() and "v1/content/history.jsonl" not in bad:
            self._history(history, metadata["journal"])
        self._database(metadata, document, version, number)

    def _previous(self, previous: dict[str, str] | None) -> None:
        if previous is None or not self.known.journal.is_there:
            return
        before = self.known.journal.sealed.get(previous["object"])
        if before is None or before.manifest_sha256 != previous["manifest_sha256"]:
            self._violation("MANIFEST", "previous-differs", previous=previous["object"])

    def _history(self, file: Path, said: dict[str, Any]) -> None:
        seqs = []
        for number, line in enumerate(file.read_bytes().splitlines(), start=1):
            text = line.decode()
            row = json.loads(text)
            _, end = _DECODER.raw_decode(text, len('{"entry":'))
            leaf = merkle.leaf_hash(text[len('{"entry":') : end].encode())
            seqs.append(row["seq"])
            known = self.known.journal.leaf(row["seq"])
            if leaf.hex() != row["leaf"] or (known and known != leaf):
                self._violation("LOG_HASH", "history-differs", line=number)
            elif not known and self.known.journal.is_there:
                self.report.incomplete("LOG_HASH", self.id, "history-too-new", object=self.id, line=number)
            for name, opened in row["opened"].items():
                value = hashlib.sha256(bytes.fromhex(opened["salt"]) + opened["value"].encode()).hexdigest()
                if row["entry"]["commitments"].get(name) != value:
                    self._violation("LOG_HASH", "opened-differs", line=number, name=name)
        found = (len(seqs), seqs[0] if seqs else None, seqs[-1] if seqs else None)
        if found != (said["entries"], said["first_seq"], said["last_seq"]) or seqs != sorted(set(seqs)):
            self._violation("MANIFEST", "history-count")

    def _database(self, metadata: dict[str, Any], document: int, version: int, number: int) -> None:
        if self.known.database is None or self.known.newest.get((document, version)) != number:
            return
        last = -1 if metadata["journal"]["last_seq"] is None else metadata["journal"]["last_seq"]
        journal = self.known.journal
        seq, file = journal.moved.get(document, (-1, 0))
        moved = projection.Moved(seq, file, journal.customers.get(file)) if seq > last else None
        projection.compare(
            metadata, self.known.database.get(document), version=version,
            changed=journal.told.get(document, -1) > last, moved=moved, rules_changed=journal.rules_changed > last,
            object_id=self.id, report=self.report,
        )  # fmt: skip

    def _read(self, path: str) -> Seen | None:
        """Both digests in one reading."""
        if path not in self.files:
            return None
        sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
        with (self.folder / path).open("rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                sha256.update(chunk)
                sha512.update(chunk)
                size += len(chunk)
        self.bytes_read += size
        return Seen(sha256.hexdigest(), sha512.hexdigest(), size)

    def _violation(self, code: str, sentence: str, **facts: Any) -> None:
        self.report.violation(code, self.id, sentence, object=self.id, **facts)


def newest_sealings(sealed: dict[str, Sealing]) -> dict[tuple[int, int], int]:
    """Document and version → the number of its newest sealing."""
    found: dict[tuple[int, int], int] = {}
    for sealing in sealed.values():
        key = (sealing.document, sealing.version)
        found[key] = max(found.get(key, 0), sealing.number)
    return found


def _groups(object_id: str) -> tuple[str, ...]:
    found = _ID.fullmatch(object_id)
    return found.groups() if found else ()


def files_below(folder: Path) -> set[str]:
    """All that is no folder, links included: those are not followed, since no file of ours is one."""
    found, waiting = set(), [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                path = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
                else:
                    regular = stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
                    found.add(path if regular else f"{path} (?)")
    return found
