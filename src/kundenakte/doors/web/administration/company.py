"""Our own company: what never identifies a customer, and the shape of the customer numbers in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from kundenakte.customers import normal_forms
from kundenakte.customers.models import Identifier, OwnCompany
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import house
from kundenakte.records.actions.company import set_own_company

# Columns with one value a line, and how each is read; "" is what counts for nothing.
_READ: Final[dict[str, tuple[Any, Callable[[str], str]]]] = {
    "vat_ids": (gettext_lazy("USt-IdNr."), normal_forms.vat_id),
    "tax_numbers": (gettext_lazy("Steuernummer"), normal_forms.tax_number),
    "ibans": (gettext_lazy("IBAN"), normal_forms.iban),
    "email_domains": (gettext_lazy("E-Mail-Domain"), normal_forms.email_domain),
    "phones": (gettext_lazy("Telefon"), normal_forms.phone),
}


def _lines(label: Any, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, help_text=help_text, widget=area)


class CompanyForm(forms.Form):
    """Everything we are known by; several stand one per line."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    other_names = _lines(gettext_lazy("Andere Schreibweisen"), gettext_lazy("Wie Ihr Name sonst auf Papier steht."))
    street = forms.CharField(label=gettext_lazy("Straße und Hausnummer"), max_length=200, required=False)
    zip_code = forms.CharField(label=gettext_lazy("Postleitzahl"), max_length=12, required=False)
    city = forms.CharField(label=gettext_lazy("Ort"), max_length=100, required=False)
    country = forms.CharField(label=gettext_lazy("Land"), max_length=2, initial="DE")
    vat_ids = _lines(gettext_lazy("USt-IdNr."))
    tax_numbers = _lines(gettext_lazy("Steuernummern"))
    ibans = _lines(gettext_lazy("IBAN"))
    email_domains = _lines(gettext_lazy("E-Mail-Domains"), gettext_lazy("Zum Beispiel muster.de"))
    phones = _lines(gettext_lazy("Telefonnummern"), gettext_lazy("Mit Vorwahl; Durchwahlen zählen mit."))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that counts for nothing, since it cannot be what it is said to be."""

    kind: str
    value: str


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def company(request: SignedIn) -> HttpResponse:
    """Look at our own data and change them."""
    row = OwnCompany.objects.order_by("pk").first()
    form = CompanyForm(request.POST or None, initial=_values(row) or None)

    def save() -> HttpResponse:
        set_own_company(
            actor=page.actor(request), now=timezone.now(), edition=page.number(request.POST.get("edition")) or 0,
            **{name: str(value).replace("\r\n", "\n") for name, value in form.cleaned_data.items()},
        )  # fmt: skip
        messages.success(request, _("Gespeichert. Es gilt für alles, was ab jetzt eintrifft."))
        return page.gone_on(reverse("administration-company"))

    def context() -> dict[str, object]:
        tried = request.GET.get("nummer", "").strip()[:60]
        return {
            "edition": row.edition if row else 0,
            "doubts": _doubts(row),
            "shapes": _shapes(),
            "numbers": Identifier.objects.filter(kind=Identifier.Kind.NUMBER, valid_until=None).count(),
            "tried": tried,
            "fits": bool(tried)
            and any(house.number_shapes().fits(one) for one in house.number_shapes().variants(tried)),
            "history": history_of(request.user, [("customers.owncompany", row.pk)], limit=20) if row else [],
        }

    return carried_out(request, form, save, "administration/company.html", context)


def _values(row: OwnCompany | None) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CompanyForm.base_fields} if row else {}


def _doubts(row: OwnCompany | None) -> list[Doubt]:
    """Lines that are no such number; they are kept as written and count for nothing."""
    if row is None:
        return []
    return [
        Doubt(str(word), line.strip())
        for column, (word, normal) in _READ.items()
        for line in getattr(row, column).splitlines()
        if line.strip() and not normal(line)
    ]


def _shapes() -> list[str]:
    """The shapes as people read them: "„K“, dann 5 Ziffern"."""
    return [
        _(", dann ").join(_run(kind, detail) for kind, detail in shape.runs) for shape in house.number_shapes().shapes
    ]


def _run(kind: str, detail: str) -> str:
    if kind == "A":
        return f"„{detail}“"
    if kind == "a":
        return ngettext("%(n)s Buchstabe", "%(n)s Buchstaben", int(detail)) % {"n": detail}
    least, _comma, most = detail.partition(",")
    if most:
        return _("%(least)s bis %(most)s Ziffern") % {"least": least, "most": most}
    return ngettext("%(n)s Ziffer", "%(n)s Ziffern", int(detail)) % {"n": detail}
