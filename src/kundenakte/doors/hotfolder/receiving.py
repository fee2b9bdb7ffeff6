"""Receives one file of a watched folder: reads it through an open handle, hands it to the pipeline, remembers it."""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from django.db import InterfaceError, OperationalError

from kundenakte import pipeline
from kundenakte.doors.hotfolder import reports
from kundenakte.doors.hotfolder.bundles import Bundle
from kundenakte.doors.hotfolder.tree import Found, NotAFile, NotThere, found_in, opened_file, somebody_writes
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import Refused
from kundenakte.steps.intake import field_mapping as mapping
from kundenakte.steps.intake import name_patterns as patterns

log = logging.getLogger(__name__)


class Paused(Exception):
    """Nothing in this folder can be taken now; the files stay, and it goes on by itself."""

    code = "folder_paused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class LeftThere(Exception):
    """This file cannot be taken now; it stays and is tried again."""

    code = "file_left"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class StillWritten(Exception):
    """Somebody writes to the file, or did so while it was read: nothing of it was taken."""


def received(watched: Watched, bundle: Bundle, found: Found, at: datetime) -> Arrival | None:
    """The arrival this file became, now or before we were stopped. None where it was taken at an earlier look."""
    folder = watched.folder
    if watched.keeps:
        if watched.has_seen(found):
            return None
    else:
        earlier = reports.received_before(folder, found.relative, found.stamp)
        if earlier:
            return earlier
    try:
        with opened_file(watched.root, found.parts) as handle:
            if found_in(handle, found.parts).state != found.state or somebody_writes(handle):
                raise StillWritten
            if watched.keeps and _only_touched(watched, found, handle, at):
                return None
            arrival = _receive(watched, bundle, found, cast(BinaryIO, _Source(handle, found)), at)
    except NotThere:
        raise StillWritten from None
    except NotAFile:
        raise LeftThere("Das ist keine Datei, sondern eine Verknüpfung oder ein Gerät.") from None
    except PermissionError as error:
        raise LeftThere("Die Datei darf nicht gelesen werden. Bitte prüfen Sie die Rechte.") from error
    except (SourceUnreadable, OSError) as error:
        raise LeftThere(f"Die Datei konnte nicht gelesen werden: {said_by(error)}") from error
    if watched.keeps:
        watched.note_seen(found)
    return arrival


def _only_touched(watched: Watched, found: Found, handle: int, at: datetime) -> bool:
    """Whether the file has a new time and the old bytes: a restored backup must not bring a whole share once more."""
    size, digest = watched.last_seen(found)
    if size != found.size or not digest:
        return False
    with os.fdopen(os.dup(handle), "rb") as source:
        same = hashlib.file_digest(source, "sha256").hexdigest() == digest
        source.seek(0)
    if same:
        watched.write_seen(found, at=at, digest=digest)
        watched.note_seen(found)
    return same


def _receive(watched: Watched, bundle: Bundle, found: Found, stream: BinaryIO, at: datetime) -> Arrival:
    folder = watched.folder
    said = _facts(watched, bundle, found)
    try:
        return pipeline.receive(
            actor=watched.actor, stream=stream, file_name=found.name, source=folder.source, now=at, facts=said,
            origin=str(watched.root.joinpath(*found.parts)), source_key=_source_key(watched, found, said),
            team=folder.team, beside=_remember(watched, bundle, found, at),
        )  # fmt: skip
    except Refused as error:
        raise LeftThere(error.sentence) from error
    except (OperationalError, InterfaceError) as error:
        log.warning("Ordner %s: %s", folder.name, error)
        raise Paused("Die Datenbank ist gesperrt oder nicht erreichbar. Die Dateien bleiben liegen.") from error
    except OSError as error:
        raise Paused(f"Die Ablage kann nichts aufnehmen: {said_by(error)} Die Dateien bleiben liegen.") from error


def _remember(watched: Watched, bundle: Bundle, found: Found, at: datetime) -> Callable[[Arrival], None]:
    def write(arrival: Arrival) -> None:
        outcome, sentence = reports.outcome_of(arrival)
        reports.write(
            folder=watched.folder, relative=found.relative, outcome=outcome, sentence=sentence, at=at,
            stamp=found.stamp, arrival=arrival,
            list_key=watched.digest_of(bundle.list_file) if bundle.list_file else "",
        )  # fmt: skip
        if watched.keeps:
            watched.write_seen(found, at=at, digest=arrival.digest)

    return write


def _facts(watched: Watched, bundle: Bundle, found: Found) -> dict[str, Any]:
    folder = watched.folder
    beside = mapping.facts_from(bundle.row.fields, folder.mapping) if bundle.row else {}
    # An old file keeps its own day (S14); facts.clean puts it among the further statements.
    changed = datetime.fromtimestamp(found.mtime_ns / 1e9, UTC).isoformat(timespec="seconds")
    named = patterns.facts_from(found.relative, folder.patterns)
    return mapping.merged({"file_changed_at": changed}, folder.facts, named, beside)


def _source_key(watched: Watched, found: Found, said: dict[str, Any]) -> str:
    """The program's own key; where the path is one, the path, the same in both normal forms of umlauts."""
    if said.get("key"):
        return str(said["key"])
    if not watched.folder.path_is_key:
        return ""
    path = unicodedata.normalize("NFC", found.relative)
    return path if len(path) <= 400 else f"sha256:{reports.key_of(path)}"


class SourceUnreadable(Exception):
    """The file's own disk or share failed while it was read; `__cause__` is what the system said."""


class _Source(io.RawIOBase):
    """Reads an open file and vouches at its end that nobody has changed it meanwhile.

    Raises StillWritten at the end otherwise, so that nothing is stored of it.
    """

    def __init__(self, handle: int, found: Found) -> None:
        self._handle, self._found, self._read = handle, found, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = os.read(self._handle, len(buffer))
            if not chunk:
                self._require_unchanged()
        except OSError as error:
            raise SourceUnreadable from error
        buffer[: len(chunk)] = chunk
        self._read += len(chunk)
        return len(chunk)

    def _require_unchanged(self) -> None:
        now = found_in(self._handle, self._found.parts)
        if now.state != self._found.state or self._read != self._found.size:
            raise StillWritten


def said_by(error: BaseException) -> str:
    """What the system says, in German for what happens in practice."""
    if not isinstance(error, OSError):
        return said_by(error.__cause__) if error.__cause__ else f"{error}."
    return {
        errno.ENOSPC: "Der Datenträger ist voll.",
        errno.EDQUOT: "Das Kontingent auf dem Datenträger ist erschöpft.",
        errno.EFBIG: "Die Datei ist größer, als der Datenträger erlaubt.",
        errno.EROFS: "Der Datenträger ist schreibgeschützt.",
        errno.EACCES: "Das Recht dazu fehlt.",
        errno.EPERM: "Das Recht dazu fehlt.",
        errno.EIO: "Der Datenträger meldet einen Fehler.",
        errno.ELOOP: "An seiner Stelle liegt eine Verknüpfung.",
        errno.ENOTDIR: "An seiner Stelle liegt kein Ordner.",
    }.get(error.errno or 0, f"{error.strerror or error}.")
