"""Writing the house's filing rules: add, change, order, switch on and off, remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.models import DocumentClass, IndexField, Section, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile
from kundenakte.steps.filing.models import FilingRule
from kundenakte.steps.filing.rules import Place, Word

_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class RuleWish:
    """How a rule is to be: what a document must show, and what it then is."""

    name: str
    words: Sequence[Word] = ()
    source: str = ""
    sender: str = ""
    file_name: str = ""
    document_class: DocumentClass | None = None
    section: Section | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def add_rule(*, actor: Actor, wish: RuleWish, now: datetime) -> FilingRule:
    """A new rule behind the others, switched off until somebody has tried it."""
    access.require(actor, Verb.ADMINISTER)
    _check(wish, own=None)
    last = FilingRule.objects.aggregate(last=Max("position"))["last"]
    rule = FilingRule(position=0 if last is None else last + 1, changed_at=now)
    _set(rule, wish)
    rule.save()
    journal.append(actor, "filing_rule.added", rule, at=now, **_described(rule))
    return rule


@transaction.atomic
def change_rule(*, actor: Actor, rule: FilingRule, edition: int, wish: RuleWish, now: datetime) -> FilingRule:
    """Another condition or outcome; it stays on or off as it is."""
    locked = _locked(actor, rule, edition)
    _check(wish, own=locked)
    before = _described(locked)
    _set(locked, wish)
    after = _described(locked)
    if before == after:
        return locked
    _save(locked, now)
    journal.append(actor, "filing_rule.changed", locked, at=now, was=before, now_is=after)
    return locked


@transaction.atomic
def switch_rule(*, actor: Actor, rule: FilingRule, edition: int, is_on: bool, now: datetime) -> FilingRule:
    """Let a rule decide from now on, or no longer."""
    locked = _locked(actor, rule, edition)
    if locked.is_on != is_on:
        locked.is_on = is_on
        _save(locked, now)
        kind = "filing_rule.switched_on" if is_on else "filing_rule.switched_off"
        journal.append(actor, kind, locked, at=now, name=locked.name)
    return locked


@transaction.atomic
def order_rules(*, actor: Actor, order: Sequence[int], now: datetime) -> None:
    """Put the rules in this order of ids, which must name each of them once. Raises ChangedMeanwhile."""
    access.require(actor, Verb.ADMINISTER)
    rows = {row.pk: row for row in FilingRule.objects.select_for_update().order_by("position", "pk")}
    if sorted(rows) != sorted(order):
        raise ChangedMeanwhile
    if list(rows) == list(order):
        return
    for position, pk in enumerate(order):
        rows[pk].position = position
    FilingRule.objects.bulk_update(rows.values(), ["position"])
    first = rows[order[0]]
    journal.append(actor, "filing_rule.ordered", first, at=now, rules=[rows[pk].name for pk in order])


@transaction.atomic
def remove_rule(*, actor: Actor, rule: FilingRule, edition: int, now: datetime) -> None:
    """Take a rule away. What it decided keeps it as evidence."""
    locked = _locked(actor, rule, edition)
    journal.append(actor, "filing_rule.removed", locked, at=now, **_described(locked))
    locked.delete()


# --- inside ------------------------------------------------------------------------------------------------------


def _locked(actor: Actor, rule: FilingRule, edition: int) -> FilingRule:
    access.require(actor, Verb.ADMINISTER)
    rows = FilingRule.objects.select_for_update(of=("self",)).select_related("document_class", "section")
    found = rows.filter(pk=rule.pk).first()
    if found is None or found.edition != edition:
        raise ChangedMeanwhile
    return found


def _save(rule: FilingRule, now: datetime) -> None:
    rule.edition += 1
    rule.changed_at = now
    rule.save()


def _set(rule: FilingRule, wish: RuleWish) -> None:
    rule.name = wish.name.strip()
    rule.words = [{"text": " ".join(word.text.split())[:200], "place": str(word.place)} for word in wish.words]
    rule.source, rule.sender, rule.file_name = wish.source.strip(), wish.sender.strip(), wish.file_name.strip()
    rule.document_class, rule.section = wish.document_class, wish.section
    rule.fields = {key: value.strip()[:500] for key, value in wish.fields.items() if value.strip()}


def _described(rule: FilingRule) -> dict[str, Any]:
    return {
        "name": rule.name, "words": rule.words, "source": rule.source, "sender": rule.sender,
        "file_name": rule.file_name, "document_class": rule.document_class.code if rule.document_class else "",
        "section": rule.section.key if rule.section else "", "fields": rule.fields,
    }  # fmt: skip


def _check(wish: RuleWish, *, own: FilingRule | None) -> None:
    name = wish.name.strip()
    if not name or len(name) > 100:
        raise BadValue("Bitte geben Sie der Regel einen Namen mit höchstens 100 Zeichen.")
    others = FilingRule.objects.exclude(pk=own.pk if own else 0)
    if any(row.name.casefold() == name.casefold() for row in others):
        raise BadValue("Eine Regel „%(name)s“ gibt es schon.", name=name)
    if not (wish.words or wish.source.strip() or wish.sender.strip() or wish.file_name.strip()):
        raise BadValue("Bitte geben Sie mindestens eine Bedingung an; sonst träfe die Regel auf alles zu.")
    if any(len(word.text.strip()) < _SHORTEST for word in wish.words):
        raise BadValue("Ein Wort hat mindestens drei Buchstaben; kürzere stehen in jedem Text.")
    if any(word.place not in set(Place) for word in wish.words):
        raise BadValue("Diese Stelle auf der Seite gibt es nicht.")
    if not wish.words and not set(wish.source + wish.file_name + wish.sender) - set("*?@. "):
        raise BadValue("Diese Bedingung träfe auf alles zu. Bitte geben Sie an, was da stehen muss.")
    if not (wish.document_class or wish.section or wish.fields):
        raise BadValue("Bitte geben Sie an, was die Regel bestimmt: Klasse, Register oder ein Indexfeld.")
    if wish.section and wish.section.customer_file_id is not None:
        raise BadValue("Eine Regel führt in ein Register des Aktenplans, nicht in das einer einzelnen Akte.")
    keys = set(IndexField.objects.filter(key__in=wish.fields).values_list("key", flat=True))
    if unknown := [key for key in wish.fields if key not in keys]:
        raise BadValue("Dieses Indexfeld gibt es nicht: %(named)s.", named=", ".join(unknown))
