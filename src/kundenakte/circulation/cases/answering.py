"""What a form brought, held against the house: the person exists, the document lies in the file and may be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from kundenakte.base.accounts.models import User
from kundenakte.circulation.cases import going
from kundenakte.circulation.processes.definition import Definition
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


def marks(form: Form, fields: Mapping[str, Any]) -> str:
    """What the fields of a form hold, as few letters each: sent along with it, they say what its person has seen."""
    return ",".join(f"{field.name}:{_mark(fields.get(field.name))}" for field in form.fields)


def require_unchanged(form: Form, seen: str, fields: Mapping[str, Any], answers: Mapping[str, Any],
                      known: Definition) -> None:  # fmt: skip
    """Raise AnswersRefused where a field was changed since it was seen with these marks, and the answer is another.

    Two branches of a process may write one field: whoever comes later decides, but not without having seen it.
    """
    before = dict(mark.split(":", 1) for mark in seen.split(",") if ":" in mark)
    faults = {
        field.name: _meanwhile(dict(going.words_of(fields, known)).get(field.title, "–")).to(field.title)
        for field in form.fields
        if field.name in before
        and before[field.name] != _mark(fields.get(field.name))
        and answers.get(field.name) != fields.get(field.name)
    }
    if faults:
        raise AnswersRefused(faults)


def replaced(answers: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the answers change that another form had brought: the fields with what they hold until now."""
    return {
        name: fields[name]
        for name, value in answers.items()
        if fields.get(name) not in (None, "") and fields[name] != value
    }


def _meanwhile(value: str) -> WrongAnswer:
    return WrongAnswer(
        "Inzwischen hat ein anderer Schritt hier „%(value)s“ eingetragen. Soll Ihre Angabe gelten, senden Sie sie noch "
        "einmal.",
        value=value,
    )


def _mark(value: Any) -> str:
    text = json.dumps(None if value == "" else value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def documents_of(form: Form, answers: Mapping[str, Any]) -> list[int]:
    """The documents a form names."""
    return [answers[field.name] for field in form.fields if field.kind == "document" and answers.get(field.name)]
