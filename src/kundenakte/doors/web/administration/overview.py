"""The first page of the administration: every place, with a word on how it stands there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import Role, User
from kundenakte.customers.models import OwnCompany
from kundenakte.doors.web import page
from kundenakte.doors.web.administration import audits, mail, sources
from kundenakte.doors.web.administration.exceptions import holding
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.administration.state import verdict
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.models import Verb
from kundenakte.steps.intake.models import WatchedFolder

# Address, icon, heading, what one does there.
_PEOPLE: Final = (
    ("administration-users", "users", gettext_noop("Benutzer"),
     gettext_noop("Konten anlegen und sperren, Rollen geben, Zugänge für Programme")),
    ("administration-roles", "id-card", gettext_noop("Rollen"), gettext_noop("Welche Aufgaben es im Haus gibt")),
    ("administration-rights", "table-2", gettext_noop("Rechte"),
     gettext_noop("Was jede Rolle in welchem Register darf")),
    ("administration-seers", "eye", gettext_noop("Wer sieht was?"),
     gettext_noop("Zu einem Dokument, einem Register oder einem Kunden, mit Begründung")),
    ("administration-exceptions", "key-round", gettext_noop("Freigaben und Verbote"),
     gettext_noop("Ausnahmen für einzelne Akten, Dokumente und Kundengruppen")),
    ("administration-audits", "glasses", gettext_noop("Prüferzugänge"),
     gettext_noop("Betriebsprüfer lesen Jahre und Klassen bis zu einem Tag, jeder Blick steht im Protokoll")),
)  # fmt: skip
_STRUCTURE: Final = (
    ("plan", "folder-tree", gettext_noop("Aktenplan"), gettext_noop("Register, ihre Namen und Regeln")),
    ("classes", "shapes", gettext_noop("Dokumentklassen"),
     gettext_noop("Arten von Dokumenten und ihre Felder")),
    ("rules", "route", gettext_noop("Ablageregeln"),
     gettext_noop("Eigene Regeln, mit Probe an vorhandenen Dokumenten")),
    ("administration-processes", "workflow", gettext_noop("Prozesse"),
     gettext_noop("Abläufe als BPMN: Ausgaben, Prüfung, Probelauf")),
)  # fmt: skip
_RETENTION: Final = (
    ("retention", "calendar-clock", gettext_noop("Aufbewahrung"),
     gettext_noop("Fristen, Löschsperren und Aussonderung")),
)  # fmt: skip
_HOUSE: Final = (
    ("administration-company", "building-2", gettext_noop("Eigene Firma"),
     gettext_noop("Namen, Nummern und Adressen, an denen nie ein Kunde erkannt wird")),
    ("administration-sources", "list-checks", gettext_noop("Quellen"),
     gettext_noop("Was jede gebracht hat und was daraus wurde, lückenlos gezählt")),
    ("administration-folders", "folder-input", gettext_noop("Überwachte Ordner"),
     gettext_noop("Wo ERP, Scanner und Dateiserver ihre Dokumente hinlegen")),
    ("shares", "hard-drive", gettext_noop("Dateiserver"),
     gettext_noop("Laufwerke nach ihren Pfaden in die Akten übernehmen, mit Probelauf")),
    ("papers-rules", "shredder", gettext_noop("Papier nach dem Scannen"),
     gettext_noop("Wie geprüft wird, bevor Papier vernichtet werden darf")),
    ("administration-mail", "mail", gettext_noop("E-Mail"),
     gettext_noop("Postfächer, aus denen geholt wird, und der eigene Mail-Eingang")),
    ("administration-state", "heart-pulse", gettext_noop("Zustand"),
     gettext_noop("Platz, Datenbank, Suche, Prozesse und was zu tun ist")),
    ("ledger", "activity", gettext_noop("Betrieb"), gettext_noop("Was wartet, läuft und gescheitert ist")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A link with a word on how it stands there; `is_urgent` when somebody should look."""

    address: str
    icon: str
    name: str
    purpose: str
    stand: str = ""
    is_urgent: bool = False


@require_safe
@administrators
def overview(request: SignedIn) -> HttpResponse:
    """Everything an administrator can set up or look at."""
    stands = _stands()
    groups = [
        (_("Menschen und Rechte"), _places(_PEOPLE, stands)),
        (_("Ordnung der Akten"), [*_places(_STRUCTURE, stands), *_places(_kept(request), stands)]),
        (_("Haus"), _places(_HOUSE, stands)),
    ]
    return render(request, "administration/overview.html", {"groups": [group for group in groups if group[1]]})


def _kept(request: SignedIn) -> tuple[tuple[str, str, str, str], ...]:
    """Retention has a right of its own."""
    return _RETENTION if page.rights(request).has(Verb.RETENTION) else ()


def _places(rows: tuple[tuple[str, str, str, str], ...], stands: dict[str, tuple[str, bool]]) -> list[Place]:
    found = []
    for name, icon, heading, purpose in rows:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        stand, is_urgent = stands.get(name, ("", False))
        found.append(Place(address, icon, _(heading), _(purpose), stand, is_urgent))
    return found


def _stands() -> dict[str, tuple[str, bool]]:
    people = User.objects.filter(is_active=True, is_service=False).count()
    programs = User.objects.filter(is_active=True, is_service=True).count()
    roles = Role.objects.count()
    exceptions = holding(timezone.now()).count()
    folders = WatchedFolder.objects.filter(enabled=True)
    troubled = folders.exclude(problem="").count()
    company = OwnCompany.objects.order_by("pk").first()
    health = verdict()
    return {
        "administration-users": (
            ", ".join((
                ngettext("%(n)d Person", "%(n)d Personen", people) % {"n": people},
                ngettext("%(n)d Programm", "%(n)d Programme", programs) % {"n": programs},
            )), False,
        ),
        "administration-roles": (ngettext("%(n)d Rolle", "%(n)d Rollen", roles) % {"n": roles}, False),
        "administration-exceptions": (
            ngettext("%(n)d gilt gerade", "%(n)d gelten gerade", exceptions) % {"n": exceptions}, False
        ),
        "administration-folders": (
            ngettext("%(n)d steht still", "%(n)d stehen still", troubled) % {"n": troubled} if troubled
            else _("%(n)d überwacht") % {"n": folders.count()},
            troubled > 0,
        ),
        "administration-audits": audits.stand(),
        "administration-sources": sources.stand(),
        "administration-mail": mail.stand(),
        "administration-company": (company.name if company else _("noch nicht eingetragen"), company is None),
        "administration-state": (health.sentence, health.grade != "good"),
    }  # fmt: skip
