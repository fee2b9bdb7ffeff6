"""What the pages of the administration share: only administrators find them, and each change ends on a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, Verb
from kundenakte.records.refusals import NotFound

P = ParamSpec("P")


def administrators(
    view: Callable[Concatenate[SignedIn, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page of the administration. For everybody else it is not there."""

    @wraps(view)
    def shown(request: SignedIn, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not page.rights(request).has(Verb.ADMINISTER):
            raise NotFound
        return view(request, *args, **kwargs)

    return screen(cast(Any, shown))


def choose(form: forms.Form, name: str, choices: Any) -> None:
    """Set the choices of a field that are rows and known only now."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def documents_named(request: SignedIn, text: str) -> list[Document]:
    """What somebody may mean by a document's number, the end of its address or its address; at most ten."""
    text = text.strip()
    rows = access.documents_for(request.user).select_related("customer_file__customer", "document_class")
    pk = page.number(text.rstrip("/").rpartition("/")[2])
    found = list(rows.filter(number__iexact=text).order_by("-pk")[:10]) if text else []
    if pk is not None and ("/" in text or not found):
        found = list(rows.filter(pk=pk)) or found
    return found


def file_named(request: SignedIn, name: str) -> CustomerFile | None:
    """The customer's file that was chosen in a form or an address, if it may be opened."""
    asked = request.POST or request.GET
    pk = page.file_chosen(asked, name)
    return access.get_file(request.user, pk) if pk is not None else None
