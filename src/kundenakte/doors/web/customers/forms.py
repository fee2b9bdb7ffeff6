"""Forms of the customer's master data. They only gather; what is right the actions decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenakte.customers.drafts import Person, Place
from kundenakte.customers.models import Customer, Identifier


class _Words(forms.Form):
    """A form whose texts come out trimmed."""

    def said(self, name: str) -> str:
        """One value of a form that has been found valid."""
        return str(self.cleaned_data.get(name) or "").strip()


class CustomerForm(_Words):
    """What is changed about a customer that is there."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name2 = forms.CharField(label=_("Namenszusatz"), max_length=200, required=False)
    state = forms.ChoiceField(label=_("Stand"), choices=Customer.State.choices)
    group = forms.CharField(label=_("Kundengruppe"), max_length=60, required=False)
    street = forms.CharField(label=_("Straße und Hausnummer"), max_length=200, required=False)
    zip_code = forms.CharField(label=_("Postleitzahl"), max_length=12, required=False)
    city = forms.CharField(label=_("Ort"), max_length=100, required=False)
    country = forms.CharField(label=_("Land"), max_length=2, required=False, initial="DE")

    def place(self) -> Place:
        """The address of the form."""
        return Place(self.said("street"), self.said("zip_code"), self.said("city"), self.said("country") or "DE")


class NewCustomerForm(CustomerForm):
    """A new customer with what it is known by."""

    number = forms.CharField(
        label=_("Kundennummer"), max_length=40, required=False, help_text=_("Bei einem Interessenten kann sie fehlen.")
    )
    email = forms.CharField(label=_("E-Mail"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telefon"), max_length=50, required=False)
    vat_id = forms.CharField(label=_("USt-IdNr."), max_length=40, required=False)
    iban = forms.CharField(label=_("IBAN"), max_length=50, required=False)
    field_order = ("name", "name2", "number", "state", "street", "zip_code", "city", "country", "email", "phone",
                   "vat_id", "iban", "group")  # fmt: skip

    def identifiers(self) -> list[tuple[str, str]]:
        """What was filled in, as pairs of kind and text."""
        kinds = Identifier.Kind
        pairs = ((kinds.EMAIL, "email"), (kinds.PHONE, "phone"), (kinds.VAT_ID, "vat_id"), (kinds.IBAN, "iban"))
        return [(kind, self.said(name)) for kind, name in pairs if self.said(name)]


class IdentifierForm(_Words):
    """One more thing a customer is known by."""

    kind = forms.ChoiceField(label=_("Art"), choices=Identifier.Kind.choices)
    text = forms.CharField(label=_("Wert"), max_length=200)
    system = forms.SlugField(
        label=_("System"), max_length=40, required=False,
        help_text=_("Nur bei Kundennummern: wer sie vergeben hat, zum Beispiel erp oder crm."),
    )  # fmt: skip


class ContactForm(_Words):
    """Somebody to talk to."""

    name = forms.CharField(label=_("Name"), max_length=150)
    position = forms.CharField(label=_("Funktion"), max_length=100, required=False)
    email = forms.CharField(label=_("E-Mail"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telefon"), max_length=50, required=False)

    def person(self) -> Person:
        """The person of the form."""
        return Person(self.said("name"), self.said("position"), self.said("email"), self.said("phone"))
