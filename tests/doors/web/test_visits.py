"""What works on the road, as the house answers it: an empty page for everybody, and one's own visits for whoever is
signed in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client
from django.urls import reverse

from kundenakte.circulation.models import Task, VisitPhoto, VisitReport
from kundenakte.doors.web.visits import app
from kundenakte.records.models import Document
from tests.builders import a_document
from tests.case_builders import open_steps, step_task, worked_off
from tests.doors.web.pages import SignIn
from tests.visit_builders import VISIT, a_case_to_visit, a_photo, a_report

pytestmark = pytest.mark.django_db(transaction=True)


def taken(client: Client, task: Task) -> dict[str, Any]:
    answer = client.post(reverse("visits-take", args=(task.pk,)))
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def sent(client: Client, said: Any, key: str = "") -> tuple[int, dict[str, Any]]:
    address = reverse("visits-report", args=(key or str(uuid4()),))
    answer = client.post(
        address, said if isinstance(said, bytes) else json.dumps(said), content_type="application/json",
        headers={"Accept": "application/json"},
    )  # fmt: skip
    is_json = answer.headers["Content-Type"].startswith("application/json")
    return answer.status_code, answer.json() if is_json else {"sentence": answer.content.decode()}


def test_the_page_opens_for_everybody_and_holds_nothing_of_anybody(client: Client, signed_in: SignIn) -> None:
    a_case_to_visit()
    for name in ("visits", "visits-worker", "visits-manifest"):
        empty = client.get(reverse(name))
        assert empty.status_code == 200
        assert empty.content == signed_in("sabine").get(reverse(name)).content
        assert "Set-Cookie" not in empty.headers


def test_the_manifest_names_the_page_and_what_it_is_shown_with(client: Client) -> None:
    said = client.get(reverse("visits-manifest")).json()
    assert (said["start_url"], said["scope"], said["display"]) == ("/unterwegs/", "/unterwegs/", "standalone")


def test_another_page_is_another_edition_of_the_worker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = client.get(reverse("visits-worker")).content
    assert client.get(reverse("visits-worker")).content == before
    monkeypatch.setattr(app, "_WORDS", (("saved", "Anders"),))
    assert client.get(reverse("visits-worker")).content != before


def test_everything_the_page_is_made_of_is_kept() -> None:
    scripts = {f"web/visits/{name}.js" for name in app._SCRIPTS}
    for name in scripts:
        path = find(name)
        assert path, name
        lines = Path(str(path)).read_text(encoding="utf-8").splitlines()
        asked = [line.split('"./')[1].split('"')[0] for line in lines if line.startswith("import ")]
        assert {f"web/visits/{one}" for one in asked} <= scripts, name


def test_a_device_gets_its_visits_and_what_goes_along(signed_in: SignIn) -> None:
    paper = a_document(document_class="COMPLAINT", title="Reklamation Pumpe", number="R-1")
    case = a_case_to_visit(documents=[paper], customer_file=paper.customer_file)
    sabine = signed_in("sabine")
    said = sabine.get(reverse("visits-open")).json()
    assert said["person"]["name"] == "Sabine Seidl"
    [line] = said["visits"]
    assert (line["title"], line["number"], line["step"]) == ("Pumpe undicht", case.number, VISIT)
    told = taken(sabine, step_task(case, VISIT))
    assert [one["title"] for one in told["documents"]] == ["Reklamation Pumpe"]
    assert ["Grund", "Mangel an der Ware"] in told["known"]
    assert [field["name"] for field in told["form"]][:2] == ["besucht_am", "gesichert"]
    assert not signed_in("bernd").get(reverse("visits-open")).json()["visits"]


def test_photos_and_report_are_taken_in_and_move_the_case_on(signed_in: SignIn) -> None:
    case = a_case_to_visit()
    task = step_task(case, VISIT)
    sabine = signed_in("sabine")
    taken(sabine, task)
    key = str(uuid4())
    address = reverse("visits-photo", args=(task.pk, key))
    for _again in range(2):
        assert sabine.post(address, a_photo(), content_type="image/jpeg").status_code == 201
    assert VisitPhoto.objects.count() == 1
    assert sent(sabine, a_report(task, photos=[{"key": key, "caption": "Schild"}])) == (201, {"late": ""})
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    worked_off()
    assert Document.objects.filter(document_class__code="SERVICE_REPORT").count() == 1


def test_what_has_to_be_looked_at_comes_back_with_its_field(signed_in: SignIn) -> None:
    task = step_task(a_case_to_visit(), VISIT)
    sabine = signed_in("sabine")
    taken(sabine, task)
    status, said = sent(sabine, a_report(task, answers={"befund": "", "besucht_am": "2026-11-24"}))
    assert (status, list(said["fields"])) == (422, ["befund"])
    status, said = sent(sabine, a_report(task, parts=[{"number": "D-44", "name": "", "quantity": "x"}]))
    assert (status, said["sentence"]) == (422, "Bei „D-44“ fehlt die Menge.")
    status, said = sent(sabine, a_report(task, photos=[{"key": str(uuid4()), "caption": ""}]))
    assert status == 409
    assert not VisitReport.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'"\xff"', b"null", b"0" * (2 * 1024 * 1024 + 2)])
def test_nonsense_is_refused_with_a_sentence(body: bytes, signed_in: SignIn) -> None:
    status, said = sent(signed_in("sabine"), body)
    assert (status, "nicht zu lesen" in said["sentence"]) == (422, True)


def test_what_somebody_else_has_taken_along_is_not_there(signed_in: SignIn) -> None:
    case = a_case_to_visit()
    task = step_task(case, VISIT)
    taken(signed_in("sabine"), task)
    bernd = signed_in("bernd")
    assert bernd.post(reverse("visits-photo", args=(task.pk, str(uuid4()))), a_photo(), "image/jpeg").status_code == 404
    assert sent(bernd, a_report(task))[0] == 404
    assert bernd.post(reverse("visits-take", args=(task.pk,))).status_code in {403, 404, 409}
    assert sent(signed_in("sabine"), a_report(task), key="0" * 31)[0] == 404


def test_a_photo_that_is_none_or_too_large_is_refused(signed_in: SignIn) -> None:
    task = step_task(a_case_to_visit(), VISIT)
    sabine = signed_in("sabine")
    taken(sabine, task)
    for content in (b"", b"GIF89a", b"\xff\xd8\xff" + bytes(4 * 1024 * 1024)):
        answer = sabine.post(reverse("visits-photo", args=(task.pk, str(uuid4()))), content, "image/jpeg")
        assert answer.status_code == 422
    assert not VisitPhoto.objects.exists()
