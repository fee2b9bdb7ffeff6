"""The folders of one customer: those that go round now, and those that have come to an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kundenakte.circulation import access
from kundenakte.circulation.models import CirculationFolder, FolderDocument
from kundenakte.doors.web import page, paging
from kundenakte.doors.web.circulation import cover
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access as records_access
from kundenakte.records.models import CustomerFile, Document

# Three are named; a fourth says that there are more.
_SHOWN: Final = 4
_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Travelling:
    """A folder, and with whom it lies."""

    folder: CirculationFolder
    at: list[str]


@require_safe
@screen
def folders(request: SignedIn, pk: int) -> HttpResponse:
    """All folders of this file that the reader may see, the newest first."""
    rights = page.rights(request)
    customer_file = records_access.get_file(request.user, pk, rights=rights)
    rows = access.folders_for(request.user, rights=rights).filter(customer_file=customer_file)
    order = ("-started_at", "-pk")
    shown = paging.page(
        rows.select_related("started_by", "case__process"), order=order, cursor=request.GET.get("nach", ""), size=_PAGE
    )
    context = {
        "customer_file": customer_file, "rows": _travelling(shown.rows), "next": shown.next,
        "is_first": shown.is_first,
    }  # fmt: skip
    return render(request, "circulation/of_file.html", context)


def under_way(request: SignedIn, customer_file: CustomerFile) -> list[Travelling]:
    """The newest few folders of a file that go round now."""
    rows = access.folders_for(request.user, rights=page.rights(request))
    open_ones = rows.filter(customer_file=customer_file, state=CirculationFolder.State.OPEN)
    return _travelling(open_ones.select_related("case__process")[:_SHOWN])


def carrying(request: SignedIn, document: Document) -> list[Travelling]:
    """The folders this document travels in now."""
    inside = FolderDocument.objects.filter(document=document, removed_at=None).values("folder")
    rows = access.folders_for(request.user, rights=page.rights(request))
    open_ones = rows.filter(pk__in=inside, state=CirculationFolder.State.OPEN)
    return _travelling(open_ones.select_related("case__process")[:_SHOWN])


def _travelling(folders: Iterable[CirculationFolder]) -> list[Travelling]:
    found = list(folders)
    places = cover.whereabouts(found) if found else {}
    return [Travelling(folder, places.get(folder.pk, [])) for folder in found]
