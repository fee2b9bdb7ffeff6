"""Rules, subdivisions and differences of the plan in the words of a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.records.editions import Change
from kundenakte.records.models import DocumentClass, IndexField, PlanEntry

SUBDIVISIONS: Final = (
    ("", gettext_noop("nicht unterteilt")),
    ("year", gettext_noop("nach Jahr")),
    ("project", gettext_noop("nach Projekt")),
    ("machine", gettext_noop("nach Maschine")),
)
_CHANGES: Final = {
    "added": gettext_noop("neu"),
    "retired": gettext_noop("fällt weg"),
    "renamed": gettext_noop("umbenannt"),
    "moved": gettext_noop("an anderer Stelle"),
    "rule": gettext_noop("andere Regel"),
    "subdivided": gettext_noop("anders unterteilt"),
}
_TONES: Final = {"added": "good", "retired": "bad"}


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section as the pages list it."""

    entry: PlanEntry
    name: str
    classes: list[str]
    conditions: list[str]
    subdivision: str
    count: int = 0
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference between two editions."""

    name: str
    kind: str
    tone: str
    detail: str = ""


@dataclass(slots=True)
class Names:
    """What classes and index fields are called; read once for a page."""

    classes: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def all(cls) -> Names:
        """All of them, by code and key. Two queries."""
        return cls(
            {code: _(name) for code, name in DocumentClass.objects.values_list("code", "name")},
            {key: _(name) for key, name in IndexField.objects.order_by("-pk").values_list("key", "name")},
        )

    def condition(self, key: str, values: Sequence[str]) -> str:
        """What a rule asks of an index field."""
        name = self.fields.get(key, key)
        if "*" in values:
            return _("mit %(field)s") % {"field": name}
        return f"{name}: {', '.join(values)}"

    def rule(self, entry: PlanEntry) -> str:
        """A whole rule in one line."""
        classes, conditions = self.parts(entry)
        return "; ".join([*([", ".join(classes)] if classes else []), *conditions]) or _("keine Regel")

    def parts(self, entry: PlanEntry) -> tuple[list[str], list[str]]:
        """The classes and the conditions of a rule."""
        classes = [self.classes.get(code, code) for code in entry.rule.get("classes") or ()]
        asked: Mapping[str, Sequence[str]] = entry.rule.get("fields") or {}
        return classes, [self.condition(key, values) for key, values in asked.items()]


def subdivision(value: str) -> str:
    """What the sub-sections are formed by; "" for none."""
    return _(dict(SUBDIVISIONS)[value]) if value else ""


def lines(entries: Sequence[PlanEntry], names: Names, counts: Mapping[int, int] | None = None) -> list[SectionLine]:
    """The sections of an edition, in order."""
    made = []
    for position, entry in enumerate(entries, 1):
        classes, conditions = names.parts(entry)
        made.append(
            SectionLine(
                entry, _(entry.name), classes, conditions, subdivision(entry.subdivide_by),
                (counts or {}).get(entry.section_id, 0), is_last=position == len(entries),
            )
        )  # fmt: skip
    return made


def changes(found: Iterable[Change], names: Names) -> list[ChangeLine]:
    """The differences between two editions, in words."""
    return [
        ChangeLine(_(one.entry.name), _(_CHANGES[one.kind]), _TONES.get(one.kind, "accent"), _detail(one, names))
        for one in found
    ]


def _detail(change: Change, names: Names) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return names.rule(change.entry)
    if change.kind == "renamed":
        return f"{_(before.name)} → {_(after.name)}"
    if change.kind == "rule":
        return f"{names.rule(before)} → {names.rule(after)}"
    if change.kind == "subdivided":
        return " → ".join(_(dict(SUBDIVISIONS)[one.subdivide_by]) for one in (before, after))
    return _("Platz %(before)d → %(after)d") % {"before": before.position + 1, "after": after.position + 1}
