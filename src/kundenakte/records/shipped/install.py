"""Puts the shipped plan, classes and roles into the database, once each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.models import JournalEntry
from kundenakte.base.journal.queries import told as journal_told
from kundenakte.records.models import (
    DocumentClass,
    FilePlan,
    FilePlanEdition,
    IndexField,
    Permission,
    PlanEntry,
    RetentionRule,
    Section,
)
from kundenakte.records.retention.shipped import RULES
from kundenakte.records.rights import Right, rights_of_role, worded
from kundenakte.records.shipped.classes import CLASSES, FIELDS, Shipped
from kundenakte.records.shipped.plan import PLAN, SECTIONS
from kundenakte.records.shipped.roles import ROLES, ShippedRole
from kundenakte.records.shipped.roles import Right as FewRights

INSTALLER = Actor.system("setup")


@transaction.atomic
def install(*, now: datetime) -> None:
    """Make what is missing. A class or plan that is there already is left as the house has it.

    A role gets rights that came with this version as long as nobody has set its rights himself; none is taken from it.
    """
    for position, shipped in enumerate(CLASSES):
        if not DocumentClass.objects.filter(code=shipped.code).exists():
            _install_class(shipped, position, now)
    _install_rules(now)
    if not FilePlan.objects.exists():
        _install_plan(now)
    removed = _removed_roles()
    for role in ROLES:
        known = Role.objects.filter(code=role.code).first()
        if known is not None:
            _bring_rights(known, role, now)
        elif role.code not in removed:
            _install_role(role, now)


def _install_class(shipped: Shipped, position: int, now: datetime) -> None:
    made = DocumentClass.objects.create(
        code=shipped.code, name=shipped.name, retention_code=shipped.retention, retention_kind=shipped.kind,
        retention_years=shipped.years, retention_start=shipped.start, retention_from_year_end=shipped.year_end,
        retention_basis=shipped.basis, tax_relevant=shipped.tax, seal_when=shipped.seal, number_is_key=shipped.key,
        aliases=list(shipped.aliases), position=position,
    )  # fmt: skip
    for place, key in enumerate(shipped.fields.split()):
        name, kind = FIELDS[key.rstrip("!")]
        IndexField.objects.create(
            document_class=made, key=key.rstrip("!"), name=name, type=kind, required=key.endswith("!"), position=place
        )
    journal.append(
        INSTALLER, "document_class.added", made, at=now, code=shipped.code, years=shipped.years, basis=shipped.basis
    )


def _install_rules(now: datetime) -> None:
    """The rules of retention that are missing; a house changes one by a later version, and this touches none."""
    known = set(RetentionRule.objects.values_list("code", flat=True))
    made = [RetentionRule(made_at=now, **asdict(rule)) for rule in RULES if rule.code not in known]
    RetentionRule.objects.bulk_create(made)
    journal.append_many(
        INSTALLER,
        [
            journal.Happening(
                "retention_rule.added",
                rule,
                {"code": rule.code, "years": rule.years, "valid_from": rule.valid_from, "basis": rule.basis},
            )
            for rule in made
        ],
        at=now,
    )


def _install_plan(now: datetime) -> None:
    plan = FilePlan.objects.create(name=PLAN)
    edition = FilePlanEdition.objects.create(plan=plan, number=1, created_at=now, comment="Auslieferung")
    for position, shipped in enumerate(SECTIONS):
        section = Section.objects.create(plan=plan, key=shipped.key)
        PlanEntry.objects.create(
            edition=edition, section=section, position=position, name=shipped.name,
            rule={"classes": list(shipped.classes)}, subdivide_by=shipped.subdivide_by,
        )  # fmt: skip
    plan.current = edition
    plan.save(update_fields=["current"])
    journal.append(INSTALLER, "file_plan.published", plan, at=now, edition=1, sections=[s.key for s in SECTIONS])


def _install_role(shipped: ShippedRole, now: datetime) -> None:
    made = Role.objects.create(code=shipped.code, name=shipped.name, has_inbox=shipped.has_inbox)
    _give(made, _cells(shipped))
    journal.append(INSTALLER, "role.added", made, at=now, code=shipped.code)


def _bring_rights(role: Role, shipped: ShippedRole, now: datetime) -> None:
    missing = _cells(shipped) - rights_of_role(role)
    if not missing or _entries("role.rights").filter(subject_id=role.pk).exists():
        return
    _give(role, missing)
    role.edition += 1
    role.save(update_fields=["edition"])
    journal.append(INSTALLER, "role.rights_shipped", role, at=now, added=worded(missing))


def _removed_roles() -> set[str]:
    """The codes of roles that somebody removed: they do not come back."""
    return {str(told.facts.get("code")) for told in journal_told(_entries("role.removed"))}


def _entries(kind: str) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(subject_type=Role._meta.label_lower, kind=kind)


def _cells(shipped: ShippedRole) -> set[Right]:
    return {cell for few in shipped.rights for cell in _cells_of(few)}


def _cells_of(few: FewRights) -> Iterator[Right]:
    sections = Section.objects.filter(key__in=few.sections, customer_file=None).values_list("pk", flat=True)
    classes = DocumentClass.objects.filter(code__in=few.classes).values_list("pk", flat=True)
    for section in sections if few.sections else [None]:
        for document_class in classes if few.classes else [None]:
            for verb in few.verbs:
                yield Right(section, document_class, verb)


def _give(role: Role, cells: Iterable[Right]) -> None:
    Permission.objects.bulk_create(
        Permission(role=role, section_id=cell.section, document_class_id=cell.document_class, verb=cell.verb)
        for cell in sorted(cells, key=str)
    )
