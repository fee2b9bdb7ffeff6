"""The rows of the customer file, by subject."""

from kundenakte.records.models.arrivals import WANTS_A_PERSON, Arrival, Rendition
from kundenakte.records.models.audits import Audit
from kundenakte.records.models.classes import DocumentClass, IndexField
from kundenakte.records.models.disposition import DisposedDocument, Disposition
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
from kundenakte.records.models.mails import FileAddress, MailMessage
from kundenakte.records.models.retention import (
    HeldDocument,
    LegalHold,
    RetentionChange,
    RetentionProfile,
    RetentionRule,
    TaxYear,
)
from kundenakte.records.models.rights import Grant, Permission, Verb
from kundenakte.records.models.runs import StructureRun
from kundenakte.records.models.stacks import StackPart
from kundenakte.records.models.watches import Watch

__all__ = [
    "WANTS_A_PERSON",
    "Arrival",
    "Audit",
    "CustomerFile",
    "DisposedDocument",
    "Disposition",
    "Document",
    "DocumentClass",
    "FileAddress",
    "FilePlan",
    "FilePlanEdition",
    "Grant",
    "HeldDocument",
    "IndexField",
    "LegalHold",
    "MailMessage",
    "Permission",
    "Placement",
    "PlanEntry",
    "Reference",
    "Rendition",
    "RetentionChange",
    "RetentionProfile",
    "RetentionRule",
    "SearchDue",
    "Section",
    "SourceKey",
    "StackPart",
    "StructureRun",
    "TaxYear",
    "Verb",
    "Version",
    "VersionState",
    "Watch",
]
