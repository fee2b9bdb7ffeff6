"""The one sentence about a document's retention: until when, since when, because of what; and what else keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from kundenakte.records.retention.blocks import Blocks
from kundenakte.records.retention.engine import End, Term

EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ISSUED": gettext_noop("Ausstellung"),
        "CREATED": gettext_noop("Erstellung"),
        "SENT": gettext_noop("Versand"),
        "RECEIVED": gettext_noop("Empfang"),
        "SENT_OR_RECEIVED": gettext_noop("Versand oder Empfang"),
        "LATER_OF_ISSUED_RECEIVED": gettext_noop("Ausstellung oder Empfang, der spätere Tag"),
        "CONTRACT_END": gettext_noop("Vertragsende"),
        "CASE_CLOSED": gettext_noop("Abschluss des Vorgangs"),
        "LAST_CONTACT": gettext_noop("letzter Kontakt"),
        "LAST_ENTRY": gettext_noop("letzter Eintrag"),
        "CONFIDENTIALITY_END": gettext_noop("Ende der Geheimhaltung"),
        "LAST_DEPENDENT_OR_REL_END": gettext_noop("Ende der Geschäftsbeziehung"),
        "SUPERSEDED": gettext_noop("Ablösung durch eine neue Fassung"),
        "EXPIRED": gettext_noop("Ende der Gültigkeit"),
        "WITHDRAWN": gettext_noop("Widerruf"),
        "LEGAL_FORCE": gettext_noop("Rechtskraft"),
        "PLACED_ON_MARKET": gettext_noop("Inverkehrbringen"),
        "LAST_USE_OR_GRANTED": gettext_noop("letzte Verwendung"),
        "DISPOSED": gettext_noop("Aussonderung"),
        "LAST_COVERED_DOC_DISPOSED": gettext_noop("Aussonderung des letzten betroffenen Dokuments"),
        "LAST_EXPLAINED_DOC_ENDED": gettext_noop("Fristende des letzten erklärten Dokuments"),
        "INHERIT_FROM_DOC": gettext_noop("wie das gescannte Dokument"),
    }
)


def event(start: str) -> str:
    """An event as people read it."""
    return _(EVENTS.get(start, start))


def sentence(end: End) -> str:
    """Until when, since when, because of what, in the reader's language."""
    term = end.term
    if term is None:
        return _("Für dieses Dokument gibt es keine Aufbewahrungsregel. Es wird aufbewahrt, bis jemand das klärt.")
    words = {
        "years": _years(term.years),
        "rule": _(term.rule.name),
        "basis": term.rule.basis,
        "event": event(term.rule.start),
    }
    if end.until is None or term.event is None:
        return (
            _("Wird ohne Enddatum aufbewahrt: Die Frist von %(years)s (%(rule)s; %(basis)s) beginnt erst mit diesem "
              "Ereignis, das noch nicht eingetragen ist: %(event)s.") % words
        )  # fmt: skip
    words |= {"until": day(end.until), "on": day(term.event), "since": _since(term)}
    return (
        _("Wird aufbewahrt bis %(until)s: %(years)s ab %(since)s (%(event)s am %(on)s), nach der Regel „%(rule)s“ "
          "(%(basis)s).") % words
    ) + _more(term)  # fmt: skip


def past_sentence(end: End) -> str:
    """Why it may go: since when its period is over, and because of what it was kept."""
    term = end.term
    if term is None or end.until is None or term.event is None:
        return sentence(end)
    words = {
        "until": day(end.until), "years": _years(term.years), "since": _since(term), "rule": _(term.rule.name),
        "basis": term.rule.basis, "event": event(term.rule.start), "on": day(term.event),
    }  # fmt: skip
    return (
        _("War aufzubewahren bis %(until)s: %(years)s ab %(since)s (%(event)s am %(on)s), nach der Regel „%(rule)s“ "
          "(%(basis)s).") % words
    )  # fmt: skip


def reasons(blocks: Blocks, *, with_reasons: bool) -> list[str]:
    """What else keeps the document, one sentence each; why a hold was set only for those who manage retention."""
    said = []
    for hold in blocks.holds:
        words = {
            "kind": _(hold.get_kind_display()),
            "on": day(timezone.localdate(hold.set_at)),
            "review": day(hold.review_on),
        }
        text = _("Löschsperre seit %(on)s: %(kind)s. Sie wird am %(review)s überprüft.") % words
        said.append(f"{text} {hold.reason}" if with_reasons else text)
    if blocks.year and blocks.year.assumed_until:
        words = {"year": str(blocks.year.year), "until": day(blocks.year.assumed_until)}
        said.append(
            _("Das Veranlagungsjahr %(year)s ist noch nicht abgeschlossen; ohne andere Angabe gilt es bis %(until)s "
              "als offen (§ 147 Abs. 3 Satz 5 AO).") % words
        )  # fmt: skip
    elif blocks.year:
        said.append(
            _("Das Veranlagungsjahr %(year)s ist offen (§ 147 Abs. 3 Satz 5 AO).") % {"year": str(blocks.year.year)}
        )
    if blocks.attached_to:
        said.append(_("Es ist Anlage eines Dokuments, das noch aufbewahrt wird."))
    return said


def what_counts(end: End, blocks: Blocks) -> str:
    """Which of two days counts when something else keeps the document too; empty when there is but one."""
    if end.until is None or not blocks:
        return ""
    if blocks.holds or blocks.attached_to or blocks.year is None or blocks.year.assumed_until is None:
        return _("Es zählt, was länger gilt: Auch nach dem %(until)s bleibt das Dokument, solange das nicht "
                 "aufgehoben ist.") % {"until": day(end.until)}  # fmt: skip
    if blocks.year.assumed_until <= end.until:
        return _("Es zählt der spätere Tag: der %(until)s.") % {"until": day(end.until)}
    return _("Es zählt der spätere Tag: Das Dokument bleibt bis %(later)s, oder bis das Veranlagungsjahr abgeschlossen "
             "ist, mindestens aber bis %(until)s.") % {
        "later": day(blocks.year.assumed_until), "until": day(end.until),
    }  # fmt: skip


def day(value: date) -> str:
    """A day as the reader's language writes it: 24.11.2026, or 24 Nov 2026, which cannot be read in two ways."""
    return date_format(value, "d.m.Y" if (get_language() or "de").startswith("de") else "j M Y")


def _since(term: Term) -> str:
    if term.event is None:
        return ""
    if term.rule.from_year_end:
        return _("Ende des Jahres %(year)s") % {"year": str(term.event.year)}
    return day(term.event)


def _years(years: int) -> str:
    return ngettext("%(n)s Jahr", "%(n)s Jahre", years) % {"n": years}


def _more(term: Term) -> str:
    if term.because == "ten_years":
        return " " + _("Die zehn Jahre sind eine Entscheidung des Hauses; das Gesetz verlangt weniger.")
    if term.because == "financial_sector":
        return " " + _("Für Belege im Finanzsektor gelten zehn Jahre.")
    return ""
