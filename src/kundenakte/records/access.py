"""Who may see and do what: the one gate for lists, the one gate for single things, and the answer to "why?".

Doors ask here and nowhere else. A hidden thing answers like a missing one (`NotFound`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.customers.models import Customer
from kundenakte.records import audits
from kundenakte.records.models import (
    WANTS_A_PERSON,
    Arrival,
    CustomerFile,
    Document,
    DocumentClass,
    Grant,
    Permission,
    Section,
    Verb,
    VersionState,
)
from kundenakte.records.parts import WHOLES
from kundenakte.records.reach import DRAFT_VERBS, Reach, Rights, Room
from kundenakte.records.refusals import NotAllowed, NotFound
from kundenakte.records.rights import section_names


def rights_of(user: User, *, supposing_roles: frozenset[int] | None = None) -> Rights:
    """The user's rights now: three small queries. An inactive user has none.

    With `supposing_roles` the rights he would have with these roles (ids), before somebody gives them to him.
    """
    if not user.is_active:
        return Rights(user, frozenset())
    if user.is_auditor:
        return _rights_of_auditor(user)
    if supposing_roles is None:
        holds = User.roles.through.objects.filter(user_id=user.pk)
        supposing_roles = frozenset(holds.values_list("role_id", flat=True))
    role_ids = supposing_roles
    rights = Rights(user, role_ids)
    for verb, section, document_class in Permission.objects.filter(role__in=role_ids).values_list(
        "verb", "section_id", "document_class_id"
    ):
        rights.cells.setdefault(verb, set()).add((section, document_class))
    rights.grants = _grants(Q(user=user) | Q(role__in=role_ids))
    return rights


def _grants(to: Q) -> list[Grant]:
    holding = Q(until__isnull=True) | Q(until__gt=timezone.now())
    return list(Grant.objects.filter(to, holding, revoked_at__isnull=True))


def _rights_of_auditor(user: User) -> Rights:
    room = audits.rooms_of([user]).get(user.pk)
    return Rights(user, frozenset(), grants=_grants(Q(user=user)), room=room)


# --- documents ---------------------------------------------------------------------------------------------------


def documents_for(user: User, *, rights: Rights | None = None) -> QuerySet[Document]:
    """The documents this user may read: the only way to a list, a count or a sum."""
    rights = rights or rights_of(user)
    return Document.objects.filter(rights.reach(Verb.READ).condition())


def documents_ever_for(user: User, *, rights: Rights | None = None) -> QuerySet[Document]:
    """The same with what is left of documents that were disposed of: for the records of their disposition."""
    rights = rights or rights_of(user)
    return Document.with_disposed.filter(rights.reach(Verb.READ).condition())


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


def may_see_drafts(user: User, document: Document, *, rights: Rights | None = None) -> bool:
    """Whether the user sees the draft versions of this document too: he edits or releases it."""
    rights = rights or rights_of(user)
    return any(may(user, verb, document, rights=rights) for verb in DRAFT_VERBS)


# --- files and customers -----------------------------------------------------------------------------------------


def files_for(user: User, *, rights: Rights | None = None) -> QuerySet[CustomerFile]:
    """The customer files this user may open. Reading anything by the matrix opens all files that are not denied;
    somebody with grants alone sees just the files these are about, an auditor those that hold something for him."""
    rights = rights or rights_of(user)
    reach = rights.reach(Verb.READ)
    if reach.is_empty:
        return CustomerFile.objects.none()
    if rights.is_auditor:
        inside = Document.objects.filter(reach.condition(), customer_file=OuterRef("pk"))
        return CustomerFile.objects.filter(Exists(inside))
    files = CustomerFile.objects.exclude(pk__in=reach.denied_files)
    if reach.denied_groups:
        files = files.exclude(customer__group__in=reach.denied_groups)
    if reach.cells:
        return files
    granted = Q(pk__in=reach.allowed_files) | Q(documents__in=reach.allowed_documents)
    if reach.allowed_groups:
        granted |= Q(customer__group__in=reach.allowed_groups)
    return files.filter(pk__in=CustomerFile.objects.filter(granted).values("pk"))


def get_file(user: User, pk: int, *, rights: Rights | None = None) -> CustomerFile:
    """One customer file, or NotFound."""
    found = files_for(user, rights=rights).select_related("customer", "plan").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def customers_for(user: User, *, rights: Rights | None = None) -> QuerySet[Customer]:
    """The customers whose files this user may open.

    Asked row by row: of a list to look into, SQLite would first make the whole of it, however few are wanted.
    """
    return Customer.objects.filter(Exists(files_for(user, rights=rights).filter(customer=OuterRef("pk"))))


# --- arrivals ----------------------------------------------------------------------------------------------------


def arrivals_for(user: User, *, rights: Rights | None = None) -> QuerySet[Arrival]:
    """The arrivals this user may see: those of no team or of a team of his if he looks after an inbox, and what he
    brought himself. Once filed, an arrival shows only with its document, and what became a draft version only to those
    who see drafts (`may_see_drafts`)."""
    rights = rights or rights_of(user)
    within = Q(document__isnull=True) | Exists(documents_for(user, rights=rights).filter(pk=OuterRef("document_id")))
    return Arrival.objects.filter(_own_arrivals(user, rights) & within & _no_hidden_draft(rights))


def with_nothing_hidden_in_it(
    arrivals: QuerySet[Arrival], user: User, *, rights: Rights | None = None
) -> QuerySet[Arrival]:
    """Without what was opened and holds a document that this user may not see: its bytes and its list show that too.

    Not part of `arrivals_for`, where millions of rows would ask; only what is opened or looked into can give it away.
    """
    rights = rights or rights_of(user)
    may_see = documents_for(user, rights=rights).filter(pk=OuterRef("document_id"))
    hidden = Arrival.objects.filter(~Exists(may_see), document__isnull=False)
    in_packed, in_stack = (Exists(hidden.filter(**{way: OuterRef("pk")})) for way in WHOLES)
    shows_none = ~Q(state=Arrival.State.SPLIT) | ~(in_packed | in_stack)
    # What was opened and lay in something else that was: a stack in an archive, a letter of a stack divided once more.
    around: dict[int, set[int]] = {}
    clean: set[int] = set()
    for way in WHOLES:
        opened = Arrival.objects.filter(state=Arrival.State.SPLIT, **{f"{way}__state": Arrival.State.SPLIT})
        for inner, outer in opened.values_list("pk", way):
            around.setdefault(inner, set()).add(outer)
        clean |= set(opened.filter(shows_none).values_list("pk", flat=True))
    found: set[int] = set()
    level = around.keys() - clean
    while level:
        level = {outer for inner in level for outer in around.get(inner, ())} - found
        found |= level
    return arrivals.filter(shows_none).exclude(pk__in=found)


def brought_by(user: User, arrival_ids: Iterable[int]) -> dict[int, str]:
    """What of these the user brought himself, by its file name; also what has gone where he may not look."""
    own = Arrival.objects.filter(received_by=user, pk__in=arrival_ids)
    return dict(own.values_list("pk", "file_name"))


def count_waiting(user: User, *, rights: Rights) -> int:
    """How many of `arrivals_for` wait for a person. Every page shows it: one small query, and the great one only when
    something is to be checked that is filed already."""
    unfiled = Q(document__isnull=True)
    waiting = Arrival.objects.filter(_own_arrivals(user, rights) & WANTS_A_PERSON)
    counted = waiting.aggregate(unfiled=Count("pk", filter=unfiled), all=Count("pk"))
    if counted["all"] == counted["unfiled"]:
        return int(counted["all"])
    to_check = arrivals_for(user, rights=rights).filter(WANTS_A_PERSON).exclude(unfiled)
    return int(counted["unfiled"]) + to_check.count()


def _own_arrivals(user: User, rights: Rights) -> Q:
    own = Q(received_by=user)
    if rights.has(Verb.ADMINISTER):
        own |= Q(team__isnull=False) | Q(team__isnull=True)
    elif rights.has(Verb.INBOX):
        own |= Q(team__isnull=True) | Q(team__in=rights.role_ids)
    return own


def _no_hidden_draft(rights: Rights) -> Q:
    """Arrivals that became no version (yet, or wait again), one that holds or held, or a draft of a document the user
    works on."""
    held = VersionState.objects.filter(version=OuterRef("version_id")).exclude(state=VersionState.State.DRAFT)
    condition = Q(version__isnull=True) | Q(document__isnull=True) | Q(Exists(held))
    for reach in map(rights.reach, DRAFT_VERBS):
        if not reach.is_empty:
            condition |= Q(Exists(Document.objects.filter(reach.condition(), pk=OuterRef("document_id"))))
    return condition


def get_arrival(user: User, pk: int) -> Arrival:
    """One arrival, or NotFound."""
    arrivals = arrivals_for(user).filter(pk=pk)
    arrival = arrivals.first()
    if arrival is not None and arrival.state == Arrival.State.SPLIT:
        arrival = with_nothing_hidden_in_it(arrivals, user).first()
    if arrival is None:
        raise NotFound
    return arrival


# --- actions -----------------------------------------------------------------------------------------------------


def require(actor: Actor, verb: str, *things: Document | CustomerFile | Section | None) -> None:
    """Refuse unless the actor may do `verb` with every one of `things` (none: unless he has the verb at all).

    Rules and the system act by order of the house and are not asked.
    """
    if actor.user is not None:
        _require(rights_of(actor.user), verb, *things)


def _require(rights: Rights, verb: str, *things: Document | CustomerFile | Section | None) -> None:
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
            if not _may_open(rights, thing):
                raise NotFound
            reach = rights.reach(verb)
            is_denied = thing.pk in reach.denied_files or thing.customer.group in reach.denied_groups
            allowed = rights.has(verb) and not is_denied
        else:
            allowed = any(section in {None, thing.pk} for section, _ in rights.cells.get(verb, ()))
        if not allowed:
            raise NotAllowed


def may_file_in(rights: Rights, section_id: int) -> bool:
    """Whether there is any class this user may file in a section: what can be offered before the class is known."""
    return any(section in {None, section_id} for section, _class in rights.cells.get(Verb.FILE, ()))


def require_filing(actor: Actor, customer_file: CustomerFile, section: Section, document_class: DocumentClass) -> None:
    """Refuse unless the actor may file a document of this class in this section of the file.

    The matrix has to cover section and class together; local sections count as any section.
    """
    if actor.user is None:
        return
    rights = rights_of(actor.user)
    _require(rights, Verb.FILE, customer_file, section)
    if not rights.reach(Verb.FILE).matrix_holds(section.pk, document_class.pk):
        raise NotAllowed


def _may_open(rights: Rights, customer_file: CustomerFile) -> bool:
    """Whether `files_for` lists this file; asks the database only where single documents open it."""
    reach = rights.reach(Verb.READ)
    if reach.cells:
        group = customer_file.customer.group
        return customer_file.pk not in reach.denied_files and not (group and group in reach.denied_groups)
    return files_for(rights.user, rights=rights).filter(pk=customer_file.pk).exists()


# --- why? --------------------------------------------------------------------------------------------------------


def told_by_roles(document: Document, verb: str) -> dict[int, list[str]]:
    """The sentences of `explain` that are the same for everybody: by the role's id, what in it allows `verb` here."""
    word, name = _(str(Verb(verb).label)), section_names().get(document.section_id, "–")
    told: dict[int, list[str]] = {}
    for cell in Permission.objects.filter(
        Q(section=None) | Q(section=document.section_id),
        Q(document_class=None) | Q(document_class=document.document_class_id),
        verb=verb,
    ).select_related("role", "document_class"):
        where = _("Register „%(section)s“") % {"section": _(name)} if cell.section_id else _("alle Register")
        named = cell.document_class
        what = _("Klasse „%(name)s“") % {"name": _(str(named))} if named else _("alle Klassen")
        words = {"role": _(cell.role.name), "verb": word, "where": where, "what": what}
        told.setdefault(cell.role_id, []).append(_("Rolle „%(role)s“: %(verb)s für %(where)s, %(what)s.") % words)
    return told


def explain(
    user: User,
    document: Document,
    verb: str = Verb.READ,
    *,
    rights: Rights | None = None,
    by_roles: Mapping[int, Sequence[str]] | None = None,
) -> list[str]:
    """Sentences in the language of the screen that say why the user may or may not do `verb`. First the answer.

    Who asks about many people passes `told_by_roles` in.
    """
    rights = rights or rights_of(user)
    reach = rights.reach(verb)
    allowed = may(user, verb, document, rights=rights)
    said = [_answer(user, verb, allowed=allowed)]
    if not user.is_active:
        return [*said, _("Das Konto ist gesperrt.")]
    said += _why_not(reach, document)
    if rights.is_auditor:
        said += _about_room(rights.room)
    by_roles = told_by_roles(document, verb) if by_roles is None else by_roles
    for role in sorted(rights.role_ids):
        said += by_roles.get(role, ())
    for grant in rights.grants:
        if grant.verb == verb and _grant_meets(grant, document):
            said.append(_told_by(grant))
    if len(said) == 1:
        said.append(_("Keine Rolle und keine Freigabe erlaubt es."))
    return said


def _answer(user: User, verb: str, *, allowed: bool) -> str:
    words = {"user": user, "verb": _(str(Verb(verb).label))}
    if verb == Verb.RESTRICT:
        may_it = _("%(user)s darf die Verarbeitung dieses Dokuments einschränken.")
        may_not = _("%(user)s darf die Verarbeitung dieses Dokuments nicht einschränken.")
    else:
        may_it = _("%(user)s darf dieses Dokument %(verb)s.")
        may_not = _("%(user)s darf dieses Dokument nicht %(verb)s.")
    return (may_it if allowed else may_not) % words


def _told_by(grant: Grant) -> str:
    kind = _("Verbot") if grant.is_deny else _("Freigabe")
    if grant.until:
        kind += " " + _("bis %(end)s") % {"end": f"{timezone.localtime(grant.until):%d.%m.%Y %H:%M}"}
    return f"{kind}: {grant.reason}"


def _why_not(reach: Reach, document: Document) -> list[str]:
    said = []
    if document.is_restricted and not reach.restricted_too:
        said.append(_("Das Dokument ist in der Verarbeitung eingeschränkt (Datenschutz)."))
    if document.is_draft and not reach.drafts_too:
        said.append(_("Das Dokument ist noch ein Entwurf."))
    return said


def _about_room(room: Room | None) -> list[str]:
    if room is None:
        return [_("Ein Prüfer ohne laufende Prüfung sieht nichts.")]
    is_one = room.first_year == room.last_year
    years = str(room.first_year) if is_one else f"{room.first_year}–{room.last_year}"
    words = {"years": years, "what": _("ausgewählte Klassen") if room.classes else _("alle Klassen")}
    return [_("Prüferzugang: nur was steuerlich relevant ist, %(years)s, %(what)s.") % words]


def _grant_meets(grant: Grant, document: Document) -> bool:
    return (
        grant.customer_file_id == document.customer_file_id
        or grant.document_id == document.pk
        or bool(grant.customer_group and grant.customer_group == document.customer_file.customer.group)
    )
