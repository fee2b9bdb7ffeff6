"""After a backup was put back: what was destroyed since it was made is destroyed again, before anybody signs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal.canonical import moment
from kundenakte.records.disposition import carrying_out, emptying, listing
from kundenakte.records.disposition.working import LEARN
from kundenakte.records.models import DisposedDocument, Document, Version

_RESTORE: Final = Actor.system("restore")


def replay() -> list[str]:
    """Go through the list outside; a German sentence for each document that had come back.

    Raises OSError, StillThere or ValueError (a line that is none): then the house stays closed. Again changes nothing.
    """
    said = []
    for line in listing.lines():
        document = _the_same(line)
        if document is None:
            continue
        if not document.is_disposed:
            _empty_again(document, line)
            said.append(
                f"Dokument {document.pk} wieder vernichtet: ausgesondert am {line['disposed_at'][:10]}, "
                f"Aussonderung {line.get('disposition', '–')}, Regel {line.get('rule', '–')}."
            )
        # Also what was emptied already: its files may have come back with the backup.
        carrying_out.destroy(document.pk)
    if said:
        with transaction.atomic():
            ledger.enqueue(LEARN, 0)
    return said


def _the_same(line: Mapping[str, Any]) -> Document | None:
    """The document the line is about. After a restore ids are given away again: the moment of its making and the bytes
    of its versions decide. The backup may know fewer of these, never others."""
    document = Document.with_disposed.filter(pk=line["document"]).first()
    if document is None or moment(document.created_at) != line["created_at"]:
        return None
    there = set(Version.objects.filter(document=document).values_list("digest", flat=True))
    return document if there <= {version["sha256"] for version in line["versions"]} else None


def _empty_again(document: Document, line: Mapping[str, Any]) -> None:
    now = timezone.now()
    with transaction.atomic():
        gone = emptying.gone_of(document)
        # What the list says of the decision, what is here of the files: the backup may know other sealings.
        facts = {**line, **emptying.facts_of(document, gone), "replayed": True}
        facts.pop("document", None)
        emptying.empty(_RESTORE, document, gone, facts, now=now)
        DisposedDocument.objects.filter(document=document).update(
            state=DisposedDocument.State.GONE, disposed_at=now, gone_at=now, facts=facts, sentence=""
        )
