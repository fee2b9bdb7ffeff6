"""Puts the shipped plan, classes and roles into the database, once each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.journal import actions as journal
from kundenakte.records.models import (
    DocumentClass,
    FilePlan,
    FilePlanEdition,
    IndexField,
    Permission,
    PlanEntry,
    Section,
)
from kundenakte.records.shipped.classes import CLASSES, FIELDS, Shipped
from kundenakte.records.shipped.plan import PLAN, SECTIONS
from kundenakte.records.shipped.roles import ROLES, Right

INSTALLER = Actor.system("setup")


@transaction.atomic
def install(*, now: datetime) -> None:
    """Make what is missing. A class, plan or role that is there already is left as the house has it."""
    for position, shipped in enumerate(CLASSES):
        if not DocumentClass.objects.filter(code=shipped.code).exists():
            _install_class(shipped, position, now)
    if not FilePlan.objects.exists():
        _install_plan(now)
    for role in ROLES:
        made, is_new = Role.objects.get_or_create(
            code=role.code, defaults={"name": role.name, "has_inbox": role.has_inbox}
        )
        if is_new:
            for right in role.rights:
                _install_right(made, right)
            journal.append(INSTALLER, "role.added", made, at=now, code=role.code)


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


def _install_right(role: Role, right: Right) -> None:
    sections = Section.objects.filter(key__in=right.sections, customer_file=None) if right.sections else [None]
    classes = DocumentClass.objects.filter(code__in=right.classes) if right.classes else [None]
    for section in sections:
        for document_class in classes:
            for verb in right.verbs:
                Permission.objects.create(role=role, section=section, document_class=document_class, verb=verb)
