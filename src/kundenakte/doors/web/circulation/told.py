"""The minutes of a folder in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import CirculationFolder, MinutesEntry
from kundenakte.circulation.models.minutes import What
from kundenakte.doors.web.circulation.cover import named
from kundenakte.records.models import Document

_SENTENCES: Final[Mapping[str, str]] = {
    What.STARTED: gettext_noop("%(who)s hat die Mappe auf den Weg gebracht."),
    What.DOCUMENT_ADDED: gettext_noop("%(who)s hat ein Dokument eingelegt."),
    What.DOCUMENT_REMOVED: gettext_noop("%(who)s hat ein Dokument entnommen."),
    What.EXTENDED: gettext_noop("%(who)s hat eine Station hinzugefügt: %(to)s, %(wish)s."),
    What.SHORTENED: gettext_noop("%(who)s hat eine Station entfallen lassen: %(to)s, %(wish)s."),
    What.MOVED: gettext_noop("Die Station von %(to)s rückt damit einen Schritt nach hinten."),
    What.OPENED: gettext_noop("Vorgelegt: %(to)s, %(wish)s."),
    What.CLAIMED: gettext_noop("%(who)s hat die Aufgabe von %(to)s übernommen."),
    What.GIVEN_BACK: gettext_noop("%(who)s hat die Aufgabe zurückgelegt: %(to)s, %(wish)s."),
    What.HANDED_ON: gettext_noop("%(who)s hat die Aufgabe von %(to)s weitergegeben."),
    What.COMPLETED: gettext_noop("%(who)s hat die Aufgabe erledigt (%(wish)s)."),
    What.APPROVED: gettext_noop("%(who)s hat zugestimmt (%(wish)s)."),
    What.REFUSED: gettext_noop("%(who)s hat die Mappe zurückgewiesen."),
    What.WITHDRAWN: gettext_noop("Die Aufgabe von %(to)s ist damit zurückgezogen."),
    What.ESCALATED: gettext_noop("Die Aufgabe von %(to)s ist überfällig."),
    What.LINK_GIVEN: gettext_noop("%(who)s hat jemandem ohne Konto einen Einmal-Link zu dieser Aufgabe gegeben."),
    What.LINK_ENDED: gettext_noop("%(who)s hat den Einmal-Link zurückgenommen."),
    What.RECALLED: gettext_noop("%(who)s hat die Mappe zurückgerufen."),
    What.FINISHED: gettext_noop("Der Umlauf ist abgeschlossen."),
    What.MIGRATED: gettext_noop("%(who)s hat den Vorgang auf eine andere Ausgabe des Prozesses umgestellt."),
}

# What is said otherwise of a case: nobody carries a folder there.
_OF_CASES: Final[Mapping[str, str]] = {
    What.STARTED: gettext_noop("%(who)s hat den Vorgang begonnen."),
    What.RECALLED: gettext_noop("%(who)s hat den Vorgang abgebrochen."),
    What.FINISHED: gettext_noop("Der Vorgang ist zu Ende."),
    What.TIMER: gettext_noop("Eine Frist ist abgelaufen: %(step)s."),
    What.MESSAGE: gettext_noop("%(who)s hat festgehalten: %(step)s."),
    What.ERRAND: gettext_noop("%(who)s hat einen Schritt des Prozesses erledigt: %(step)s."),
}
_SKIPPED: Final = gettext_noop("%(who)s hat den Vorgang ohne diesen Schritt weitergehen lassen: %(step)s.")


@dataclass(frozen=True, slots=True)
class OfCase:
    """How the minutes of a case name things: its stops by their activity, the elements of its process."""

    activities: Mapping[int, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the minutes as it is read."""

    number: int
    at: datetime
    sentence: str
    instead_of: str
    comment: str
    # Only one the reader may see.
    document: Document | None


def told(folder: CirculationFolder, visible: Mapping[int, Document], *, case: OfCase | None = None) -> list[Told]:
    """All lines in order. In a case a stop is called by its activity, and its writing is not told."""
    return [
        Told(
            row.number, row.at, _of_case(row, case) if case else _sentence(row), row.instead_of, row.comment,
            visible.get(row.document_id) if row.document_id else None,
        )
        for row in minutes_of(folder)
        if not (case is not None and row.what in {What.EXTENDED, What.SHORTENED})
    ]  # fmt: skip


def _of_case(row: MinutesEntry, case: OfCase) -> str:
    element = str(row.after.get("element", ""))
    words = {"step": _(str(row.after.get("message", "")) or case.names.get(element, "") or element)}
    if activity := case.activities.get(row.stop_id or 0):
        words["wish"] = activity
    is_skipped = row.what == What.ERRAND and row.after.get("state") == "skipped"
    return _sentence(row, _SKIPPED if is_skipped else _OF_CASES.get(row.what, ""), words)


def _sentence(row: MinutesEntry, said: str = "", words: Mapping[str, str] | None = None) -> str:
    about = row.task or row.stop
    said = said or _SENTENCES.get(row.what, "")
    template = _(said) if said else "%(who)s: " + _(row.get_what_display())
    return template % {
        "who": row.who or _("Die Kundenakte"), "to": named(about) if about else "",
        "wish": _(about.get_wish_display()) if about else "", **(words or {}),
    }  # fmt: skip
