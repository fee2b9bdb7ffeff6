"""The protocol of a batch (Scanprotokoll): what is said in it, and how it gets into the files of its customers.

Documents appear by number, class and hash, never by title: whoever may read a customer's correspondence may not
therefore know what his invoices are about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.confinement import scratch_folder
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records.models import Arrival, CustomerFile, Rendition
from kundenakte.steps.scanning import papers
from kundenakte.steps.scanning.models import BatchFile, BatchLog, BatchPage, PaperBatch
from kundenakte.steps.scanning.releasing import count_of

FORMAT: Final = "kundenakte-scan-log/1"
SOURCE: Final = "scan-log"
CLASS: Final = "SCAN_LOG"
SECTION: Final = "korrespondenz"
RULE: Final = Actor.system("scanning")
Verdict, Kind = BatchPage.Verdict, BatchPage.Kind
# `pipeline.receive`, and the drawing of a tale as PDF/A with its JSON inside.
Receive = Callable[..., Arrival]
Draw = Callable[[Mapping[str, Any], Path], None]


class _WrittenMeanwhile(Exception):
    """Another worker has filed it; nothing is received a second time."""


def write(batch_id: int, *, receive: Receive, draw: Draw) -> Apply:
    """File the protocol of a released batch in each customer's file concerned, and keep that of the whole batch.

    May run any number of times: a file's log is received in the transaction that remembers it.
    """
    batch = PaperBatch.objects.select_related("scanned_by", "released_by").get(pk=batch_id)
    if batch.state != PaperBatch.State.RELEASED or batch.protocol:
        return lambda: False
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        for customer_file in _files(batch):
            if not batch.logs.filter(customer_file=customer_file).exists():
                _file(receive, draw, batch, customer_file, scratch / f"{customer_file.pk}.pdf")
        whole = scratch / "whole.pdf"
        draw(told(batch), whole)
        with whole.open("rb") as stream:
            stored = blobs.default().put(stream)
    return partial(_keep, batch_id, stored.digest)


def told(batch: PaperBatch, customer_file: CustomerFile | None = None) -> dict[str, Any]:
    """The protocol as data: who, when, with what, how many, the hash of each file, what was found, what stays.

    With a customer's file only its own documents, and the files they were cut from; the counts are the batch's.
    """
    kept = papers.kept_of(batch)
    pages = list(BatchPage.objects.filter(file__batch=batch).select_related("file", "judged_by", "replaced_by"))
    parts = [one for one in papers.parts_of(batch) if customer_file is None or _is_in(one, customer_file)]
    wanted = {part.pk for part in parts}
    shown = [page for page in pages if customer_file is None or page.part_id in wanted]
    files = {page.file_id for page in shown}
    return {
        "format": FORMAT,
        "batch": _batch(batch),
        "customer_file": customer_file.pk if customer_file else None,
        "counts": _counts(batch, pages, kept),
        "files": [
            _scan(file, [page for page in pages if page.file_id == file.pk])
            for file in batch.files.select_related("arrival", "rescan_of")
            if customer_file is None or file.pk in files
        ],
        "documents": [_document(part, [p for p in pages if p.part_id == part.pk], kept.get(part.pk)) for part in parts],
        "findings": [_finding(page) for page in shown if page.verdict not in {"", Verdict.GOOD}],
        "checked_by": _checkers(pages),
    }


# --- inside ------------------------------------------------------------------------------------------------------


def _files(batch: PaperBatch) -> list[CustomerFile]:
    ids = papers.parts_of(batch).filter(document__isnull=False).order_by()
    found = ids.values_list("document__customer_file_id", flat=True)
    return list(CustomerFile.objects.filter(pk__in=set(found)).order_by("pk"))


def _file(receive: Receive, draw: Draw, batch: PaperBatch, customer_file: CustomerFile, target: Path) -> None:
    draw(told(batch, customer_file), target)
    number = f"SP-{batch.pk}"

    def beside(arrival: Arrival) -> None:
        held = PaperBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if held.logs.filter(customer_file=customer_file).exists():
            raise _WrittenMeanwhile
        BatchLog.objects.create(batch=held, customer_file=customer_file, arrival=arrival)

    facts = {
        "customer_file_id": customer_file.pk, "class": CLASS, "section": SECTION, "number": number,
        "title": f"Scanprotokoll {number}", "dated_on": timezone.localdate(batch.released_at).isoformat(),
    }  # fmt: skip
    try:
        with target.open("rb") as stream:
            receive(
                actor=RULE, stream=stream, file_name=f"Scanprotokoll {number}.pdf", source=SOURCE,
                source_key=f"{number}/{customer_file.pk}", facts=facts, now=timezone.now(), beside=beside,
            )  # fmt: skip
    except _WrittenMeanwhile:
        return


def _keep(batch_id: int, digest: str) -> bool:
    PaperBatch.objects.filter(pk=batch_id, protocol="").update(protocol=digest)
    return False


def _is_in(part: Arrival, customer_file: CustomerFile) -> bool:
    return part.document is not None and part.document.customer_file_id == customer_file.pk


def _batch(batch: PaperBatch) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "scanned_by": _person(batch.scanned_by),
        "scanned_on": batch.scanned_on.isoformat(),
        "device": batch.device,
        "settings": batch.scanner_settings,
        "sheets": batch.sheets,
        "two_sided": batch.is_two_sided,
        "sides": batch.sides,
        "explanation": batch.explanation,
        "sample_percent": batch.sample_percent,
        "second_person": batch.second_person,
        "begun_at": _moment(batch.created_at),
        "released_by": _person(batch.released_by),
        "released_at": _moment(batch.released_at),
        "paper_may_go_from": _moment(batch.may_go_from),
    }


def _counts(batch: PaperBatch, pages: list[BatchPage], kept: Mapping[int, papers.Kept]) -> dict[str, int]:
    return {
        "files": batch.files.count(),
        "pages_of_first_scans": count_of(batch),
        "pages": len(pages),
        "looked_at": sum(1 for page in pages if page.verdict),
        **{str(name): sum(1 for page in pages if page.verdict == name) for name in ("good", "bad", "rescan")},
        "blank": sum(1 for page in pages if page.kind == Kind.BLANK),
        "separator_sheets": sum(1 for page in pages if page.kind == Kind.SHEET),
        "documents": len({page.part_id for page in pages if page.part_id}),
        "paper_stays": len(kept),
    }


def _scan(file: BatchFile, pages: list[BatchPage]) -> dict[str, Any]:
    arrival = file.arrival
    return {
        "file": file.position,
        "source": arrival.source,
        "source_number": arrival.source_number,
        "received_at": _moment(arrival.received_at),
        "sha256": arrival.digest,
        "size": arrival.size,
        "pages": file.page_count,
        "second_scan_of": file.rescan_of.position if file.rescan_of else None,
        "blank": [page.number for page in pages if page.kind == Kind.BLANK],
        "separator_sheets": [page.number for page in pages if page.kind == Kind.SHEET],
    }


def _document(part: Arrival, pages: list[BatchPage], kept: papers.Kept | None) -> dict[str, Any]:
    document = part.document
    read = Rendition.objects.filter(digest=part.digest, kind=Rendition.Kind.SEARCHABLE).first()
    return {
        "document": document.pk if document else None,
        "class": document.document_class.code if document else None,
        "arrival": part.pk,
        "state": part.state,
        "sha256": part.digest,
        "size": part.size,
        "pages": [[page.file.position, page.number] for page in pages],
        "text_read_by": read.made_by if read else None,
        "paper": "stays" if kept else "may_go",
        "why": kept.code if kept else None,
        "because": kept.sentence if kept else None,
    }


def _finding(page: BatchPage) -> dict[str, Any]:
    return {
        "file": page.file.position,
        "page": page.number,
        "verdict": page.verdict,
        "flaw": page.flaw,
        "judged_by": _person(page.judged_by),
        "judged_at": _moment(page.judged_at),
        "second_scan": page.replaced_by.position if page.replaced_by else None,
    }


def _checkers(pages: list[BatchPage]) -> list[dict[str, Any]]:
    found: dict[int, tuple[User, int]] = {}
    for page in pages:
        if page.judged_by is not None:
            found[page.judged_by.pk] = (page.judged_by, found.get(page.judged_by.pk, (page.judged_by, 0))[1] + 1)
    return [{**(_person(user) or {}), "pages": count} for user, count in found.values()]


def _person(user: User | None) -> dict[str, Any] | None:
    return {"id": user.pk, "name": str(user)} if user else None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
