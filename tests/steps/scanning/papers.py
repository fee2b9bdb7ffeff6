"""Scans for checking, without drawing or reading anything: arrivals with what reading would have left of them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pikepdf
from PIL import Image

from kundenakte.base import blobs
from kundenakte.base.blobs import derived
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, Document, Rendition, StackPart
from kundenakte.records.pagetext import PageText
from kundenakte.records.scanned import Code, Reading, ReadPage, save_reading
from kundenakte.steps.scanning.actions import BatchWish, begin, judge
from kundenakte.steps.scanning.models import BatchPage, PaperBatch
from kundenakte.steps.scanning.releasing import release
from tests.builders import NOW, TODAY, a_document, a_user, an_actor, an_arrival

TEXT = PageText(595, 842, ())
GOOD = ("good", "")


def a_page(*, blank: bool = False, code: str = "", sure: float = 95.0) -> ReadPage:
    """A page as reading tells of it."""
    codes = (Code("QRCode", code),) if code else ()
    return ReadPage(TEXT, is_blank=blank, confidence=sure, codes=codes)


def a_scanned_letter(name: str = "brief", *, pages: int = 1, document: Document | None = None, **more: Any) -> Arrival:
    """One letter that was scanned alone and is filed."""
    version = None if document else (document := a_document(title=name, **more)).valid_version
    arrival = an_arrival(content=f"Scan {name}", file_name=f"{name}.pdf", source="folder:scanner")
    save_reading(arrival.digest, Reading({number: a_page() for number in range(1, pages + 1)}))
    Rendition.objects.get_or_create(
        digest=arrival.digest, kind=Rendition.Kind.SEARCHABLE, defaults={"page_count": pages, "made_at": NOW}
    )
    Arrival.objects.filter(pk=arrival.pk).update(
        state=Arrival.State.FILED, document=document, version=version, page_count=pages
    )
    arrival.refresh_from_db()
    return arrival


def a_stack(name: str, pages: Sequence[ReadPage], parts: Mapping[Document, Sequence[int]]) -> Arrival:
    """A stack of paper taken apart: which pages became which document."""
    stack = an_arrival(content=f"Stapel {name}", file_name=f"{name}.pdf", source="folder:scanner")
    save_reading(stack.digest, Reading(dict(enumerate(pages, 1))))
    Arrival.objects.filter(pk=stack.pk).update(state=Arrival.State.SPLIT, page_count=len(pages))
    for position, (document, numbers) in enumerate(parts.items(), 1):
        part = an_arrival(content=f"{name} {position}", file_name=f"{name} Teil {position}.pdf", source="stack")
        Arrival.objects.filter(pk=part.pk).update(
            state=Arrival.State.FILED, document=document, version=document.valid_version, page_count=len(numbers)
        )
        StackPart.objects.create(stack=stack, part=part, position=position, pages=list(numbers))
    stack.refresh_from_db()
    return stack


def with_pictures(arrival: Arrival) -> Arrival:
    """The same, its pages drawn."""
    buffer = io.BytesIO()
    Image.new("L", (60, 85), 255).save(buffer, "WEBP")
    for number in range(1, (arrival.page_count or 0) + 1):
        derived.default().put_bytes(arrival.digest, renditions.page_name(number), buffer.getvalue())
    return arrival


def a_batch(*arrivals: Arrival, by: str = "anton", scanned_by: str = "verena", **wish: Any) -> PaperBatch:
    """A batch of these scans, whose paper has as many sides as were scanned unless said otherwise."""
    sheets = wish.pop("sheets", sum(one.page_count or 0 for one in arrivals))
    said = BatchWish(a_user(scanned_by), TODAY, "Kopierer im Flur", sheets, **wish)
    return begin(actor=an_actor(by), arrivals=arrivals, wish=said, now=NOW)


def pages_of(batch: PaperBatch) -> list[BatchPage]:
    """Its pages in order."""
    return list(BatchPage.objects.filter(file__batch=batch).order_by("file__position", "number"))


def looked_at(batch: PaperBatch, *, by: str = "anton", **flaws: tuple[str, str]) -> None:
    """Somebody looks at every page that is due; `p2=("bad", "cut_off")` is the verdict on the second page."""
    rows = pages_of(batch)
    verdicts = {row.pk: GOOD for row in rows if row.why and not row.verdict}
    verdicts |= {rows[int(name[1:]) - 1].pk: verdict for name, verdict in flaws.items()}
    judge(actor=an_actor(by), batch=batch, verdicts=verdicts, now=NOW)


def worked_off() -> None:
    """All that is to be done is done."""
    worker = Worker()
    while worker.work_once():
        pass


def kinds(batch: PaperBatch) -> list[str]:
    """What the journal tells of it."""
    entries = JournalEntry.objects.filter(subject_type="scanning.paperbatch", subject_id=batch.pk)
    return list(entries.order_by("at", "pk").values_list("kind", flat=True))


def released(batch: PaperBatch, *, by: str = "anton") -> PaperBatch:
    """Somebody releases it, and its protocol is written."""
    release(actor=an_actor(by), batch=batch, now=NOW)
    worked_off()
    batch.refresh_from_db()
    return batch


def attached(digest: str) -> dict[str, Any]:
    """The JSON inside a protocol's PDF."""
    with blobs.default().open(digest) as file, pikepdf.open(io.BytesIO(file.read())) as pdf:
        told: dict[str, Any] = json.loads(pdf.attachments["scanprotokoll.json"].get_file().read_bytes())
    return told


def a_protocol(batch: PaperBatch) -> dict[str, Any]:
    """What the protocol of the whole batch says."""
    assert batch.protocol
    return attached(batch.protocol)
