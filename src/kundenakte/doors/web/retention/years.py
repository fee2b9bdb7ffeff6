"""Tax years and how far their assessment is."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.retention.pages import a_day, keepers
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access
from kundenakte.records.actions import retention as actions
from kundenakte.records.actions.retention import TaxYearWish
from kundenakte.records.models import TaxYear
from kundenakte.records.retention.blocks import year_block


class YearForm(forms.Form):
    """What is known of one year."""

    year = forms.IntegerField(label=gettext_lazy("Veranlagungsjahr"), min_value=1990, max_value=2100)
    state = forms.ChoiceField(label=gettext_lazy("Stand"))
    filed_on = a_day(gettext_lazy("Erklärung abgegeben am"), required=False)
    final_on = a_day(gettext_lazy("Bestandskräftig seit"), required=False)
    is_audited = forms.BooleanField(label=gettext_lazy("Betriebsprüfung läuft"), required=False)
    note = forms.CharField(label=gettext_lazy("Bemerkung"), max_length=300, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def years(request: SignedIn) -> HttpResponse:
    """All years with documents, and the form for one of them."""
    asked = page.number(request.GET.get("jahr") or request.POST.get("year"))
    row = TaxYear.objects.filter(year=asked).first() if asked and asked < 2101 else None
    form = YearForm(request.POST or None, initial=_values(row, asked))
    choose(form, "state", [(value, _(label)) for value, label in TaxYear.State.choices])

    def save() -> HttpResponse:
        values = dict(form.cleaned_data)
        year = values.pop("year")
        actions.set_tax_year(
            actor=page.actor(request), year=year, edition=page.number(request.POST.get("edition")) or 0,
            wish=TaxYearWish(**values), now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Gespeichert. Was damit fällig wird, steht unter „Fällig“."))
        return page.gone_on(reverse("retention-years"))

    def context() -> dict[str, object]:
        return {"lines": _lines(request), "edition": row.edition if row else 0}

    return carried_out(request, form, save, "retention/years.html", context)


def _lines(request: SignedIn) -> list[dict[str, object]]:
    today = timezone.localdate()
    rows = {row.year: row for row in TaxYear.objects.all()}
    visible = access.documents_for(request.user, rights=page.rights(request)).filter(tax_year__isnull=False)
    counts = dict(visible.order_by().values_list("tax_year").annotate(n=Count("pk")))
    states = {year: row.state for year, row in rows.items()}
    return [
        {"year": str(year), "row": rows.get(year), "count": counts.get(year, 0),
         "block": year_block(year, states, on=today)}
        for year in sorted({*rows, *counts}, reverse=True)
    ]  # fmt: skip


def _values(row: TaxYear | None, year: int | None) -> dict[str, object]:
    if row is None:
        return {"year": year} if year else {}
    names = ("year", "state", "filed_on", "final_on", "is_audited", "note")
    return {name: getattr(row, name) for name in names}
