"""All paths under the root of a share, always in the same order, so that a walk goes on behind any of them.

No link is followed and no path leads out (steps/intake/tree.py). Memory holds the names of the folders on the way, not
the tree.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from django.utils.translation import gettext_noop as _

from kundenakte.steps.intake.tree import Parts, opened_folder, time_of
from kundenakte.steps.intake.vouched import said_by

# Deeper no file plan was ever laid out by people.
DEEPEST: Final = 40
Kind = Literal["file", "link", "unread", "loop"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing on the share: a file, or why something is none or cannot be looked into."""

    parts: Parts
    kind: Kind
    size: int = 0
    mtime_ns: int = 0
    sentence: str = ""
    inode: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    is_folder: bool
    seen: Seen | None


# Device and inode.
_Identity = tuple[int, int]


def walk(root: Path, *, after: Parts = ()) -> Iterator[Seen]:
    """Everything under `root` behind the path `after`, in the order of the names' code points.

    A folder that cannot be read is told as one; only for the root itself OSError is raised.
    """
    yield from _walk(root, (), after, ())


def _walk(root: Path, parts: Parts, after: Parts, above: tuple[_Identity, ...]) -> Iterator[Seen]:
    try:
        identity, entries = _look(root, parts)
    except OSError as error:
        if not parts:
            raise
        yield Seen(parts, "unread", sentence=_("Der Ordner ist nicht lesbar: %(said)s") % {"said": said_by(error)})
        return
    if identity in above:
        yield Seen(parts, "loop")
        return
    if len(parts) >= DEEPEST:
        yield Seen(parts, "loop", sentence=_("Tiefer als %(count)s Ordner wird nicht gesucht.") % {"count": DEEPEST})
        return
    begin = after[0] if after else ""
    for entry in entries:
        if after and entry.name < begin:
            continue
        at = bool(after) and entry.name == begin
        if entry.is_folder:
            # What was said of the folder itself is not said once more; what lies in it may be.
            if at and len(after) == 1:
                continue
            yield from _walk(root, (*parts, entry.name), after[1:] if at else (), (*above, identity))
        elif entry.seen is not None and not at:
            yield entry.seen


def _look(root: Path, parts: Parts) -> tuple[_Identity, list[_Entry]]:
    entries: list[_Entry] = []
    with opened_folder(root, parts) as handle:
        about = os.fstat(handle)
        with os.scandir(handle) as found:
            for entry in found:
                here = (*parts, entry.name)
                try:
                    entries.append(_entry(entry.name, here, entry.stat(follow_symlinks=False)))
                except FileNotFoundError:
                    continue
                except OSError as error:
                    entries.append(
                        _Entry(entry.name, is_folder=False, seen=Seen(here, "unread", sentence=said_by(error)))
                    )
    entries.sort(key=lambda entry: entry.name)
    return (about.st_dev, about.st_ino), entries


def _entry(name: str, parts: Parts, about: os.stat_result) -> _Entry:
    if stat.S_ISDIR(about.st_mode):
        return _Entry(name, is_folder=True, seen=None)
    kind: Kind = "file" if stat.S_ISREG(about.st_mode) else "link"
    return _Entry(name, is_folder=False, seen=Seen(parts, kind, about.st_size, time_of(about), inode=about.st_ino))


def as_cursor(parts: Parts) -> str:
    """A path as text that any database keeps."""
    return "/".join(os.fsencode(part).hex() for part in parts)


def from_cursor(text: str) -> Parts:
    """The path back."""
    return tuple(os.fsdecode(bytes.fromhex(part)) for part in text.split("/")) if text else ()
