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
    What.TIMER: gettext_noop("Eine Frist ist abgelaufen."),
    What.MESSAGE: gettext_noop("%(who)s hat festgehalten, dass eingetroffen ist, worauf der Vorgang wartete."),
    What.ERRAND: gettext_noop("%(who)s hat einen Schritt des Prozesses erledigt."),
    What.MIGRATED: gettext_noop("%(who)s hat den Vorgang auf eine andere Ausgabe des Prozesses umgestellt."),
}


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


def told(
    folder: CirculationFolder, visible: Mapping[int, Document], *, activities: Mapping[int, str] | None = None
) -> list[Told]:
    """All lines in order. In a case a stop is called by its activity (`activities`), and its writing is not told."""
    return [
        Told(
            row.number, row.at, _sentence(row, activities or {}), row.instead_of, row.comment,
            visible.get(row.document_id) if row.document_id else None,
        )
        for row in minutes_of(folder)
        if not (activities is not None and row.what in {What.EXTENDED, What.SHORTENED})
    ]  # fmt: skip


def _sentence(row: MinutesEntry, activities: Mapping[int, str]) -> str:
    about = row.task or row.stop
    wish = activities.get(row.stop_id or 0) or (_(about.get_wish_display()) if about else "")
    said = _(_SENTENCES[row.what]) if row.what in _SENTENCES else "%(who)s: " + _(row.get_what_display())
    return said % {"who": row.who or _("Die Kundenakte"), "to": named(about) if about else "", "wish": wish}
