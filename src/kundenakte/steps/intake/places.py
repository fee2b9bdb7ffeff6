"""Whether a folder is fit to be watched: what an administrator must know before it is, and while it is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from django.conf import settings

from kundenakte.steps.intake.models import WatchedFolder

# What lies in these belongs to the system. Folders below some of them are usual places for shares.
_WITH_ALL_BELOW: Final = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys", "/usr")
_THEMSELVES: Final = ("/", "/home", "/media", "/mnt", "/opt", "/run", "/srv", "/tmp", "/var", "/var/lib")  # noqa: S108
# A folder this large is looked at less often; somebody should know.
_MANY: Final = 5000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `grade`: good, to know, or in the way."""

    grade: Literal["good", "warn", "bad"]
    sentence: str


def trouble(path: Path) -> str:
    """Why no folder of this place is ever watched; "" when nothing speaks against it. `path` has no links in it."""
    if str(path) in _THEMSELVES or any(path.is_relative_to(system) for system in _WITH_ALL_BELOW):
        return "Das ist ein Ordner des Systems. Bitte legen Sie für die Übergabe einen eigenen Ordner an."
    ours = [Path(part).resolve() for part in (settings.BLOBS, settings.DERIVED, settings.INDEX, settings.SCRATCH)]
    if any(part.is_relative_to(path) or path.is_relative_to(part) for part in ours):
        return "Der Ordner enthält die Daten der Kundenakte oder liegt darin."
    return ""


def examine(path_text: str, *, keep_in_place: bool = False, folder: WatchedFolder | None = None) -> list[Finding]:
    """What can be said about a path: never raises, changes nothing that stays."""
    path = Path(path_text.strip())
    if not path.is_absolute() or "\0" in path_text:
        return [Finding("bad", "Bitte geben Sie den ganzen Pfad an, er beginnt mit /.")]
    try:
        real = path.resolve()
        said = trouble(real)
        if said:
            return [Finding("bad", said)]
        if not real.is_dir():
            there = "Dort liegt eine Datei, kein Ordner." if real.exists() else "Diesen Ordner gibt es nicht."
            return [Finding("bad", there)]
    except (OSError, RuntimeError) as error:
        return [Finding("bad", f"Der Pfad ist nicht zu erreichen ({getattr(error, 'strerror', None) or error}).")]
    return [Finding("good", "Der Ordner ist da."), *_about(path, real, keep_in_place=keep_in_place, folder=folder)]


def _about(path: Path, real: Path, *, keep_in_place: bool, folder: WatchedFolder | None) -> Iterator[Finding]:
    if real != path:
        yield Finding("warn", f"Der Pfad führt über eine Verknüpfung nach {real}; überwacht wird dieser Ordner.")
    yield from _reading(real)
    if not keep_in_place:
        yield _writing(real)
    others = WatchedFolder.objects.filter(enabled=True)
    for other in others.exclude(pk=folder.pk) if folder else others:
        there = Path(other.path)
        if there.is_relative_to(real) or real.is_relative_to(there):
            yield Finding("bad", f"Er überschneidet sich mit dem überwachten Ordner „{other.name}“ ({other.path}).")


def _reading(path: Path) -> Iterator[Finding]:
    try:
        count = 0
        with os.scandir(path) as entries:
            for count, _ in enumerate(entries, 1):
                if count >= _MANY:
                    break
    except OSError as error:
        yield Finding("bad", f"Die Kundenakte darf ihn nicht lesen ({error.strerror}).")
        return
    yield Finding("good", "Die Kundenakte kann ihn lesen.")
    if count >= _MANY:
        yield Finding("warn", f"Er enthält {_MANY} Einträge oder mehr; bis alle übernommen sind, dauert es.")


def _writing(path: Path) -> Finding:
    trial = path / f".kundenakte-{uuid.uuid4().hex}.tmp"
    try:
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        return Finding(
            "bad",
            f"Die Kundenakte darf dort nicht schreiben ({error.strerror}), also nichts in den Erledigt-Ordner "
            "verschieben. Geben Sie ihr das Recht, oder lassen Sie die Dateien liegen.",
        )
    return Finding("good", "Die Kundenakte kann dort schreiben und Erledigtes verschieben.")
