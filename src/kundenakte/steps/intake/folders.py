"""Setting up watched folders: each change is checked, kept and journalled; the watcher takes it up by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, facts
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, Refused
from kundenakte.steps.intake import batch_pages
from kundenakte.steps.intake import name_patterns as patterns
from kundenakte.steps.intake.field_mapping import FILE
from kundenakte.steps.intake.models import WatchedFolder
from kundenakte.steps.intake.places import trouble

CHANGEABLE: Final = frozenset(
    {"path", "enabled", "acts_as", "team", "facts", "mapping", "sidecar", "markers", "marker_required", "patterns",
     "path_is_key", "keep_in_place", "done_folder", "error_folder", "settle_seconds", "wait_seconds", "depth",
     "answers", "batch", "batch_words"}
)  # fmt: skip


class FolderTaken(Refused):
    """Another watched folder has the name, or one contains the other."""

    code = "folder_taken"


@transaction.atomic
def add_folder(*, actor: Actor, name: str, path: str, now: datetime, **more: Any) -> WatchedFolder:
    """Watch a folder from now on. `more` are the fields of WatchedFolder. Raises BadValue, FolderTaken, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    if WatchedFolder.objects.filter(name=name).exists():
        raise FolderTaken("Ein überwachter Ordner „%(name)s“ ist schon eingerichtet.", name=name)
    folder = WatchedFolder(name=name, path=path)
    _apply(folder, {"path": path, **more})
    folder.full_clean()
    folder.save()
    journal.append(actor, "folder.added", folder, at=now, name=name, personal={"path": folder.path})
    return folder


@transaction.atomic
def change_folder(
    *, actor: Actor, folder: WatchedFolder, now: datetime, edition: int | None = None, **changes: Any
) -> None:
    """Change how a folder is watched; with `enabled=False` it is left alone. Raises what `add_folder` raises, and
    ChangedMeanwhile when it is not in this edition any more."""
    access.require(actor, Verb.ADMINISTER)
    locked = WatchedFolder.objects.select_for_update().get(pk=folder.pk)
    if edition is not None and locked.edition != edition:
        raise ChangedMeanwhile
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
        raise BadValue("Diese Angabe gibt es für einen Ordner nicht: %(named)s.", named=", ".join(sorted(unknown)))
    is_new, place, was_on = folder.pk is None, _place(folder), folder.enabled
    for key, value in changes.items():
        setattr(folder, key, value)
    # A place may become unfit while it is watched; the folder can still be left alone, and all else about it changed.
    if is_new or _place(folder) != place or (folder.enabled and not was_on):
        _check_place(folder)
    _check_words(folder)


def _place(folder: WatchedFolder) -> tuple[str, str, str]:
    return folder.path, folder.done_folder, folder.error_folder


def _check_place(folder: WatchedFolder) -> None:
    path = Path(folder.path)
    if not path.is_absolute():
        raise BadValue("Bitte geben Sie den ganzen Pfad des Ordners an.")
    # The root itself may be reached through a link (a mount, a share); from here on no link is followed.
    path = path.resolve()
    folder.path = str(path)
    _check_free(folder, path)
    for named in (folder.done_folder, folder.error_folder):
        if ".." in PurePosixPath(named).parts or named in {"", ".", "/"}:
            raise BadValue("Erledigt- und Fehlerordner brauchen einen Namen, der nicht nach außen führt.")
        if PurePosixPath(named).is_absolute():
            _check_free(folder, Path(named).resolve())
    if folder.done_folder == folder.error_folder:
        raise BadValue("Erledigt- und Fehlerordner müssen verschieden sein.")


def _check_free(folder: WatchedFolder, path: Path) -> None:
    """Neither the system's, nor ours, nor another watched folder's."""
    if said := trouble(path):
        raise BadValue(said)
    for other in WatchedFolder.objects.exclude(pk=folder.pk).filter(enabled=True):
        there = Path(other.path)
        if folder.enabled and (there.is_relative_to(path) or path.is_relative_to(there)):
            raise FolderTaken(
                "Der Ordner überschneidet sich mit „%(name)s“ (%(path)s).", name=other.name, path=other.path
            )


def _check_words(folder: WatchedFolder) -> None:
    try:
        for pattern in folder.patterns:
            patterns.compiled(pattern)
    except patterns.BadPattern as error:
        raise BadValue(error.sentence) from error
    for field, meaning in folder.mapping.items():
        target = meaning.get("to", "") if isinstance(meaning, Mapping) else meaning
        if target not in facts.KEYS and target != FILE and not str(target).startswith("fields."):
            raise BadValue(
                "„%(field)s“ wird „%(target)s“ zugeordnet; das kennt die Kundenakte nicht.", field=field, target=target
            )
    wrong = folder.facts.keys() - facts.KEYS.keys()
    if wrong:
        raise BadValue("Diese Angabe kennt die Kundenakte nicht: %(named)s.", named=", ".join(sorted(wrong)))
    if any(not str(marker).startswith(".") for marker in folder.markers):
        raise BadValue("Endungen von Fertig-Dateien beginnen mit einem Punkt, zum Beispiel .ok.")
    if folder.batch and not batch_pages.is_sayable(folder.batch_words):
        raise BadValue("Bitte nennen Sie den Text, an dem in einer Sammel-PDF ein neuer Brief zu erkennen ist.")
    if folder.marker_required and not folder.markers:
        raise BadValue("Bitte nennen Sie die Endung der Fertig-Dateien, zum Beispiel .ok.")
