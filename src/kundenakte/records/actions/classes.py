"""Document classes and their index fields, as the administration edits them.

A change of fields or of the tax relevance is followed by a check of the documents that are there (field_check.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.text import slugify

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.actions import field_check
from kundenakte.records.models import DocumentClass, IndexField, StructureRun, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotFound

_RETENTION: Final = (
    "retention_code", "retention_kind", "retention_years", "retention_start", "retention_from_year_end",
    "retention_basis", "seal_when", "seal_after_days",
)  # fmt: skip
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class ClassWish:
    """How a class is to be. `aliases` are the names sources use, `words` those that stand in the documents."""

    name: str
    aliases: Sequence[str] = ()
    words: Sequence[str] = ()
    number_is_key: bool = False
    valid_at_once: bool = True
    tax_relevant: bool = False
    original_required: bool = False


@dataclass(frozen=True, slots=True)
class FieldWish:
    """How an index field is to be. Without a key it is a new one, and gets its key from the name."""

    name: str
    key: str = ""
    type: str = IndexField.Type.TEXT
    required: bool = False
    choices: Sequence[str] = ()


@transaction.atomic
def add_class(
    *, actor: Actor, wish: ClassWish, retention_like: DocumentClass, now: datetime, code: str = ""
) -> DocumentClass:
    """A new class, kept as long and sealed as `retention_like` is; it gets a number, a day and a subject as fields.

    It stands before the last class, which is the one for everything else. Raises BadValue.
    """
    access.require(actor, Verb.ADMINISTER)
    code = (code.strip() or slugify(wish.name.replace("ß", "ss")).replace("-", "_")).upper()[:40]
    if not _CODE.fullmatch(code):
        raise BadValue("Das Kürzel besteht aus Großbuchstaben, Ziffern und _ und beginnt mit einem Buchstaben.")
    if DocumentClass.objects.filter(code=code).exists():
        raise BadValue("Das Kürzel „%(code)s“ gibt es schon.", code=code)
    _check_class(wish, own=None)
    last = DocumentClass.objects.order_by("-position").first()
    made = DocumentClass(code=code, position=last.position if last else 0)
    for name in _RETENTION:
        setattr(made, name, getattr(retention_like, name))
    _set(made, wish)
    made.save()
    if last:
        last.position += 1
        last.save(update_fields=["position"])
    for position, (key, name, kind) in enumerate(_FIRST_FIELDS):
        IndexField.objects.create(document_class=made, key=key, name=name, type=kind, position=position)
    journal.append(
        actor, "document_class.added", made, at=now, code=code, years=made.retention_years, basis=made.retention_basis,
        name=made.name,
    )  # fmt: skip
    return made


_FIRST_FIELDS: Final = (
    ("document_number", "Nummer", IndexField.Type.TEXT),
    ("dated_on", "Datum", IndexField.Type.DATE),
    ("subject", "Betreff", IndexField.Type.TEXT),
)


@transaction.atomic
def change_class(
    *, actor: Actor, document_class: DocumentClass, edition: int, wish: ClassWish, now: datetime
) -> StructureRun | None:
    """Another name, other words or properties. Gives the run that follows when the tax relevance changed."""
    locked = _locked(actor, document_class, edition)
    _check_class(wish, own=locked)
    before = _described(locked)
    _set(locked, wish)
    after = _described(locked)
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if not changed:
        return None
    _save(locked)
    journal.append(actor, "document_class.changed", locked, at=now, code=locked.code, changed=changed)
    return field_check.start(actor=actor, document_class=locked, now=now) if "tax_relevant" in changed else None


@transaction.atomic
def retire_class(*, actor: Actor, document_class: DocumentClass, edition: int, now: datetime) -> None:
    """Offer the class no more; documents keep it. The last class, for everything else, can not go."""
    locked = _locked(actor, document_class, edition)
    last = DocumentClass.objects.order_by("-position").first()
    if last and last.pk == locked.pk:
        raise BadValue("Diese Klasse fängt auf, was sonst nichts ist. Sie kann nicht wegfallen.")
    locked.is_retired = True
    _save(locked)
    journal.append(actor, "document_class.retired", locked, at=now, code=locked.code)


@transaction.atomic
def bring_back_class(*, actor: Actor, document_class: DocumentClass, edition: int, now: datetime) -> None:
    """Offer a retired class again."""
    locked = _locked(actor, document_class, edition)
    locked.is_retired = False
    _save(locked)
    journal.append(actor, "document_class.brought_back", locked, at=now, code=locked.code)


@transaction.atomic
def set_fields(
    *, actor: Actor, document_class: DocumentClass, edition: int, fields: Iterable[FieldWish], now: datetime
) -> StructureRun | None:
    """Give the class exactly these index fields, in this order. Gives the run that checks its documents.

    A field that is left out is no longer asked for; what documents have in it stays with them.
    """
    locked = _locked(actor, document_class, edition)
    wanted = _with_keys(list(fields))
    before = _fields(locked)
    there = {field.key: field for field in locked.index_fields.all()}
    for position, wish in enumerate(wanted):
        field = there.pop(wish.key, None) or IndexField(document_class=locked, key=wish.key)
        field.name, field.type, field.required = wish.name.strip(), wish.type, wish.required
        field.choices = list(wish.choices) if wish.type == IndexField.Type.CHOICE else []
        field.position = position
        field.save()
    for field in there.values():
        field.delete()
    after = _fields(locked)
    if before == after:
        return None
    _save(locked)
    journal.append(actor, "document_class.fields", locked, at=now, code=locked.code, was=before, now_is=after)
    return field_check.start(actor=actor, document_class=locked, now=now)


# --- inside ------------------------------------------------------------------------------------------------------


def _locked(actor: Actor, document_class: DocumentClass, edition: int) -> DocumentClass:
    access.require(actor, Verb.ADMINISTER)
    found = DocumentClass.objects.select_for_update().filter(pk=document_class.pk).first()
    if found is None:
        raise NotFound
    if found.edition != edition:
        raise ChangedMeanwhile
    return found


def _save(document_class: DocumentClass) -> None:
    document_class.edition += 1
    document_class.save()


def _set(document_class: DocumentClass, wish: ClassWish) -> None:
    document_class.name = wish.name.strip()
    document_class.aliases = _words(wish.aliases)
    document_class.words = _words(wish.words)
    document_class.number_is_key = wish.number_is_key
    document_class.valid_at_once = wish.valid_at_once
    document_class.tax_relevant = wish.tax_relevant
    document_class.original_required = wish.original_required


def _words(words: Iterable[str]) -> list[str]:
    trimmed = (" ".join(word.split())[:100] for word in words)
    return list(dict.fromkeys(word for word in trimmed if word))


def _check_class(wish: ClassWish, *, own: DocumentClass | None) -> None:
    if not wish.name.strip() or len(wish.name.strip()) > 100:
        raise BadValue("Bitte geben Sie der Klasse einen Namen mit höchstens 100 Zeichen.")
    if any(len(word) < 3 for word in _words(wish.words)):
        raise BadValue("Ein Erkennungswort hat mindestens drei Buchstaben; kürzere stehen in jedem Text.")
    said = {word.casefold() for word in (wish.name.strip(), *_words(wish.aliases))}
    for other in DocumentClass.objects.all():
        taken = {word.casefold() for word in (other.name, other.code, *other.aliases)}
        if (own is None or other.pk != own.pk) and (common := said & taken):
            shown = next(word for word in (wish.name.strip(), *_words(wish.aliases)) if word.casefold() in common)
            raise BadValue("„%(shown)s“ heißt schon die Klasse „%(name)s“.", shown=shown, name=other.name)


def _described(document_class: DocumentClass) -> dict[str, Any]:
    names = ("name", "aliases", "words", "number_is_key", "valid_at_once", "tax_relevant", "original_required")
    return {name: getattr(document_class, name) for name in names}


def _fields(document_class: DocumentClass) -> list[dict[str, Any]]:
    rows = IndexField.objects.filter(document_class=document_class).order_by("position")
    return [
        {"key": row.key, "name": row.name, "type": row.type, "required": row.required, "choices": row.choices}
        for row in rows
    ]


def _with_keys(wanted: list[FieldWish]) -> list[FieldWish]:
    """Each with a key; refused where a name is missing, a key comes twice or a choice has nothing to choose."""
    taken = {wish.key for wish in wanted if wish.key}
    made: list[FieldWish] = []
    for wish in wanted:
        if not wish.name.strip() or len(wish.name.strip()) > 100:
            raise BadValue("Jedes Indexfeld braucht einen Namen mit höchstens 100 Zeichen.")
        if wish.type not in IndexField.Type.values:
            raise BadValue("Diesen Typ gibt es nicht: %(type)s.", type=wish.type)
        if wish.type == IndexField.Type.CHOICE and not wish.choices:
            raise BadValue("„%(name)s“ ist eine Auswahl. Bitte geben Sie an, was zur Wahl steht.", name=wish.name)
        key = wish.key or _free_key(wish.name, taken)
        if not _KEY.fullmatch(key):
            raise BadValue("„%(key)s“ ist kein Schlüssel: Kleinbuchstaben, Ziffern und _.", key=key)
        taken.add(key)
        made.append(FieldWish(wish.name, key, wish.type, wish.required, tuple(wish.choices)))
    if len({wish.key for wish in made}) < len(made):
        raise BadValue("Zwei Indexfelder haben denselben Schlüssel.")
    if len({wish.name.strip().casefold() for wish in made}) < len(made):
        raise BadValue("Zwei Indexfelder haben denselben Namen.")
    return made


def _free_key(name: str, taken: set[str]) -> str:
    base = slugify(name.replace("ß", "ss")).replace("-", "_")[:36].lstrip("_0123456789") or "feld"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
