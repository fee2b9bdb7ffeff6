"""The entries: each in its place, each as it was signed. Read once, in order, keeping 32 bytes of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kundenakte_verify import merkle, times
from kundenakte_verify.findings import Report
from kundenakte_verify.heads import Head

_TAIL: Final = re.compile(rb',"leaf":"([0-9a-f]{64})","seq":(0|[1-9]\d*)\}\n')
_TAIL_SHORTEST: Final = len(b',"leaf":"","seq":0}\n') + 64
_BEGIN: Final = b'{"entry":'
_NAME: Final = re.compile(r"entries-(\d{12})\.jsonl")
_DOCUMENT: Final = "records.document:"
_RULES: Final = frozenset({"retention_rule.added", "retention_rule.changed", "retention_profile.changed"})
_CIRCULATION: Final = "circulation."
_LATEST: Final = "9999"


@dataclass(frozen=True, slots=True)
class Sealing:
    """What the journal says about one object of the archive."""

    seq: int
    document: int
    version: int
    number: int
    manifest_sha256: str
    inventory_sha512: str


@dataclass(frozen=True, slots=True)
class SetBack:
    """At this leaf, after this head, the clock went from `was` to `at`."""

    seq: int
    head: int
    was: str
    at: str


@dataclass(slots=True)
class Journal:
    """What the entries say, as far as the other checks need it."""

    size: int = 0
    leaves: bytearray = field(default_factory=bytearray)
    sealed: dict[str, Sealing] = field(default_factory=dict)
    # Document → when and with which facts it was disposed of.
    disposed: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    # Fingerprint of a key → leaf of its announcement.
    announced: dict[str, int] = field(default_factory=dict)
    # (head, authority) → SHA-256 of the token.
    anchored: dict[tuple[int, str], str] = field(default_factory=dict)
    # Told by the journal itself: the clock was set back.
    clocks: list[SetBack] = field(default_factory=list)
    # Document → last leaf that tells of anything but its sealing.
    told: dict[int, int] = field(default_factory=dict)
    # Document → leaf of its last move, and the customer file it came into.
    moved: dict[int, tuple[int, int]] = field(default_factory=dict)
    # Customer file → the customer it was opened for; a file keeps its customer.
    customers: dict[int, int] = field(default_factory=dict)
    # Task of a circulation folder → when it last changed, and what it was afterwards (JSON, keys in order).
    tasks: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    # Last leaf that tells of a change of the rules of retention: later ends may be earlier ones.
    rules_changed: int = -1
    # What was sealed before this time is in the journal, or never will be.
    settled_before: str = ""
    begins_at: str = ""
    is_there: bool = False

    def leaf(self, seq: int) -> bytes:
        """The leaf's hash; empty outside the tree."""
        return bytes(self.leaves[32 * seq : 32 * seq + 32])


def read(folder: Path, heads: list[Head], report: Report) -> Journal:
    """Read all entries, compare them with the heads."""
    journal = Journal(settled_before=settled_before(heads))
    files = sorted(file for file in folder.glob("entries-*") if _NAME.fullmatch(file.name))
    if not files:
        report.incomplete("LOG_GAP", folder.name, "no-entries")
        return journal
    journal.is_there = True
    walk = _Walk(journal, heads, report)
    for file in files:
        _begins_rightly(file, walk, report)
        for number, line in enumerate(_lines(file), start=1):
            walk.take(line, f"{file.name}:{number}")
    walk.end()
    journal.size = walk.tree.size
    return journal


def _begins_rightly(file: Path, walk: _Walk, report: Report) -> None:
    found = _NAME.fullmatch(file.name)
    if found and int(found.group(1)) != walk.expected:
        report.violation("LOG_GAP", file.name, "file-misnamed", file=file.name, expected=walk.expected)


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        yield from source


class _Walk:
    """One pass over the entries, side by side with the heads."""

    def __init__(self, journal: Journal, heads: list[Head], report: Report) -> None:
        self.journal, self.report = journal, report
        self.tree = merkle.Tree()
        self.expected = 0
        self._heads = iter(heads)
        self._last_good = 0
        self._mismatched = False
        self._head: Head | None = None
        self._earliest, self._latest = "", _LATEST
        # Since the last head: entries whose times do not fit between the heads, and whether the clock was set back.
        self._odd: list[tuple[int, str]] = []
        self._clock: SetBack | None = None
        self._after = 0
        self._next_head()

    def take(self, line: bytes, where: str) -> None:
        """One line."""
        tail = _TAIL.search(line, max(len(line) - _TAIL_SHORTEST - 20, 0))
        if not tail or tail.end() != len(line) or not line.startswith(_BEGIN):
            self.report.violation("LOG_HASH", where, "entry-unreadable", where=where)
            self.expected += 1
            self._grow(bytes(32))
            return
        seq, body = int(tail.group(2)), line[len(_BEGIN) : tail.start()]
        if seq != self.expected:
            self.report.violation("LOG_GAP", f"leaf {self.expected}", "gap", expected=self.expected, found=seq)
        self.expected = seq + 1
        leaf = merkle.leaf_hash(body)
        if leaf.hex().encode() != tail.group(1):
            self.report.violation("LOG_HASH", f"leaf {seq}", "leaf-differs", seq=seq)
        try:
            self._understand(json.loads(body), seq)
        except (ValueError, KeyError, TypeError):
            self.report.violation("LOG_HASH", f"leaf {seq}", "entry-unreadable", where=where)
        self._grow(leaf)

    def end(self) -> None:
        """After the last line."""
        self._judge_times()
        if self._head is not None:
            self.report.violation(
                "ROLLBACK", f"head {self._head.number}", "tail-missing", size=self._head.size, there=self.tree.size
            )
        elif self.tree.size > self._last_good and not self._mismatched:
            count = self.tree.size - self._last_good
            self.report.incomplete("LOG_HASH", "journal", "not-covered", count=count)

    def _grow(self, leaf: bytes) -> None:
        self.tree.append(leaf)
        self.journal.leaves += leaf
        if self._head is None or self.tree.size != self._head.size:
            return
        if self.tree.root() == self._head.root:
            self._last_good = self.tree.size
        elif not self._mismatched:
            self._mismatched = True
            number, first, last = self._head.number, self._last_good, self._head.size - 1
            self.report.violation("CONSISTENCY", f"head {number}", "root-differs", number=number)
            self.report.violation("LOG_HASH", f"leaf {first}-{last}", "entries-differ", first=first, last=last)
        self._next_head()

    def _next_head(self) -> None:
        self._judge_times()
        before, self._head = self._head, next(self._heads, None)
        self._after = before.number if before else 0
        # Heads that do not grow were told of already.
        while self._head is not None and self._head.size <= self.tree.size:
            self._head = next(self._heads, None)
        self._earliest = times.written(before.at - times.ENTRY_LATE) if before else ""
        self._latest = times.written(self._head.at + times.CLOCKS_DIFFER) if self._head else _LATEST

    def _judge_times(self) -> None:
        """Where the clock was set back, times of before and of after stand between the same heads."""
        earliest, latest = _LATEST, ""
        if self._clock:
            earliest = times.written(times.parsed(self._clock.at) - times.ENTRY_LATE)
            latest = times.written(times.parsed(self._clock.was) + times.CLOCKS_DIFFER)
        for seq, at in self._odd:
            if not earliest <= at <= latest:
                self.report.violation("CLOCK", f"leaf {seq}", "entry-clock", seq=seq, at=at)
        self._odd, self._clock = [], None

    def _understand(self, entry: dict[str, Any], seq: int) -> None:
        at, kind, facts = entry["at"], entry["kind"], entry["facts"]
        if not self._earliest <= at <= self._latest:
            self._odd.append((seq, at))
        subject: str = entry["subject"]
        journal = self.journal
        journal.begins_at = journal.begins_at or at
        if subject.startswith(_DOCUMENT):
            document = int(subject[len(_DOCUMENT) :])
            if kind == "document.sealed":
                journal.sealed[facts["object"]] = Sealing(
                    seq, document, facts["version"], facts["sealing"], facts["manifest_sha256"],
                    facts["inventory_sha512"],
                )  # fmt: skip
                return
            journal.told[document] = seq
            if kind == "document.moved":
                journal.moved[document] = seq, _number(facts["customer_file"])
            if kind == "document.disposed":
                journal.disposed[document] = (at, facts)
        elif kind == "customer_file.opened":
            journal.customers[_number(subject)] = _number(facts["customer"])
        elif kind.startswith(_CIRCULATION):
            if "task" in facts:
                journal.tasks[facts["task"]] = (at, json.dumps(facts["after"], sort_keys=True).encode())
        elif kind in _RULES:
            journal.rules_changed = seq
        elif kind == "journal.key_announced":
            journal.announced[facts["fingerprint"]] = seq
        elif kind == "journal.clock_set_back" and facts["head"] == self._after:
            self._clock = SetBack(seq, facts["head"], facts["was"], at)
            journal.clocks.append(self._clock)
        elif kind == "journal.anchored":
            journal.anchored[facts["head"], facts["authority"]] = facts["token_sha256"]


def _number(row: Any) -> int:
    """The id in "app.model:id"."""
    return int(str(row).rpartition(":")[2])


def settled_before(heads: Sequence[Head]) -> str:
    """Up to when an object's sealing must be in the journal; empty when nothing can be said.

    An object is in its place before its entry is written, so a head that is younger than the object proves nothing:
    the entry may stand behind it. But the house that signs heads is at work, and then the entry is in the tree an hour
    after the first of them at the latest. A house at rest signs none, however long that takes. Where the clock was set
    back, the earliest time since counts.
    """
    if not heads:
        return ""
    early = [place for place, head in enumerate(heads) if head.at <= heads[-1].at - times.ENTRY_LATE]
    return times.written(min(head.at for head in heads[early[-1] :])) if early else ""


def is_file_of(name: str) -> bool:
    """Whether a file of this name holds entries."""
    return bool(_NAME.fullmatch(name))
