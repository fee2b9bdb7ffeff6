"""Holds: all of them, a new one, and one with its release by two people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import choose, documents_named, file_named
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.retention.pages import a_day, a_reason, keepers
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access
from kundenakte.records.actions import retention as actions
from kundenakte.records.actions.retention import HoldWish
from kundenakte.records.models import CustomerFile, Document, HeldDocument, LegalHold
from kundenakte.records.refusals import BadValue, NotFound, Refused


class HoldForm(forms.Form):
    """A hold to be."""

    documents = forms.CharField(
        label=gettext_lazy("Dokumente"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Nummern oder Adressen, eine je Zeile. Leer, wenn die ganze Akte gesperrt wird."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Art"))
    reason = a_reason()
    legal_basis = forms.CharField(label=gettext_lazy("Rechtsgrundlage"), max_length=200, required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Verantwortlich"))
    review_on = a_day(gettext_lazy("Überprüfen am"))


@require_safe
@keepers
def holds(request: SignedIn) -> HttpResponse:
    """All holds, those that hold first; overdue reviews stand out."""
    rows = LegalHold.objects.select_related("owner", "asked_by", "released_by")
    context = {
        "open": rows.filter(released_at=None).order_by("review_on"),
        "released": rows.exclude(released_at=None).order_by("-released_at")[:50],
        "today": timezone.localdate(),
    }
    return render(request, "retention/holds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def new(request: SignedIn) -> HttpResponse:
    """Set a hold on documents or on a file; the address may name a document."""
    form = HoldForm(
        request.POST or None, initial={"documents": request.GET.get("dokument", ""), "owner": request.user.pk}
    )
    choose(form, "kind", [(value, _(label)) for value, label in LegalHold.Kind.choices])
    colleagues = User.objects.filter(is_active=True, is_service=False, is_auditor=False)
    choose(form, "owner", [(user.pk, str(user)) for user in colleagues])
    chosen = file_named(request, "akte")

    def save() -> HttpResponse:
        values = form.cleaned_data
        wish = HoldWish(
            kind=values["kind"], reason=values["reason"], legal_basis=values["legal_basis"],
            owner=User.objects.get(pk=values["owner"]), review_on=values["review_on"],
        )  # fmt: skip
        made = actions.set_hold(
            actor=page.actor(request), wish=wish, documents=_documents(request, values["documents"]),
            customer_file=chosen, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Die Löschsperre ist gesetzt."))
        return page.gone_on(reverse("retention-hold", args=(made.pk,)))

    return carried_out(request, form, save, "retention/hold_new.html", lambda: {"chosen": chosen})


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def hold(request: SignedIn, hold_id: int) -> HttpResponse:
    """One hold: what it holds, and its release, asked for by one and done by another."""
    rows = LegalHold.objects.select_related("owner", "set_by", "asked_by", "released_by", "customer_file__customer")
    found = rows.filter(pk=hold_id).first()
    if found is None:
        raise NotFound
    if request.method == "POST":
        return _release(request, found)
    rights = page.rights(request)
    held = HeldDocument.objects.filter(hold=found).values("document")
    visible = access.documents_for(request.user, rights=rights).filter(pk__in=held)
    context: dict[str, Any] = {
        "hold": found,
        "documents": visible.select_related("customer_file__customer", "document_class")[:200],
        "count": held.count(),
        "customer_file": _visible_file(request, found.customer_file),
        "is_asker": found.asked_by_id == request.user.pk,
        "today": timezone.localdate(),
        "history": history_of(request.user, [("records.legalhold", found.pk)], limit=20),
    }
    return render(request, "retention/hold.html", context)


def _release(request: SignedIn, found: LegalHold) -> HttpResponse:
    actor, now = page.actor(request), timezone.now()
    try:
        if request.POST.get("beantragen"):
            actions.ask_for_release(actor=actor, hold=found, reason=request.POST.get("grund", ""), now=now)
            messages.success(request, _("Die Aufhebung ist beantragt. Eine zweite Person gibt sie frei."))
        else:
            actions.release_hold(actor=actor, hold=found, now=now)
            messages.success(request, _("Die Löschsperre ist aufgehoben."))
    except Refused as refused:
        messages.error(request, refused.in_words(_))
    return page.gone_on(reverse("retention-hold", args=(found.pk,)))


def _documents(request: SignedIn, text: str) -> list[Document]:
    """Each line names exactly one document somebody may read."""
    found: list[Document] = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        meant = documents_named(request, line)
        if len(meant) != 1:
            raise BadValue("Eine Zeile nennt kein Dokument oder mehrere. Bitte nehmen Sie die Adresse des Dokuments.")
        found += meant
    return found


def _visible_file(request: SignedIn, file: CustomerFile | None) -> CustomerFile | None:
    if file is None:
        return None
    return (
        access.files_for(request.user, rights=page.rights(request))
        .select_related("customer")
        .filter(pk=file.pk)
        .first()
    )
