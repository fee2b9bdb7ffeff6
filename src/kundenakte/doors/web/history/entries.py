"""What happened to a document, an arrival or a customer, newest first, one sentence for each entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.base.journal.queries import Told, history_of_many
from kundenakte.doors.web.history.drafts import without_hidden_drafts
from kundenakte.doors.web.history.rows import Names, names_in
from kundenakte.doors.web.history.sentences import SENTENCES
from kundenakte.doors.web.history.values import Vocabulary, vocabulary
from kundenakte.doors.web.templatetags.shown import one_stop
from kundenakte.records import sources
from kundenakte.records.models import DocumentClass, Verb
from kundenakte.steps.signing import port

# What "name.before" and "name.after" of customers, accounts and settings are about.
_LABELS: Mapping[str, str] = {
    "name": "Name", "name2": "Namenszusatz", "address": "Anschrift", "identifiers": "Kennungen",
    "contacts": "Ansprechpartner", "state": "Stand", "group": "Kundengruppe", "has_inbox": "Posteingang",
    "other_names": "Andere Schreibweisen", "street": "Straße und Hausnummer", "zip_code": "Postleitzahl", "city": "Ort",
    "country": "Land", "vat_ids": "USt-IdNr.", "tax_numbers": "Steuernummern", "ibans": "IBAN",
    "email_domains": "E-Mail-Domains", "phones": "Telefonnummern", "email": "E-Mail",
}  # fmt: skip

_RANK: Mapping[str, int] = {
    kind: rank for rank, kind in enumerate(("arrival.received", "version.added", "document.filed"))
}
# Where an entry stands that has no place in the tree yet: it came less than a second ago.
_LAST = float("inf")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    at: datetime
    sentence: str
    details: list[str] = field(default_factory=list)
    seq: int | None = None


def history_of(
    user: User, subjects: Sequence[tuple[str, int]], *, limit: int = 200, kinds: Collection[str] | None = None
) -> list[Entry]:
    """The entries about these rows, given as (type, id), of all kinds or of these. Names and drafts the user may not
    see are left out.

    Costs two queries for each type of row and one for each type of what the entries name, however many there are.
    """
    ids: dict[str, list[int]] = {}
    for kind, pk in subjects:
        ids.setdefault(kind, []).append(pk)
    told = [entry for kind, keys in ids.items() for entry in history_of_many(kind, keys, limit=limit)]
    told = [entry for entry in told if kinds is None or entry.kind in kinds]
    return worded(user, without_hidden_drafts(user, in_order(told)[::-1][:limit]))


def worded(user: User, told: Sequence[Told]) -> list[Entry]:
    """One line for each entry, in the same order. Costs one query for each type of row the entries name."""
    names = names_in(user, (value for entry in told for value in _references(entry)))
    classes = dict(DocumentClass.objects.values_list("code", "name"))
    changes = vocabulary(told, classes)
    return [_entry(entry, names, classes, changes) for entry in told]


def in_order(told: Sequence[Told]) -> list[Told]:
    """Oldest first. What one transaction wrote has one moment: first a file comes, then it is a version of a document,
    then this is filed; several files one after the other."""
    first: dict[object, float] = {}
    for entry in told:
        batch = _batch(entry)
        first[batch] = min(first.get(batch, _LAST), _LAST if entry.seq is None else entry.seq)

    def key(entry: Told) -> tuple[datetime, float, int, float, str]:
        seq = _LAST if entry.seq is None else entry.seq
        return entry.at, first[_batch(entry)], _RANK.get(entry.kind, len(_RANK)), seq, str(entry.id)

    return sorted(told, key=key)


def _batch(entry: Told) -> object:
    """What belongs together among the entries of one moment: all about the same bytes."""
    return entry.at, entry.facts.get("digest") or entry.id


def _references(entry: Told) -> Iterable[str]:
    return (value for value in entry.facts.values() if isinstance(value, str))


def _entry(entry: Told, names: Names, classes: Mapping[str, str], changes: Vocabulary) -> Entry:
    words = _Words({"who": _who(entry)})
    for name, value in entry.facts.items():
        words[name] = names.get(str(value), value) if isinstance(value, str) else value
    if isinstance(entry.facts.get("after"), list):
        words["roles"] = ", ".join(map(str, entry.facts["after"])) or _("keine")
    if entry.kind.startswith("grant."):
        words["exception"] = _exception(entry, names)
    if entry.kind == "arrival.received":
        words["source"] = sources.in_words(str(entry.facts.get("source", "")), _)
    if entry.kind == "paper_batch.judged":
        words |= {name: len(entry.facts.get(name, ())) for name in ("good", "flaws")}
    words["document_class"] = _(classes.get(str(entry.facts.get("document_class", "")), ""))
    words["text"] = next((v for k, v in sorted(entry.personal.items()) if k.endswith(".after") and v), "")
    template = SENTENCES.get(entry.kind)
    sentence = one_stop(_(template) % words) if template else f"{words['who']}: {entry.kind}"
    return Entry(entry.at, sentence, _details(entry, changes), entry.seq)


class _Words(dict[str, object]):
    """What a sentence is filled with; what an entry does not say is left open."""

    def __missing__(self, key: str) -> str:
        return "–"


def _exception(entry: Told, names: Names) -> str:
    """What is opened or closed, and for whom: "nicht lesen, Sabine Seidl"."""
    verb = str(entry.facts.get("verb", ""))
    word = _(Verb(verb).label) if verb in Verb.values else verb
    holder = str(entry.facts.get("user") or entry.facts.get("role") or "")
    template = _("nicht %(verb)s, %(holder)s") if entry.facts.get("is_deny") else _("%(verb)s, %(holder)s")
    return template % {"verb": word, "holder": names.get(holder, "–")}


def _who(entry: Told) -> str:
    # Whether a rule or the house itself acted is no difference to anybody who reads this.
    if entry.actor_kind in {"rule", "system"}:
        return _("Die Kundenakte")
    return entry.actor or _("Jemand (Name gelöscht)")


def _details(entry: Told, changes: Vocabulary) -> list[str]:
    lines = []
    if entry.reason:
        lines.append(_("Grund: %(reason)s") % {"reason": entry.reason})
    lines += changes.lines(entry)
    lines += _changes(entry)
    # Cells of the matrix that a role got or lost.
    for name, label in (("added", _("Neu: %(cells)s")), ("removed", _("Nicht mehr: %(cells)s"))):
        cells = entry.facts.get(name)
        if entry.kind == "role.rights" and isinstance(cells, list) and cells:
            lines.append(label % {"cells": ", ".join(map(str, cells))})
    if entry.kind == "audit.searched":
        lines += _sought(entry)
    if entry.kind == "document.signed":
        lines.append(_signature(entry))
    if entry.personal.get("file_name"):
        lines.append(_("Datei: %(name)s") % {"name": entry.personal["file_name"]})
    if entry.personal.get("origin") and entry.facts.get("source") == "restore":
        lines.append(_("Wiederhergestellt aus %(origin)s.") % {"origin": entry.personal["origin"]})
    elif entry.personal.get("origin"):
        lines.append(_("Herkunft: %(origin)s") % {"origin": sources.short_origin(entry.personal["origin"])})
    if entry.erased:
        lines.append(_("Personenbezogene Angaben dieses Eintrags sind gelöscht."))
    return lines


def _signature(entry: Told) -> str:
    """Of which kind it is, and with which certificate."""
    kind = port.WORDS.get(str(entry.facts.get("signature")), "")
    words = {"kind": _(kind) if kind else "–", "fingerprint": entry.facts.get("fingerprint", "–")}
    return _("Art: %(kind)s. Zertifikat: SHA-256 %(fingerprint)s") % words


def _sought(entry: Told) -> list[str]:
    """What an auditor looked for: the words as they were typed, and the filters as the address had them."""
    words, narrowed = entry.personal.get("words"), entry.personal.get("narrowed", "").lstrip("?")
    said = [_("Gesucht: %(words)s") % {"words": words}] if words else []
    return [*said, _("Eingegrenzt: %(filters)s") % {"filters": narrowed}] if narrowed else said


def _changes(entry: Told) -> list[str]:
    """Pairs of "name.before" and "name.after" as one line each."""
    before, after = _side(entry, "before"), _side(entry, "after")
    return [
        f"{_(_LABELS.get(name, name))}: {before.get(name) or '–'} → {after.get(name) or '–'}"
        for name in sorted({*before, *after})
    ]


def _side(entry: Told, side: str) -> dict[str, str]:
    found = {name.rpartition(".")[0]: value for name, value in entry.personal.items() if name.endswith(f".{side}")}
    known = entry.facts.get(side)
    if isinstance(known, Mapping):
        found |= {str(name): str(value) for name, value in known.items()}
    return found
