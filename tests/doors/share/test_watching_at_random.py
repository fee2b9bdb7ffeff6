"""Whatever is done to a share and to the documents in between: a look tells what a simple model tells."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from kundenakte.records.disposition import emptying
from kundenakte.records.models import Arrival, Document, Version
from kundenakte.steps.intake.models import Share, ShareEntry, ShareFile
from tests.builders import SETUP, a_customer
from tests.conftest import LONG
from tests.doors.share.shelves import LONG_AGO, a_share, imported, looked, put, watched, works_off

Kind = ShareEntry.Kind
SEEDS, LOOKS, CHANGES = (range(12), 40, 8) if LONG else (range(2), 9, 6)
_FOLDERS = ("D-10042 Muster GmbH/Angebote/2019", "D-10042 Muster GmbH/Angebote/2020", "D-10043 Anders AG/Angebote/2019")


@dataclass
class Model:
    """The share as somebody with a pencil would keep it: what lies where, and what was taken when."""

    root: Path
    dice: Random
    files: dict[str, bytes] = field(default_factory=dict)
    # What was taken from a path, and what lay there when somebody looked last.
    taken: dict[str, bytes] = field(default_factory=dict)
    seen: dict[str, bytes] = field(default_factory=dict)
    once: list[bytes] = field(default_factory=list)
    count: int = 0

    def change(self) -> None:
        ways: list[Callable[[], None]] = [self.create, self.create, self.write, self.move, self.copy, self.delete,
                                          self.restore, self.dispose]  # fmt: skip
        self.dice.choice(ways)()

    def create(self) -> None:
        self._put(self._free(), self._content())

    def write(self) -> None:
        if self.files:
            self._put(self._one(), self._content())

    def restore(self) -> None:
        """What lay somewhere once comes back, there or elsewhere."""
        if self.once:
            at = self.dice.choice([*self.taken, self._free()])
            self._put(at, self.dice.choice(self.once))

    def move(self) -> None:
        if self.files:
            here, there = self._one(), self._free()
            (self.root / there).parent.mkdir(parents=True, exist_ok=True)
            (self.root / here).rename(self.root / there)
            self.files[there] = self.files.pop(here)

    def copy(self) -> None:
        if self.files:
            here, there = self._one(), self._free()
            (self.root / there).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / here, self.root / there)
            self.files[there] = self.files[here]

    def delete(self) -> None:
        # A share with nothing on it is no share: test_watching.py.
        if len(self.files) > 1:
            path = self._one()
            (self.root / path).unlink()
            del self.files[path]

    def dispose(self) -> None:
        rows = list(Document.objects.order_by("pk"))
        if len(rows) > 2:
            document = self.dice.choice(rows)
            gone = emptying.gone_of(document)
            with transaction.atomic():
                emptying.empty(SETUP, document, gone, {}, now=timezone.now())
            # That these bytes lay somewhere is forgotten with them.
            self.seen = {
                path: content for path, content in self.seen.items()
                if hashlib.sha256(content).hexdigest() not in gone.digests
            }  # fmt: skip

    def take(self) -> None:
        """What a take-over has just done."""
        self.taken |= self.files

    def expected(self) -> dict[str, tuple[str, int]]:
        """Path, kind, and how many other paths have the same bytes."""
        filed, gone = _digests(is_disposed=False), _digests(is_disposed=True)
        # The same paper for another customer: whether it is filed once more is asked in the inbox.
        waiting = set(Arrival.objects.filter(document=None).values_list("digest", flat=True))
        counts = Counter(self.files.values())
        found = {}
        for path, content in self.files.items():
            digest = hashlib.sha256(content).hexdigest()
            own = _own(path) if path in self.taken else None
            if own and not own.is_disposed:
                kind = Kind.FILED if own.versions.filter(digest=digest).exists() else Kind.CHANGED
            else:
                kind = (
                    Kind.FILED if digest in filed else Kind.TAKEN if digest in waiting
                    else Kind.DISPOSED if digest in gone
                    else Kind.CHANGED if path in self.taken else Kind.NEW
                )  # fmt: skip
            found[path] = (str(kind), counts[content] - 1)
        for path, content in self.taken.items():
            own = _own(path)
            if path not in self.files and not (own and own.is_disposed):
                last = self.seen.get(path, content)
                found[path] = (str(Kind.MOVED if last in counts else Kind.GONE), 0)
        self.seen = {path: self.files.get(path, self.seen.get(path, self.taken.get(path, b""))) for path in found}
        return found

    def _put(self, path: str, content: bytes) -> None:
        self.count += 1
        put(self.root, path, content, at=LONG_AGO + self.count)
        self.files[path] = content
        self.once.append(content)

    def _content(self) -> bytes:
        self.count += 1
        return f"Inhalt {self.count}".encode()

    def _free(self) -> str:
        self.count += 1
        return f"{self.dice.choice(_FOLDERS)}/Angebot Nr {self.count}.pdf"

    def _one(self) -> str:
        return self.dice.choice(sorted(self.files))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_look_tells_what_a_simple_model_tells(root: Path, seed: int) -> None:
    a_customer("Muster GmbH", "D-10042")
    a_customer("Anders AG", "D-10043")
    model = Model(root, Random(seed))
    share = a_share(root)
    for _ in range(5):
        model.create()
    imported(share)
    model.take()
    watched(share)
    for _ in range(LOOKS):
        for _ in range(model.dice.randint(0, CHANGES)):
            model.change()
        if model.dice.random() < 0.2:
            imported(share)
            model.take()
            # A take-over is followed by a look of its own.
            works_off()
            assert _told(share) == model.expected()
        look = looked(share)
        expected = model.expected()
        assert _told(share) == expected
        kinds = Counter(kind for kind, _ in expected.values())
        told = {kind: count for kind, count in look.counts.items() if kind in Kind.values}
        assert told == kinds
        assert look.counts.get("twins", 0) == sum(twins > 0 for _, twins in expected.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_share_that_is_taken_by_itself_brings_nothing_twice(root: Path, seed: int) -> None:
    a_customer("Muster GmbH", "D-10042")
    model = Model(root, Random(seed))
    share = watched(a_share(root), takes_new=True)
    for _ in range(LOOKS):
        for _ in range(model.dice.randint(0, CHANGES)):
            model.change()
        looked(share)
        came = list(Arrival.objects.exclude(source_key="").values_list("source_key", "digest"))
        assert len(came) == len(set(came))
        for entry in share.entries.filter(file__startswith="D-10042"):
            # What is changed where a paper was destroyed waits for a person.
            assert entry.kind in {Kind.FILED, Kind.TAKEN, Kind.DISPOSED, Kind.GONE, Kind.MOVED} or (
                entry.kind == Kind.CHANGED and "ausgesondert" in entry.sentence
            )
        unknown = share.entries.filter(file__startswith="D-10043")
        assert {one.kind for one in unknown} <= {Kind.NEW, Kind.FILED, Kind.DISPOSED}


def _told(share: Share) -> dict[str, tuple[str, int]]:
    return {file: (kind, twins) for file, kind, twins in share.entries.values_list("file", "kind", "twins")}


def _digests(*, is_disposed: bool) -> set[str]:
    return set(Version.objects.filter(document__is_disposed=is_disposed).values_list("digest", flat=True))


def _own(path: str) -> Document | None:
    """What was made of what was taken there last."""
    key = hashlib.sha256(path.encode()).hexdigest()
    return ShareFile.objects.select_related("arrival__document").get(file_key=key).arrival.document
