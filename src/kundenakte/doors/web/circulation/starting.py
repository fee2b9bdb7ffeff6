"""Sending a folder round: title, documents, and the routing slip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from kundenakte.base.refusals import Refused
from kundenakte.circulation import access as circulation
from kundenakte.circulation import actions
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.circulation.people import offered
from kundenakte.doors.web.circulation.slip_form import SlipForm
from kundenakte.doors.web.customer_files.marked import MOST, list_address
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document

_LONGEST_TITLE: Final = 200
_SEND: Final = "ausfuehren"


class FolderForm(forms.Form):
    """What the folder is called."""

    title = forms.CharField(
        label=gettext_lazy("Titel der Mappe"), max_length=_LONGEST_TITLE,
        error_messages={"required": gettext_lazy("Bitte geben Sie der Mappe einen Titel.")},
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Notiz für alle (wenn nötig)"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def start(request: SignedIn, pk: int) -> HttpResponse:
    """The form, with what was marked in the file's list; sent with `ausfuehren` the folder goes on its way.

    The buttons of the slip ask for the same page, or for the slip alone, with one row more or less.
    """
    customer_file = access.get_file(request.user, pk)
    documents, chosen = documents_asked_for(request, customer_file)
    # What comes from the list has no slip yet.
    is_form = request.method == "POST" and "zeile" in request.POST
    slip = SlipForm(request.POST if is_form else None, people=offered(), file=customer_file, starter=request.user)
    if page.is_part(request, "stops"):
        return render(request, "circulation/start.html#stops", {"slip": slip})
    is_sent = is_form and _SEND in request.POST
    form = FolderForm(
        request.POST if is_sent else None,
        initial={"title": request.POST.get("title", _usual_title(documents)), "note": request.POST.get("note", "")},
    )
    status = 200
    # Both are looked at, so that all mistakes show at once.
    if is_sent:
        status = 422
        if all([form.is_valid(), slip.is_valid()]):
            try:
                return _sent(request, customer_file, form, slip, [one for one in documents if one.pk in chosen])
            except Refused as refused:
                status = refusals.status_of(refused)
                if status in {403, 404}:
                    raise
                form.add_error(None, refused.in_words(_))
    context = {
        "customer_file": customer_file, "documents": documents, "chosen": chosen, "form": form, "slip": slip,
        "back": list_address(request, customer_file), "has_faults": is_sent,
    }  # fmt: skip
    if documents:
        context["running"] = circulation.to_add_to(request.user, customer_file.pk, rights=page.rights(request))
    return render(request, "circulation/start.html", context, status=status)


def documents_asked_for(request: SignedIn, customer_file: CustomerFile) -> tuple[list[Document], set[int]]:
    """Those that were named, in their order, as far as she may read them and they lie in this file; which are chosen.

    The form names all it shows (`gezeigt`), so that one she has unticked can still be ticked again.
    """
    asked = request.POST if request.method == "POST" else request.GET
    shown = _numbers(asked.getlist("gezeigt")) or _numbers(asked.getlist("dokument"))
    rights = page.rights(request)
    allowed = access.documents_for(request.user, rights=rights).filter(customer_file=customer_file, pk__in=shown)
    found = allowed.select_related("document_class", "valid_version").in_bulk()
    return [found[pk] for pk in shown if pk in found], set(_numbers(asked.getlist("dokument")))


def _numbers(texts: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(pk for text in texts[:MOST] if (pk := page.number(text)) is not None))


def _usual_title(documents: Sequence[Document]) -> str:
    if not documents:
        return ""
    title, more = documents[0].title, len(documents) - 1
    if more:
        said = ngettext("%(title)s und ein weiteres Dokument", "%(title)s und %(n)d weitere Dokumente", more)
        title = said % {"title": title[:150], "n": more}
    return title[:_LONGEST_TITLE]


def _sent(
    request: SignedIn, customer_file: CustomerFile, form: FolderForm, slip: SlipForm, documents: Sequence[Document]
) -> HttpResponse:
    given: dict[str, Any] = form.cleaned_data
    made = actions.start_folder(
        actor=page.actor(request), customer_file=customer_file, title=given["title"], note=given["note"],
        documents=documents, stops=slip.wishes(), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Die Umlaufmappe %(number)s ist unterwegs.") % {"number": made.number})
    return page.gone_on(reverse("circulation-folder", args=(made.pk,)))
