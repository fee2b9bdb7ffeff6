"""Carrying a released list out: the entry in the journal, the list outside, then the files. Again after a crash.

1. One transaction: everything is asked once more, the rows lose their words, the journal tells (`emptying.py`).
2. The line in the list outside of database and backup, and the journal's export beside the archive.
3. The files: objects of the archive, originals nobody else has, previews, texts.
4. One transaction, the ledger's own: what was found gone is gone; at the end of the list, the protocol.

Killed anywhere, it goes on with what its row says; nothing of this counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.blobs import derived, turns
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import export
from kundenakte.base.journal.canonical import moment
from kundenakte.records.disposition import emptying, hindrance, listing, traces
from kundenakte.records.disposition.traces import Gone
from kundenakte.records.models import Arrival, CustomerFile, DisposedDocument, Document, Rendition, Version

SYSTEM: Final = Actor.system("disposition")
State = DisposedDocument.State


class StillThere(Exception):
    """Something that was destroyed can still be read."""


def begin(row_id: int, *, now: datetime) -> Gone | None:
    """The first half for one document of a released list: what has to go. Whatever hinders it now, keeps it or makes it
    wait: then that is None."""
    with transaction.atomic():
        _erase_for_good()
        row = _held(row_id)
        if row is None or row.state != State.WAITING:
            return None
        document = Document.with_disposed.select_for_update(of=("self",)).get(pk=row.document_id)
        # Whoever sets a hold on the whole file takes the file's row first, as we do.
        CustomerFile.objects.select_for_update().get(pk=document.customer_file_id)
        if document.is_disposed:
            _keep(row, document, gettext_noop("Dieses Dokument ist schon ausgesondert."), now)
            return None
        found = hindrance.verdict(document, now=now)
        if found.sentence:
            _keep(row, document, found.sentence, now)
            return None
        gone = emptying.gone_of(document)
        locked = traces.locked_until(gone)
        if locked and locked > now:
            row.locked_until = locked
            row.sentence = gettext_noop("Der Speicher gibt es erst am %(locked)s frei.") % {
                "locked": f"{locked:%d.%m.%Y}"
            }
            row.save(update_fields=["locked_until", "sentence"])
            return None
        row.facts = _facts(row, document, gone)
        row.state, row.disposed_at, row.sentence, row.locked_until = State.DESTROYING, now, "", None
        row.save()
        emptying.empty(SYSTEM, document, gone, row.facts, now=now)
    return gone


def tell_outside(rows: Sequence[DisposedDocument], *, now: datetime) -> None:
    """What goes is told of before it goes: in the list, and in the export that an outsider checks the archive with."""
    listing.add(line_of(row) for row in rows)
    export.tell_everything(now)


def destroy(document_id: int) -> None:
    """Destroy every file of an emptied document; again changes nothing. Raises StillThere, or OSError to try again."""
    destroy_files(emptying.gone_of(Document.with_disposed.get(pk=document_id, is_disposed=True)))


def destroy_files(gone: Gone) -> None:
    """The same for what `begin` has just found."""
    traces.take_files(gone)
    for digest in gone.digests:
        _destroy_digest(digest)


def end(row_ids: Sequence[int], *, now: datetime) -> None:
    """The second half in the database, in the caller's transaction."""
    DisposedDocument.objects.filter(pk__in=row_ids, state=State.DESTROYING).update(state=State.GONE, gone_at=now)


def line_of(row: DisposedDocument) -> dict[str, Any]:
    """The document's line in the list outside."""
    if row.disposed_at is None:
        raise ValueError(row.pk)
    return {"document": row.document_id, "disposed_at": moment(row.disposed_at), **row.facts}


def is_used(digest: str) -> bool:
    """Whether anybody but disposed documents has these bytes."""
    versions = Version.objects.filter(digest=digest, document__is_disposed=False)
    arrivals = Arrival.objects.filter(Q(document=None) | Q(document__is_disposed=False), digest=digest)
    return versions.exists() or arrivals.exists()


# --- inside ------------------------------------------------------------------------------------------------------


def _held(row_id: int) -> DisposedDocument | None:
    rows = DisposedDocument.objects.select_for_update(of=("self",)).select_related("disposition")
    return rows.filter(pk=row_id).first()


def _keep(row: DisposedDocument, document: Document, sentence: str, now: datetime) -> None:
    row.state, row.sentence = State.KEPT, sentence[:300]
    row.save(update_fields=["state", "sentence"])
    journal.append(SYSTEM, "document.disposal_refused", document, at=now, disposition=row.disposition_id,
                   reason=row.sentence)  # fmt: skip


def _facts(row: DisposedDocument, document: Document, gone: Gone) -> dict[str, Any]:
    disposition = row.disposition
    return {
        "disposition": disposition.pk, "class": row.class_code, "rule": row.rule, "basis": row.basis,
        "retain_until": row.retain_until.isoformat(), "holds": 0,
        "requested_by": disposition.requested_by_id, "released_by": disposition.decided_by_id,
        **emptying.facts_of(document, gone),
    }  # fmt: skip


def _destroy_digest(digest: str) -> None:
    with transaction.atomic():
        turns.take(digest)
        if is_used(digest):
            return
        Rendition.objects.filter(digest=digest).delete()
        traces.take_digest(digest)
        derived.default().drop(digest)
        blobs.default().delete(digest)
        if blobs.default().has(digest) or derived.default().names(digest):
            raise StillThere(digest)


def _erase_for_good() -> None:
    """SQLite leaves what was deleted in the file until the page is used again, unless it is told to write zeros."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
