"""Errors that are nobody's fault: no room, a locked or lost database. They pass, so they never count as an attempt."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError

NO_ROOM = "Kein Platz auf dem Datenträger. Es geht weiter, sobald Platz geschaffen ist."
_READ_ONLY = "Der Datenträger lässt sich nicht beschreiben. Es geht weiter, sobald das behoben ist."
_LOCKED = "Die Datenbank ist von einem anderen Programm gesperrt. Es wird von selbst wieder versucht."
_LOST = "Die Verbindung zur Datenbank ist abgerissen. Es wird von selbst wieder versucht."
_DISK = "Der Datenträger meldet Fehler beim Lesen oder Schreiben. Es wird von selbst wieder versucht."

_BY_NUMBER = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    errno.EROFS: _READ_ONLY,
    errno.EIO: _DISK,
}
# What SQLite says (https://www.sqlite.org/rescode.html), in lower case.
_BY_WORDS = (
    ("database is locked", _LOCKED),
    ("database table is locked", _LOCKED),
    ("database or disk is full", NO_ROOM),
    ("disk is full", NO_ROOM),
    ("no space left", NO_ROOM),
    ("readonly database", _READ_ONLY),
    ("unable to open database file", _DISK),
    ("disk i/o error", _DISK),
)
# PostgreSQL's states, or classes of them: connection lost, rolled back for another's sake, disk full, short of other
# things, a lock not had, shut down, I/O error.
_BY_STATE = {
    "08": _LOST,
    "40": _LOCKED,
    "53100": NO_ROOM,
    "53": _LOST,
    "55P03": _LOCKED,
    "57": _LOST,
    "58": _DISK,
}


def passing(error: BaseException) -> str | None:
    """The German sentence for an error that will pass by itself, None for every other."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            return _BY_NUMBER[cause.errno]
        if isinstance(cause, OperationalError | InterfaceError):
            return _of_database(cause)
    return None


def _of_database(error: Exception) -> str | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if state is not None:
        return _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    said = str(error).lower()
    for words, sentence in _BY_WORDS:
        if words in said:
            return sentence
    # psycopg gives no state when the connection itself is gone.
    return _LOST if "connection" in said or isinstance(error, InterfaceError) else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
