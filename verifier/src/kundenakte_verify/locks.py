"""Whether the store locks what is sealed: in compliance mode, long enough, and not longer than can be justified.

The house renews its locks each month: what it must keep is locked 45 days ahead at least, or to the last day of its
retention, and thirteen months at most (docs/decisions/0030). So a lock that ends within a week although retention goes
on was not renewed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from kundenakte_verify import objects
from kundenakte_verify.findings import Report
from kundenakte_verify.journal import Sealing
from kundenakte_verify.store import Kept, Store, StoreError

LEAST: Final = timedelta(days=7)
# Thirteen months of the longest kind, and a day for the hour at which a day ends.
MOST: Final = timedelta(days=397 + 1)
_AT_ONCE: Final = 8
_BATCH: Final = 1000
_METADATA: Final = "v1/content/metadata.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to look, and by what to judge."""

    archive: Path | None
    copy: Store | None
    originals: Store | None
    today: date


def check(known: objects.Known, asked: Asked, report: Report) -> None:
    """Look at every object the journal tells of; what was disposed of must not be there any more."""
    report.counted["locked files"] = 0
    work = iter(sorted(known.journal.sealed.items()))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while batch := list(islice(work, _BATCH)):
            for found in pool.map(lambda one: _one(one[0], one[1], known, asked), batch):
                report.findings += found.findings
                report.counted["locked files"] += found.counted["locked files"]


def _one(object_id: str, sealing: Sealing, known: objects.Known, asked: Asked) -> Report:
    report = Report(counted={"locked files": 0})
    try:
        if sealing.document in known.journal.disposed:
            _gone(object_id, asked, report)
        else:
            _kept(object_id, sealing, known, asked, report)
    except (StoreError, OSError) as error:
        report.incomplete("LOCK", object_id, "store-silent", object=object_id, error=str(error)[:200])
    return report


def _gone(object_id: str, asked: Asked, report: Report) -> None:
    if asked.copy and any(asked.copy.versions(f"ocfl/{objects.place(object_id)}/")):
        report.incomplete("OVERDUE", object_id, "disposed-but-stored", object=object_id)


def _kept(object_id: str, sealing: Sealing, known: objects.Known, asked: Asked, report: Report) -> None:
    raw = _metadata(object_id, sealing, asked)
    if raw is None:
        report.incomplete("LOCK", object_id, "store-unknown", object=object_id)
        return
    metadata = json.loads(raw)
    least = needed(_retention(metadata, known.database, sealing.document), today=asked.today)
    if asked.copy:
        sizes: dict[str, int | None] = {_METADATA: len(raw), **dict.fromkeys(sorted(objects.FRAME))}
        sizes |= {f"v1/content/{file['path']}": int(file["size"]) for file in metadata["files"]}
        start = f"ocfl/{objects.place(object_id)}/"
        _judge(object_id, asked.copy, start, sizes, least=least, today=asked.today, report=report)
    if asked.originals:
        version = metadata["facts"]["version"]
        digest = str(version["digest"])
        start = f"blobs/{digest[:2]}/{digest[2:4]}/"
        size = {digest: int(version["size"])}
        _judge(object_id, asked.originals, start, size, least=least, today=asked.today, report=report)


def _judge(
    object_id: str, store: Store, start: str, sizes: Mapping[str, int | None], *, least: date | None, today: date,
    report: Report,
) -> None:  # fmt: skip
    """One finding for each thing that is wrong with an object, not for each of its files."""
    there: dict[str, list[Kept]] = {}
    below = start if len(sizes) > 1 else start + next(iter(sizes))
    for one in store.versions(below):
        there.setdefault(one.key.removeprefix(start), []).append(one)
    absent = [path for path, size in sizes.items() if not _fitting(there.get(path, []), size)]
    if absent:
        report.incomplete("MISSING", object_id, "not-stored", object=object_id, path=absent[0])
    locks = list(_locks(store, sizes, there))
    report.counted["locked files"] += sum(lock is not None for _, lock in locks)
    limit = datetime.combine(today, datetime.max.time(), UTC)
    for path, lock in locks:
        if lock and lock > limit + MOST:
            report.notice("LOCK", object_id, "lock-long", object=object_id, path=path, until=lock.date().isoformat())
            break
    if least is None:
        return
    for path, lock in locks:
        if lock is None:
            report.incomplete("LOCK", object_id, "lock-missing", object=object_id, path=path)
            break
        if lock.date() < least:
            report.incomplete(
                "LOCK", object_id, "lock-short", object=object_id, path=path, until=lock.date().isoformat(),
                needed=least.isoformat(),
            )  # fmt: skip
            break


def _locks(
    store: Store, sizes: Mapping[str, int | None], there: Mapping[str, list[Kept]]
) -> Iterator[tuple[str, datetime | None]]:
    """The lock of each file as it was first put there: whoever overwrites it only adds a version above."""
    for path, size in sizes.items():
        if fitting := _fitting(there.get(path, []), size):
            yield path, store.locked_until(fitting[-1])


def _fitting(versions: list[Kept], size: int | None) -> list[Kept]:
    return [one for one in versions if size is None or one.size == size]


def needed(retention: Mapping[str, Any] | None, *, today: date) -> date | None:
    """The last day to which a lock must reach today at least; None when nothing demands one."""
    if not retention:
        return None
    until = date.fromisoformat(retention["retain_until"]) if retention.get("retain_until") else None
    if until and until < today:
        return None
    return min(until, today + LEAST) if until else today + LEAST


def _retention(metadata: Mapping[str, Any], database: Mapping[int, bytes] | None, document: int) -> Any:
    """What the database says today, where it is given; else what held at the sealing."""
    line = (database or {}).get(document)
    return json.loads(line).get("retention") if line else metadata["snapshot"].get("retention")


def _metadata(object_id: str, sealing: Sealing, asked: Asked) -> bytes | None:
    """As it was sealed, from the archive or from the store; None when neither has it."""
    place = f"ocfl/{objects.place(object_id)}/{_METADATA}"
    raw = b""
    if asked.archive and (asked.archive / place).is_file():
        raw = (asked.archive / place).read_bytes()
    elif asked.copy:
        try:
            raw = asked.copy.read(place)
        except StoreError:
            return None
    return raw if hashlib.sha256(raw).hexdigest() == sealing.manifest_sha256 else None
