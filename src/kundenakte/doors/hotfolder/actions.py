"""Setting up watched folders: each change is checked, kept and journalled; the watcher takes it up by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.doors.hotfolder import patterns
from kundenakte.doors.hotfolder.mapping import FILE
from kundenakte.doors.hotfolder.models import WatchedFolder
from kundenakte.records import access, facts
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, Refused

CHANGEABLE: Final = frozenset(
    {"path", "enabled", "acts_as", "team", "facts", "mapping", "sidecar", "markers", "marker_required", "patterns",
     "path_is_key", "keep_in_place", "done_folder", "error_folder", "settle_seconds", "wait_seconds", "depth",
     "answers"}
)  # fmt: skip


class FolderTaken(Refused):
    """Another watched folder has the name, or one contains the other."""

    code = "folder_taken"


@transaction.atomic
def add_folder(*, actor: Actor, name: str, path: str, now: datetime, **more: Any) -> WatchedFolder:
    """Watch a folder from now on. `more` are the fields of WatchedFolder. Raises BadValue, FolderTaken, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    if WatchedFolder.objects.filter(name=name).exists():
        raise FolderTaken(f"Ein überwachter Ordner „{name}“ ist schon eingerichtet.")
    folder = WatchedFolder(name=name, path=path)
    _apply(folder, {"path": path, **more})
    folder.full_clean()
    folder.save()
    journal.append(actor, "folder.added", folder, at=now, name=name, personal={"path": folder.path})
    return folder


@transaction.atomic
def change_folder(*, actor: Actor, folder: WatchedFolder, now: datetime, **changes: Any) -> None:
    """Change how a folder is watched; with `enabled=False` it is left alone. Raises what `add_folder` raises."""
    access.require(actor, Verb.ADMINISTER)
    locked = WatchedFolder.objects.select_for_update().get(pk=folder.pk)
    _apply(locked, changes)
    locked.full_clean()
    locked.problem = ""
    locked.save()
    WatchedFolder.objects.filter(pk=locked.pk).update(edition=F("edition") + 1)
    folder.refresh_from_db()
    journal.append(actor, "folder.changed", folder, at=now, fields=sorted(changes), enabled=folder.enabled)


def _apply(folder: WatchedFolder, changes: Mapping[str, Any]) -> None:
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise BadValue(f"Diese Angabe gibt es für einen Ordner nicht: {', '.join(sorted(unknown))}.")
    for key, value in changes.items():
        setattr(folder, key, value)
    _check_place(folder)
    _check_words(folder)


def _check_place(folder: WatchedFolder) -> None:
    path = Path(folder.path)
    if not path.is_absolute():
        raise BadValue("Bitte geben Sie den ganzen Pfad des Ordners an.")
    # The root itself may be reached through a link (a mount, a share); from here on no link is followed.
    path = path.resolve()
    folder.path = str(path)
    ours = [Path(part).resolve() for part in (settings.BLOBS, settings.DERIVED, settings.INDEX, settings.SCRATCH)]
    if any(part.is_relative_to(path) or path.is_relative_to(part) for part in ours):
        raise BadValue("Der Ordner enthält die Daten der Kundenakte oder liegt darin.")
    for other in WatchedFolder.objects.exclude(pk=folder.pk).filter(enabled=True):
        there = Path(other.path)
        if folder.enabled and (there.is_relative_to(path) or path.is_relative_to(there)):
            raise FolderTaken(f"Der Ordner überschneidet sich mit „{other.name}“ ({other.path}).")
    for named in (folder.done_folder, folder.error_folder):
        if ".." in PurePosixPath(named).parts or named in {"", ".", "/"}:
            raise BadValue("Erledigt- und Fehlerordner brauchen einen Namen, der nicht nach außen führt.")
    if folder.done_folder == folder.error_folder:
        raise BadValue("Erledigt- und Fehlerordner müssen verschieden sein.")


def _check_words(folder: WatchedFolder) -> None:
    try:
        for pattern in folder.patterns:
            patterns.compiled(pattern)
    except patterns.BadPattern as error:
        raise BadValue(error.sentence) from error
    for field, meaning in folder.mapping.items():
        target = meaning.get("to", "") if isinstance(meaning, Mapping) else meaning
        if target not in facts.KEYS and target != FILE and not str(target).startswith("fields."):
            raise BadValue(f"„{field}“ wird „{target}“ zugeordnet; das kennt die Kundenakte nicht.")
    wrong = folder.facts.keys() - facts.KEYS.keys()
    if wrong:
        raise BadValue(f"Diese Angabe kennt die Kundenakte nicht: {', '.join(sorted(wrong))}.")
    if any(not str(marker).startswith(".") for marker in folder.markers):
        raise BadValue("Endungen von Fertig-Dateien beginnen mit einem Punkt, zum Beispiel .ok.")
    if folder.marker_required and not folder.markers:
        raise BadValue("Bitte nennen Sie die Endung der Fertig-Dateien, zum Beispiel .ok.")
