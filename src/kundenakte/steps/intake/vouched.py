"""Reads a file that belongs to somebody else, and vouches that nobody has changed it meanwhile."""

from __future__ import annotations

import errno
import io
import os
from typing import Any

from django.utils.translation import gettext_noop

from kundenakte.steps.intake.tree import Found, found_in


class StillWritten(Exception):
    """Somebody writes to the file, or did so while it was read: nothing of it was taken."""


class SourceUnreadable(Exception):
    """The file's own disk or share failed while it was read; `__cause__` is what the system said."""


class VouchedSource(io.RawIOBase):
    """Reads an open file and vouches at its end that it is still as it was found.

    Raises StillWritten at the end otherwise, so that nothing is stored of it.
    """

    def __init__(self, handle: int, found: Found) -> None:
        self._handle, self._found, self._read = handle, found, 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; 0 at the end of a file that is unchanged."""
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
    away = gettext_noop("Das Netzlaufwerk antwortet nicht.")
    return {
        errno.ENOENT: gettext_noop("An dieser Stelle ist nichts mehr."),
        **dict.fromkeys((errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENOTCONN), away),
        errno.ENOSPC: gettext_noop("Der Datenträger ist voll."),
        errno.EDQUOT: gettext_noop("Das Kontingent auf dem Datenträger ist erschöpft."),
        errno.EFBIG: gettext_noop("Die Datei ist größer, als der Datenträger erlaubt."),
        errno.EROFS: gettext_noop("Der Datenträger ist schreibgeschützt."),
        errno.EACCES: gettext_noop("Das Recht dazu fehlt."),
        errno.EPERM: gettext_noop("Das Recht dazu fehlt."),
        errno.EIO: gettext_noop("Der Datenträger meldet einen Fehler."),
        errno.ELOOP: gettext_noop("An seiner Stelle liegt eine Verknüpfung."),
        errno.ENOTDIR: gettext_noop("An seiner Stelle liegt kein Ordner."),
    }.get(error.errno or 0, f"{error.strerror or error}.")
