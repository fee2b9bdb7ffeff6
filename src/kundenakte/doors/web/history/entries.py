"""What happened to a document, an arrival or a customer, newest first, one sentence for each entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.base.journal.queries import Told, history_of_many
from kundenakte.doors.web.history.rows import Names, names_in
from kundenakte.doors.web.history.sentences import SENTENCES
from kundenakte.records.models import DocumentClass

# Fields of a document as "before → after" lines name them.
_LABELS: Mapping[str, str] = {
    "title": "Titel", "number": "Nummer", "dated_on": "Datum", "section": "Register", "document_class": "Klasse",
    "name": "Name", "name2": "Namenszusatz", "address": "Anschrift", "identifiers": "Kennungen",
    "contacts": "Ansprechpartner", "state": "Stand", "group": "Kundengruppe",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    at: datetime
    sentence: str
    details: list[str] = field(default_factory=list)
    seq: int | None = None


def history_of(user: User, subjects: Sequence[tuple[str, int]], *, limit: int = 200) -> list[Entry]:
    """The entries about these rows, given as (type, id). Names the user may not see are left out.

    Costs two queries for each type of row and one for each type of what the entries name, however many there are.
    """
    ids: dict[str, list[int]] = {}
    for kind, pk in subjects:
        ids.setdefault(kind, []).append(pk)
    told = [entry for kind, keys in ids.items() for entry in history_of_many(kind, keys, limit=limit)]
    told.sort(key=lambda entry: (entry.at, str(entry.id)), reverse=True)
    told = told[:limit]
    names = names_in(user, (value for entry in told for value in _references(entry)))
    classes = dict(DocumentClass.objects.values_list("code", "name"))
    return [_entry(entry, names, classes) for entry in told]


def _references(entry: Told) -> Iterable[str]:
    return (value for value in entry.facts.values() if isinstance(value, str))


def _entry(entry: Told, names: Names, classes: Mapping[str, str]) -> Entry:
    words = _Words({"who": _who(entry)})
    for name, value in entry.facts.items():
        words[name] = names.get(str(value), value) if isinstance(value, str) else value
    words["document_class"] = _(classes.get(str(entry.facts.get("document_class", "")), ""))
    words["text"] = next((v for k, v in sorted(entry.personal.items()) if k.endswith(".after") and v), "")
    template = SENTENCES.get(entry.kind)
    sentence = _(template) % words if template else f"{words['who']}: {entry.kind}"
    return Entry(entry.at, sentence, _details(entry), entry.seq)


class _Words(dict[str, object]):
    """What a sentence is filled with; what an entry does not say is left open."""

    def __missing__(self, key: str) -> str:
        return "–"


def _who(entry: Told) -> str:
    if entry.actor_kind == "rule":
        return _("Die Kundenakte")
    if entry.actor_kind == "system":
        return _("Das System")
    return entry.actor or _("Jemand (Name gelöscht)")


def _details(entry: Told) -> list[str]:
    lines = []
    if entry.reason:
        lines.append(_("Grund: %(reason)s") % {"reason": entry.reason})
    lines += [_labelled(line) for line in entry.personal.get("before_after", "").splitlines()]
    lines += _changes(entry)
    if entry.personal.get("file_name"):
        lines.append(_("Datei: %(name)s") % {"name": entry.personal["file_name"]})
    if entry.personal.get("origin"):
        lines.append(_("Herkunft: %(origin)s") % {"origin": entry.personal["origin"]})
    if entry.erased:
        lines.append(_("Personenbezogene Angaben dieses Eintrags sind gelöscht."))
    return lines


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


def _labelled(line: str) -> str:
    name, colon, rest = line.partition(": ")
    return f"{_(_LABELS.get(name, name.removeprefix('fields.')))}{colon}{rest}"
