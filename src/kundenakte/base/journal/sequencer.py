"""Gives journal entries their place in the tree. One at a time in the whole house, apart from the changes themselves.

An action only inserts its entry; were it to number it as well, all actions would wait for one another.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connection, transaction
from django.db.models import Max

from kundenakte.base.journal import merkle
from kundenakte.base.journal.models import JournalEntry, JournalLeaf, Unsequenced

log = logging.getLogger(__name__)

BATCH = 1000
SECONDS = 1.0
# Any number that nothing else locks by.
_LOCK = 0x6B_6E_64_61


def sequence(limit: int = BATCH) -> int:
    """Append up to `limit` entries that have no leaf yet, oldest first, in one short transaction. Returns how many.

    Several may call it at once: one waits for the other, and the numbers have no gap.
    """
    if not Unsequenced.objects.exists():
        return 0
    with transaction.atomic():
        one_at_a_time()
        waiting = list(Unsequenced.objects.order_by("entry_id").values_list("entry_id", flat=True)[:limit])
        bodies = dict(JournalEntry.objects.filter(pk__in=waiting).values_list("pk", "body"))
        last = JournalLeaf.objects.aggregate(last=Max("seq"))["last"]
        begin = 0 if last is None else last + 1
        JournalLeaf.objects.bulk_create(
            JournalLeaf(seq=seq, entry_id=entry_id, digest=merkle.leaf_hash(bytes(bodies[entry_id])))
            for seq, entry_id in enumerate(waiting, start=begin)
        )
        Unsequenced.objects.filter(pk__in=waiting).delete()
    return len(waiting)


def one_at_a_time() -> None:
    """Until the caller's transaction ends, nobody else appends a leaf or signs a head."""
    # SQLite: the transaction began IMMEDIATE, so there is no other writer.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def run(stop: threading.Event, *, then: Callable[[], object] = lambda: None) -> None:
    """Sequence once a second, and without a pause while full batches wait; call `then` after each batch.

    Errors are said and survived.
    """
    while not stop.is_set():
        try:
            while sequence() == BATCH and not stop.is_set():
                then()
            then()
        except Exception:
            log.exception("the sequencer stumbled")
            connection.errors_occurred = True
            close_old_connections()
        stop.wait(SECONDS)
