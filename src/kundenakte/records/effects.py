"""What a change of rights would expose and hide, in numbers and examples, before it is made.

Whoever asks sees only documents he may read himself, in numbers as in examples.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from django.db.models import QuerySet

from kundenakte.base.accounts.models import Role, User
from kundenakte.records import access
from kundenakte.records.models import Document, Permission, Verb
from kundenakte.records.reach import Cell, Reach, Rights
from kundenakte.records.rights import HOUSE_WIDE, OF_DOCUMENTS, Right

_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens to one verb for one person: documents that come within reach and go out of it."""

    verb: str
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one person."""

    user: User
    turns: tuple[Turn, ...] = ()
    # Rights that hold for the whole house.
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """All that happens: the people concerned, how many documents somebody sees newly or no longer, and some of them."""

    people: list[Effect] = field(default_factory=list)
    exposed: int = 0
    hidden: int = 0
    exposed_examples: list[Document] = field(default_factory=list)
    hidden_examples: list[Document] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes for anybody."""
        return not self.people


def of_rights(viewer: User, role: Role, rights: Collection[Right]) -> Effects:
    """What follows when `role` gets exactly these rights: for everybody who holds it."""

    def after(user: User, before: Rights) -> Rights:
        cells: dict[str, set[Cell]] = {}
        others = Permission.objects.filter(role__in=before.role_ids - {role.pk})
        rows = [*others.values_list("section_id", "document_class_id", "verb"), *rights]
        for section, document_class, verb in rows:
            cells.setdefault(verb, set()).add((section, document_class))
        return Rights(user, before.role_ids, cells, before.grants)

    return _effects(viewer, role.users.filter(is_active=True), after)


def of_roles(viewer: User, user: User, roles: Collection[Role]) -> Effects:
    """What follows for somebody who gets exactly these roles."""
    role_ids = frozenset(role.pk for role in roles)
    people = User.objects.filter(pk=user.pk, is_active=True)
    return _effects(viewer, people, lambda one, _: access.rights_of(one, supposing_roles=role_ids))


def _effects(viewer: User, people: QuerySet[User], after: Callable[[User, Rights], Rights]) -> Effects:
    seen = access.documents_for(viewer)
    counted: dict[tuple[tuple[Reach, ...], tuple[Reach, ...]], int] = {}
    found: list[Effect] = []
    exposed, hidden = Document.objects.none(), Document.objects.none()
    gathered: set[tuple[Reach, Reach]] = set()
    for user in people:
        then_now = access.rights_of(user)
        then = after(user, then_now)
        turns = []
        for verb in OF_DOCUMENTS:
            old, new = _within(then_now, verb), _within(then, verb)
            turn = Turn(verb, _count(seen, new, old, counted), _count(seen, old, new, counted))
            if turn.gained or turn.lost:
                turns.append(turn)
            # People with the same rights share their documents: one condition for all of them.
            if verb == Verb.READ and (turn.gained or turn.lost) and (old[0], new[0]) not in gathered:
                gathered.add((old[0], new[0]))
                exposed |= _beyond(seen, new[0], old[0])
                hidden |= _beyond(seen, old[0], new[0])
        effect = Effect(user, tuple(turns), *_house_wide(then_now, then))
        if effect.turns or effect.gained or effect.lost:
            found.append(effect)
    return Effects(found, exposed.count(), hidden.count(), _some(exposed), _some(hidden))


def _within(rights: Rights, verb: str) -> tuple[Reach, ...]:
    """The reaches that all have to cover a document: reading is the gate to every other verb."""
    read = rights.reach(Verb.READ)
    return (read,) if verb == Verb.READ else (read, rights.reach(verb))


def _count(
    seen: QuerySet[Document],
    within: tuple[Reach, ...],
    without: tuple[Reach, ...],
    counted: dict[tuple[tuple[Reach, ...], tuple[Reach, ...]], int],
) -> int:
    """How many documents are within all of the first and not within all of the second."""
    if within == without or any(reach.is_empty for reach in within):
        return 0
    if (within, without) not in counted:
        rows = _all(seen, within)
        counted[within, without] = rows.exclude(pk__in=_all(Document.objects.all(), without).values("pk")).count()
    return counted[within, without]


def _all(rows: QuerySet[Document], reaches: tuple[Reach, ...]) -> QuerySet[Document]:
    for reach in reaches:
        rows = rows.filter(reach.condition())
    return rows


def _beyond(seen: QuerySet[Document], within: Reach, without: Reach) -> QuerySet[Document]:
    rows = Document.objects.filter(pk__in=seen.filter(within.condition()).values("pk"))
    return rows.exclude(pk__in=Document.objects.filter(without.condition()).values("pk"))


def _some(rows: QuerySet[Document]) -> list[Document]:
    return list(rows.select_related("customer_file__customer", "section", "document_class").order_by("-pk")[:_EXAMPLES])


def _house_wide(before: Rights, after: Rights) -> tuple[tuple[str, ...], tuple[str, ...]]:
    gained = tuple(verb for verb in HOUSE_WIDE if after.has(verb) and not before.has(verb))
    lost = tuple(verb for verb in HOUSE_WIDE if before.has(verb) and not after.has(verb))
    return gained, lost
