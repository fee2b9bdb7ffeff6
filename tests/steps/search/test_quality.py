"""What clerks type, and what must come first: the kinds of questions the published set has, over a dozen papers."""

from __future__ import annotations

import pytest

from demo.questions import Question, judge, questions
from kundenakte.records.models import Document
from kundenakte.steps.search import queries
from tests.builders import a_customer_file, a_user
from tests.steps.search.papers import a_paper, catch_up

pytestmark = pytest.mark.usefixtures("db")

# Name of the paper: class, number, text. Titles are made of class and number, as filing makes them.
_PAPERS = {
    "wartung": ("MAINT_CONTRACT", "WV-2025-0072", "Wartungsvertrag über die Förderanlage, Seriennummer 17-67201"),
    "bericht": ("SERVICE_REPORT", "SB-2025-0912", "planmäßige Wartung der Anlage 17-67201 nach Plan, Lager geprüft"),
    "rahmen": ("CONTRACT", "RV-2025-0012", "Rahmenvertrag über Spindellager und Getriebe, Preise für zwölf Monate"),
    "rechnung": ("INV_OUT", "RE-2024-1105", "Gesamtbetrag 51.262,70 Euro, zahlbar in 30 Tagen, Lieferung frei Haus"),
    "mahnung": ("DUNNING", "MA-2024-1572", "Zahlungserinnerung zur Rechnung RE-2024-1105 über 51.262,70"),
    "mahnung2": ("DUNNING", "MA-2024-1740", "Rechnung RE-2024-1105 RE-2024-1105 ist weiter offen"),
    "bank": ("LETTER", "", "Änderung unserer Bankverbindung: Konto DE66 7996 2053 1147 7880 41"),
    "abnahme": ("ACCEPTANCE", "AP-2025-0864", "Die Anlage ist frei von wesentlichen Mängeln und wird abgenommen"),
    "geheim": ("NDA", "GV-2024-4080", "Geheimhaltungsvereinbarung zum Projekt P-24-354, gültig fünf Jahre"),
    "klage": ("COMPLAINT", "RK-2024-1440", "Lagergeräusch an der Spindel, Gurt gerissen, Stillstand der Linie"),
    "anfrage": ("ENQUIRY", "", "Wir planen den Umbau am Wochenende und bitten um Einweisung der Schichtführer"),
    "haus": (
        "LETTER",
        "",
        "Ihr Besuch in unserem Haus; die Anlieferung bleibt frei, bitte Sicherheitsschuhe mitbringen",
    ),
}
_QUESTIONS = (
    ("number", "RE-2024-1105", "rechnung"),
    ("number", "re20241105", "rechnung"),
    ("number", "wv 2025 0072", "wartung"),
    ("number", "17-67201", "wartung bericht"),
    ("number", "DE66799620531147788041", "bank"),
    ("number", "RK-2024-1440 gurt", "klage"),
    ("ocr", "RE-2O24-IIO5", "rechnung"),
    ("ocr", "GV-2024-4O8O", "geheim"),
    ("stem", "verträge", "wartung rahmen"),
    ("stem", "wartungen", "wartung bericht"),
    ("stem", "abgenommene anlagen", "abnahme"),
    ("compound", "vertrag wartung", "wartung"),
    ("compound", "geräusch", "klage"),
    ("compound", "bank änderung", "bank"),
    ("umlaut", "foerderanlage", "wartung"),
    ("umlaut", "MAENGEL", "abnahme"),
    ("phrase", '"frei Haus"', "rechnung"),
    ("phrase", "„frei von wesentlichen Mängeln“", "abnahme"),
    ("prefix", "geheimhalt*", "geheim"),
    ("spelling", "gehemhaltungsvereinbarung", "geheim"),
    ("spelling", "einweisunng schichtführer", "anfrage"),
    ("words", "umbau wochenende", "anfrage"),
    ("words", "vertrag -wartung", "rahmen"),
)


def test_each_kind_of_question_is_answered_in_full_and_with_the_right_paper_first() -> None:
    file = a_customer_file()
    names = {
        a_paper(text, document_class=code, number=number, title=f"{code.title()} {number}", customer_file=file).pk: name
        for name, (code, number, text) in _PAPERS.items()
    }
    catch_up()
    user = a_user("anton")

    def answer(text: str) -> list[str]:
        return [names[hit.document.pk] for hit in queries.search(user, text, limit=10).hits]

    judged = judge((Question(kind, text, frozenset(wanted.split())) for kind, text, wanted in _QUESTIONS), answer)
    assert judged.weak == ()
    assert (judged.recall, judged.rank) == (1.0, 1.0)
    assert Document.objects.count() == len(_PAPERS)


def test_the_published_questions_are_of_these_kinds_and_each_wants_something() -> None:
    published = questions()
    assert {question.kind for question in published} == {kind for kind, _, _ in _QUESTIONS}
    assert len({question.text for question in published}) == len(published) > 50
    assert all(question.wanted and "" not in question.wanted for question in published)


def test_answers_are_judged_by_how_much_is_on_the_first_page_and_how_far_up() -> None:
    asked = [Question("words", "a", frozenset({"x", "y"})), Question("words", "b", frozenset({"z"}))]
    judged = judge(asked, lambda text: ["q", "x"] if text == "a" else ["z"])
    assert (judged.recall, judged.rank, judged.weak) == (0.75, 0.75, ("a (0.50, 0.50)",))
