"""What the jump box can do beside jumping: open a place, begin something. Each shows to whom it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenakte.doors.web import rooms
from kundenakte.doors.web.shell import Place
from kundenakte.records.models import Verb
from kundenakte.records.reach import Rights
from kundenakte.steps.search.analysis import fold, pieces


@dataclass(frozen=True, slots=True)
class Wish:
    """A command in the language of the screen."""

    label: str
    address: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Command:
    """A wish in words, and the address that fulfils it. `words`: by what else people call it."""

    label: object
    url_name: str
    icon: str
    words: object = ""
    verbs: frozenset[Verb] = field(default_factory=frozenset)

    @property
    def address(self) -> str:
        """Where it leads."""
        return reverse(self.url_name)

    def is_open_to(self, rights: Rights) -> bool:
        """Whether the user may: one of the verbs is enough. An auditor finds the few screens of his room."""
        if rights.is_auditor and self.url_name not in _OF_THE_ACCOUNT and not rooms.shows(self.url_name):
            return False
        return not self.verbs or any(rights.has(verb) for verb in self.verbs)


_OF_THE_ACCOUNT: Final = frozenset({"account_change_password", "mfa_index"})
_RUNS: Final = frozenset({Verb.ADMINISTER})
COMMANDS: Final = (
    Command(gettext_lazy("Posteingang öffnen"), "inbox", "inbox", gettext_lazy("Eingang wartet Zuordnen"),
            frozenset({Verb.INBOX, Verb.FILE, Verb.ADMINISTER})),
    Command(gettext_lazy("Hochladen"), "upload", "upload", gettext_lazy("Datei Dokument neu hinzufügen Upload"),
            frozenset({Verb.FILE})),
    Command(gettext_lazy("Kunden zeigen"), "customers", "users", gettext_lazy("Kundenliste Liste alle")),
    Command(gettext_lazy("Neuer Kunde"), "customers-new", "user-plus", gettext_lazy("Kunden anlegen Interessent"),
            frozenset({Verb.CHANGE_CUSTOMER})),
    Command(gettext_lazy("Kundenliste einlesen"), "customers-import", "file-up", gettext_lazy("Import CSV"),
            frozenset({Verb.CHANGE_CUSTOMER})),
    Command(gettext_lazy("Neueste Dokumente"), "search", "clock", gettext_lazy("zuletzt heute Suche")),
    Command(gettext_lazy("Startseite öffnen"), "start", "house", gettext_lazy("Übersicht")),
    Command(gettext_lazy("Aufgaben öffnen"), "tasks", "list-checks", gettext_lazy("Umlaufmappen offen zu tun")),
    Command(gettext_lazy("Was unterwegs ist"), "tasks-overview", "chart-column",
            gettext_lazy("Vorgänge Umlaufmappen Übersicht überfällig")),
    Command(gettext_lazy("Trennblätter drucken"), "separator-sheets", "scan-line",
            gettext_lazy("Scanner Stapel Barcode"), frozenset({Verb.FILE})),
    Command(gettext_lazy("Tasten zeigen"), "shortcuts", "keyboard", gettext_lazy("Tastenkürzel Tastatur Hilfe")),
    Command(gettext_lazy("Abwesenheit und Kalender"), "own-absence", "calendar-off",
            gettext_lazy("Vertretung Urlaub krank")),
    Command(gettext_lazy("Passwort ändern"), "account_change_password", "key-round", gettext_lazy("Kennwort Konto")),
    Command(gettext_lazy("Zweiter Faktor"), "mfa_index", "shield-check", gettext_lazy("Anmeldung Sicherheit TOTP")),
    # Places of the administration that are not in its menu.
    Command(gettext_lazy("Benutzer"), "administration-users", "users",
            gettext_lazy("Konten anlegen sperren Verwaltung"), _RUNS),
    Command(gettext_lazy("Rollen"), "administration-roles", "id-card", gettext_lazy("Teams Verwaltung"), _RUNS),
    Command(gettext_lazy("Rechte"), "administration-rights", "table-2", gettext_lazy("Berechtigung Matrix Verwaltung"),
            _RUNS),
    Command(gettext_lazy("Wer sieht was?"), "administration-seers", "eye", gettext_lazy("Warum Rechte Verwaltung"),
            _RUNS),
    Command(gettext_lazy("Freigaben und Verbote"), "administration-exceptions", "key-round",
            gettext_lazy("Ausnahmen Rechte Verwaltung"), _RUNS),
    Command(gettext_lazy("Prüferzugänge"), "administration-audits", "glasses",
            gettext_lazy("Betriebsprüfung Finanzamt Z1 Verwaltung"), _RUNS),
    Command(gettext_lazy("Prozesse"), "administration-processes", "workflow", gettext_lazy("Abläufe BPMN Verwaltung"),
            _RUNS),
    Command(gettext_lazy("Eigene Firma"), "administration-company", "building-2", gettext_lazy("Verwaltung"), _RUNS),
    Command(gettext_lazy("Überwachte Ordner"), "administration-folders", "folder-input",
            gettext_lazy("Scanner Dateiserver ERP Verwaltung"), _RUNS),
    Command(gettext_lazy("E-Mail"), "administration-mail", "mail",
            gettext_lazy("Postfächer Postfach Mail-Eingang IMAP SMTP Verwaltung"), _RUNS),
    Command(gettext_lazy("Zustand"), "administration-state", "heart-pulse",
            gettext_lazy("Gesundheit Platz Sicherung Störung Verwaltung"), _RUNS),
)  # fmt: skip


def commands_for(rights: Rights, text: str, *, places: Sequence[Place] = (), limit: int) -> list[Wish]:
    """What is open to somebody and begins as the text does, in order; for no text the first ones.

    `places`: the entries of the administration's menu that are open to her.
    """
    typed = [fold(part) for part in pieces(text)]
    if text.strip() and not typed:
        return []
    wishes = [
        *(Wish(str(one.label), one.address, one.icon, str(one.words)) for one in COMMANDS if one.is_open_to(rights)),
        *(Wish(place.name, place.address, place.icon, _("Verwaltung")) for place in places),
    ]
    return [wish for wish in wishes if _begins(f"{wish.label} {wish.words}", typed)][:limit]


def _begins(said: str, typed: list[str]) -> bool:
    words = [fold(word) for word in pieces(said)]
    return all(any(word.startswith(part) for word in words) for part in typed)
