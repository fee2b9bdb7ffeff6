"""What the jump box can do beside jumping: open a place, begin something. Each shows to whom it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
        """Whether the user may: one of the verbs is enough."""
        return not self.verbs or any(rights.has(verb) for verb in self.verbs)


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
    Command(gettext_lazy("Tasten zeigen"), "shortcuts", "keyboard", gettext_lazy("Tastenkürzel Tastatur Hilfe")),
    Command(gettext_lazy("Passwort ändern"), "account_change_password", "key-round", gettext_lazy("Kennwort Konto")),
    Command(gettext_lazy("Zweiter Faktor"), "mfa_index", "shield-check", gettext_lazy("Anmeldung Sicherheit TOTP")),
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
