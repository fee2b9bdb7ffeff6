"""The protocol of a disposition: written once at its end as a table any program opens, and kept as an original."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Final

from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records.models import DisposedDocument, Disposition

# German, like the books it belongs to, whoever reads the screen in which language.
COLUMNS: Final = (
    "Aussonderung", "Grund", "beantragt von", "beantragt am", "freigegeben von", "freigegeben am", "Dokument",
    "Klasse", "Regel", "Rechtsgrundlage", "Fristende", "Ergebnis", "Begründung", "Version", "SHA-256", "Bytes",
    "Archivpakete", "aus der Datenbank am", "Dateien vernichtet am",
)  # fmt: skip
# A program that opens the table would take these for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def close(disposition: Disposition, *, now: datetime) -> None:
    """End a list: keep its protocol and say so in the journal, in the caller's transaction. Again changes nothing."""
    if disposition.state != Disposition.State.RELEASED:
        return
    stored = blobs.default().put(io.BytesIO(written(disposition)))
    disposition.state, disposition.ended_at, disposition.protocol = Disposition.State.DONE, now, stored.digest
    disposition.save(update_fields=["state", "ended_at", "protocol"])
    states = list(disposition.documents.values_list("state", flat=True))
    journal.append(
        Actor.system("disposition"), "disposition.ended", disposition, at=now, protocol_sha256=stored.digest,
        destroyed=states.count(DisposedDocument.State.GONE), kept=states.count(DisposedDocument.State.KEPT),
    )  # fmt: skip


def opened(disposition: Disposition) -> BinaryIO:
    """The protocol as it was written. Raises NoSuchBlob."""
    return blobs.default().open(disposition.protocol)


def written(disposition: Disposition) -> bytes:
    """The table: one line for each version that went, one for each document that stayed."""
    target = io.StringIO(newline="")
    table = csv.writer(target, delimiter=";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in _rows(disposition):
        table.writerow([_safe(cell) for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _rows(disposition: Disposition) -> Iterator[list[str]]:
    head = [
        str(disposition.pk), disposition.reason, str(disposition.requested_by), _time(disposition.requested_at),
        str(disposition.decided_by or ""), _time(disposition.decided_at),
    ]  # fmt: skip
    for row in disposition.documents.order_by("pk"):
        said = [
            str(row.document_id), row.class_code, row.rule, row.basis, f"{row.retain_until:%d.%m.%Y}",
            row.get_state_display(), row.sentence,
        ]  # fmt: skip
        objects = " ".join(row.facts.get("objects", []))
        for version in row.facts.get("versions") or [{"number": "", "sha256": "", "size": ""}]:
            yield [
                *head, *said, str(version["number"]), version["sha256"], str(version["size"]), objects,
                _time(row.disposed_at), _time(row.gone_at),
            ]  # fmt: skip


def _time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y %H:%M:%S}" if at else ""


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
