"""Who sees what: for a document every person with the reason, for a section or a file how much each person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.records import access, audits
from kundenakte.records.models import CustomerFile, Document, Grant, Permission, Section, Verb
from kundenakte.records.reach import Cell, Reach, Rights


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody with an open account, whether he may, and the sentences that say why."""

    user: User
    may: bool
    why: list[str]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some documents somebody may read."""

    user: User
    count: int
    of: int


def people() -> QuerySet[User]:
    """Everybody with an open account, people first."""
    return User.objects.filter(is_active=True).order_by("is_service", "name", "username").prefetch_related("roles")


def rights_of_each(users: Iterable[User]) -> list[Rights]:
    """The rights of many people, who come with their roles: two queries, however many they are, and two more where
    auditors are among them."""
    users = list(users)
    rooms = audits.rooms_of(users)
    cells: dict[int, list[tuple[str, Cell]]] = {}
    for role, verb, *cell in Permission.objects.values_list("role_id", "verb", "section_id", "document_class_id"):
        cells.setdefault(role, []).append((verb, (cell[0], cell[1])))
    grants = list(
        Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=timezone.now()), revoked_at__isnull=True).order_by(
            "pk"
        )
    )
    found = []
    for user in users:
        counts = user.is_active and not user.is_auditor
        rights = Rights(user, frozenset(role.pk for role in user.roles.all()) if counts else frozenset())
        for verb, place in (one for role in rights.role_ids for one in cells.get(role, ())):
            rights.cells.setdefault(verb, set()).add(place)
        if user.is_active:
            rights.room = rooms.get(user.pk)
            rights.grants = [one for one in grants if one.user_id == user.pk or one.role_id in rights.role_ids]
        found.append(rights)
    return found


def of_document(document: Document, verb: str = Verb.READ) -> list[Seer]:
    """Everybody, those who may first. `document` is one the asking person may read (access.get_document)."""
    found, by_roles = [], access.told_by_roles(document, verb)
    for rights in rights_of_each(people()):
        answer, *why = access.explain(rights.user, document, verb, rights=rights, by_roles=by_roles)
        found.append(Seer(rights.user, access.may(rights.user, verb, document, rights=rights), why or [answer]))
    return sorted(found, key=lambda seer: not seer.may)


def of_section(viewer: User, section: Section) -> list[Share]:
    """How much of a section each person reads, out of what the viewer reads."""
    return _shares(access.documents_for(viewer).filter(section=section))


def of_file(viewer: User, customer_file: CustomerFile) -> list[Share]:
    """How much of a customer's file each person reads, out of what the viewer reads."""
    return _shares(access.documents_for(viewer).filter(customer_file=customer_file))


def _shares(rows: QuerySet[Document]) -> list[Share]:
    total = rows.count()
    found = []
    # People with the same roles read the same; counted is once for all of them.
    counts: dict[Reach, int] = {}
    for rights in rights_of_each(people()):
        reach = rights.reach(Verb.READ)
        if reach not in counts:
            counts[reach] = rows.filter(reach.condition()).count()
        found.append(Share(rights.user, counts[reach], total))
    return sorted(found, key=lambda share: -share.count)
