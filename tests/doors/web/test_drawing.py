"""Drawing a process: what is drawn becomes the draft, what is refused comes back as it was drawn."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.urls import reverse

from kundenakte.circulation.cases import definitions
from kundenakte.circulation.models import Process, ProcessDraft
from tests.case_builders import a_process
from tests.doors.web.pages import SignIn, words
from tests.process_builders import shipped

COMPLAINT = shipped("reklamation").decode()
PAGE, NEW, CHECK = (
    "/verwaltung/prozesse/reklamation/zeichnen",
    "/verwaltung/prozesse/zeichnen",
    ("/verwaltung/prozesse/zeichnung-pruefen"),
)


@pytest.fixture
def process(db: None) -> Process:
    return a_process().process


def source_of(page: Any) -> str:
    found = re.search(r"<textarea id=\"quelle\"[^>]*>(.*?)</textarea>", page.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_the_newest_edition_is_drawn_on_and_becomes_the_draft(process: Process, signed_in: SignIn) -> None:
    client = signed_in("anton")
    page = client.get(PAGE)
    kept = definitions.newest(process).source
    assert source_of(page) == kept
    old = 'kundenakte:stage="Prüfen" kundenakte:dueDays="3"'
    changed = kept.replace(old, old.replace("3", "4"))
    # A form's own line ends are not those of the file.
    answer = client.post(PAGE, {"quelle": changed.replace("\n", "\r\n"), "edition": "0"})
    assert answer.headers["Location"] == reverse("administration-process", args=("reklamation",))
    draft = ProcessDraft.objects.get(process=process)
    assert draft.source == changed
    assert source_of(client.get(PAGE)) == changed
    assert client.get(PAGE).context["edition"] == draft.edition
    client.post(reverse("administration-process-publish", args=("reklamation",)), {"edition": draft.edition})
    assert definitions.of(definitions.newest(process)).user_steps["bewerten"].due_days == 4


def test_what_is_refused_comes_back_as_it_was_drawn(process: Process, signed_in: SignIn) -> None:
    client = signed_in("anton")
    drawn = COMPLAINT.replace('kundenakte:wish="approve"', 'kundenakte:wish="dance"')
    page = client.post(PAGE, {"quelle": drawn, "edition": "0"})
    assert (page.status_code, source_of(page)) == (422, drawn)
    assert "Diese Art von Aufgabe" in words(page)
    assert not ProcessDraft.objects.exists()
    for broken in ("", "<bpmn", COMPLAINT + "<", "x" * 600_000):
        page = client.post(PAGE, {"quelle": broken, "edition": "0"})
        assert page.status_code == 422
        assert source_of(page)[:1000] == broken[:1000]


def test_somebody_else_was_quicker(process: Process, signed_in: SignIn) -> None:
    client = signed_in("anton")
    client.post(PAGE, {"quelle": COMPLAINT, "edition": "0"})
    drawn = COMPLAINT.replace("Prüfen und bewerten", "Nur bewerten")
    page = client.post(PAGE, {"quelle": drawn, "edition": "0"})
    assert (page.status_code, source_of(page)) == (409, drawn)
    assert "Nur bewerten" not in ProcessDraft.objects.get().source


def test_a_new_process_begins_with_a_blank_sheet_that_runs(process: Process, signed_in: SignIn) -> None:
    client = signed_in("anton")
    blank = source_of(client.get(NEW))
    answer = client.post(NEW, {"quelle": blank})
    assert answer.headers["Location"] == reverse("administration-process", args=("neuer-prozess",))
    assert ProcessDraft.objects.get().process.prefix == "NP"
    # A second one of this name is no change of the first.
    page = client.post(NEW, {"quelle": blank.replace("Erste Aufgabe", "Andere Aufgabe")})
    assert page.status_code == 422
    assert "hat schon ein anderer Prozess" in words(page)
    assert "Andere Aufgabe" not in ProcessDraft.objects.get().source
    # And the drawing of one process is not taken for another.
    page = client.post(PAGE, {"quelle": blank, "edition": "0"})
    assert page.status_code == 422
    assert "gehört zum Prozess" in words(page)


def test_a_check_says_what_would_be_said_and_keeps_nothing(process: Process, signed_in: SignIn) -> None:
    client = signed_in("anton")
    assert "kann diesen Ablauf ausführen" in client.post(CHECK, {"quelle": COMPLAINT}).content.decode()
    drawn = COMPLAINT.replace("betrag &gt; 500", "__import__(1)")
    assert "Bedingung" in client.post(CHECK, {"quelle": drawn}).content.decode()
    assert not ProcessDraft.objects.exists()


def test_only_administrators_draw(process: Process, signed_in: SignIn) -> None:
    client = signed_in("verena")
    assert [client.get(PAGE).status_code, client.get(NEW).status_code] == [404, 404]
    assert {client.post(one, {"quelle": COMPLAINT}).status_code for one in (PAGE, NEW, CHECK)} == {404}
    assert not ProcessDraft.objects.exists()
    assert signed_in("anton").get("/verwaltung/prozesse/gibtesnicht/zeichnen").status_code == 404
