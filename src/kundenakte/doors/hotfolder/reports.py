"""Writes down what became of each file: rows for the administrator, a sentence in the log, nothing twice."""

from __future__ import annotations

import hashlib
import logging
import os
from datetime import datetime

from django.utils.translation import gettext_noop

from kundenakte.records.models import Arrival
from kundenakte.steps.intake.file_names import storable_text
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder

log = logging.getLogger(__name__)
Outcome = FolderEvent.Outcome

_OF_ARRIVAL = {Arrival.State.FILED: Outcome.FILED, Arrival.State.DUPLICATE: Outcome.DUPLICATE}


def key_of(relative: str) -> str:
    """The SHA-256 of a path's bytes: finds any name again, also one that no database can store."""
    return hashlib.sha256(os.fsencode(relative)).hexdigest()


def outcome_of(arrival: Arrival) -> tuple[str, str]:
    """The outcome and the German sentence for something that was received."""
    outcome = _OF_ARRIVAL.get(Arrival.State(arrival.state), Outcome.RECEIVED)
    sentence = arrival.sentence or {
        Outcome.FILED: gettext_noop("Eingeaktet."),
        Outcome.DUPLICATE: gettext_noop("Diese Datei lag schon in der Akte; es ist kein zweites Dokument entstanden."),
    }.get(outcome, gettext_noop("Übernommen; das Dokument wird gelesen und eingeaktet."))
    return outcome, sentence


def write(
    *,
    folder: WatchedFolder,
    relative: str,
    outcome: str,
    sentence: str,
    at: datetime,
    stamp: str = "",
    arrival: Arrival | None = None,
    list_key: str = "",
) -> FolderEvent:
    """One row about one file."""
    return FolderEvent.objects.create(
        folder=folder, file=storable_text(relative), file_key=key_of(relative), stamp=stamp, outcome=outcome,
        sentence=sentence, arrival=arrival, list_key=list_key, at=at,
    )  # fmt: skip


def write_once(
    *, folder: WatchedFolder, relative: str, outcome: str, sentence: str, at: datetime, stamp: str = ""
) -> None:
    """The same, unless it was said about exactly this file before: a look comes every second, a report once."""
    log.warning("Ordner %s, %s: %s", folder.name, storable_text(relative), sentence)
    said = FolderEvent.objects.filter(folder=folder, file_key=key_of(relative), stamp=stamp, sentence=sentence)
    if not said.exists():
        write(folder=folder, relative=relative, outcome=outcome, sentence=sentence, at=at, stamp=stamp)


def received_before(folder: WatchedFolder, relative: str, stamp: str) -> Arrival | None:
    """The arrival that exactly this file became, if we were stopped before it could be moved."""
    event = (
        FolderEvent.objects.filter(folder=folder, file_key=key_of(relative), stamp=stamp, arrival__isnull=False)
        .select_related("arrival")
        .first()
    )
    return event.arrival if event else None


def set_problem(folder: WatchedFolder, sentence: str) -> None:
    """Say why the whole folder stands still, or with "" that it goes on."""
    if folder.problem == sentence:
        return
    folder.problem = sentence
    WatchedFolder.objects.filter(pk=folder.pk).update(problem=sentence)
    if sentence:
        log.error("Ordner %s: %s", folder.name, sentence)
    else:
        log.info("Ordner %s geht weiter.", folder.name)
