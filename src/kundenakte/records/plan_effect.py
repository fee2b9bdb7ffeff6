"""What a draft of the file plan would do to the documents that are there, in numbers and examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from kundenakte.base.accounts.models import Role, User
from kundenakte.records import access, editions
from kundenakte.records.models import Document, DocumentClass, FilePlanEdition, Permission, PlanEntry, Section, Verb
from kundenakte.records.reach import Reach
from kundenakte.records.sections import section_for

_EXAMPLES: Final = 3


@dataclass(slots=True)
class Group:
    """Documents that the rules treat alike."""

    section_id: int
    class_id: int
    is_pinned: bool
    values: dict[str, str]
    count: int


@dataclass(slots=True)
class Move:
    """What goes from one section to another."""

    origin: Section
    target: Section
    origin_name: str
    target_name: str
    count: int = 0
    groups: list[Group] = field(default_factory=list)
    examples: list[Document] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sight:
    """How many of the documents that move a role can no longer read, and how many it can read from then on."""

    role: Role
    lost: int
    gained: int


@dataclass(slots=True)
class Effect:
    """All of it. `pinned_staying` stay though the rules would have them elsewhere."""

    total: int = 0
    moves: list[Move] = field(default_factory=list)
    pinned_staying: int = 0
    pinned_moving: int = 0
    sights: list[Sight] = field(default_factory=list)

    @property
    def moving(self) -> int:
        """How many documents change their section."""
        return sum(move.count for move in self.moves)


def effect_of(edition: FilePlanEdition, *, user: User) -> Effect:
    """The effect on the documents `user` may see. The database counts them in groups; no document is loaded for it."""
    documents = access.documents_for(user).filter(customer_file__plan=edition.plan_id)
    entries = editions.entries_in(edition)
    keys = sorted({key for entry in entries for key in entry.rule.get("fields") or ()})
    effect = Effect()
    moves: dict[tuple[int, int], Move] = {}
    decide = _Decision(edition, entries)
    for group in _groups(documents, keys):
        effect.total += group.count
        target = decide.target(group)
        if target.pk == group.section_id:
            effect.pinned_staying += group.count if decide.would_move(group) else 0
            continue
        effect.pinned_moving += group.count if group.is_pinned else 0
        move = moves.setdefault((group.section_id, target.pk), decide.move(group.section_id, target))
        move.count += group.count
        move.groups.append(group)
    effect.moves = sorted(moves.values(), key=lambda move: -move.count)
    for move in effect.moves:
        move.examples = _examples(documents, move, keys)
    effect.sights = _sights(effect.moves)
    return effect


class _Decision:
    """The roll-out's decision, for a group instead of a document (see actions/roll_out.py)."""

    def __init__(self, edition: FilePlanEdition, entries: Sequence[PlanEntry]) -> None:
        self._edition, self._entries = edition, entries
        self._sections = {section.pk: section for section in Section.objects.filter(plan=edition.plan_id)}
        self._classes = {one.pk: one for one in DocumentClass.objects.all()}
        self._names = {entry.section_id: entry.name for entry in entries}
        before = editions.entries_in(edition.plan.current) if edition.plan.current else []
        self._old_names = {entry.section_id: entry.name for entry in before}

    def _by_rule(self, group: Group) -> Section:
        return section_for(self._entries, self._classes[group.class_id], group.values).section

    def target(self, group: Group) -> Section:
        """Where the group lies afterwards."""
        section = self._sections[group.section_id]
        if section.customer_file_id is not None:
            return section
        if not group.is_pinned:
            return self._by_rule(group)
        if section.pk in self._names:
            return section
        return editions.successor_in(self._edition, self._entries, section.pk)

    def would_move(self, group: Group) -> bool:
        """Whether only the pin keeps it."""
        return self._by_rule(group).pk != group.section_id

    def move(self, origin_id: int, target: Section) -> Move:
        """A way with its names: the origin's of the edition that holds, the target's of the draft."""
        origin = self._sections[origin_id]
        name = self._old_names.get(origin_id) or self._names.get(origin_id) or str(origin)
        return Move(origin, target, name, self._names[target.pk])


def _keyed(documents: QuerySet[Document], keys: Sequence[str]) -> QuerySet[Document]:
    values = [Coalesce(KeyTextTransform(key, "fields"), Value(""), output_field=TextField()) for key in keys]
    return documents.annotate(**{f"value_{n}": value for n, value in enumerate(values)})


def _groups(documents: QuerySet[Document], keys: Sequence[str]) -> Iterable[Group]:
    names = [f"value_{n}" for n in range(len(keys))]
    rows: Iterable[dict[str, Any]] = (
        _keyed(documents, keys)
        .order_by()
        .values("section_id", "document_class_id", "is_pinned", *names)
        .annotate(count=Count("pk"))
        .order_by("section_id", "document_class_id", "is_pinned", *names)
    )
    for row in rows:
        values = {key: str(row[name] or "") for key, name in zip(keys, names, strict=True)}
        yield Group(row["section_id"], row["document_class_id"], row["is_pinned"], values, row["count"])


def _examples(documents: QuerySet[Document], move: Move, keys: Sequence[str]) -> list[Document]:
    """A few of the move's documents, out of its largest groups."""
    wanted = Q(pk__in=())
    for group in sorted(move.groups, key=lambda one: -one.count)[:_EXAMPLES]:
        values = {f"value_{number}": group.values[key] for number, key in enumerate(keys)}
        wanted |= Q(
            section=group.section_id, document_class=group.class_id, is_pinned=group.is_pinned, **values
        )  # fmt: skip
    rows = _keyed(documents, keys).filter(wanted).select_related("customer_file__customer")
    return list(rows.order_by("-dated_on", "-pk")[:_EXAMPLES])


def _sights(moves: Sequence[Move]) -> list[Sight]:
    cells: dict[int, set[tuple[int | None, int | None]]] = defaultdict(set)
    for role_id, section, document_class in Permission.objects.filter(verb=Verb.READ).values_list(
        "role_id", "section_id", "document_class_id"
    ):
        cells[role_id].add((section, document_class))
    made = []
    for role in Role.objects.order_by("name"):
        reach = Reach(cells=frozenset(cells[role.pk]))
        lost = gained = 0
        for move in moves:
            for group in move.groups:
                before = reach.matrix_holds(move.origin.pk, group.class_id)
                after = reach.matrix_holds(move.target.pk, group.class_id)
                lost += group.count if before and not after else 0
                gained += group.count if after and not before else 0
        if lost or gained:
            made.append(Sight(role, lost, gained))
    return made
