"""Takes what is complete: received first, moved only then. What cannot be taken stays, or goes to the error folder."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.doors.hotfolder import moving, reports
from kundenakte.doors.hotfolder.bundles import ANSWER_ENDING, REASON_ENDING, Bundle
from kundenakte.doors.hotfolder.receiving import LeftThere, received
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.models import FolderEvent
from kundenakte.steps.intake.tree import Found
from kundenakte.steps.intake.vouched import said_by

log = logging.getLogger(__name__)
Outcome = FolderEvent.Outcome
_NOT_MOVED: Final = gettext_noop("Die Datei ist übernommen, kann aber nicht in den Ordner „%(folder)s“:")


def take(watched: Watched, bundle: Bundle, *, at: datetime) -> None:
    """Receive the documents of a bundle, then move all its files to the done folder.

    Stopped at any point, the next look goes on: a document that was received is moved without being received again.
    """
    arrivals = [(found, received(watched, bundle, found, at)) for found in bundle.documents]
    if watched.keeps:
        for found in bundle.files:
            if not watched.has_seen(found):
                watched.write_seen(found, at=at)
                watched.note_seen(found)
        return
    # What stands beside goes first: if we are stopped in between, the document's stamp still says what to do, while a
    # sidecar left alone would look like one whose document never came.
    for beside in (bundle.sidecar, bundle.marker):
        if beside:
            _to_done(watched, beside, at)
    for document, arrival in arrivals:
        name = _to_done(watched, document, at)
        if watched.folder.answers and name:
            _answer(watched, document, arrival, name, at)


def finish(watched: Watched, bundle: Bundle, *, at: datetime) -> bool:
    """Move what was received before we were stopped. False when any of it is new."""
    arrivals = [reports.received_before(watched.folder, d.relative, d.stamp) for d in bundle.documents]
    if not all(arrivals):
        return False
    take(watched, bundle, at=at)
    return True


def refuse(watched: Watched, files: tuple[Found, ...], sentence: str, *, at: datetime) -> None:
    """Put files into the error folder with the reason beside; where files stay, only say so."""
    first = files[0]
    if watched.keeps:
        raise LeftThere(sentence)
    to = watched.error(first)
    for found in files:
        try:
            name = moving.move(watched.root, found, to)
        except (moving.ChangedMeanwhile, FileNotFoundError):
            continue
        except OSError as error:
            raise LeftThere(
                f"{sentence} {gettext_noop('Die Datei kann nicht in den Fehlerordner:')} {said_by(error)}"
            ) from error
        if found is first:
            moving.write_beside(to, name, REASON_ENDING, f"{sentence}\n\n{timezone.localtime(at):%d.%m.%Y %H:%M}\n")
            if watched.folder.answers:
                moving.write_beside(to, name, ANSWER_ENDING, json.dumps({"error": sentence}, ensure_ascii=False))
    reports.write(folder=watched.folder, relative=first.relative, outcome=Outcome.ERROR, sentence=sentence, at=at,
                  stamp=first.stamp)  # fmt: skip
    log.warning("Ordner %s: %s", watched.folder.name, sentence)


def put_away(watched: Watched, found: Found, sentence: str, *, at: datetime) -> None:
    """A list that has served: to the done folder, with a row that says so."""
    if watched.keeps:
        watched.write_seen(found, at=at)
        watched.note_seen(found)
    else:
        _to_done(watched, found, at)
    reports.write(folder=watched.folder, relative=found.relative, outcome=Outcome.FILED, sentence=sentence, at=at,
                  stamp=found.stamp)  # fmt: skip


# --- afterwards --------------------------------------------------------------------------------------------------


def _to_done(watched: Watched, found: Found, at: datetime) -> str:
    """The name in the done folder, or "" when the file is gone or has become another one, which stays."""
    try:
        return moving.move(watched.root, found, watched.done(found, timezone.localtime(at)))
    except (moving.ChangedMeanwhile, FileNotFoundError):
        return ""
    except OSError as error:
        sentence = _NOT_MOVED % {"folder": watched.folder.done_folder}
        raise LeftThere(f"{sentence} {said_by(error)}") from error


def _answer(watched: Watched, found: Found, arrival: Arrival | None, name: str, at: datetime) -> None:
    """Tell a program that waits for it what became of its file."""
    if arrival is None:
        return
    outcome, sentence = reports.outcome_of(arrival)
    document = arrival.document_id
    content = {
        "file": found.relative, "outcome": outcome, "sentence": sentence, "arrival": arrival.pk, "document": document,
        "link": f"/dokument/{document}" if document else f"/eingang/{arrival.pk}",
    }  # fmt: skip
    with suppress(OSError):
        text = json.dumps(content, ensure_ascii=False, indent=1)
        moving.write_beside(watched.done(found, timezone.localtime(at)), name, ANSWER_ENDING, text + "\n")
