"""From what the source said and recognition found: the class, title, number, day and index fields of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from kundenakte.records import index_fields
from kundenakte.records.actions.documents import Description
from kundenakte.records.findings import ClassGuess, Findings
from kundenakte.records.models import Arrival, DocumentClass, PlanEntry

# Below this a class is proposed, not taken. Rules reach it with their words; the learned model is calibrated to it.
SURE_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class ChosenClass:
    """The class that is taken or proposed, and why."""

    document_class: DocumentClass | None
    guess: ClassGuess | None
    is_sure: bool


def class_named(word: str) -> DocumentClass | None:
    """The class a source means: by code, name or alias, upper and lower case alike; None when it is not known."""
    wanted = word.strip().casefold()
    if not wanted:
        return None
    # Each delivery asks, so all are compared as plain values and only the one that is meant becomes an instance.
    for pk, code, name, aliases in DocumentClass.objects.values_list("pk", "code", "name", "aliases"):
        if wanted in {word.casefold() for word in (code, name, *aliases)}:
            return DocumentClass.objects.prefetch_related("index_fields").get(pk=pk)
    return None


def choose_class(arrival: Arrival, findings: Findings) -> ChosenClass:
    """What the source says holds; else the best guess, taken when it is sure enough.

    What a person dropped on a file is not asked about again: without a sure guess it takes the class of the section it
    was dropped on, or the best guess, or the class for everything else.
    """
    said = class_named(str(arrival.facts.get("class", "")))
    if said:
        guess = ClassGuess(said.code, 1.0, "source", f"Die Quelle nennt die Klasse „{arrival.facts['class']}“.")
        return ChosenClass(said, guess, is_sure=True)
    best = ChosenClass(None, None, is_sure=False)
    for guess in findings.classes:
        document_class = DocumentClass.objects.filter(code=guess.code).first()
        if document_class:
            best = ChosenClass(document_class, guess, is_sure=guess.confidence >= SURE_ENOUGH)
            break
    if best.is_sure or not arrival.facts.get("customer_file_id"):
        return best
    of_section = _class_of_section(arrival)
    if of_section:
        guess = ClassGuess(of_section.code, 1.0, "person", "So heißen die Dokumente des gewählten Registers.")
        return ChosenClass(of_section, guess, is_sure=True)
    if best.document_class:
        return ChosenClass(best.document_class, best.guess, is_sure=True)
    other = DocumentClass.objects.order_by("-position").first()
    return ChosenClass(other, None, is_sure=other is not None)


def _class_of_section(arrival: Arrival) -> DocumentClass | None:
    """The first class of the section a person dropped it on."""
    entry = PlanEntry.objects.filter(section=arrival.facts.get("section_id") or 0).order_by("-edition__number").first()
    codes = entry.rule.get("classes", []) if entry else []
    return DocumentClass.objects.filter(code=codes[0]).first() if codes else None


def describe(arrival: Arrival, document_class: DocumentClass, findings: Findings) -> Description:
    """Everything that is known, what the source said before what was read. What does not fit its type is left out."""
    facts = arrival.facts
    values = {key: value.value for key, value in findings.values.items()}
    values.update({key: str(value) for key, value in facts.get("fields", {}).items()})
    for fact, key in (("number", "document_number"), ("dated_on", "dated_on")):
        if facts.get(fact):
            values[key] = str(facts[fact])
    known = {field.key for field in index_fields.fields_of(document_class)}
    kept = {key: value for key, value in values.items() if key in known or key in facts.get("fields", {})}
    checked = index_fields.check(document_class, kept, lenient=True)
    number = checked.get("document_number") or _number(values, checked)
    day = index_fields.parse_date(checked.get("dated_on", "") or values.get("dated_on", ""))
    return Description(document_class, title(arrival, document_class, number, values), number, day, checked)


def _number(values: Mapping[str, str], checked: Mapping[str, str]) -> str:
    """Contracts carry their number under another name."""
    return checked.get("contract_number", "") or values.get("document_number", "")


def title(arrival: Arrival, document_class: DocumentClass, number: str, values: Mapping[str, str]) -> str:
    """What a list shows: the source's title, class with number, the subject, or the file's own name."""
    said = str(arrival.facts.get("title", "")).strip()
    if said:
        return said[:250]
    if number:
        return f"{document_class.name} {number}"[:250]
    subject = values.get("subject", "").strip()
    if subject:
        return subject[:250]
    stem = PurePosixPath(arrival.file_name).stem.replace("_", " ").strip()
    return (stem or document_class.name)[:250]
