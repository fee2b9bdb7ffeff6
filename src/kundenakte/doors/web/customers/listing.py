"""The list of customers, and the customers proposed while somebody types."""

from __future__ import annotations

import string

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenakte.customers import search
from kundenakte.customers.models import Customer
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions.audits import note_search
from kundenakte.records.models import CustomerFile

PAGE = 50
PROPOSED = 8


@require_safe
@screen
def customers(request: SignedIn) -> HttpResponse:
    """All customers by name, or those a text finds; by letter and state."""
    asked = request.GET
    text = asked.get("q", "").strip()[:200]
    state = asked.get("stand", "")
    letter = asked.get("buchstabe", "")[:1]
    shown = search.list_customers(
        among=access.customers_for(request.user, rights=page.rights(request)),
        state=state if state in Customer.State.values else "",
        letter=letter,
        search=text,
        after=_cursor(asked.get("nach", "")),
        limit=PAGE,
    )
    _note(request, text, len(shown.customers))
    context = {
        "rows": _with_files(shown.customers),
        "next": f"{shown.after[1]}:{shown.after[0]}" if shown.after else "",
        "is_first": not asked.get("nach"),
        "q": text,
        "state": state,
        "letter": letter,
        "letters": [*string.ascii_uppercase, "#"],
        "states": Customer.State.choices,
    }
    if page.is_part(request, "customer-list"):
        return render(request, "customers/list.html#customer-list", context)
    if page.is_part(request, "customer-more-row"):
        return render(request, "customers/list.html#customer-rows", context)
    return render(request, "customers/list.html", context)


@require_safe
@screen
def suggestions(request: SignedIn) -> HttpResponse:
    """A few customers for choosing one by typing; the form names the field that takes the choice."""
    text = request.GET.get("q", "").strip()[:200]
    allowed = access.customers_for(request.user, rights=page.rights(request))
    found = search.find(text, PROPOSED, among=allowed) if text else []
    _note(request, text, len(found))
    return render(request, "customers/suggestions.html", {"rows": _with_files(found), "q": text})


def _note(request: SignedIn, words: str, found: int) -> None:
    """An auditor's list of customers, of the letter and state he chose, is a look as well."""
    kept = (("buchstabe", request.GET.get("buchstabe", "")[:1]), ("stand", request.GET.get("stand", "")[:20]))
    narrowed = "&".join(f"{name}={value}" for name, value in kept if value)
    note_search(
        actor=page.actor(request), place="customers", words=words, narrowed=narrowed, found=found, now=timezone.now()
    )


def _with_files(customers: list[Customer]) -> list[dict[str, object]]:
    """Each customer with the id of its file, in one query."""
    files = dict(CustomerFile.objects.filter(customer__in=customers).values_list("customer_id", "pk"))
    return [{"customer": customer, "file": files[customer.pk]} for customer in customers if customer.pk in files]


def _cursor(text: str) -> tuple[str, int] | None:
    pk, colon, name = text.partition(":")
    row = page.number(pk)
    return (name.replace("\0", ""), row) if colon and row is not None else None
