"""The work that keeps sealed originals locked where they lie in a bucket with Object Lock: as long as their packages.

What is not sealed yet is not locked: it may still be the wrong paper, or a private one that has to go.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base import blobs
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.base.buckets import is_locked
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply, GiveUp
from kundenakte.steps.archive import locking, turns
from kundenakte.steps.archive.models import ArchivePackage

LOCKS: Final = "archive.original_locks"
LOCK: Final = "archive.original_lock"
_DAY: Final = 24 * 60 * 60.0
_MISSING: Final = _("Das Original fehlt in der Dateiablage.")
_SHORT: Final = _("Der Speicher der Originale sperrt dieses Original nicht so lange, wie es nötig ist.")


def locks(_subject: int) -> Apply:
    """Once a day: ask for a look at the originals of a thirtieth of all packages."""
    if not settings.BLOBS_BUCKET or not blobs.default().can_lock():
        return lambda: True
    return turns.ask_for(LOCK)


def lock(package_id: int) -> Apply:
    """Lengthen the lock of a sealed original as far as it may go today (R-34); never shorten it."""
    package = ArchivePackage.objects.select_related("document").get(pk=package_id)
    store, now = blobs.default(), timezone.now()
    until = None if package.document.is_disposed else locking.until(package.document, now=now)
    if until is None or not store.can_lock():
        return lambda: False
    try:
        store.lock(package.digest, until)
    except NoSuchBlob:
        raise GiveUp("archive-original-missing", _MISSING) from None
    locked = store.locked_until(package.digest)
    if not is_locked(locked, until):
        raise GiveUp("archive-original-lock-short", _SHORT)
    return lambda: False


def register_jobs() -> None:
    """Tell the ledger."""
    ledger.register(LOCK, lock, priority=85)
    ledger.every(_DAY, LOCKS, locks)
