"""Which section a document belongs to by its properties, and which sub-sections a section shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kundenakte.records.models import CustomerFile, DocumentClass, FilePlan, PlanEntry, Section


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
    best: tuple[int, PlanEntry] | None = None
    for entry in entries:
        weight = _fit(entry.rule, document_class.code, fields)
        if weight and (best is None or weight > best[0]):
            best = (weight, entry)
    return best[1] if best else entries[-1]


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
