"""What changed on a document, said as the rest of the screen says it: fields by their names, days and amounts in the
language of the reader, classes and sections by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from kundenakte.base.journal.queries import Told
from kundenakte.doors.web.history.rows import section_names
from kundenakte.doors.web.templatetags.shown import day, field_text
from kundenakte.records.models import Document, IndexField, Section

_DOCUMENT = "records.document:"
_FIELD = "fields."
_ARROW = " → "
# A document's own columns; all other names are index fields.
_OWN: Mapping[str, str] = {
    "title": "Titel", "number": "Nummer", "dated_on": "Datum", "section": "Register", "document_class": "Klasse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is needed to say the changes of these entries; three queries at most, however many there are."""

    classes: Mapping[str, str]
    sections: Mapping[str, str] = field(default_factory=dict)
    # Document → its class; (class, key) → field, and for a class that no longer has it, any field of this key.
    class_of: Mapping[int, int] = field(default_factory=dict)
    fields: Mapping[tuple[int, str], IndexField] = field(default_factory=dict)

    def lines(self, entry: Told) -> list[str]:
        """One line for each change."""
        text = entry.personal.get("before_after", "")
        if not text or not entry.subject.startswith(_DOCUMENT):
            return text.splitlines()
        document_class = self.class_of.get(int(entry.subject.removeprefix(_DOCUMENT)), 0)
        return [self._line(line, document_class) for line in text.splitlines()]

    def _line(self, line: str, document_class: int) -> str:
        name, colon, rest = line.partition(": ")
        before, arrow, after = rest.partition(_ARROW)
        if not colon or not arrow:
            return line
        known = self._field(name, document_class)
        label = _(known.name) if known else _(_OWN.get(name, name.removeprefix(_FIELD)))
        return f"{label}: {self._said(name, before, known)}{_ARROW}{self._said(name, after, known)}"

    def _field(self, name: str, document_class: int) -> IndexField | None:
        key = name.removeprefix(_FIELD)
        if name == key:
            return None
        return self.fields.get((document_class, key)) or self.fields.get((0, key))

    def _said(self, name: str, value: str, known: IndexField | None) -> str:
        if value in {"–", "None"}:
            return "–"
        if known:
            return field_text(value, known)
        if name == "dated_on":
            return day(value) or value
        words = {"document_class": self.classes, "section": self.sections}.get(name, {})
        return _(words.get(value, value)) if value in words else value


def vocabulary(told: Sequence[Told], classes: Mapping[str, str]) -> Vocabulary:
    """For the changes of documents among these entries; without a query where there are none."""
    lines = [
        (int(entry.subject.removeprefix(_DOCUMENT)), line.partition(": ")[0])
        for entry in told
        if entry.subject.startswith(_DOCUMENT)
        for line in entry.personal.get("before_after", "").splitlines()
    ]
    if not lines:
        return Vocabulary(classes)
    documents, names = {pk for pk, _name in lines}, {name for _pk, name in lines}
    keys = {name.removeprefix(_FIELD) for name in names if name.startswith(_FIELD)}
    found: dict[tuple[int, str], IndexField] = {}
    for row in IndexField.objects.filter(key__in=keys).order_by("pk") if keys else ():
        found[row.document_class_id, row.key] = row
        found.setdefault((0, row.key), row)
    class_of = dict(Document.objects.filter(pk__in=documents).values_list("pk", "document_class_id"))
    return Vocabulary(classes, _sections() if "section" in names else {}, class_of, found)


def _sections() -> dict[str, str]:
    """Key → the name that holds now. Sections of single files have keys of their own."""
    keys = dict(Section.objects.values_list("pk", "key"))
    return {keys[pk]: name for pk, name in section_names(keys).items()}
