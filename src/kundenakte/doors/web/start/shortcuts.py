"""The keys that do something, in one place: what the scripts in static/web listen for."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kundenakte.doors.web.page import SignedIn, screen

Keys = tuple[tuple[str, ...], object]

GROUPS: Final[tuple[tuple[object, tuple[Keys, ...]], ...]] = (
    (
        gettext_lazy("Überall"),
        (
            (("Strg+K", "/"), gettext_lazy("Kunde, Dokument oder Befehl suchen und dorthin springen")),
            (("?",), gettext_lazy("Diese Übersicht")),
            (("Esc",), gettext_lazy("Menü oder Feld verlassen")),
            (("Tab",), gettext_lazy("Am Anfang einer Seite: zum Inhalt oder zu den Dokumenten springen")),
        ),
    ),
    (
        gettext_lazy("In der Akte"),
        (
            (("↓", "j"), gettext_lazy("nächstes Dokument, die Vorschau folgt")),
            (("↑", "k"), gettext_lazy("voriges Dokument")),
            (("Pos1", "Ende"), gettext_lazy("erstes, letztes Dokument der Liste")),
            (("Enter",), gettext_lazy("Dokument öffnen")),
            (("Leertaste",), gettext_lazy("Dokument markieren, mit Umschalt bis hierher")),
            (
                ("+", "-", "0", "9", "r"),
                gettext_lazy("Vorschau größer, kleiner, in ganzer Breite, als ganze Seite, gedreht"),
            ),
            (("f",), gettext_lazy("in dieser Akte nach Titel oder Nummer filtern")),
            (("Esc",), gettext_lazy("Markierungen aufheben")),
        ),
    ),
    (
        gettext_lazy("In der Vorschau und auf der Seite eines Dokuments"),
        (
            (("Bild ab", "→"), gettext_lazy("nächste Seite")),
            (("Bild auf", "←"), gettext_lazy("vorige Seite")),
            (("+", "-"), gettext_lazy("größer, kleiner")),
            (("0", "9"), gettext_lazy("ganze Breite, ganze Seite")),
            (("r",), gettext_lazy("Ansicht drehen")),
            (("f",), gettext_lazy("im Dokument suchen")),
            (("j", "k"), gettext_lazy("nächstes, voriges Dokument der Liste")),
        ),
    ),
    (
        gettext_lazy("Im Posteingang"),
        (
            (("↓", "↑"), gettext_lazy("nächster, voriger Eingang")),
            (("1", "2", "3"), gettext_lazy("den Vorschlag mit dieser Nummer nehmen")),
            (("Enter",), gettext_lazy("einakten")),
            (("n", "v", "l", "z"), gettext_lazy("wenn gefragt wird: neues Dokument, neue Version, schon da, zurück")),
        ),
    ),
    (
        gettext_lazy("Beim Prüfen von gescanntem Papier"),
        (
            (("→", "←"), gettext_lazy("nächste, vorige Seite")),
            (("1", "2", "3"), gettext_lazy("in Ordnung, mangelhaft, neu scannen")),
            (("+", "Esc"), gettext_lazy("Seite groß ansehen, zurück zu allen")),
            (("Enter",), gettext_lazy("Urteile speichern und weiter")),
        ),
    ),
)


@require_safe
@screen
def shortcuts(request: SignedIn) -> HttpResponse:
    """All of them, by where they hold."""
    return render(request, "start/shortcuts.html", {"groups": GROUPS})
