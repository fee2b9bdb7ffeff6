"""What the viewer asks for again and again: page images, the text that lies on them, and where words stand.

Asked for by document and number, never by digest. Costs as few queries as rights allow: one for the version beside
those for whoever is signed in.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenakte import pipeline
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.documents.finding import Hit, find
from kundenakte.doors.web.documents.shown import PAGES_AT_ONCE, edition_of, is_text_coming, version_to_look_at
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions
from kundenakte.records.actions import reading
from kundenakte.records.models import Version
from kundenakte.records.refusals import NotFound
from kundenakte.steps.search import queries

_LONGEST_QUESTION: Final = 200


@require_safe
@screen
def page_image(request: SignedIn, pk: int, number: int, page_number: int) -> HttpResponseBase:
    """The picture of one page. One that is missing is made before other work, and shown when asked for again."""
    version = _read(request, pk, number)
    path = renditions.page_image(version.digest, page_number) if 0 < page_number < 10_000 else None
    if path is None:
        pipeline.want_pages(version.digest)
        raise NotFound
    return answers.picture(request, path, etag=f"{version.digest[:32]}-{page_number}-{path.stat().st_mtime_ns:x}")


@require_safe
@screen
def first_page(request: SignedIn, pk: int) -> HttpResponseBase:
    """The address of page 1 of the valid version, for a list that fetches the next document's ahead. No reading yet."""
    visible = access.documents_for(request.user, rights=page.rights(request))
    row = visible.filter(pk=pk).values_list("valid_version__number", "valid_version__digest").first()
    if row is None or row[0] is None:
        raise NotFound
    number, digest = row
    made = renditions.pages_of(digest)
    address = reverse("document-page", args=(pk, number, 1)) + edition_of(made) if made and made.ready else ""
    return JsonResponse({"image": address})


@require_safe
@screen
def thumbnail(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The small picture of page 1."""
    version = version_to_look_at(request.user, pk, number, rights=page.rights(request))
    path = renditions.thumbnail(version.digest)
    if path is None:
        pipeline.want_pages(version.digest)
        raise NotFound
    return answers.picture(request, path, etag=f"{version.digest[:32]}-t-{path.stat().st_mtime_ns:x}")


@require_safe
@screen
def page_text(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The words of some pages with their boxes, from the page `ab` on."""
    version = _read(request, pk, number)
    first = max(page.number(request.GET.get("ab")) or 1, 1)
    pages = renditions.text_pages(version.digest, first=first, last=first + PAGES_AT_ONCE - 1)
    shown = [{"n": n, "w": one["w"], "h": one["h"], "lines": one["lines"]} for n, one in enumerate(pages, first)]
    return answers.polled(request, JsonResponse({"pages": shown}))


@require_safe
@screen
def places(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """Where something stands: `text` letter by letter, `suche` as the search understands it (word forms, parts).

    `coming` says that the words are still being read: finding nothing means nothing yet, ask again.
    """
    version = _read(request, pk, number)
    # Asked before the text is looked into: what is read in between is found, or asked for once more.
    coming = is_text_coming(version.digest)
    asked = request.GET.get("suche", "").strip()[:_LONGEST_QUESTION]
    literal = request.GET.get("text", "").strip()[:_LONGEST_QUESTION]
    hits = hits_of_search(request, version, asked) if asked else find(renditions.text_of(version.digest), literal)
    return JsonResponse({"hits": [_told(hit) for hit in hits], "coming": coming})


def hits_of_search(request: SignedIn, version: Version, asked: str) -> list[Hit]:
    """The words that answer a search. It knows the valid version only; elsewhere words are looked for literally."""
    if version.pk != version.document.valid_version_id:
        text = renditions.text_of(version.digest)
        return sorted({hit for word in asked.split() for hit in find(text, word)}, key=lambda hit: hit.page)
    return [Hit(mark.page, (mark.box,)) for mark in queries.marks(request.user, version.document_id, asked)]


def _read(request: SignedIn, pk: int, number: int) -> Version:
    """The version, and a note that somebody reads it."""
    version = version_to_look_at(request.user, pk, number, rights=page.rights(request))
    reading.note_reading(actor=page.actor(request), document=version.document, version=version, now=timezone.now())
    return version


def _told(hit: Hit) -> dict[str, Any]:
    return {"page": hit.page, "boxes": [[round(side, 4) for side in box] for box in hit.boxes]}
