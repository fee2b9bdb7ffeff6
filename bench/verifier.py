"""The verifier: its rate beside `sha256sum` plus `sha512sum` over the same files, and a journal of a million entries.

The archive is written anew by the tests' own writer of the format; both programs read it warm, from the page cache.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from kundenakte_verify import merkle

from bench.rows import Measurement, Row
from tests.verifier.made import Made, an_archive, canonical, fingerprint, sha256, write_root, written

DOCUMENTS, BYTES = 1500, 200 * 1024
ENTRIES, EVERY, LINES = 1_000_000, 1000, 10_000
_SOURCE = Path(__file__).resolve().parents[1] / "verifier" / "src"


def measure(_: str) -> Iterable[Row]:
    """Both rows."""
    with tempfile.TemporaryDirectory(prefix="kundenakte-bench-") as folder:
        yield _rate(Path(folder))
    with tempfile.TemporaryDirectory(prefix="kundenakte-bench-") as folder:
        yield _entries(Path(folder))


def _rate(folder: Path) -> Row:
    made, chance = an_archive(folder / "archive", 0), random.Random(1)
    for _ in range(DOCUMENTS):
        made.seal(chance.randbytes(BYTES))
    made.head()
    made.write()
    witness = made.witness(folder / "heads.jsonl")
    files = [file for file in made.ocfl.rglob("*") if file.is_file()]
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    names = b"\0".join(os.fsencode(file) for file in files)
    reference = _seconds_of_sums(names)
    seconds = min(_seconds(made.folder, witness) for _ in range(2))
    beside = f"sha256sum, then sha512sum over the same {len(files)} files: {megabytes / reference:.0f} MB/s"
    return Row(
        "verifier-rate", f"kundenakte-verify over {DOCUMENTS} objects of {megabytes:.0f} MB: share of the sums' rate",
        100 * reference / seconds, "%", goal=">=80",
        reference=f"{beside}; the verifier: {megabytes / seconds:.0f}", ratio=reference / seconds,
    )  # fmt: skip


def _entries(folder: Path) -> Row:
    made = Made(folder / "archive")
    write_root(made.ocfl)
    made.journal.mkdir()
    _write_many(made)
    witness = made.witness(folder / "heads.jsonl")
    seconds = _seconds(made.journal, witness)
    return Row(
        "verifier-entries", f"kundenakte-verify over a journal of {ENTRIES} entries, {len(made.heads)} heads",
        seconds, "s", goal="<=60",
    )  # fmt: skip


def _write_many(made: Made) -> None:
    """Entries and heads as the format wants them, without keeping the entries."""
    tree = merkle.Tree()
    made.announce(made.key)
    first = made.entries[0]
    for begin in range(0, ENTRIES, LINES):
        with (made.journal / f"entries-{begin:012d}.jsonl").open("wb") as file:
            for seq in range(begin, begin + LINES):
                made.clock += timedelta(milliseconds=50)
                subject = f"records.document:{seq % 100_000 + 1}"
                told = {"id": f"{seq:032x}", "at": written(made.clock), "kind": "document.filed", "subject": subject}
                body = canonical(first if seq == 0 else {**first, **told, "facts": {"section": 7}})
                leaf = merkle.leaf_hash(body)
                tree.append(leaf)
                file.write(b'{"entry":%b,"leaf":"%b","seq":%d}\n' % (body, leaf.hex().encode(), seq))
                if tree.size % EVERY == 0:
                    _sign(made, tree)
    made.entries.clear()
    made.write()


def _sign(made: Made, tree: merkle.Tree) -> None:
    said = {
        "format": "kundenakte-tree-head/1", "number": len(made.heads) + 1, "size": tree.size, "root": tree.root(),
        "at": written(made.clock), "key": fingerprint(made.key),
        "previous": sha256(canonical(made.heads[-1]["head"])) if made.heads else None,
    }  # fmt: skip
    made.heads.append({"head": said, "signature": made.key.sign(canonical(said)).hex()})


def _seconds(path: Path, witness: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "kundenakte_verify", str(path), "--witness", str(witness)],
        env={**os.environ, "PYTHONPATH": str(_SOURCE)}, check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - begin


def _seconds_of_sums(names: bytes) -> float:
    """Once to warm up, once measured."""
    seconds = 0.0
    for _ in range(2):
        begin = time.perf_counter()
        for program in ("sha256sum", "sha512sum"):
            subprocess.run(["xargs", "-0", program], input=names, check=True, capture_output=True)
        seconds = time.perf_counter() - begin
    return seconds


MEASUREMENT = Measurement(("verifier-rate", "verifier-entries"), measure, on_both=False)
