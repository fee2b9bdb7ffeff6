"""The rows a sealed version hangs on, as they were at its sealing: what the database is made of anew without a backup.

Each is written as in the exit package (base/backup/package.py). What is derived from the bytes is not among them, nor
are the customer's contacts: a name belongs into an archive for ten years only where the document needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Model, QuerySet

from kundenakte.base.backup.package import plain
from kundenakte.customers.models import Address, Identifier
from kundenakte.records.models import (
    Arrival,
    FilePlan,
    IndexField,
    Placement,
    PlanEntry,
    Reference,
    RetentionProfile,
    RetentionRule,
    Section,
    SourceKey,
    Version,
    VersionState,
)

Rows = dict[str, list[dict[str, Any]]]
# Large, and found again by reading the bytes anew.
_DERIVED: Final = frozenset({"findings", "decision"})


def rows_of(version: Version, arrival: Arrival | None) -> Rows:
    """Table → rows, columns by their names; only tables of which there are rows."""
    found: Rows = {}
    for row in _all(version, arrival):
        found.setdefault(row._meta.db_table, []).append(_columns(row))
    return found


def _all(version: Version, arrival: Arrival | None) -> Iterator[Model]:
    document = version.document
    file, section, kind = document.customer_file, document.section, document.document_class
    customer = file.customer
    yield from (customer, file, kind, document)
    if section.customer_file_id and section.customer_file_id != file.pk:
        yield section
    yield from _sorted(Address.objects.filter(customer=customer), Identifier.objects.filter(customer=customer))
    yield from _sorted(
        Version.objects.filter(document=document), VersionState.objects.filter(version__document=document)
    )
    yield from _sorted(
        Reference.objects.filter(from_document=document), SourceKey.objects.filter(document=document),
        Placement.objects.filter(document=document), IndexField.objects.filter(document_class=kind),
    )  # fmt: skip
    if arrival:
        yield arrival
    yield from _of_plan(file.plan_id)
    yield from Section.objects.filter(customer_file=file).order_by("pk")
    yield from _of_retention(document.retention_code)


def _of_plan(plan_id: int) -> Iterator[Model]:
    """The plan, all its sections, and the edition that holds with its entries: a document may be moved to any."""
    plan = FilePlan.objects.select_related("current").get(pk=plan_id)
    yield plan
    yield from Section.objects.filter(plan=plan, customer_file=None).order_by("pk")
    if plan.current:
        yield plan.current
        yield from PlanEntry.objects.filter(edition=plan.current).order_by("pk")


def _of_retention(code: str) -> Iterator[Model]:
    yield from RetentionRule.objects.filter(code=code).order_by("pk")
    yield from RetentionProfile.objects.order_by("-pk")[:1]


def _sorted(*several: QuerySet[Any]) -> Iterable[Model]:
    for rows in several:
        yield from rows.order_by("pk")


def _columns(row: Model) -> dict[str, Any]:
    return {
        str(field.column): plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in _DERIVED
    }
