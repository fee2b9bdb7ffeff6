"""Who may see and do what: the one gate for lists, the one gate for single things, and the answer to "why?".

Doors ask here and nowhere else. A hidden thing answers like a missing one (`NotFound`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.customers.models import Customer
from kundenakte.records.models import Arrival, CustomerFile, Document, DocumentClass, Grant, Permission, Section, Verb
from kundenakte.records.refusals import NotAllowed, NotFound

Cell = tuple[int | None, int | None]


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

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is within reach."""
        return not (self.cells or self.allowed_files or self.allowed_documents or self.allowed_groups)

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
        ):
            return False
        return (
            self.matrix_holds(document.section_id, document.document_class_id)
            or document.customer_file_id in self.allowed_files
            or document.pk in self.allowed_documents
            or bool(group and group in self.allowed_groups)
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
        return condition


@dataclass(slots=True)
class Rights:
    """Everything one user may do at this moment; read once for a request."""

    user: User
    role_ids: frozenset[int]
    cells: dict[str, set[Cell]] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)

    def has(self, verb: str) -> bool:
        """Whether the verb is in the matrix at all, for any section or class."""
        return bool(self.cells.get(verb))

    def reach(self, verb: str) -> Reach:
        """How far `verb` reaches. Whoever may not read a thing may do nothing else with it either: see `may`."""
        grants = [grant for grant in self.grants if grant.verb == verb]
        allow = [grant for grant in grants if not grant.is_deny]
        deny = [grant for grant in grants if grant.is_deny]
        return Reach(
            cells=frozenset(self.cells.get(verb, ())),
            allowed_files=_ids(g.customer_file_id for g in allow),
            allowed_documents=_ids(g.document_id for g in allow),
            allowed_groups=frozenset(g.customer_group for g in allow if g.customer_group),
            denied_files=_ids(g.customer_file_id for g in deny),
            denied_documents=_ids(g.document_id for g in deny),
            denied_groups=frozenset(g.customer_group for g in deny if g.customer_group),
            restricted_too=self.has(Verb.READ_RESTRICTED),
            drafts_too=self.has(Verb.EDIT),
        )


def _ids(values: Iterable[int | None]) -> frozenset[int]:
    return frozenset(value for value in values if value is not None)


def rights_of(user: User) -> Rights:
    """The user's rights now: three small queries. An inactive user has none."""
    if not user.is_active:
        return Rights(user, frozenset())
    role_ids = frozenset(user.roles.values_list("pk", flat=True))
    rights = Rights(user, role_ids)
    for verb, section, document_class in Permission.objects.filter(role__in=role_ids).values_list(
        "verb", "section_id", "document_class_id"
    ):
        rights.cells.setdefault(verb, set()).add((section, document_class))
    now = timezone.now()
    rights.grants = list(
        Grant.objects.filter(Q(user=user) | Q(role__in=role_ids), revoked_at__isnull=True).filter(
            Q(until__isnull=True) | Q(until__gt=now)
        )
    )
    return rights


# --- documents ---------------------------------------------------------------------------------------------------


def documents_for(user: User, *, rights: Rights | None = None) -> QuerySet[Document]:
    """The documents this user may read: the only way to a list, a count or a sum."""
    rights = rights or rights_of(user)
    return Document.objects.filter(rights.reach(Verb.READ).condition())


def get_document(user: User, pk: int, *, to: str = Verb.READ) -> Document:
    """One document for doing `to` with it: NotFound when it may not be read, NotAllowed when only `to` is missing."""
    rights = rights_of(user)
    document = (
        documents_for(user, rights=rights)
        .select_related("customer_file__customer", "section", "document_class", "valid_version")
        .filter(pk=pk)
        .first()
    )
    if document is None:
        raise NotFound
    if to != Verb.READ and not rights.reach(to).covers(document):
        raise NotAllowed
    return document


def may(user: User, verb: str, document: Document, *, rights: Rights | None = None) -> bool:
    """Whether the user may do `verb` with this document."""
    rights = rights or rights_of(user)
    return rights.reach(Verb.READ).covers(document) and (verb == Verb.READ or rights.reach(verb).covers(document))


# --- files and customers -----------------------------------------------------------------------------------------


def files_for(user: User, *, rights: Rights | None = None) -> QuerySet[CustomerFile]:
    """The customer files this user may open. Reading anything by the matrix opens all files that are not denied;
    somebody with grants alone sees just the files these are about."""
    rights = rights or rights_of(user)
    reach = rights.reach(Verb.READ)
    if reach.is_empty:
        return CustomerFile.objects.none()
    files = CustomerFile.objects.exclude(pk__in=reach.denied_files)
    if reach.denied_groups:
        files = files.exclude(customer__group__in=reach.denied_groups)
    if reach.cells:
        return files
    granted = Q(pk__in=reach.allowed_files) | Q(documents__in=reach.allowed_documents)
    if reach.allowed_groups:
        granted |= Q(customer__group__in=reach.allowed_groups)
    return files.filter(pk__in=CustomerFile.objects.filter(granted).values("pk"))


def get_file(user: User, pk: int) -> CustomerFile:
    """One customer file, or NotFound."""
    found = files_for(user).select_related("customer", "plan").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def customers_for(user: User, *, rights: Rights | None = None) -> QuerySet[Customer]:
    """The customers whose files this user may open."""
    return Customer.objects.filter(pk__in=files_for(user, rights=rights).values("customer_id"))


# --- arrivals ----------------------------------------------------------------------------------------------------


def arrivals_for(user: User, *, rights: Rights | None = None) -> QuerySet[Arrival]:
    """The arrivals this user may see: those of no team or of a team of his if he looks after an inbox, and what he
    brought himself. Once filed, an arrival shows only with its document."""
    rights = rights or rights_of(user)
    own = Q(received_by=user)
    if rights.has(Verb.ADMINISTER):
        own |= Q(team__isnull=False) | Q(team__isnull=True)
    elif rights.has(Verb.INBOX):
        own |= Q(team__isnull=True) | Q(team__in=rights.role_ids)
    within = Q(document__isnull=True) | Q(document__in=documents_for(user, rights=rights))
    return Arrival.objects.filter(own & within)


def get_arrival(user: User, pk: int) -> Arrival:
    """One arrival, or NotFound."""
    arrival = arrivals_for(user).filter(pk=pk).first()
    if arrival is None:
        raise NotFound
    return arrival


# --- actions -----------------------------------------------------------------------------------------------------


def require(actor: Actor, verb: str, *things: Document | CustomerFile | Section | None) -> None:
    """Refuse unless the actor may do `verb` with every one of `things` (none: unless he has the verb at all).

    Rules and the system act by order of the house and are not asked.
    """
    if actor.user is None:
        return
    rights = rights_of(actor.user)
    targets = [thing for thing in things if thing is not None]
    if not targets:
        if not rights.has(verb):
            raise NotAllowed
        return
    for thing in targets:
        if isinstance(thing, Document):
            if not rights.reach(Verb.READ).covers(thing):
                raise NotFound
            allowed = rights.reach(verb).covers(thing)
        elif isinstance(thing, CustomerFile):
            if not files_for(actor.user, rights=rights).filter(pk=thing.pk).exists():
                raise NotFound
            reach = rights.reach(verb)
            is_denied = thing.pk in reach.denied_files or thing.customer.group in reach.denied_groups
            allowed = rights.has(verb) and not is_denied
        else:
            allowed = any(section in {None, thing.pk} for section, _ in rights.cells.get(verb, ()))
        if not allowed:
            raise NotAllowed


def require_cell(actor: Actor, verb: str, section: Section, document_class: DocumentClass) -> None:
    """Refuse unless the matrix covers this section together with this class; local sections count as any section."""
    if actor.user is None:
        return
    reach = rights_of(actor.user).reach(verb)
    if not reach.matrix_holds(section.pk, document_class.pk):
        raise NotAllowed


# --- why? --------------------------------------------------------------------------------------------------------


def explain(user: User, document: Document, verb: str = Verb.READ) -> list[str]:
    """German sentences that say why the user may or may not do `verb` with the document. First the answer."""
    rights = rights_of(user)
    reach = rights.reach(verb)
    allowed = may(user, verb, document, rights=rights)
    word = Verb(verb).label
    said = [f"{user} darf dieses Dokument {'' if allowed else 'nicht '}{word}."]
    if not user.is_active:
        return [*said, "Das Konto ist gesperrt."]
    said += _why_not(reach, document)
    roles = {role.pk: role.name for role in user.roles.all()}
    for permission in Permission.objects.filter(role__in=roles, verb=verb).select_related("section", "document_class"):
        if permission.section_id in {None, document.section_id} and permission.document_class_id in {
            None,
            document.document_class_id,
        }:
            where = f"Register „{permission.section}“" if permission.section else "alle Register"
            what = f"Klasse „{permission.document_class}“" if permission.document_class else "alle Klassen"
            said.append(f"Rolle „{roles[permission.role_id]}“: {word} für {where}, {what}.")
    for grant in rights.grants:
        if grant.verb == verb and _grant_meets(grant, document):
            kind = "Verbot" if grant.is_deny else "Freigabe"
            end = f" bis {timezone.localtime(grant.until):%d.%m.%Y %H:%M}" if grant.until else ""
            said.append(f"{kind}{end}: {grant.reason}")
    if len(said) == 1:
        said.append("Keine Rolle und keine Freigabe erlaubt es.")
    return said


def _why_not(reach: Reach, document: Document) -> list[str]:
    said = []
    if document.is_restricted and not reach.restricted_too:
        said.append("Das Dokument ist in der Verarbeitung eingeschränkt (Datenschutz).")
    if document.is_draft and not reach.drafts_too:
        said.append("Das Dokument ist noch ein Entwurf.")
    return said


def _grant_meets(grant: Grant, document: Document) -> bool:
    return (
        grant.customer_file_id == document.customer_file_id
        or grant.document_id == document.pk
        or bool(grant.customer_group and grant.customer_group == document.customer_file.customer.group)
    )
