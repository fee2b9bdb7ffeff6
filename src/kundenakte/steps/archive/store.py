"""What every store of the archive promises: whole objects, written once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from kundenakte.steps.archive.staging import Finished


class ArchiveError(Exception):
    """A store could not do what it was asked."""


class NoSuchObject(ArchiveError):
    """There is no such object, or no such file in it."""


class AlreadyThere(ArchiveError):
    """An object of this id is there. It stays as it is."""


class ArchiveStore(Protocol):
    """Eleven functions."""

    def staging(self) -> Path:
        """A folder to write objects in before `place`; on the archive's volume where it has one."""

    def place(self, finished: Finished, *, locked_until: datetime | None = None) -> None:
        """Make a finished object visible, in one step.

        On return it is there for good, whatever happens to the power; a crash before leaves nothing visible. A store
        that can lock refuses to let it go until `locked_until`. Raises AlreadyThere and leaves what is there, and
        OSError as the system says it.
        """

    def has(self, object_id: str) -> bool:
        """Whether the object is there (whole: there are no half ones)."""

    def open(self, object_id: str, name: str) -> BinaryIO:
        """A content file, to read and seek in. Raises NoSuchObject."""

    def open_inventory(self, object_id: str) -> BinaryIO:
        """The object's inventory.json. Raises NoSuchObject."""

    def verify(self, object_id: str, *, inventory_sha512: str | None = None) -> None:
        """Read everything and compare. Raises NoSuchObject or staging.Unreadable."""

    def files(self, object_id: str, *, inventory_sha512: str) -> Iterator[tuple[str, BinaryIO]]:
        """All files of an object by their paths in it, to be copied; the caller closes each.

        That they are those that were sealed is for the caller to see. Raises NoSuchObject, staging.Unreadable, OSError.
        """

    def set_aside(self, object_id: str) -> None:
        """Take a damaged object out of the way of a good one; somebody may want to see what happened to it."""

    def locked_until(self, object_id: str) -> datetime | None:
        """Until when the store itself refuses to let the object go; None when it does not, or has none."""

    def destroy(self, object_id: str) -> None:
        """Take the whole object away for good, damaged copies included; nothing happens when it is gone already.

        Killed in the middle it is no object any more, and the next call finishes. Raises OSError, also while locked.
        Only lawful disposition calls this.
        """

    def ids(self) -> Iterator[str]:
        """The ids of all objects, in the order of their places."""
