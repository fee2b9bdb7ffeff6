"""The search page: words and filters above and beside the documents that answer them."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.search import narrowing
from kundenakte.doors.web.search.asked import Asked, address_with_text, asked_of, shown_day
from kundenakte.records.actions.audits import note_search
from kundenakte.steps.search import jumping, queries
from kundenakte.steps.search.engine import Order
from kundenakte.steps.search.filters import section_names
from kundenakte.steps.search.queries import Results

PAGE: Final = 20
_CUSTOMERS: Final = 3
_SUGGESTED: Final = 6


@require_safe
@screen
def search(request: SignedIn) -> HttpResponse:
    """Documents by words and filters. Scripts ask for the hits alone while somebody types, and for further pages."""
    asked = asked_of(request.GET)
    is_more = page.is_part(request, "search-more")
    results = queries.search(
        request.user, asked.text, filters=asked.filters, order=asked.order, after=asked.after, limit=PAGE,
        typing=asked.is_typing, with_facets=not is_more, rights=page.rights(request),
    )  # fmt: skip
    context: dict[str, Any] = {
        "asked": asked,
        "results": results,
        "is_first": not asked.after,
        "section_names": _section_names(results),
    }
    if is_more:
        return render(request, "search/search.html#hits", context)
    note_search(
        actor=page.actor(request), place="search", words=asked.text, narrowed=address_with_text(request.GET, ""),
        found=results.total or 0, now=timezone.now(),
    )  # fmt: skip
    context |= _beside(request, asked, results)
    if page.is_part(request, "search-results"):
        return render(request, "search/search.html#answer", context)
    return render(request, "search/search.html", context)


def _section_names(results: Results) -> dict[int, str]:
    """The names of the sections the hits lie in; the facets have most of them already."""
    known = {int(value.value): value.label for value in results.facets.get("section", ())}
    missing = {hit.document.section_id for hit in results.hits} - set(known)
    return known | section_names(sorted(missing)) if missing else known


def _beside(request: SignedIn, asked: Asked, results: Results) -> dict[str, Any]:
    """What stands around the hits: filters, chips, customers of that name, ways to go on typing."""
    user, rights = request.user, page.rights(request)
    groups = narrowing.groups(user, rights, asked, results.facets)
    first = asked.text and not asked.after
    return {
        "groups": groups,
        "chips": list(narrowing.chips(request.GET, asked, groups)),
        "without_filters": address_with_text(request.GET.__class__(mutable=True), asked.text),
        "customers": jumping.customers_named(user, asked.text, limit=_CUSTOMERS, rights=rights) if first else (),
        "suggestions": _suggestions(request, asked) if first and (asked.is_typing or not results.total) else [],
        "order": asked.order or (Order.BEST if asked.text else Order.NEWEST),
        "dated_from": shown_day(asked.filters.dated_from),
        "dated_to": shown_day(asked.filters.dated_to),
    }


def _suggestions(request: SignedIn, asked: Asked) -> list[tuple[str, str]]:
    """Words the last one may become, each with the page it leads to."""
    found = queries.suggest(request.user, asked.text, limit=_SUGGESTED, rights=page.rights(request))
    others = (one.text for one in found if one.text.casefold() != asked.text.casefold())
    return [(text, address_with_text(request.GET, text)) for text in others]
