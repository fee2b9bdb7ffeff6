"""The work that keeps the second copy locked: each object's lock is looked at once in thirty days."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base.buckets import is_locked
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply, GiveUp
from kundenakte.steps.archive import locking, replica, trial, turns
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.archive.store import NoSuchObject

LOCKS: Final = "archive.locks"
LOCK: Final = "archive.lock"
TRIAL: Final = "archive.trial"
_COPY: Final = "archive.copy"
_DAY: Final = 24 * 60 * 60.0
_SHORT = _("Der Speicher des Zweitbestands sperrt dieses Archivpaket nicht so lange, wie es nötig ist.")


def locks(_subject: int) -> Apply:
    """Once a day: ask for a look at a thirtieth of all objects."""
    if replica.locking() is None:
        return lambda: True
    return turns.ask_for(LOCK)


def lock(package_id: int) -> Apply:
    """Lengthen the lock of an object as far as it may go today. One the store does not keep is told as failed work."""
    package = ArchivePackage.objects.select_related("document").get(pk=package_id)
    store = replica.locking()
    now = timezone.now()
    until = None if store is None or package.document.is_disposed else locking.until(package.document, now=now)
    if store is None or until is None:
        return lambda: False
    try:
        locked = store.lock(package.object_id, until)
    except NoSuchObject:
        return partial(_copy_first, package_id)
    if not is_locked(locked, until):
        raise GiveUp("archive-lock-short", _SHORT)
    return lambda: False


def try_store(_subject: int) -> Apply:
    """Once a day: the trial whether the stores resist."""
    trial.try_stores(now=timezone.now())
    return lambda: True


def _copy_first(package_id: int) -> bool:
    # What is copied is locked at once.
    ledger.enqueue(_COPY, package_id)
    return False


def register_jobs() -> None:
    """Tell the ledger."""
    ledger.register(LOCK, lock, priority=85)
    ledger.every(_DAY, LOCKS, locks)
    ledger.every(_DAY, TRIAL, try_store)
