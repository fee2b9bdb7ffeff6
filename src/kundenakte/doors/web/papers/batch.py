"""One batch of paper: where it stands, what is missing, its documents, and each step to the shredder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base import blobs
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.papers.pages import checkers, found, must_leave_to_others
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.steps.scanning import actions, papers, releasing
from kundenakte.steps.scanning.models import BatchFile, BatchPage, PaperBatch

# So many scans are offered as second ones.
_OFFERED = 100
# Somebody may have noticed at the scanner and scanned again at once.
_BEFORE = timedelta(days=30)
State = PaperBatch.State


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the batch with its pages there, and why its paper stays."""

    part: Arrival
    pages: int
    kept: papers.Kept | None
    chosen: str


@dataclass(frozen=True, slots=True)
class Again:
    """Pages of one file that have to be scanned once more."""

    file: BatchFile
    pages: list[BatchPage]

    @property
    def numbers(self) -> str:
        """Which: "2, 3"."""
        return ", ".join(str(one.number) for one in self.pages)


@require_safe
@checkers
def batch(request: SignedIn, batch: int) -> HttpResponse:
    """Everything about it on one page."""
    row, now = found(request, batch), timezone.now()
    pages = list(BatchPage.objects.filter(file__batch=row).select_related("file__arrival"))
    again, documents = _again(row), _papers(row, pages)
    is_open = row.state == State.CHECKING
    return render(
        request,
        "papers/batch.html",
        {
            "batch": row,
            "is_open": is_open,
            "counts": _counts(pages),
            "counted": releasing.count_of(row),
            "hindrances": [one.in_words(_) for one in releasing.hindrances(row)] if is_open else [],
            "differs": is_open and releasing.count_of(row) != row.sides,
            "is_own": must_leave_to_others(request, row),
            "may_go": papers.may_go(row, now=now),
            "is_writing": row.state == State.RELEASED and not row.protocol,
            "papers": documents,
            "all_stays": bool(documents) and all(one.kept for one in documents),
            "reasons": papers.BY_A_PERSON,
            "again": again,
            "second_scans": _second_scans(request, row) if again else [],
            "files": row.files.select_related("arrival", "rescan_of"),
            "history": history_of(request.user, [("scanning.paperbatch", row.pk)], limit=50),
        },
    )


@require_POST
@checkers
def keep(request: SignedIn, batch: int) -> HttpResponse:
    """A document's paper stays, or need not any more."""

    def change(row: PaperBatch) -> str:
        part = Arrival.objects.filter(pk=page.number(request.POST.get("dokument")) or 0).first()
        if part is None:
            raise NotFound
        why = request.POST.get("grund", "")
        actions.keep_paper(actor=page.actor(request), batch=row, part=part, why=why, now=timezone.now())
        return _("Das Papier dieses Dokuments bleibt.") if why else _("Das Papier dieses Dokuments muss nicht bleiben.")

    return _done(request, batch, change)


@require_POST
@checkers
def second_scan(request: SignedIn, batch: int) -> HttpResponse:
    """Link the second scan of pages that were not good."""

    def change(row: PaperBatch) -> str:
        scans = papers.scans_for(request.user, rights=page.rights(request))
        arrival = scans.filter(pk=page.number(request.POST.get("scan")) or 0).first()
        file = page.number(request.POST.get("datei")) or 0
        pages = list(papers.unsettled_rescans(row).filter(file=file))
        if arrival is None or not pages:
            raise NotFound
        releasing.link_second_scan(
            actor=page.actor(request), batch=row, pages=pages, arrival=arrival, now=timezone.now()
        )
        return _("Der zweite Scan gehört jetzt dazu. Bitte prüfen Sie auch seine Seiten.")

    return _done(request, batch, change)


@require_POST
@checkers
def explain(request: SignedIn, batch: int) -> HttpResponse:
    """Say why the counts differ."""

    def change(row: PaperBatch) -> str:
        words = request.POST.get("erklaerung", "")
        releasing.explain(actor=page.actor(request), batch=row, explanation=words, now=timezone.now())
        return _("Die Abweichung ist erklärt.")

    return _done(request, batch, change)


@require_POST
@checkers
def release(request: SignedIn, batch: int) -> HttpResponse:
    """The scans stand in for the paper."""

    def change(row: PaperBatch) -> str:
        releasing.release(actor=page.actor(request), batch=row, now=timezone.now())
        return _("Freigegeben. Das Scanprotokoll wird jetzt geschrieben und in den Akten abgelegt.")

    return _done(request, batch, change)


@require_POST
@checkers
def destroyed(request: SignedIn, batch: int) -> HttpResponse:
    """The paper is gone."""

    def change(row: PaperBatch) -> str:
        how = request.POST.get("wie", "")
        releasing.note_destruction(actor=page.actor(request), batch=row, how=how, now=timezone.now())
        return _("Eingetragen: Das Papier ist vernichtet.")

    return _done(request, batch, change)


@require_POST
@checkers
def drop(request: SignedIn, batch: int) -> HttpResponse:
    """Undo a batch that is not released."""
    row = found(request, batch)
    try:
        actions.drop(actor=page.actor(request), batch=row, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(reverse("papers-batch", args=(batch,)))
    messages.success(request, _("Stapel %(n)s ist aufgelöst. Seine Scans sind wieder frei.") % {"n": batch})
    return page.gone_on(reverse("papers"))


@require_safe
@checkers
def protocol(request: SignedIn, batch: int) -> HttpResponseBase:
    """The protocol of the whole batch."""
    row = found(request, batch)
    try:
        path = blobs.default().path(row.protocol) if row.protocol else None
    except NoSuchBlob:
        path = None
    if path is None:
        raise NotFound
    name = _("Scanprotokoll SP-%(n)s.pdf") % {"n": row.pk}
    return answers.download(request, answers.Original(row.protocol, path.stat().st_size, name, "application/pdf"))


# --- inside ------------------------------------------------------------------------------------------------------


def _done(request: SignedIn, pk: int, change: Callable[[PaperBatch], str]) -> HttpResponse:
    row = found(request, pk)
    try:
        messages.success(request, change(row))
    except NotFound:
        raise
    except Refused as refused:
        messages.error(request, refused.in_words(_))
    return page.gone_on(reverse("papers-batch", args=(pk,)))


def _second_scans(request: SignedIn, row: PaperBatch) -> list[Arrival]:
    """What may be a second scan of this batch: it came in after the batch was begun, or shortly before."""
    since = row.created_at - _BEFORE
    return list(papers.scans_for(request.user, since=since, rights=page.rights(request))[:_OFFERED])


def _counts(pages: list[BatchPage]) -> dict[str, Any]:
    kinds, verdicts = BatchPage.Kind, BatchPage.Verdict
    return {
        "pages": len(pages),
        "due": sum(1 for page in pages if page.why),
        "seen": sum(1 for page in pages if page.verdict),
        "left": sum(1 for page in pages if page.why and not page.verdict),
        "good": sum(1 for page in pages if page.verdict == verdicts.GOOD),
        "bad": sum(1 for page in pages if page.verdict == verdicts.BAD),
        "rescan": sum(1 for page in pages if page.verdict == verdicts.RESCAN),
        "blank": sum(1 for page in pages if page.kind == kinds.BLANK),
        "separators": sum(1 for page in pages if page.kind == kinds.SHEET),
    }


def _papers(row: PaperBatch, pages: list[BatchPage]) -> list[Paper]:
    kept = papers.kept_of(row)
    chosen = dict(row.kept.values_list("part_id", "why"))
    return [
        Paper(part, sum(1 for one in pages if one.part_id == part.pk), kept.get(part.pk), chosen.get(part.pk, ""))
        for part in papers.parts_of(row)
    ]


def _again(row: PaperBatch) -> list[Again]:
    files: dict[int, Again] = {}
    for one in papers.unsettled_rescans(row).select_related("file__arrival"):
        files.setdefault(one.file_id, Again(one.file, [])).pages.append(one)
    return list(files.values())
