"""The form of a task as a page shows it. What is right in it, the process says (`circulation.processes.forms`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.circulation.cases import answering
from kundenakte.circulation.processes.forms import Field, Form
from kundenakte.circulation.processes.refusals import WrongAnswer
from kundenakte.doors.web.circulation.people import people
from kundenakte.records import access
from kundenakte.records.models import CustomerFile

PREFIX: Final = "feld_"
_MOST_DOCUMENTS: Final = 200


class AnswerForm(forms.Form):
    """A field for each question; each takes any text, so that what was typed is never lost."""

    def __init__(
        self,
        form: Form,
        *,
        user: User,
        customer_file: CustomerFile | None,
        typed: Mapping[str, Any] | None = None,
        known: Mapping[str, Any] | None = None,
        faults: Mapping[str, WrongAnswer] | None = None,
        key: str = "",
    ) -> None:
        """`typed` is what was sent and refused with `faults`, `known` what the case knows already."""
        super().__init__(auto_id=f"{key}%s")
        for field in form.fields:
            shown = _field(field, user, customer_file)
            value = (typed or {}).get(field.name) if typed is not None else (known or {}).get(field.name, field.default)
            shown.initial = _shown(field, value)
            if field.name in (faults or {}):
                place = f"{key}{PREFIX}{field.name}"
                told = [f"{place}_helptext"] if field.description else []
                shown.widget.attrs |= {"aria-invalid": "true", "aria-describedby": " ".join([*told, f"{place}_error"])}
            self.fields[PREFIX + field.name] = shown
        self._faults = faults or {}
        # Sent back with the form: what stood in its fields when it was shown.
        self.marks = answering.marks(form, known) if known is not None else ""

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with what is wrong with it."""
        said = {PREFIX + name: fault.in_words(_) for name, fault in self._faults.items()}
        return [(self[name], said.get(name, "")) for name in self.fields]


def typed_in(form: Form, sent: QueryDict) -> dict[str, Any]:
    """What a request answers to the questions of a form."""
    return {field.name: sent.get(PREFIX + field.name, "")[:20_000] for field in form.fields}


def _field(field: Field, user: User, customer_file: CustomerFile | None) -> forms.Field:
    more: dict[str, Any] = {"label": _(field.title), "required": field.required, "help_text": _(field.description)}
    if field.kind == "multiline":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **more)
    if field.kind == "date":
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)
    choices = _choices(field, user, customer_file)
    if choices is not None:
        return forms.ChoiceField(choices=[("", _("Bitte wählen")), *choices], **more)
    attributes = {"inputmode": "decimal"} if field.kind in {"number", "integer", "amount"} else {}
    return forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off", **attributes}), **more)


def _choices(field: Field, user: User, customer_file: CustomerFile | None) -> list[tuple[str, str]] | None:
    if field.kind == "choice":
        return [(const, _(title)) for const, title in field.choices]
    if field.kind == "yesno":
        return [("ja", _("ja")), ("nein", _("nein"))]
    if field.kind == "person":
        return [(pk.removeprefix("p"), name) for pk, name in people()]
    if field.kind == "document":
        if customer_file is None:
            return []
        rows = access.documents_for(user).filter(customer_file=customer_file).order_by("-dated_on", "-pk")
        return [(str(row.pk), f"{row.title} ({row.dated_on:%d.%m.%Y})" if row.dated_on else row.title)
                for row in rows[:_MOST_DOCUMENTS]]  # fmt: skip
    return None


def _shown(field: Field, value: Any) -> Any:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if value is not None and field.kind in {"number", "amount"}:
        return str(value).replace(".", ",") if "," not in str(value) and str(value).count(".") == 1 else value
    return value
