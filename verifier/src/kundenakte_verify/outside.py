"""What speaks against the house itself: time-stamps by others, and copies of heads that others keep."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kundenakte_verify import heads as signed
from kundenakte_verify import stamps, times
from kundenakte_verify.findings import Report
from kundenakte_verify.heads import Head
from kundenakte_verify.journal import Journal, SetBack

_TOKEN = re.compile(r"(\d{12})-([a-z0-9-]{1,40})\.ts[qr]")


@dataclass(frozen=True, slots=True)
class Anchor:
    """From outside it is known: this many leaves were so at this time."""

    size: int
    at: datetime


def stamped(
    folder: Path, heads: Sequence[Head], journal: Journal, roots: Sequence[x509.Certificate], report: Report
) -> list[Anchor]:
    """Check every token; those that hold are anchors."""
    by_number = {head.number: head for head in heads}
    found: list[Anchor] = []
    seen: set[tuple[int, str]] = set()
    untrusted = 0
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = _TOKEN.fullmatch(file.name)
        if not name:
            report.violation("EXTRA", file.name, "extra-file", path=f"tokens/{file.name}")
            continue
        place = int(name.group(1)), name.group(2)
        if place in seen:
            continue
        seen.add(place)
        head = by_number.get(place[0])
        if head is None:
            report.violation("ROLLBACK", file.name, "stamp-newer", number=place[0])
            continue
        try:
            anchor = _token(file.with_suffix(""), head, journal.anchored.get(place), roots)
        except stamps.NoTrust:
            untrusted += 1
            continue
        except FileNotFoundError:
            report.incomplete("ANCHOR", file.stem, "stamp-missing", number=place[0], authority=place[1])
            continue
        except stamps.BadStamp as error:
            report.violation("ANCHOR", file.stem, str(error), number=place[0], authority=place[1])
            continue
        if anchor.at < head.at - times.CLOCKS_DIFFER:
            report.violation("CLOCK", file.stem, "head-after-stamp", number=head.number)
        found.append(anchor)
    for number, authority in sorted(set(journal.anchored) - seen):
        report.incomplete("ANCHOR", f"{number:012d}-{authority}", "stamp-missing", number=number, authority=authority)
    if untrusted:
        report.incomplete("ANCHOR", folder.name, "stamp-untrusted", count=untrusted)
    report.counted["tokens"] = len(seen)
    return found


def witnessed(
    files: Sequence[Path], heads: Sequence[Head], keys: dict[str, Ed25519PublicKey], report: Report
) -> list[Anchor]:
    """Compare what witnesses kept with what is here."""
    if not files:
        report.incomplete("ROLLBACK", "witness", "no-witness")
        return []
    by_number = {head.number: head for head in heads}
    kept = [head for file in files for head in _kept(file, keys, report)]
    same = [head for head in kept if by_number.get(head.number) == head]
    digests = {head.digest for head in heads}
    last = heads[-1].number if heads else 0
    for head in kept:
        if by_number.get(head.number) == head:
            continue
        if head.number > last:
            report.violation("ROLLBACK", f"head {head.number}", "rolled-back", number=head.number, last=last)
            continue
        report.violation("CONSISTENCY", f"head {head.number}", "witness-differs", number=head.number)
        if same or head.previous in digests:
            report.violation("ROLLBACK", f"head {head.number}", "rolled-back-and-on", number=head.number)
    if not kept:
        report.incomplete("ROLLBACK", "witness", "no-witness")
    report.counted["witness heads"] = len(kept)
    return [Anchor(head.size, head.at) for head in same]


def fresh(heads: Sequence[Head], anchors: Sequence[Anchor], report: Report) -> None:
    """Say for which time there is no evidence from outside."""
    if not heads:
        return
    if not anchors:
        report.incomplete("ANCHOR_STALE", "journal", "no-anchor")
        return
    latest = max(anchors, key=lambda anchor: anchor.size)
    report.counted["attested until leaf"] = latest.size - 1
    tail = [head for head in heads if head.size > latest.size]
    if tail and heads[-1].at - tail[0].at > times.ANCHOR_LATE:
        report.incomplete("ANCHOR_STALE", f"head {tail[0].number}", "anchor-old", since=times.written(tail[0].at))
    ordered = sorted(anchors, key=lambda anchor: (anchor.size, anchor.at))
    before: Head | None = None
    for head in heads:
        first = next((anchor for anchor in ordered if anchor.size >= head.size), None)
        if first and first.at - head.at > times.ANCHOR_LATE and (before is None or before.size < head.size):
            report.notice("ANCHOR_STALE", f"head {head.number}", "anchor-gap", at=times.written(head.at))
            # One sentence for a gap: all heads up to this anchor had no earlier one.
            before = next(one for one in reversed(heads) if one.size <= first.size)


def clocks(told: Sequence[SetBack], stamps_held: Sequence[Anchor], report: Report) -> None:
    """Tell where the clock was set back. Times after it are proven only as far as a later time-stamp bounds them."""
    for one in told:
        tell = report.notice if any(anchor.size > one.seq for anchor in stamps_held) else report.incomplete
        tell("CLOCK", f"leaf {one.seq}", "clock-told", seq=one.seq, was=one.was, at=one.at)


def _token(base: Path, head: Head, expected: str | None, roots: Sequence[x509.Certificate]) -> Anchor:
    response = base.with_suffix(".tsr").read_bytes()
    asked = base.with_suffix(".tsq").read_bytes()
    if expected not in {None, hashlib.sha256(response).hexdigest()}:
        raise stamps.BadStamp("stamp-replaced")
    return Anchor(head.size, stamps.checked(response, asked, head.body, roots))


def _kept(file: Path, keys: dict[str, Ed25519PublicKey], report: Report) -> Iterator[Head]:
    for one in sorted(file.glob("*.json*")) if file.is_dir() else [file]:
        for line in one.read_bytes().splitlines(keepends=True):
            if not line.strip():
                continue
            try:
                head = signed.parsed(line)
            except (ValueError, KeyError, TypeError):
                report.incomplete("ROLLBACK", one.name, "witness-unreadable", file=one.name)
                continue
            key = keys.get(head.key)
            if key and not signed.signature_fits(head, key):
                report.incomplete("ROLLBACK", one.name, "witness-unreadable", file=one.name)
                continue
            yield head
