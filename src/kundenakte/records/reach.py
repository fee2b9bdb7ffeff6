"""What one user's rights cover: a calculation over what has been read, without database or clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Q

from kundenakte.base.accounts.models import User
from kundenakte.records.models import Document, Grant, Verb

Cell = tuple[int | None, int | None]
# Who works on a document sees its drafts.
DRAFT_VERBS = (Verb.EDIT, Verb.RELEASE)


@dataclass(frozen=True, slots=True)
class Room:
    """What an audit opens: tax-relevant documents of these years, and of these classes if any are named."""

    audit_id: int
    first_year: int
    last_year: int
    classes: frozenset[int] = frozenset()
    may_download: bool = False
    shows_restricted: bool = False

    def verbs(self) -> tuple[str, ...]:
        """What its auditor may do."""
        return (Verb.READ, Verb.DOWNLOAD) if self.may_download else (Verb.READ,)

    def holds(self, document: Document) -> bool:
        """Whether this document lies in it."""
        return (
            document.is_tax_relevant
            and document.tax_year is not None
            and self.first_year <= document.tax_year <= self.last_year
            and (not self.classes or document.document_class_id in self.classes)
        )

    def condition(self) -> Q:
        """The same as a condition on Document."""
        inside = Q(is_tax_relevant=True, tax_year__gte=self.first_year, tax_year__lte=self.last_year)
        return inside & Q(document_class__in=self.classes) if self.classes else inside


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one verb reaches for one user: cells of the matrix (section, class; None is all) and grants beside it."""

    cells: frozenset[Cell] = frozenset()
    allowed_files: frozenset[int] = frozenset()
    allowed_documents: frozenset[int] = frozenset()
    allowed_groups: frozenset[str] = frozenset()
    denied_files: frozenset[int] = frozenset()
    denied_documents: frozenset[int] = frozenset()
    denied_groups: frozenset[str] = frozenset()
    restricted_too: bool = False
    drafts_too: bool = False
    # An auditor's: his room, and whatever else is opened to him, as far as it is relevant for tax.
    room: Room | None = None
    only_tax_relevant: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is within reach."""
        granted = self.allowed_files or self.allowed_documents or self.allowed_groups
        return not (self.cells or granted or self.room)

    def matrix_holds(self, section_id: int, class_id: int) -> bool:
        """Whether a cell covers this section and class."""
        wanted = {(None, None), (section_id, None), (None, class_id), (section_id, class_id)}
        return not wanted.isdisjoint(self.cells)

    def covers(self, document: Document) -> bool:
        """The same decision as `condition`, for one document at hand."""
        group = document.customer_file.customer.group
        if (
            document.customer_file_id in self.denied_files
            or document.pk in self.denied_documents
            or (group and group in self.denied_groups)
            or (document.is_restricted and not self.restricted_too)
            or (document.is_draft and not self.drafts_too)
            or (self.only_tax_relevant and not document.is_tax_relevant)
        ):
            return False
        return (
            self.matrix_holds(document.section_id, document.document_class_id)
            or document.customer_file_id in self.allowed_files
            or document.pk in self.allowed_documents
            or bool(group and group in self.allowed_groups)
            or (self.room is not None and self.room.holds(document))
        )

    def condition(self) -> Q:
        """The documents within reach, as a condition on Document."""
        if self.is_empty:
            return Q(pk__in=())
        return self._allowed() & self._not_denied()

    def _allowed(self) -> Q:
        if (None, None) in self.cells:
            return Q()
        sections = {s for s, c in self.cells if c is None}
        classes = {c for s, c in self.cells if s is None}
        allowed = Q(pk__in=self.allowed_documents)
        if sections:
            allowed |= Q(section__in=sections)
        if classes:
            allowed |= Q(document_class__in=classes)
        for section, document_class in self.cells:
            if section is not None and document_class is not None:
                allowed |= Q(section=section, document_class=document_class)
        if self.allowed_files:
            allowed |= Q(customer_file__in=self.allowed_files)
        if self.allowed_groups:
            allowed |= Q(customer_file__customer__group__in=self.allowed_groups)
        if self.room:
            allowed |= self.room.condition()
        return allowed

    def _not_denied(self) -> Q:
        condition = Q()
        if self.denied_files:
            condition &= ~Q(customer_file__in=self.denied_files)
        if self.denied_documents:
            condition &= ~Q(pk__in=self.denied_documents)
        if self.denied_groups:
            condition &= ~Q(customer_file__customer__group__in=self.denied_groups)
        if not self.restricted_too:
            condition &= Q(is_restricted=False)
        if not self.drafts_too:
            condition &= Q(is_draft=False)
        if self.only_tax_relevant:
            condition &= Q(is_tax_relevant=True)
        return condition


@dataclass(slots=True)
class Rights:
    """Everything one user may do at this moment; read once for a request."""

    user: User
    role_ids: frozenset[int]
    cells: dict[str, set[Cell]] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    # What an audit opens now, for an auditor; the matrix counts for nothing then.
    room: Room | None = None

    @property
    def is_auditor(self) -> bool:
        """Whether an audit decides, and no role."""
        return self.user.is_auditor

    def has(self, verb: str) -> bool:
        """Whether the verb is in the matrix at all, for any section or class; or in the auditor's room."""
        if self.is_auditor:
            return self.room is not None and verb in self.room.verbs()
        return bool(self.cells.get(verb))

    def reach(self, verb: str) -> Reach:
        """How far `verb` reaches. Whoever may not read a thing may do nothing else with it either: see `may`."""
        return self._within_audit(verb) if self.is_auditor else self._by_matrix(verb)

    def _within_audit(self, verb: str) -> Reach:
        if self.room is None or verb not in self.room.verbs():
            return Reach(only_tax_relevant=True)
        beside = self._beside(verb)
        return replace(beside, restricted_too=self.room.shows_restricted, room=self.room, only_tax_relevant=True)

    def _by_matrix(self, verb: str) -> Reach:
        return replace(
            self._beside(verb),
            cells=frozenset(self.cells.get(verb, ())),
            restricted_too=self.has(Verb.READ_RESTRICTED),
            drafts_too=self.has(Verb.EDIT) or self.has(Verb.RELEASE),
        )

    def _beside(self, verb: str) -> Reach:
        """What grants open and close, whatever else there is."""
        grants = [grant for grant in self.grants if grant.verb == verb]
        allow = [grant for grant in grants if not grant.is_deny]
        deny = [grant for grant in grants if grant.is_deny]
        return Reach(
            allowed_files=_ids(g.customer_file_id for g in allow),
            allowed_documents=_ids(g.document_id for g in allow),
            allowed_groups=frozenset(g.customer_group for g in allow if g.customer_group),
            denied_files=_ids(g.customer_file_id for g in deny),
            denied_documents=_ids(g.document_id for g in deny),
            denied_groups=frozenset(g.customer_group for g in deny if g.customer_group),
        )


def _ids(values: Iterable[int | None]) -> frozenset[int]:
    return frozenset(value for value in values if value is not None)
