"""Which section a document belongs to by its properties, and which sub-sections a section shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from kundenakte.records.editions import successor_in
from kundenakte.records.models import CustomerFile, DocumentClass, FilePlan, PlanEntry, Section

_MAIL = "EMAIL_"


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as a file shows it: under the name and in the order of the current edition."""

    section: Section
    name: str
    subdivide_by: str
    entry: PlanEntry | None


def entries_of(plan: FilePlan) -> list[PlanEntry]:
    """The entries of the plan's current edition, in order, with their sections."""
    return list(PlanEntry.objects.filter(edition=plan.current_id).select_related("section").order_by("position"))


def held_entries(plan: FilePlan) -> list[PlanEntry]:
    """The entries of the edition that holds now, and goes on to hold until the caller's transaction ends.

    What is filed by them is committed before another edition is published, so that its roll-out finds it; what comes
    later is filed by the new one. `plan` may have been read long before. Many file at once; whoever publishes waits.
    """
    with connection.cursor() as cursor:
        # On SQLite the caller's transaction holds the whole database.
        lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
        cursor.execute(f"SELECT current_id FROM records_fileplan WHERE id = %s{lock}", [plan.pk])  # noqa: S608
        (plan.current_id,) = cursor.fetchone()
    return entries_of(plan)


def section_to_file_in(
    customer_file: CustomerFile, wanted: Section | None, document_class: DocumentClass, fields: Mapping[str, object]
) -> Section:
    """The section a document goes into now: the wanted one, else the one the rules choose.

    A wanted one that fell away meanwhile gives way to its successor, as the roll-out does with what is pinned there.
    """
    entries = held_entries(customer_file.plan)
    if wanted is None:
        return section_for(entries, document_class, fields).section
    is_there = wanted.customer_file_id is not None or any(entry.section_id == wanted.pk for entry in entries)
    return wanted if is_there else successor_in(entries[0].edition, entries, wanted.pk)


def sections_of(customer_file: CustomerFile) -> list[ShownSection]:
    """The sections of one file: those of the plan, then the file's own extra ones."""
    shown = [ShownSection(e.section, e.name, e.subdivide_by, e) for e in entries_of(customer_file.plan)]
    local = Section.objects.filter(customer_file=customer_file).order_by("pk")
    return shown + [ShownSection(section, section.local_name, "", None) for section in local]


def section_for(entries: Sequence[PlanEntry], document_class: DocumentClass, fields: Mapping[str, object]) -> PlanEntry:
    """The entry whose rule fits best; the last entry of the plan catches what fits nowhere.

    A rule names classes, and may ask for index fields: {"classes": ["INV_OUT"], "fields": {"project": ["*"]}}, where
    "*" means any value. The rule that asks for more wins; among equals, the one further up in the plan.
    """
    best = _best(entries, document_class.code, fields)
    if best is None and document_class.code.startswith(_MAIL):
        # Kinds of mail that a plan made before them does not name lie with all other mail.
        best = _best(entries, f"{_MAIL}LETTER", fields)
    return best or entries[-1]


def _best(entries: Sequence[PlanEntry], code: str, fields: Mapping[str, object]) -> PlanEntry | None:
    best: tuple[int, PlanEntry] | None = None
    for entry in entries:
        weight = _fit(entry.rule, code, fields)
        if weight and (best is None or weight > best[0]):
            best = (weight, entry)
    return best[1] if best else None


def _fit(rule: Mapping[str, object], code: str, fields: Mapping[str, object]) -> int:
    """0 when the rule does not fit, else how much it asks for."""
    classes = rule.get("classes")
    asked = rule.get("fields") or {}
    if not isinstance(asked, Mapping) or not (classes or asked):
        return 0
    if classes and (not isinstance(classes, list) or code not in classes):
        return 0
    for key, wanted in asked.items():
        value = str(fields.get(key, "") or "")
        if not value or ("*" not in wanted and value not in wanted):
            return 0
    return (1 if classes else 0) + 2 * len(asked)


def subdivision(subdivide_by: str, *, dated_on: date, project: str, machine: str) -> str:
    """The sub-section a document stands in, formed at reading: "2026", a project, a machine; "" for none."""
    if subdivide_by == PlanEntry.SubdivideBy.YEAR:
        return str(dated_on.year)
    if subdivide_by == PlanEntry.SubdivideBy.PROJECT:
        return project
    if subdivide_by == PlanEntry.SubdivideBy.MACHINE:
        return machine
    return ""
