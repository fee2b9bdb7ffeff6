"""Where a document has left traces: each app that keeps something of documents says how to take it away.

    traces.leaves("rendition", rows=forget_passwords, digests=drop_previews)

in its `ready()`. `rows` runs in the transaction in which the document's row loses its words; `files` afterwards,
outside of any transaction, and `digests` for each original nobody else uses; both may run any number of times.
`locked_until` says how long a store refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Original(NamedTuple):
    """The bytes of one version."""

    number: int
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A document that goes: its rows' ids, and the SHA-256 of all its originals."""

    document_id: int
    versions: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()
    digests: tuple[str, ...] = ()
    # Of these, the archives, batches and stacks it was the last of.
    wholes: tuple[str, ...] = ()
    # The versions' own, in their order.
    originals: tuple[Original, ...] = ()
    # What the apps said of it before (`facts` of each), as it stands in the journal and in the list.
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one app can do about a document."""

    # In the transaction. `now` is the moment of the disposal.
    rows: Callable[[Gone, datetime], None] | None = None
    # Files that belong to this document alone.
    files: Callable[[Gone], None] | None = None
    # What hangs on the bytes; in a transaction that keeps everybody else from taking these bytes in.
    digests: Callable[[str], None] | None = None
    # Facts for the journal's entry: ids and hashes, nothing personal.
    facts: Callable[[Gone], Mapping[str, Any]] | None = None
    # Until when a store refuses to let the document go; None when it does not.
    locked_until: Callable[[Gone], datetime | None] | None = None


_traces: dict[str, Trace] = {}


def leaves(
    name: str,
    *,
    rows: Callable[[Gone, datetime], None] | None = None,
    files: Callable[[Gone], None] | None = None,
    digests: Callable[[str], None] | None = None,
    facts: Callable[[Gone], Mapping[str, Any]] | None = None,
    locked_until: Callable[[Gone], datetime | None] | None = None,
) -> None:
    """Make an app's traces known; a second one of the same name takes its place."""
    _traces[name] = Trace(rows, files, digests, facts, locked_until)


def locked_until(gone: Gone) -> datetime | None:
    """The latest lock of all stores that hold something of it."""
    locks = [trace.locked_until(gone) for trace in _traces.values() if trace.locked_until]
    return max((lock for lock in locks if lock), default=None)


def facts_of(gone: Gone) -> dict[str, Any]:
    """What all apps say of it, for the journal."""
    said: dict[str, Any] = {}
    for _, trace in sorted(_traces.items()):
        if trace.facts:
            said |= trace.facts(gone)
    return said


def take_rows(gone: Gone, now: datetime) -> None:
    """Take away what stands in the database, in the caller's transaction."""
    for _, trace in sorted(_traces.items()):
        if trace.rows:
            trace.rows(gone, now)


def take_files(gone: Gone) -> None:
    """Destroy what lies in files. Raises OSError when a file cannot be taken away; then it is tried again."""
    for _, trace in sorted(_traces.items()):
        if trace.files:
            trace.files(gone)


def take_digest(digest: str) -> None:
    """Destroy what hangs on bytes that nobody uses any more."""
    for _, trace in sorted(_traces.items()):
        if trace.digests:
            trace.digests(digest)
