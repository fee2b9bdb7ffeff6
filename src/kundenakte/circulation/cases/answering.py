"""What a form brought, held against the house: the person exists, the document lies in the file and may be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kundenakte.base.accounts.models import User
from kundenakte.circulation.processes.forms import Form
from kundenakte.circulation.processes.refusals import AnswersRefused, WrongAnswer
from kundenakte.records import access
from kundenakte.records.models import CustomerFile


def answered(form: Form, answers: Mapping[str, Any], *, person: User, customer_file: CustomerFile) -> dict[str, Any]:
    """The answers, cleaned. Raises AnswersRefused with a sentence for each field that is not right."""
    clean, faults = form.checked(answers)
    for field in form.fields:
        value = clean.get(field.name)
        if value is None:
            continue
        people = User.objects.filter(is_active=True, is_service=False, is_auditor=False)
        if field.kind == "person" and not people.filter(pk=value).exists():
            locked = WrongAnswer("Dieses Konto ist gesperrt. Bitte wählen Sie jemand anderen.")
            faults[field.name] = locked.to(field.title)
        if field.kind == "document" and not (
            access.documents_for(person).filter(pk=value, customer_file=customer_file).exists()
        ):
            faults[field.name] = WrongAnswer("Dieses Dokument liegt nicht in der Kundenakte.").to(field.title)
    if faults:
        raise AnswersRefused(faults)
    return clean


def documents_of(form: Form, answers: Mapping[str, Any]) -> list[int]:
    """The documents a form names."""
    return [answers[field.name] for field in form.fields if field.kind == "document" and answers.get(field.name)]
