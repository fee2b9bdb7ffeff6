"""Looking at the pages of a batch: pictures side by side, a verdict on each, the keyboard for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte import pipeline
from kundenakte.doors.web import answers, page, refusals
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.papers.pages import checkers, found, must_leave_to_others
from kundenakte.records import renditions
from kundenakte.records.actions import reading
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.steps.scanning import actions, papers
from kundenakte.steps.scanning.models import BatchPage, PaperBatch

# Pages side by side on one screen.
AT_ONCE: Final = 12
# Nobody leafs further than any batch has pages.
_FURTHEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A page with what is chosen for it now, and whether there is a picture to judge by."""

    row: BatchPage
    has_picture: bool
    verdict: str
    flaw: str


@require_http_methods(["GET", "HEAD", "POST"])
@checkers
def check(request: SignedIn, batch: int) -> HttpResponse:
    """The next pages that nobody has looked at, or with `alle` all of them; and the verdicts on them."""
    row = found(request, batch)
    if request.method == "POST":
        return _judged(request, row)
    return _pages(request, row)


@require_safe
@checkers
def picture(request: SignedIn, batch: int, batch_page: int) -> HttpResponseBase:
    """The picture of one page, as it came out of the scanner."""
    row = found(request, batch)
    shown = BatchPage.objects.filter(file__batch=row, pk=batch_page)
    one = shown.select_related("file__arrival", "part__document", "part__version").first()
    path = renditions.page_image(one.file.arrival.digest, one.number) if one else None
    if one is None or path is None or _is_gone(one):
        raise NotFound
    if one.part is not None and one.part.document is not None and one.part.version is not None:
        reading.note_reading(
            actor=page.actor(request), document=one.part.document, version=one.part.version, now=timezone.now()
        )
    return answers.picture(request, path, etag=f"{one.file.arrival.digest[:32]}-{one.number}")


# --- inside ------------------------------------------------------------------------------------------------------


def _pages(
    request: SignedIn,
    row: PaperBatch,
    *,
    refused: Refused | None = None,
    sent: dict[int, tuple[str, str]] | None = None,
    seen: dict[int, str] | None = None,
) -> HttpResponse:
    shows_all = "alle" in request.GET
    rows = BatchPage.objects.filter(file__batch=row) if shows_all else papers.open_pages(row)
    start = min(page.number(request.GET.get("ab")) or 0, _FURTHEST) if shows_all else 0
    if sent:
        rows, start = BatchPage.objects.filter(file__batch=row, pk__in=sent), 0
    rows = rows.select_related("file__arrival", "part__document", "file__rescan_of", "judged_by")
    shown = rows[start : start + AT_ONCE]
    total, left = BatchPage.objects.filter(file__batch=row).count(), papers.open_pages(row).count()
    # Where somebody else was quicker, his verdict is what shows.
    own = dict(sent or {})
    for one in shown:
        if seen is not None and one.verdict != seen.get(one.pk, one.verdict):
            own.pop(one.pk, None)
    pictures = [_shown(one, own) for one in shown]
    for digest in {one.row.file.arrival.digest for one in pictures if not one.has_picture and not _is_gone(one.row)}:
        pipeline.want_pages(digest)
    context = {
        "batch": row,
        "pages": pictures,
        "flaws": [choice for choice in BatchPage.Flaw.choices if choice[0]],
        "shows_all": shows_all,
        "start": start,
        "before": max(start - AT_ONCE, 0) if shows_all and start else None,
        "behind": start + AT_ONCE if shows_all and start + AT_ONCE < total else None,
        "left": left,
        "total": total,
        "may_judge": row.state == PaperBatch.State.CHECKING and not must_leave_to_others(request, row),
        "is_own": must_leave_to_others(request, row),
        "refused": refused.in_words(_) if refused else "",
    }
    return render(request, "papers/check.html", context, status=refusals.status_of(refused) if refused else 200)


def _shown(one: BatchPage, sent: dict[int, tuple[str, str]]) -> Shown:
    verdict, flaw = sent.get(one.pk, (one.verdict, one.flaw))
    there = not _is_gone(one) and renditions.page_image(one.file.arrival.digest, one.number) is not None
    return Shown(one, there, verdict, flaw)


def _is_gone(one: BatchPage) -> bool:
    """Whether its document was disposed of; the stack it was cut from may still be there for the sake of others."""
    return one.part is not None and one.part.document is not None and one.part.document.is_disposed


def _judged(request: SignedIn, row: PaperBatch) -> HttpResponse:
    verdicts = _sent(request)
    seen = {pk: request.POST[f"vorher-{pk}"] for pk in verdicts if f"vorher-{pk}" in request.POST}
    try:
        changed = actions.judge(actor=page.actor(request), batch=row, verdicts=verdicts, seen=seen, now=timezone.now())
    except NotFound:
        raise
    except Refused as refused:
        return _pages(request, row, refused=refused, sent=verdicts, seen=seen)
    if changed:
        said = ngettext("%(n)s Seite ist beurteilt.", "%(n)s Seiten sind beurteilt.", changed)
        messages.success(request, said % {"n": changed})
    if "alle" in request.GET:
        behind = page.number(request.POST.get("weiter"))
        address = reverse("papers-check", args=(row.pk,))
        return page.gone_on(f"{address}?alle&ab={behind}" if behind else f"{address}?alle")
    if verdicts and papers.open_pages(row).exists():
        return page.gone_on(reverse("papers-check", args=(row.pk,)))
    return page.gone_on(reverse("papers-batch", args=(row.pk,)))


def _sent(request: SignedIn) -> dict[int, tuple[str, str]]:
    """The pages with a verdict; a flaw that was chosen beside "good" says nothing."""
    verdicts: dict[int, tuple[str, str]] = {}
    for name, value in request.POST.items():
        pk = page.number(name.removeprefix("urteil-")) if name.startswith("urteil-") else None
        if pk is not None:
            verdicts[pk] = (str(value), str(request.POST.get(f"mangel-{pk}", "")))
    return verdicts
