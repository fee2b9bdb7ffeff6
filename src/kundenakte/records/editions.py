"""Reading the editions of the file plan: the draft, what is missing in it, what a rule leaves open, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from kundenakte.records.models import DocumentClass, FilePlan, FilePlanEdition, PlanEntry, Section

ChangeKind = Literal["added", "retired", "renamed", "moved", "rule", "subdivided"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions; `before` or `after` is None where the section is missing."""

    kind: ChangeKind
    before: PlanEntry | None
    after: PlanEntry | None

    @property
    def entry(self) -> PlanEntry:
        """The newer of the two."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 – one of them is always there
        return found


def the_plan() -> FilePlan:
    """The house's plan with the edition that holds."""
    return FilePlan.objects.select_related("current").order_by("pk")[0]


def draft_of(plan: FilePlan) -> FilePlanEdition | None:
    """The draft that is being edited, if there is one."""
    drafts = FilePlanEdition.objects.filter(plan=plan, is_draft=True)
    return drafts.select_related("plan__current", "based_on", "created_by").first()


def entries_in(edition: FilePlanEdition) -> list[PlanEntry]:
    """The entries of one edition, in order, with their sections."""
    return list(PlanEntry.objects.filter(edition=edition).select_related("section").order_by("position"))


def missing_in(edition: FilePlanEdition) -> list[PlanEntry]:
    """The entries of the edition that holds whose sections `edition` no longer has, in order."""
    there = {entry.section_id for entry in entries_in(edition)}
    current = edition.plan.current
    return [entry for entry in entries_in(current) if entry.section_id not in there] if current else []


def successor_in(edition: FilePlanEdition, entries: Sequence[PlanEntry], section_id: int) -> Section:
    """Where documents go that were pinned in a section this edition does not have: as it says, else the last one."""
    chosen = edition.successors.get(str(section_id))
    return next((entry.section for entry in entries if entry.section_id == chosen), entries[-1].section)


def without_place(entries: Iterable[PlanEntry]) -> list[DocumentClass]:
    """The classes no rule names alone: their documents fall into the last section."""
    named = {code for entry in entries if not entry.rule.get("fields") for code in entry.rule.get("classes") or ()}
    return [one for one in DocumentClass.objects.filter(is_retired=False) if one.code not in named]


def named_twice(entries: Iterable[PlanEntry]) -> list[tuple[str, list[str]]]:
    """Class codes that several entries claim with the same weight, and the entries' names; the first of them wins."""
    claims: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for entry in entries:
        asked = tuple(sorted(entry.rule.get("fields") or ()))
        for code in entry.rule.get("classes") or ():
            claims.setdefault((code, asked), []).append(entry.name)
    return [(code, names) for (code, asked), names in claims.items() if len(names) > 1 and not asked]


def compare(older: FilePlanEdition, newer: FilePlanEdition) -> list[Change]:
    """What is different in `newer`, in its order; what fell away comes last."""
    before = {entry.section_id: entry for entry in entries_in(older)}
    after = {entry.section_id: entry for entry in entries_in(newer)}
    moved = _moved([pk for pk in before if pk in after], [pk for pk in after if pk in before])
    changes: list[Change] = []
    for pk, entry in after.items():
        known = before.get(pk)
        if known is None:
            changes.append(Change("added", None, entry))
            continue
        if known.name != entry.name:
            changes.append(Change("renamed", known, entry))
        if pk in moved:
            changes.append(Change("moved", known, entry))
        if plain_rule(known.rule) != plain_rule(entry.rule):
            changes.append(Change("rule", known, entry))
        if known.subdivide_by != entry.subdivide_by:
            changes.append(Change("subdivided", known, entry))
    return changes + [Change("retired", entry, None) for pk, entry in before.items() if pk not in after]


def plain_rule(rule: dict[str, object]) -> tuple[object, object]:
    """A rule as a value that can be compared: the order of classes says nothing."""
    classes, fields = rule.get("classes") or [], rule.get("fields") or {}
    return (
        tuple(sorted(map(str, classes))) if isinstance(classes, list) else (),
        {str(key): sorted(map(str, values)) for key, values in fields.items()} if isinstance(fields, dict) else {},
    )


def _moved(before: list[int], after: list[int]) -> set[int]:
    """Those that stand elsewhere among the shared ones: what the longest common order leaves over."""
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    kept = {before[block.a + step] for block in matcher.get_matching_blocks() for step in range(block.size)}
    return set(after) - kept
