"""Receives one file of a watched folder: reads it through an open handle, hands it to the pipeline, remembers it."""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_noop

from kundenakte import pipeline
from kundenakte.doors.hotfolder import reports
from kundenakte.doors.hotfolder.bundles import Bundle
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import Refused
from kundenakte.steps.intake import field_mapping as mapping
from kundenakte.steps.intake import name_patterns as patterns
from kundenakte.steps.intake.tree import Found, NotAFile, NotThere, found_in, opened_file, somebody_writes
from kundenakte.steps.intake.vouched import SourceUnreadable, StillWritten, VouchedSource, said_by

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
            arrival = _receive(watched, bundle, found, cast(BinaryIO, VouchedSource(handle, found)), at)
    except NotThere:
        raise StillWritten from None
    except NotAFile:
        raise LeftThere(gettext_noop("Das ist keine Datei, sondern eine Verknüpfung oder ein Gerät.")) from None
    except PermissionError as error:
        raise LeftThere(gettext_noop("Die Datei darf nicht gelesen werden. Bitte prüfen Sie die Rechte.")) from error
    except (SourceUnreadable, OSError) as error:
        raise LeftThere(f"{gettext_noop('Die Datei konnte nicht gelesen werden:')} {said_by(error)}") from error
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
        raise Paused(
            gettext_noop("Die Datenbank ist gesperrt oder nicht erreichbar. Die Dateien bleiben liegen.")
        ) from error
    except OSError as error:
        beginning, end = gettext_noop("Die Ablage kann nichts aufnehmen:"), gettext_noop("Die Dateien bleiben liegen.")
        raise Paused(f"{beginning} {said_by(error)} {end}") from error


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
