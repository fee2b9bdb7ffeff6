"""From what the source said and recognition found: the class, title, number, day and index fields of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from django.utils.translation import gettext_noop

from kundenakte.records import index_fields
from kundenakte.records.actions.documents import Description
from kundenakte.records.findings import ClassGuess, Findings
from kundenakte.records.models import Arrival, DocumentClass, PlanEntry
from kundenakte.records.parts import holder_of
from kundenakte.steps.filing.rules import Fit

# Below this a class is proposed, not taken. Rules reach it with their words; the learned model is calibrated to it.
SURE_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class ChosenClass:
    """The class that is taken or proposed, and why."""

    document_class: DocumentClass | None
    guess: ClassGuess | None
    is_sure: bool
    # The house's rule that fits, whether it names a class or only a section and fields.
    fit: Fit | None = None


def class_named(word: str) -> DocumentClass | None:
    """The class a source means: by code, name or alias, upper and lower case alike; None when it is not known."""
    wanted = word.strip().casefold()
    if not wanted:
        return None
    # Each delivery asks. Programs name the code, mostly; else all are compared as plain values, and only the one that
    # is meant becomes an instance.
    rows = DocumentClass.objects.filter(is_retired=False)
    by_code = rows.prefetch_related("index_fields").filter(code=word.strip()).first()
    if by_code:
        return by_code
    for pk, code, name, aliases in rows.values_list("pk", "code", "name", "aliases"):
        if wanted in {word.casefold() for word in (code, name, *aliases)}:
            return DocumentClass.objects.prefetch_related("index_fields").get(pk=pk)
    return None


def upheld(arrival: Arrival, findings: Findings, fit: Fit | None) -> Fit | None:
    """The house's rule that fits, unless the source or an e-invoice says that the document is something else."""
    if fit is None or not fit.rule.class_code:
        return fit
    said = class_named(str(arrival.facts.get("class", "")))
    certain = said.code if said else next((one.code for one in findings.classes if one.origin == "xml"), None)
    return fit if certain in {None, fit.rule.class_code} else None


def choose_class(arrival: Arrival, findings: Findings, fit: Fit | None = None) -> ChosenClass:
    """What the source says holds, then the house's rule that fits; else the best guess, taken when it is sure enough.

    What a person dropped on a file is not asked about again: without a sure guess it takes the class of the section it
    was dropped on, or the best guess, or the class for everything else.
    """
    fit = upheld(arrival, findings, fit)
    return replace(_chosen(arrival, findings, fit), fit=fit)


def _chosen(arrival: Arrival, findings: Findings, fit: Fit | None) -> ChosenClass:
    said = class_named(str(arrival.facts.get("class", "")))
    if said:
        guess = ClassGuess(
            said.code,
            1.0,
            "source",
            gettext_noop("Die Quelle nennt die Klasse „%(said)s“.") % {"said": arrival.facts["class"]},
        )
        return ChosenClass(said, guess, is_sure=True)
    ruled = DocumentClass.objects.filter(code=fit.rule.class_code).first() if fit and fit.rule.class_code else None
    if fit and ruled:
        return ChosenClass(ruled, ClassGuess(ruled.code, 1.0, "rule", fit.sentence), is_sure=True)
    best = ChosenClass(None, None, is_sure=False)
    for guess in findings.classes:
        document_class = DocumentClass.objects.filter(code=guess.code, is_retired=False).first()
        if document_class:
            best = ChosenClass(document_class, guess, is_sure=guess.confidence >= SURE_ENOUGH)
            break
    if best.is_sure or not (arrival.facts.get("customer_file_id") or holder_of(arrival)):
        return best
    of_section = _class_of_section(arrival)
    if of_section:
        guess = ClassGuess(
            of_section.code, 1.0, "person", gettext_noop("So heißen die Dokumente des gewählten Registers.")
        )
        return ChosenClass(of_section, guess, is_sure=True)
    if best.document_class:
        return ChosenClass(best.document_class, best.guess, is_sure=True)
    other = DocumentClass.objects.filter(is_retired=False).order_by("-position").first()
    return ChosenClass(other, None, is_sure=other is not None)


def _class_of_section(arrival: Arrival) -> DocumentClass | None:
    """The first class of the section a person dropped it on."""
    entries = PlanEntry.objects.filter(section=arrival.facts.get("section_id") or 0, edition__is_draft=False)
    entry = entries.order_by("-edition__number").first()
    codes = entry.rule.get("classes", []) if entry else []
    return DocumentClass.objects.filter(code=codes[0]).first() if codes else None


def describe(
    arrival: Arrival, document_class: DocumentClass, findings: Findings, fit: Fit | None = None
) -> Description:
    """Everything that is known: what the source said before what was read, before what a rule of the house fills in.

    What does not fit its type is left out.
    """
    facts = arrival.facts
    by_rule = dict(fit.rule.fields) if fit else {}
    values = by_rule | {key: value.value for key, value in findings.values.items()}
    values.update({key: str(value) for key, value in facts.get("fields", {}).items()})
    for fact, key in (("number", "document_number"), ("dated_on", "dated_on")):
        if facts.get(fact):
            values[key] = str(facts[fact])
    known = {field.key for field in index_fields.fields_of(document_class)}
    given = {*by_rule, *facts.get("fields", {})}
    kept = {key: value for key, value in values.items() if key in known or key in given}
    checked = index_fields.check(document_class, kept, lenient=True)
    number = checked.get("document_number") or _number(values, checked)
    day = index_fields.parse_date(checked.get("dated_on", "") or values.get("dated_on", "")) or _day_of_file(arrival)
    return Description(document_class, title(arrival, document_class, number, values), number, day, checked)


def _day_of_file(arrival: Arrival) -> date | None:
    """The day of an old file on a file server: it gives way to any that stands on the document itself."""
    return index_fields.parse_date(str(arrival.facts.get("other", {}).get("file_dated_on", "")))


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
