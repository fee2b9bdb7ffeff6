"""Editing the file plan: a draft edition beside the one that holds, changed step by step, then published or discarded.

Every change names the `revision` the person had before them; if somebody else was quicker, ChangedMeanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, editions
from kundenakte.records.models import (
    Document,
    DocumentClass,
    FilePlan,
    FilePlanEdition,
    IndexField,
    Permission,
    PlanEntry,
    Section,
    Verb,
)
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotFound, Refused


class DraftExists(Refused):
    """Each plan has one draft at a time."""

    code = "draft_exists"
    sentence = "Es gibt schon einen Entwurf. Bitte bearbeiten oder verwerfen Sie diesen zuerst."


class NotADraft(Refused):
    """A published edition stays as it is."""

    code = "not_a_draft"
    sentence = "Diese Ausgabe ist eingeführt oder verworfen und lässt sich nicht mehr ändern."


@dataclass(frozen=True, slots=True)
class SectionWish:
    """How a section is to be: its name, the classes and field values that belong there, its sub-sections.

    `fields` is index field -> values; "*" stands for any value.
    """

    name: str
    classes: Sequence[str] = ()
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    subdivide_by: str = ""


@transaction.atomic
def begin_draft(
    *, actor: Actor, plan: FilePlan, now: datetime, source: FilePlanEdition | None = None
) -> FilePlanEdition:
    """A draft like the edition that holds, or like an older one to go back to. Raises DraftExists."""
    access.require(actor, Verb.ADMINISTER)
    locked = FilePlan.objects.select_for_update(of=("self",), no_key=True).select_related("current").get(pk=plan.pk)
    source = source or locked.current
    if source is None or source.is_draft or source.plan_id != locked.pk:
        raise NotFound
    if editions.draft_of(locked):
        raise DraftExists
    number = (locked.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = FilePlanEdition.objects.create(
        plan=locked, number=number, created_at=now, created_by=actor.user, is_draft=True, based_on=source
    )
    PlanEntry.objects.bulk_create(
        [
            PlanEntry(
                edition=draft, section=entry.section, position=position, name=entry.name, rule=entry.rule,
                subdivide_by=entry.subdivide_by,
            )
            for position, entry in enumerate(editions.entries_in(source))
        ]
    )  # fmt: skip
    journal.append(actor, "file_plan.drafted", locked, at=now, edition=number, source=source.number)
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, edition: FilePlanEdition, revision: int, now: datetime) -> None:
    """Throw a draft away, with the sections that only it has."""
    draft = _locked(actor, edition, revision)
    sections = [entry.section for entry in editions.entries_in(draft)]
    draft.entries.all().delete()
    for section in sections:
        _forget(section)
    journal.append(actor, "file_plan.discarded", draft.plan, at=now, edition=draft.number)
    draft.delete()


@transaction.atomic
def add_section(
    *,
    actor: Actor,
    edition: FilePlanEdition,
    revision: int,
    wish: SectionWish,
    now: datetime,
    rights_like: Section | None = None,
) -> PlanEntry:
    """A new section in a draft, above the last one, which catches what fits nowhere.

    Classes it is given without further conditions leave the section they stand in. With `rights_like` every role may
    do there what it may do in that section; without, only roles with rights for all sections see it.
    """
    draft = _locked(actor, edition, revision)
    entries = editions.entries_in(draft)
    _check(wish, entries, own=None)
    section = Section.objects.create(plan=draft.plan, key=_free_key(draft.plan, wish.name))
    position = max(len(entries) - 1, 0)
    entry = PlanEntry.objects.create(
        edition=draft, section=section, position=len(entries), name=wish.name.strip(), rule=_rule(wish),
        subdivide_by=wish.subdivide_by,
    )  # fmt: skip
    _number([*entries[:position], entry, *entries[position:]])
    taken = _take_classes(entry, entries)
    if rights_like:
        copy_rights(rights_like, section)
    _changed(
        actor, draft, "file_plan.section_added", now, section=section, name=entry.name,
        rights_like=rights_like.key if rights_like else "", **taken,
    )  # fmt: skip
    return entry


@transaction.atomic
def change_section(
    *, actor: Actor, edition: FilePlanEdition, revision: int, section: Section, wish: SectionWish, now: datetime
) -> PlanEntry:
    """Another name, rule or sub-division for a section of a draft; classes it is given leave the others."""
    draft = _locked(actor, edition, revision)
    entries = editions.entries_in(draft)
    entry = _entry(entries, section.pk)
    _check(wish, entries, own=entry)
    before = [entry.name, entry.rule, entry.subdivide_by]
    entry.name, entry.rule, entry.subdivide_by = wish.name.strip(), _rule(wish), wish.subdivide_by
    entry.save(update_fields=["name", "rule", "subdivide_by"])
    after = [entry.name, entry.rule, entry.subdivide_by]
    taken = _take_classes(entry, entries)
    if before != after or taken:
        _changed(actor, draft, "file_plan.section_changed", now, section=section, was=before, now_is=after, **taken)
    return entry


@transaction.atomic
def order_sections(
    *, actor: Actor, edition: FilePlanEdition, revision: int, order: Sequence[int], now: datetime
) -> None:
    """Put the sections of a draft in this order of ids, which must name each of them once."""
    draft = _locked(actor, edition, revision)
    entries = editions.entries_in(draft)
    if sorted(order) != sorted(entry.section_id for entry in entries):
        raise ChangedMeanwhile
    by_id = {entry.section_id: entry for entry in entries}
    if [entry.section_id for entry in entries] != list(order):
        _number([by_id[pk] for pk in order])
        _changed(actor, draft, "file_plan.ordered", now, sections=[by_id[pk].section.key for pk in order])


@transaction.atomic
def retire_section(
    *, actor: Actor, edition: FilePlanEdition, revision: int, section: Section, successor: Section, now: datetime
) -> None:
    """Take a section out of a draft. What a person pinned there goes to `successor`; all else follows the rules."""
    draft = _locked(actor, edition, revision)
    entries = editions.entries_in(draft)
    entry = _entry(entries, section.pk)
    rest = [one for one in entries if one is not entry]
    if not rest:
        raise BadValue("Das letzte Register kann nicht wegfallen: irgendwo müssen die Dokumente liegen.")
    if successor.pk not in {one.section_id for one in rest}:
        raise BadValue("Bitte wählen Sie ein anderes Register, in das die Dokumente kommen.")
    entry.delete()
    _number(rest)
    if not _forget(section):
        draft.successors[str(section.pk)] = successor.pk
    # What was to go into the section that falls away goes on with it.
    draft.successors = {key: successor.pk if to == section.pk else to for key, to in draft.successors.items()}
    _changed(actor, draft, "file_plan.section_retired", now, section=section.key, successor=successor.key)


@transaction.atomic
def choose_successor(
    *, actor: Actor, edition: FilePlanEdition, revision: int, section: Section, successor: Section, now: datetime
) -> None:
    """Say anew where the documents of a section go that the draft does not have."""
    draft = _locked(actor, edition, revision)
    if section.pk not in {entry.section_id for entry in editions.missing_in(draft)}:
        raise NotFound
    _entry(editions.entries_in(draft), successor.pk)
    draft.successors[str(section.pk)] = successor.pk
    _changed(actor, draft, "file_plan.section_retired", now, section=section.key, successor=successor.key)


@transaction.atomic
def keep_section(*, actor: Actor, edition: FilePlanEdition, revision: int, section: Section, now: datetime) -> None:
    """Take a section that the edition in force has back into the draft, as it is there."""
    draft = _locked(actor, edition, revision)
    lost = next((entry for entry in editions.missing_in(draft) if entry.section_id == section.pk), None)
    if lost is None:
        raise NotFound
    entries = editions.entries_in(draft)
    place = min(lost.position, max(len(entries) - 1, 0))
    again = PlanEntry.objects.create(
        edition=draft, section=section, position=len(entries), name=lost.name, rule=lost.rule,
        subdivide_by=lost.subdivide_by,
    )  # fmt: skip
    _number([*entries[:place], again, *entries[place:]])
    draft.successors.pop(str(section.pk), None)
    _changed(actor, draft, "file_plan.section_kept", now, section=section)


def copy_rights(source: Section, target: Section) -> None:
    """Give every role in `target` the cells it has in `source`."""
    Permission.objects.bulk_create(
        [
            Permission(role=cell.role, section=target, document_class=cell.document_class, verb=cell.verb)
            for cell in Permission.objects.filter(section=source).select_related("role", "document_class")
        ],
        ignore_conflicts=True,
    )


# --- inside ------------------------------------------------------------------------------------------------------


def _locked(actor: Actor, edition: FilePlanEdition, revision: int) -> FilePlanEdition:
    """The draft as it is now, held until the transaction ends."""
    access.require(actor, Verb.ADMINISTER)
    found = (
        FilePlanEdition.objects.select_for_update(of=("self",))
        .select_related("plan__current")
        .filter(pk=edition.pk)
        .first()
    )
    if found is None or not found.is_draft:
        raise NotADraft
    if found.revision != revision:
        raise ChangedMeanwhile
    return found


def _changed(actor: Actor, draft: FilePlanEdition, kind: str, now: datetime, **facts: Any) -> None:
    draft.revision += 1
    draft.save(update_fields=["revision", "successors"])
    journal.append(actor, kind, draft.plan, at=now, edition=draft.number, **facts)


def _entry(entries: Sequence[PlanEntry], section_id: int) -> PlanEntry:
    found = next((entry for entry in entries if entry.section_id == section_id), None)
    if found is None:
        raise NotFound
    return found


def _take_classes(entry: PlanEntry, entries: Sequence[PlanEntry]) -> dict[str, dict[str, str]]:
    """Take the classes of this entry out of the others that claim them; what the journal says about it.

    Else the upper of two sections would keep a class that was ticked for the lower. A rule with conditions claims
    only what fulfils them and goes before the plain one anyway, so neither takes from the other.
    """
    if entry.rule.get("fields"):
        return {}
    mine = set(entry.rule.get("classes") or ())
    taken: dict[str, str] = {}
    for other in entries:
        theirs = other.rule.get("classes") or ()
        lost = [code for code in theirs if code in mine]
        if other.pk == entry.pk or other.rule.get("fields") or not lost:
            continue
        other.rule = other.rule | {"classes": [code for code in theirs if code not in mine]}
        other.save(update_fields=["rule"])
        taken |= dict.fromkeys(lost, other.section.key)
    return {"taken": taken} if taken else {}


def _number(entries: Sequence[PlanEntry]) -> None:
    for position, entry in enumerate(entries):
        entry.position = position
    PlanEntry.objects.bulk_update(entries, ["position"])


def _check(wish: SectionWish, entries: Sequence[PlanEntry], *, own: PlanEntry | None) -> None:
    name = wish.name.strip()
    if not name or len(name) > 100:
        raise BadValue("Bitte geben Sie dem Register einen Namen mit höchstens 100 Zeichen.")
    if any(one.name.casefold() == name.casefold() for one in entries if one is not own):
        raise BadValue("Ein Register „%(name)s“ gibt es schon.", name=name)
    known = set(DocumentClass.objects.filter(code__in=wish.classes).values_list("code", flat=True))
    unknown = [code for code in wish.classes if code not in known]
    if unknown:
        raise BadValue("Diese Dokumentklasse gibt es nicht: %(named)s.", named=", ".join(unknown))
    keys = set(IndexField.objects.filter(key__in=wish.fields).values_list("key", flat=True))
    if not_there := [key for key in wish.fields if key not in keys]:
        raise BadValue("Dieses Indexfeld gibt es nicht: %(named)s.", named=", ".join(not_there))
    if wish.subdivide_by not in PlanEntry.SubdivideBy.values:
        raise BadValue("Diese Unterteilung gibt es nicht.")


def _rule(wish: SectionWish) -> dict[str, Any]:
    rule: dict[str, Any] = {"classes": list(dict.fromkeys(wish.classes))}
    fields = {key: [value.strip() for value in values if value.strip()] or ["*"] for key, values in wish.fields.items()}
    return rule | ({"fields": fields} if fields else {})


def _free_key(plan: FilePlan, name: str) -> str:
    """A word for programs out of the name; a number behind it where the word was ever used before."""
    base = slugify(name.replace("ß", "ss"))[:50] or "register"
    taken = set(
        Section.objects.filter(plan=plan, customer_file=None, key__startswith=base).values_list("key", flat=True)
    )
    number = 2
    key = base
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def _forget(section: Section) -> bool:
    """Delete a section that stands in no edition and holds nothing. False when it has to stay."""
    in_use = (
        PlanEntry.objects.filter(section=section).exists() or Document.with_disposed.filter(section=section).exists()
    )
    if in_use:
        return False
    Permission.objects.filter(section=section).delete()
    section.delete()
    return True
