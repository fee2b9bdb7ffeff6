"""Sign-in, frame, language, start page and the administrator's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import Arrival, Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user, an_arrival
from tests.doors.web.pages import SignIn

PASSWORD = "Quastenflosser-38"


def _sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": "verena", "password": password})


def test_signing_in_leads_to_the_start_page(client: Client) -> None:
    a_user("verena", password=PASSWORD)
    answer = _sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client: Client) -> None:
    a_user("verena", password=PASSWORD)
    for _ in range(5):
        assert "sessionid" not in _sign_in(client, "falsch").cookies
    answer = _sign_in(client)
    assert "sessionid" not in client.cookies
    assert answer.status_code in {200, 429}


def test_a_locked_account_does_not_open(client: Client) -> None:
    user = a_user("verena", password=PASSWORD)
    user.is_active = False
    user.save()
    _sign_in(client)
    assert client.get("/").status_code == 302


def test_nobody_signs_up_alone(client: Client) -> None:
    assert b'name="password1"' not in client.get("/konto/signup/").content


def test_signing_out_ends_the_session(signed_in: SignIn) -> None:
    client = signed_in("verena")
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_the_screen_speaks_german_until_somebody_asks_for_english(signed_in: SignIn) -> None:
    client = signed_in("verena")
    assert "Guten Tag" in client.get("/", headers={"accept-language": "en"}).content.decode()
    answer = client.post(reverse("language"), {"language": "en", "next": "/kunden/"})
    assert answer["Location"] == "/kunden/"
    text = client.get("/").content.decode()
    assert '<html lang="en">' in text
    assert "Hello, Verena Vogt" in text


def test_choosing_a_language_never_leads_to_another_house(signed_in: SignIn) -> None:
    answer = signed_in("verena").post(reverse("language"), {"language": "en", "next": "https://boese.example/"})
    assert answer["Location"] == "/"


def test_every_page_forbids_foreign_scripts(signed_in: SignIn) -> None:
    answer = signed_in("verena").get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    text = answer.content.decode()
    assert "style=" not in text
    assert "<script>" not in text
    assert "onclick" not in text


def test_an_unknown_address_answers_in_the_house_s_look(signed_in: SignIn) -> None:
    answer = signed_in("verena").get("/gibt-es-nicht")
    assert answer.status_code == 404
    assert "Das gibt es nicht, oder Sie dürfen es nicht sehen." in answer.content.decode()


def test_an_old_form_is_refused_with_a_sentence() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user("verena"))
    answer = client.post(reverse("customers-new"), {"name": "X"})
    assert answer.status_code == 403
    assert "zu lange offen" in answer.content.decode()


def test_the_start_page_tells_how_far_the_arrivals_are(signed_in: SignIn) -> None:
    client = signed_in("verena")
    now = timezone.now()
    for n, state in enumerate(("filed", "waiting", "under_way")):
        arrival = an_arrival(content=f"{n}")
        Arrival.objects.filter(pk=arrival.pk).update(state=state, received_at=now)
    progress = client.get("/").context["progress"]
    assert (progress.total, progress.filed, progress.waiting, progress.under_way) == (3, 1, 1, 1)
    asked = {"HX-Request": "true", "HX-Target": "live"}
    live = client.get("/", headers=asked)
    assert "2 von 3 Dokumenten gelesen" in live.content.decode()
    assert client.get("/", headers=asked | {"If-None-Match": live["ETag"]}).status_code == 304


def test_the_start_page_shows_what_was_filed_last(signed_in: SignIn) -> None:
    a_document(title="Angebot über Pumpen", customer_file=a_customer_file("Pumpen GmbH"))
    text = signed_in("verena").get("/").content.decode()
    assert "Angebot über Pumpen" in text
    assert "Pumpen GmbH" in text


def _failed() -> Job:
    arrival = an_arrival(file_name="kaputt.pdf")
    return Job.objects.create(
        name="rendition.render", subject_id=arrival.pk, state="failed", run_after=timezone.now(), attempt=5,
        error="Die Datei ließ sich nicht lesen.\nTraceback …", ended_at=timezone.now(),
    )  # fmt: skip


def test_what_failed_is_shown_with_its_reason_and_tried_again(signed_in: SignIn) -> None:
    job, client = _failed(), signed_in("anton")
    text = client.get(reverse("ledger")).content.decode()
    assert "Die Datei ließ sich nicht lesen." in text
    assert "kaputt.pdf" in text
    client.post(reverse("ledger-retry", args=(job.pk,)))
    assert Job.objects.filter(name="rendition.render", state="waiting", subject_id=job.subject_id).count() == 1
    assert JournalEntry.objects.filter(kind="job.retried").count() == 1
    again = client.post(reverse("ledger-retry", args=(job.pk,)), follow=True)
    assert "kann nicht wiederholt werden" in again.content.decode()


def test_what_failed_names_no_file_the_administrator_may_not_see(signed_in: SignIn) -> None:
    job, document, anton = _failed(), a_document(), a_user("anton")
    Arrival.objects.filter(pk=job.subject_id).update(document=document, version=document.valid_version)
    address = reverse("ledger")
    assert "kaputt.pdf" in signed_in("anton").get(address).content.decode()
    Grant.objects.create(user=anton, document=document, is_deny=True, verb=Verb.READ, reason="x", created_at=NOW)
    text = signed_in("anton").get(address).content.decode()
    assert "Die Datei ließ sich nicht lesen." in text
    assert "kaputt.pdf" not in text


def test_what_is_done_daily_stands_apart_from_what_waits(signed_in: SignIn) -> None:
    Job.objects.create(name="records.retention_daily", subject_id=0, run_after=timezone.now() + timedelta(hours=3))
    text = signed_in("anton").get(reverse("ledger")).content.decode()
    work, _summary, rounds = text.partition("Was sich wiederholt")
    assert "Nichts wartet, nichts läuft." in work
    assert "Aufbewahrung nach dem Kalender" in rounds
    assert "stündlich" in rounds


def test_all_that_failed_is_tried_again_at_once(signed_in: SignIn) -> None:
    _failed()
    _failed()
    signed_in("anton").post(reverse("ledger-retry-all"))
    assert Job.objects.filter(name="rendition.render", state="waiting").count() == 2


def test_the_page_of_the_house_says_what_is_late(signed_in: SignIn) -> None:
    Job.objects.create(name="filing.file", subject_id=1, run_after=timezone.now() - timedelta(minutes=10))
    text = signed_in("anton").get(reverse("ledger")).content.decode()
    assert "Hintergrundarbeit" in text


def test_what_is_planned_for_later_stands_apart_from_what_waits(signed_in: SignIn) -> None:
    later = timezone.now() + timedelta(days=3)
    Job.objects.create(name="circulation.timer", subject_id=1, run_after=later)
    page = signed_in("anton").get(reverse("ledger"))
    assert (page.context["tallies"], page.context["open"]) == ([], [])
    assert (page.context["planned_count"], [at for _, at in page.context["planned"]]) == (1, [later])
    assert "Was für später vorgemerkt ist" in page.content.decode()
