"""The signed tree heads and the keys that signed them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kundenakte_verify import times
from kundenakte_verify.findings import Report

FORMAT: Final = "kundenakte-tree-head/1"
_LINE: Final = re.compile(rb'\{"head":(\{.*\}),"signature":"([0-9a-f]{128})"\}\n')
_KEYS: Final = {"format", "number", "size", "root", "at", "previous", "key"}


@dataclass(frozen=True, slots=True)
class Head:
    """One tree head as it was signed."""

    number: int
    size: int
    root: str
    at: datetime
    previous: str | None
    key: str
    body: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """What the next head and a time-stamp name it by."""
        return hashlib.sha256(self.body).hexdigest()


def parsed(line: bytes) -> Head:
    """A head from its line. Raises ValueError when it is none of this format."""
    found = _LINE.fullmatch(line)
    if not found:
        raise ValueError("not a tree head")
    body = found.group(1)
    said: dict[str, Any] = json.loads(body)
    if not isinstance(said, dict) or set(said) != _KEYS or said["format"] != FORMAT:
        raise ValueError("not a tree head of this format")
    if json.dumps(said, sort_keys=True, separators=(",", ":")).encode() != body:
        raise ValueError("not canonical")
    return Head(
        number=_whole(said["number"]), size=_whole(said["size"]), root=_hex(said["root"]),
        at=times.parsed(said["at"]), previous=None if said["previous"] is None else _hex(said["previous"]),
        key=_hex(said["key"]), body=body, signature=bytes.fromhex(found.group(2).decode()),
    )  # fmt: skip


def read(file: Path, keys: dict[str, Ed25519PublicKey], report: Report) -> list[Head]:
    """All heads of the export that can be read, each checked by itself and against the one before."""
    if not file.is_file():
        report.incomplete("STH_SIG", file.name, "no-heads")
        return []
    found: list[Head] = []
    for number, line in enumerate(file.read_bytes().splitlines(keepends=True), start=1):
        try:
            head = parsed(line)
        except (ValueError, KeyError, TypeError):
            report.violation("STH_SIG", f"head {number}", "head-unreadable", number=number)
            continue
        _by_itself(head, keys, report)
        _after(found[-1] if found else None, head, report)
        found.append(head)
    if not found:
        report.incomplete("STH_SIG", file.name, "no-heads")
    return found


def signature_fits(head: Head, key: Ed25519PublicKey) -> bool:
    """Whether this key signed this head."""
    try:
        key.verify(head.signature, head.body)
    except InvalidSignature:
        return False
    return True


def read_keys(folder: Path, report: Report) -> dict[str, Ed25519PublicKey]:
    """Fingerprint → key. A file that is not the key its name says is a violation."""
    found: dict[str, Ed25519PublicKey] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            raw = file.read_bytes()
            key = serialization.load_pem_public_key(raw)
            if not isinstance(key, Ed25519PublicKey):
                raise TypeError(file.name)  # noqa: TRY301
            der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        except (OSError, ValueError, TypeError):
            report.violation("KEY", file.name, "key-unreadable", file=file.name)
            continue
        fingerprint = hashlib.sha256(der).hexdigest()
        if file.name != f"{fingerprint}.pem" or raw != pem:
            report.violation("KEY", file.name, "key-unreadable", file=file.name)
            continue
        found[fingerprint] = key
    return found


def check_keys(heads: list[Head], announced: dict[str, int], pinned: list[str], report: Report) -> None:
    """Each key but the first must be announced in a leaf that a head of an earlier key covers."""
    if heads and pinned and heads[0].key not in pinned:
        report.violation("KEY", heads[0].key, "key-not-pinned", key=heads[0].key[:16])
    known = {heads[0].key} if heads else set()
    for before, head in pairwise(heads):
        if head.key in known:
            continue
        if announced.get(head.key, before.size) >= before.size:
            report.incomplete("KEY", head.key, "key-not-announced", key=head.key[:16], number=head.number)
        known.add(head.key)


def check_times(heads: list[Head], told: set[int], report: Report) -> None:
    """No head is older than the one before, unless an entry between them tells that the clock was set back."""
    for before, head in pairwise(heads):
        if head.at < before.at - times.CLOCKS_DIFFER and before.number not in told:
            report.violation("CLOCK", f"head {head.number}", "head-clock", number=head.number)


def _by_itself(head: Head, keys: dict[str, Ed25519PublicKey], report: Report) -> None:
    key = keys.get(head.key)
    if key is None:
        report.incomplete("KEY", f"head {head.number}", "key-missing", number=head.number, key=head.key[:16])
    elif not signature_fits(head, key):
        report.violation("STH_SIG", f"head {head.number}", "head-signature", number=head.number)


def _after(before: Head | None, head: Head, report: Report) -> None:
    number = before.number + 1 if before else 1
    previous = before.digest if before else None
    if head.number != number or head.previous != previous or (before and head.size <= before.size):
        report.violation("CONSISTENCY", f"head {head.number}", "head-chain", number=head.number)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"not a number: {value!r}")
    return value


def _hex(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError(f"not a digest: {value!r}")
    return value
