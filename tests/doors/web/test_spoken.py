"""What was stored in German is read in the language of the screen."""

from __future__ import annotations

import pytest
from django.utils import translation

from kundenakte.base.refusals import Label
from kundenakte.config import translations
from kundenakte.doors.web.spoken import in_other_words
from kundenakte.doors.web.templatetags.shown import moment, said
from kundenakte.records.refusals import BadValue
from kundenakte.steps.filing.evidence import START_WEIGHTS, Evidence
from tests.builders import NOW

GERMAN = ("Die ", "Der ", "Das ", "Ein ", "Eine ", " steht ", " stehen ", "auf Seite", "gehört", "nennt")


@pytest.fixture(autouse=True)
def _english() -> object:
    translations.compile_all()
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Es wurde kein Kunde gefunden.", "No customer was found."),
        (
            "Die Kundennummer K-10003 ist nicht bekannt, obwohl Name und Anschrift passen.",
            "The customer number K-10003 is not known, although name and address fit.",
        ),
        (
            "Die Quelle nennt einen anderen Kunden als das Dokument. Die IBAN DE02 1203 steht auf Seite 2.",
            "The source names another customer than the document. The IBAN DE02 1203 stands on page 2.",
        ),
        ("Vermutlich ist es: Ausgangsrechnung. Bitte bestätigen.", "It is probably: Outgoing invoice. Please confirm."),
        (
            "Petra Plan hat es aus der Akte zurückgelegt. Grund: Das ist die falsche Akte. Bitte prüfen!",
            "Petra Plan took it back out of the file. Reason: Das ist die falsche Akte. Bitte prüfen!",
        ),
        ("Ablageregel „Mahnung“: Der Absender ist a.b@c.de.", "Filing rule “Mahnung”: The sender is a.b@c.de."),
        (
            "Der Ordner /srv/erp ist nicht erreichbar: Das Netzlaufwerk antwortet nicht.",
            "The folder /srv/erp is out of reach: The network drive does not answer.",
        ),
        (
            "Die Begleitdatei ist nicht lesbar. Die JSON-Datei ist fehlerhaft: Expecting value: line 1 column 1.",
            "The sidecar file cannot be read. The JSON file is faulty: Expecting value: line 1 column 1.",
        ),
        (
            "Der Server imap.example.de ist nicht erreichbar (keine Antwort).",
            "The server imap.example.de cannot be reached (no answer).",
        ),
        (
            "Die verschlüsselte Verbindung kommt nicht zustande (das Zertifikat wird nicht anerkannt: self-signed).",
            "The encrypted connection cannot be made (the certificate is not accepted: self-signed).",
        ),
        (
            "Der Server imap.example.de ist nicht erreichbar (Connection refused).",
            "The server imap.example.de cannot be reached (Connection refused).",
        ),
        (
            "Den Ordner „Erledigt (alt)“ gibt es im Postfach nicht (mehr).",
            "The folder “Erledigt (alt)” is not in the mailbox (any more).",
        ),
        ("Diese Adresse gibt es nicht. (a@b.de an x@y.de)", "There is no such address. (a@b.de an x@y.de)"),
        ("Die Dateiart legt es nahe.", "The kind of file suggests it."),
        (
            "Ob eine E-Rechnung darin steckt, lässt sich nicht sagen: Der Aufbau des PDF stimmt nicht.",
            "Whether there is an e-invoice in it cannot be told: the PDF is not built correctly.",
        ),
        ("Hier steht etwas, das niemand kennt. Und 9 % mehr.", "Hier steht etwas, das niemand kennt. Und 9 % mehr."),
        ("", ""),
    ],
)
def test_a_stored_sentence_is_read_in_english(stored: str, shown: str) -> None:
    assert in_other_words(stored) == shown


@pytest.mark.parametrize("kind", START_WEIGHTS)
@pytest.mark.parametrize(("page", "label"), [(None, ""), (3, ""), (1, "Kd-Nr.")])
def test_every_kind_of_evidence_has_an_english_form(kind: str, page: int | None, label: str) -> None:
    german = Evidence(kind, "X 1. Y", 0.5, page=page, label=label).sentence
    english = said(german)
    assert not any(word in english for word in GERMAN), english
    assert ("X 1. Y" in english) is ("X 1. Y" in german)


def test_german_stays_as_it_was_said() -> None:
    with translation.override("de"):
        assert in_other_words("Es wurde kein Kunde gefunden.") == "Es wurde kein Kunde gefunden."


def test_a_refusal_is_told_with_its_words_in_the_language_of_the_screen() -> None:
    refused = BadValue("Ein Register „%(name)s“ gibt es schon.", name="Angebote")
    assert refused.sentence == "Ein Register „Angebote“ gibt es schon."
    assert refused.in_words(translation.gettext) == "There is a section “Angebote” already."


def test_a_label_in_a_refusal_is_translated_and_a_name_is_not() -> None:
    template = "%(label)s %(shown)s ist die eigene und kennzeichnet keinen Kunden."
    refused = BadValue(template, label=Label("Kundennummer"), shown="Kundennummer")
    english = "Customer number Kundennummer is your own company's and identifies no customer."
    assert refused.in_words(translation.gettext) == english
    assert BadValue("100 % sind zu viel.").sentence == "100 % sind zu viel."


def test_a_moment_cannot_be_read_in_two_ways() -> None:
    assert moment(NOW).split(",")[0].split()[1].isalpha()
