"""The house's own filing rules: whether one fits a document, and what it then says. Pure but for `active`.

All conditions of a rule that are filled in must hold; the first rule in order that fits decides. What the source and
an e-invoice say about the class stands above every rule; rules stand above shipped words and the learned model.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from kundenakte.records import sources
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, PlanEntry
from kundenakte.records.pagetext import Box, DocumentText
from kundenakte.records.pagetext import Place as Spot
from kundenakte.steps.filing.models import FilingRule

# Words of a document that are looked through; a rule about page 300 is none.
_LONGEST_TEXT: Final = 200_000
_UPPER_THIRD: Final = 0.34
_LOWER_PART: Final = 0.8


class Place(StrEnum):
    """Where on the pages a word must stand."""

    ANYWHERE = "anywhere"
    PAGE_1 = "page1"
    TOP = "top"
    BOTTOM = "bottom"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Word:
    """Words that must stand somewhere; they may begin a longer word."""

    text: str
    place: str = Place.ANYWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as a value, so that it can be tried before it is saved and kept as evidence."""

    id: int
    name: str
    edition: int = 1
    words: tuple[Word, ...] = ()
    source: str = ""
    sender: str = ""
    file_name: str = ""
    class_code: str = ""
    section_id: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, row: FilingRule) -> Rule:
        """The rule of a row; its class must be loaded with it."""
        return cls(
            row.pk, row.name, row.edition, tuple(Word(word["text"], word["place"]) for word in row.words), row.source,
            row.sender, row.file_name, row.document_class.code if row.document_class else "", row.section_id,
            dict(row.fields),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self) | {"words": [asdict(word) for word in self.words], "fields": dict(self.fields)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rule:
        """Read what `to_json` wrote."""
        return cls(**{**value, "words": tuple(Word(**word) for word in value["words"])})


@dataclass(frozen=True, slots=True)
class Sign:
    """One condition that holds, as a sentence, with its place on the page if it has one."""

    sentence: str
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A rule that fits, with what made it fit."""

    rule: Rule
    signs: tuple[Sign, ...]

    @property
    def sentence(self) -> str:
        """What a clerk reads: which rule, and why."""
        rule = gettext_noop("Ablageregel „%(name)s“:") % {"name": self.rule.name}
        return " ".join((rule, *(sign.sentence for sign in self.signs)))

    def to_json(self) -> dict[str, Any]:
        """The rule as it was and what it found: enough to replay it when the rule is long changed."""
        return {
            "rule": self.rule.to_json(),
            "sentence": self.sentence,
            "signs": [
                {"sentence": one.sentence, "page": one.page, "box": list(one.box) if one.box else None}
                for one in self.signs
            ],
        }


class Subject:
    """What rules look at. The text is read only when a rule with words asks for it."""

    def __init__(self, arrival: Arrival, findings: Findings, read: Callable[[], DocumentText | None]) -> None:
        self.source = arrival.source
        self.file_name = unicodedata.normalize("NFC", arrival.file_name)
        self.senders = tuple(_senders(arrival, findings))
        self._read = read

    @cached_property
    def text(self) -> DocumentText | None:
        """The text with its places."""
        return self._read()

    @cached_property
    def lowered(self) -> str:
        """The text in small letters on one line, each sign where it stands in `plain`."""
        plain = self.text.plain[:_LONGEST_TEXT] if self.text else ""
        return "".join(small if len(small := sign.lower()) == 1 else sign for sign in plain).translate(_BREAKS)


_BREAKS: Final = str.maketrans("\n\f\u00a0", "   ")


def active() -> list[Rule]:
    """The rules that are switched on, in order. Those whose class or section is retired rest. One query."""
    in_force = PlanEntry.objects.filter(section=OuterRef("section"), edition=OuterRef("section__plan__current"))
    rows = FilingRule.objects.filter(is_on=True).select_related("document_class")
    rows = rows.exclude(document_class__is_retired=True).filter(Q(section=None) | Exists(in_force))
    return [Rule.of(row) for row in rows.order_by("position", "pk")]


def rests(row: FilingRule) -> bool:
    """Whether a rule can not be followed since what it leads to is no longer offered."""
    if row.document_class and row.document_class.is_retired:
        return True
    if row.section is None:
        return False
    edition = row.section.plan.current_id
    return not row.section.entries.filter(edition=edition).exists()


def first_fitting(rules: Iterable[Rule], subject: Subject) -> Fit | None:
    """The first rule that fits, or None."""
    for rule in rules:
        signs = fits(rule, subject)
        if signs is not None:
            return Fit(rule, tuple(signs))
    return None


def fits(rule: Rule, subject: Subject) -> list[Sign] | None:
    """What makes the rule fit; None when a condition does not hold, or the rule has none. Cheap conditions first."""
    signs: list[Sign] = []
    if rule.source:
        if not _is_like(subject.source, rule.source):
            return None
        signs.append(Sign(gettext_noop("Die Quelle: %(value)s.") % {"value": sources.in_words(subject.source)}))
    if rule.file_name:
        if not _is_like(subject.file_name, rule.file_name):
            return None
        signs.append(
            Sign(
                gettext_noop("Der Dateiname %(file_name)s passt zu %(pattern)s.")
                % {"file_name": subject.file_name, "pattern": rule.file_name}
            )
        )
    if rule.sender:
        sender = next((one for one in subject.senders if _is_from(one, rule.sender)), None)
        if sender is None:
            return None
        signs.append(Sign(gettext_noop("Der Absender ist %(sender)s.") % {"sender": sender}))
    for word in rule.words:
        spot = _spot(word, subject)
        if spot is None:
            return None
        signs.append(
            Sign(
                gettext_noop("„%(text)s“ steht auf Seite %(page)s.") % {"text": word.text, "page": spot.page},
                spot.page,
                spot.box,
            )
        )
    return signs or None


# --- inside ------------------------------------------------------------------------------------------------------


def _is_like(value: str, pattern: str) -> bool:
    return fnmatchcase(value.casefold(), unicodedata.normalize("NFC", pattern).casefold())


def _senders(arrival: Arrival, findings: Findings) -> Iterable[str]:
    if arrival.facts.get("email"):
        yield str(arrival.facts["email"]).casefold()
    for entity in findings.entities:
        if entity.kind == "email" and (entity.part == "sender" or entity.label == "from"):
            yield entity.value.casefold()


def _is_from(sender: str, wanted: str) -> bool:
    """A whole address, or everybody at a domain: "@firma.example" or "firma.example", its sub-domains included."""
    wanted = wanted.casefold()
    local, _, domain = wanted.rpartition("@")
    if local:
        return sender == wanted
    found = sender.rpartition("@")[2]
    return found == domain or found.endswith(f".{domain}")


def _spot(word: Word, subject: Subject) -> Spot | None:
    """Where the word stands in the place that is asked for."""
    if subject.text is None:
        return None
    wanted = " ".join(word.text.lower().split())
    at = subject.lowered.find(wanted)
    while at >= 0:
        if at == 0 or not subject.lowered[at - 1].isalnum():
            spot = subject.text.place(at, at + len(wanted))
            if spot and _is_there(word.place, spot, subject.text, at):
                return spot
        at = subject.lowered.find(wanted, at + 1)
    return None


def _is_there(place: str, spot: Spot, text: DocumentText, at: int) -> bool:
    if place == Place.ANYWHERE:
        return True
    if spot.page != 1:
        return False
    top = spot.box[1]
    if place == Place.TOP:
        return top <= _UPPER_THIRD
    if place == Place.BOTTOM:
        return top >= _LOWER_PART
    # A line of its own begins with it.
    return place != Place.LINE or at == 0 or text.plain[at - 1] in "\n\f"


def in_order(rules: Sequence[Rule], rule: Rule, position: int) -> list[Rule]:
    """The rules with `rule` in its place among them, as if it were switched on."""
    rest = [one for one in rules if one.id != rule.id]
    return [*rest[:position], rule, *rest[position:]]
