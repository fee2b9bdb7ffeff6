"""The matrix as values: what a role may do, cell by cell, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from kundenakte.base.accounts.models import Role
from kundenakte.records.models import DocumentClass, FilePlan, Permission, PlanEntry, Section, Verb

# Asked about a single document, so a section and a class say where they hold; the others hold for the whole house.
OF_DOCUMENTS: Final = (Verb.READ, Verb.DOWNLOAD, Verb.FILE, Verb.EDIT, Verb.RELEASE, Verb.RESTRICT)
HOUSE_WIDE: Final = tuple(verb for verb in Verb if verb not in OF_DOCUMENTS)


class Right(NamedTuple):
    """One cell: a section and a class by id (None is all of them) and a verb."""

    section: int | None
    document_class: int | None
    verb: str


def rights_of_role(role: Role) -> frozenset[Right]:
    """The cells a role has now."""
    cells = Permission.objects.filter(role=role).values_list("section_id", "document_class_id", "verb")
    return frozenset(Right(*cell) for cell in cells)


def worded(rights: Iterable[Right]) -> list[str]:
    """The cells for the journal, by the keys that never change: "rechnungen/INV_OUT read", "*/* inbox"."""
    rights = list(rights)
    sections = dict(Section.objects.filter(pk__in={r.section for r in rights}).values_list("pk", "key"))
    classes = dict(DocumentClass.objects.filter(pk__in={r.document_class for r in rights}).values_list("pk", "code"))
    return sorted(
        f"{sections.get(r.section or 0, '*')}/{classes.get(r.document_class or 0, '*')} {r.verb}" for r in rights
    )


def section_names(*, local: bool = True) -> dict[int, str]:
    """What sections are called in the edition that holds now, in its order; with `local` those of single files too."""
    entries = PlanEntry.objects.filter(edition__in=FilePlan.objects.values("current")).order_by("edition", "position")
    names = dict(entries.values_list("section_id", "name"))
    if local:
        names |= dict(Section.objects.filter(customer_file__isnull=False).values_list("pk", "local_name"))
    return names
