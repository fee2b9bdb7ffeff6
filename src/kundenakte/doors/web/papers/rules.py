"""How this house checks scanned paper, for the administration."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records.models import DocumentClass
from kundenakte.steps.scanning import papers
from kundenakte.steps.scanning.actions import set_rules


class RulesForm(forms.Form):
    """Sample, four eyes, and the days before the shredder."""

    sample_percent = forms.IntegerField(
        label=gettext_lazy("Von 100 Seiten werden angesehen"), min_value=1, max_value=100,
        help_text=gettext_lazy(
            "100 heißt: jede. Bei weniger wird eine Stichprobe gezogen; leere und schlecht lesbare Seiten und "
            "die erste Seite jedes Dokuments gehören immer dazu. Ein einziger Mangel macht den ganzen Stapel fällig."
        ),
    )  # fmt: skip
    waiting_days = forms.IntegerField(
        label=gettext_lazy("Tage zwischen Freigabe und Vernichtung"), min_value=0, max_value=3650,
        help_text=gettext_lazy("Zeit für eine Sicherung und dafür, dass jemandem etwas auffällt."),
    )  # fmt: skip
    second_person = forms.BooleanField(
        label=gettext_lazy("Wer gescannt hat, prüft nicht selbst (vier Augen)"), required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def rules(request: SignedIn) -> HttpResponse:
    """Look at the rules and change them. Batches that are begun keep theirs."""
    row = papers.the_rules()
    names = ("sample_percent", "waiting_days", "second_person")
    form = RulesForm(request.POST or None, initial={name: getattr(row, name) for name in names})

    def save() -> HttpResponse:
        edition = page.number(request.POST.get("edition")) or 0
        set_rules(actor=page.actor(request), now=timezone.now(), edition=edition, **form.cleaned_data)
        messages.success(request, _("Gespeichert. Es gilt für Stapel, die ab jetzt angelegt werden."))
        return page.gone_on(reverse("papers-rules"))

    def context() -> dict[str, object]:
        return {
            "edition": row.edition,
            "classes": DocumentClass.objects.filter(original_required=True, is_retired=False),
            "history": history_of(request.user, [("scanning.paperrules", row.pk)], limit=20) if row.pk else [],
        }

    return carried_out(request, form, save, "papers/rules.html", context)
