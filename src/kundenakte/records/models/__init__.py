"""The rows of the customer file, by subject."""

from kundenakte.records.models.arrivals import WANTS_A_PERSON, Arrival, Rendition
from kundenakte.records.models.classes import DocumentClass, IndexField
from kundenakte.records.models.documents import (
    Document,
    Placement,
    Reference,
    SearchDue,
    SourceKey,
    Version,
    VersionState,
)
from kundenakte.records.models.files import CustomerFile, FilePlan, FilePlanEdition, PlanEntry, Section
from kundenakte.records.models.rights import Grant, Permission, Verb

__all__ = [
    "WANTS_A_PERSON",
    "Arrival",
    "CustomerFile",
    "Document",
    "DocumentClass",
    "FilePlan",
    "FilePlanEdition",
    "Grant",
    "IndexField",
    "Permission",
    "Placement",
    "PlanEntry",
    "Reference",
    "Rendition",
    "SearchDue",
    "Section",
    "SourceKey",
    "Verb",
    "Version",
    "VersionState",
]
