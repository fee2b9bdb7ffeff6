"""What the page of a document says about the signatures in it: whose, when, of which kind, and whether they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation.trans_null import gettext_noop

from kundenakte.base.journal import queries as journal
from kundenakte.base.journal.queries import Told
from kundenakte.doors.web.templatetags.shown import moment
from kundenakte.records import sources
from kundenakte.records.findings import FoundSignature
from kundenakte.records.models import Document, Version

_STATES: Final = {
    "fits": gettext_noop("Seit der Unterschrift ist nichts verändert."),
    "added": gettext_noop(
        "Was unterschrieben ist, ist unverändert; danach kam nur hinzu, was die Unterschrift erlaubt."
    ),
    "changed": gettext_noop("Nach der Unterschrift ist etwas hinzugekommen, das sie nicht deckt."),
    "altered": gettext_noop("Die Unterschrift passt nicht zum Inhalt: Er wurde verändert."),
    "unreadable": gettext_noop("Ob die Unterschrift passt, ließ sich nicht prüfen."),
}
_WHAT_IT_IS: Final = {
    "simple": gettext_noop("Einfache elektronische Signatur mit dem Zertifikat dieses Hauses, keine qualifizierte."),
    "advanced": gettext_noop("Fortgeschrittene elektronische Signatur, keine qualifizierte."),
    "qualified": gettext_noop("Qualifizierte elektronische Signatur."),
}
_GOOD: Final = frozenset({"fits", "added"})


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature in words: who and when, whether it fits, what it is worth."""

    title: str
    state: str
    worth: str
    is_good: bool


def signatures(document: Document, version: Version, found: Sequence[FoundSignature]) -> list[Signature]:
    """The signatures of this version, those of the house with the name from its journal."""
    if not found and version.source != sources.SIGNED:
        return []
    ours = {
        str(one.facts.get("field")): one
        for one in journal.history(document)
        if one.kind == "document.signed" and int(one.facts.get("version", 0)) <= version.number
    }
    said = [_of_ours(ours[one.field], one) if _is_ours(one, ours) else _of_others(one) for one in found]
    read = {one.field for one in found}
    waiting = [one for one in ours.values() if one.facts.get("field") not in read] if not found else []
    return [*said, *(_not_read_yet(one) for one in waiting)]


def _is_ours(one: FoundSignature, ours: Mapping[str, Told]) -> bool:
    """Signed here, with that very certificate: the name of a field alone anybody can write."""
    return one.field in ours and ours[one.field].facts.get("fingerprint") == one.fingerprint


def _of_ours(entry: Told, one: FoundSignature) -> Signature:
    return Signature(_title(entry), _(_STATES[one.state]), _worth(entry), one.state in _GOOD)


def _not_read_yet(entry: Told) -> Signature:
    return Signature(_title(entry), _("Die Unterschrift wird noch einmal gelesen."), _worth(entry), is_good=True)


def _title(entry: Told) -> str:
    who = entry.actor or _("Jemand (Name gelöscht)")
    return _("Unterschrieben von %(who)s am %(when)s.") % {"who": who, "when": moment(entry.at)}


def _worth(entry: Told) -> str:
    return _(_WHAT_IT_IS.get(str(entry.facts.get("signature")), _WHAT_IT_IS["simple"]))


def _of_others(one: FoundSignature) -> Signature:
    who = one.by or _("jemandem, der nicht zu lesen ist")
    words = {"who": who, "when": moment(_moment(one.signed_at)) or "–"}
    if one.is_time_stamp:
        title = _("Enthält einen Zeitstempel von %(who)s (%(when)s).") % words
    elif one.signed_at:
        title = _("Enthält eine Unterschrift von %(who)s, nach deren Angabe vom %(when)s.") % words
    else:
        title = _("Enthält eine Unterschrift von %(who)s.") % words
    worth = _("Wem dieses Zertifikat gehört und was es wert ist, ist hier nicht geprüft.")
    return Signature(title, _(_STATES[one.state]), worth, one.state in _GOOD)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
