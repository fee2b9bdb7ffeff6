"""Writes the journal out as files that an outsider can check without us (docs/journal-format.md)."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from kundenakte.base.journal import canonical, heads, keys
from kundenakte.base.journal.models import HeadToken, JournalLeaf, SigningKey, TreeHead

# Lines of one file; a full one is never touched again.
LINES: Final = 10_000
_CHUNK: Final = 1000


def folder() -> Path:
    """Beside the archive's storage root."""
    return Path(settings.ARCHIVE) / "journal"


def tell_everything(now: datetime) -> int:
    """Sign a head over all there is, and bring the folder beside the archive up to it. Returns what that returns.

    Where the key is lost the export ends with the last head; what that leaves open, the verifier says.
    """
    with contextlib.suppress(keys.KeyLost):
        heads.sign_everything(now)
    return bring_up_to_date(folder())


def bring_up_to_date(target: Path) -> int:
    """Add to `target` what the newest tree head covers and is not there yet. Returns how many entries were added.

    May be stopped at any moment and run again: a torn last line is written anew. What is there is not checked here.
    Whoever comes while another writes to the folder waits.
    """
    for name in ("keys", "tokens"):
        (target / name).mkdir(mode=0o755, parents=True, exist_ok=True)
    with _alone(target):
        return _bring_up_to_date(target)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """The folder itself is the lock: no file of ours stands between those of the export."""
    folder_held = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder_held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder_held)


def _bring_up_to_date(target: Path) -> int:
    head = heads.newest()
    if head is None:
        return 0
    # In this order: a head is there only when what it covers is there.
    added = _entries(target, head.size)
    for key in SigningKey.objects.all():
        _once(target / "keys" / f"{key.fingerprint}.pem", keys.public_pem(key))
    for token in HeadToken.objects.filter(head_id__lte=head.number):
        name = f"{token.head_id:012d}-{token.authority}"
        _once(target / "tokens" / f"{name}.tsq", bytes(token.request))
        _once(target / "tokens" / f"{name}.tsr", bytes(token.response))
    _heads(target, head)
    return added


def head_line(head: TreeHead) -> bytes:
    """A head as it stands in `tree-heads.jsonl`."""
    return canonical.body({"head": json.loads(bytes(head.body)), "signature": bytes(head.signature).hex()}) + b"\n"


def _entries(target: Path, size: int) -> int:
    done = _entries_there(target)
    rows = JournalLeaf.objects.filter(seq__gte=done, seq__lt=size).select_related("entry").order_by("seq")
    begin = done
    while done < size:
        first = done - done % LINES
        upto = min(first + LINES, size)
        file = target / f"entries-{first:012d}.jsonl"
        _append(file, _lines(rows.filter(seq__gte=done, seq__lt=upto).iterator(_CHUNK)))
        if upto == first + LINES:
            file.chmod(0o444)
        done = upto
    return done - begin


def _lines(rows: Iterable[JournalLeaf]) -> Iterator[bytes]:
    # The entry's bytes are canonical and `entry` < `leaf` < `seq`: put together, the line is canonical too.
    for row in rows:
        yield b'{"entry":%b,"leaf":"%b","seq":%d}\n' % (
            bytes(row.entry.body), bytes(row.digest).hex().encode(), row.seq,
        )  # fmt: skip


def _entries_there(target: Path) -> int:
    """How many entries are there; the last file loses a line that a crash tore."""
    files = sorted(target.glob("entries-*.jsonl"))
    if not files:
        return 0
    first = int(files[-1].stem.removeprefix("entries-"))
    return first + _whole_lines(files[-1])


def _heads(target: Path, newest: TreeHead) -> None:
    file = target / "tree-heads.jsonl"
    done = _whole_lines(file) if file.exists() else 0
    rows = TreeHead.objects.filter(number__gt=done, number__lte=newest.number).order_by("number")
    _append(file, (head_line(row) for row in rows.iterator(_CHUNK)))


def _whole_lines(file: Path) -> int:
    """Count them, and cut off what follows the last line's end."""
    count = kept = 0
    with file.open("rb") as source:
        for line in source:
            if not line.endswith(b"\n"):
                break
            count, kept = count + 1, kept + len(line)
    if kept < file.stat().st_size:
        os.truncate(file, kept)
    return count


def _append(file: Path, lines: Iterable[bytes]) -> None:
    with file.open("ab") as target:
        target.writelines(lines)
        target.flush()
        os.fsync(target.fileno())


def _once(file: Path, content: bytes) -> None:
    if file.exists():
        return
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    with temporary.open("wb") as target:
        target.write(content)
        target.flush()
        os.fchmod(target.fileno(), 0o444)
        os.fsync(target.fileno())
    temporary.replace(file)


def head_digest(head: TreeHead) -> str:
    """SHA-256 over what was signed: what a time-stamp is over, and by what the next head names this one."""
    return hashlib.sha256(bytes(head.body)).hexdigest()
