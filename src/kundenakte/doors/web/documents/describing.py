"""The form for what is known about a document: class, title, number, day and the index fields of its class.

Inbox and document page show the same fields; what they mean is checked by the records' actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import QueryDict

from kundenakte.doors.web.templatetags.shown import day, field_text
from kundenakte.records import index_fields
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Document, DocumentClass, IndexField
from kundenakte.records.refusals import BadValue

# These stand in columns of their own and are asked once.
_OWN = {"document_number", "dated_on"}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One index field with the text that stands in it."""

    field: IndexField
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Described:
    """The values a form shows."""

    document_class: DocumentClass | None
    title: str
    number: str
    dated_on: str
    fields: list[FieldLine]


def offered_classes(chosen: DocumentClass | None) -> QuerySet[DocumentClass]:
    """What can be chosen: no retired class, unless it is the one that is chosen already."""
    return DocumentClass.objects.filter(Q(is_retired=False) | Q(pk=chosen.pk if chosen else 0))


def of_document(document: Document) -> Described:
    """As the document has it."""
    return shown(
        document.document_class, title=document.title, number=document.number, dated_on=day(document.dated_on),
        values=document.fields,
    )  # fmt: skip


def shown(
    document_class: DocumentClass | None, *, title: str, number: str, dated_on: str, values: Mapping[str, object]
) -> Described:
    """Values in stored form, as texts a person edits."""
    lines = []
    for field in index_fields.fields_of(document_class) if document_class else ():
        if field.key not in _OWN:
            lines.append(
                FieldLine(field, f"field_{field.key}", field_text(str(values.get(field.key, "") or ""), field))
            )
    return Described(document_class, title, number, dated_on, lines)


def from_form(form: QueryDict) -> Described:
    """What was typed, to show it again when it was refused."""
    chosen = DocumentClass.objects.filter(code=form.get("class", "")).prefetch_related("index_fields").first()
    typed = {name.removeprefix("field_"): str(value) for name, value in form.items() if name.startswith("field_")}
    lines = [
        FieldLine(field, f"field_{field.key}", typed.get(field.key, ""))
        for field in (index_fields.fields_of(chosen) if chosen else ())
        if field.key not in _OWN
    ]
    return Described(chosen, form.get("title", ""), form.get("number", ""), form.get("dated_on", ""), lines)


def description(form: QueryDict, *, kept: Mapping[str, str] | None = None) -> Description:
    """The wish in the words of the actions. Raises BadValue for a class that is not known and a day that is none.

    `kept` are fields the form does not show (from another class or a source); they stay.
    """
    document_class = DocumentClass.objects.filter(code=form.get("class", "")).first()
    if document_class is None:
        raise BadValue("Bitte wählen Sie eine Dokumentklasse.")
    shown_keys = {field.key for field in index_fields.fields_of(document_class)}
    fields = {key: value for key, value in (kept or {}).items() if key not in shown_keys}
    for name, value in form.items():
        if name.startswith("field_"):
            fields[name.removeprefix("field_")] = str(value)
    written, number = form.get("dated_on", "").strip(), form.get("number", "").strip()
    day_written: date | None = index_fields.parse_date(written) if written else None
    if written and day_written is None:
        raise BadValue("„Datum“ braucht ein Datum, zum Beispiel 24.11.2026.")
    if "document_number" in shown_keys:
        fields["document_number"] = number
    if day_written:
        fields["dated_on"] = day_written.isoformat()
    return Description(document_class, form.get("title", ""), number, day_written, fields)
