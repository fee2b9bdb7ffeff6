"""How the house is, as a page for people and as JSON for a monitor, and who may ask."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import checking
from kundenakte.base.journal.models import JournalEntry, Unsequenced, VerifierRun
from kundenakte.config import children as processes
from kundenakte.doors.web.administration import children, state
from kundenakte.records.actions import accounts
from kundenakte.records.models import SearchDue
from kundenakte.steps.intake.folders import add_folder
from kundenakte.steps.intake.models import WatchedFolder
from kundenakte.steps.search.models import FollowingIndex
from kundenakte.steps.signing import house as certificates
from tests.builders import NOW, SETUP, a_document, a_house, a_user
from tests.doors.web.pages import SignIn, words


@pytest.fixture(autouse=True)
def _looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_REMEMBERED_SECONDS", -1.0)


def grade(code: str) -> str:
    return next(check.grade for check in state.checks() if check.code == code)


def test_work_that_waits_too_long_is_told_by_how_long() -> None:
    assert grade("work") == "good"
    job = Job.objects.create(name="rendition.render", subject_id=1, run_after=timezone.now())
    for minutes, expected in ((1, "good"), (5, "warn"), (30, "bad")):
        Job.objects.filter(pk=job.pk).update(run_after=timezone.now() - timedelta(minutes=minutes))
        assert grade("work") == expected
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now() + timedelta(days=1))
    assert grade("work") == "good", "what is planned is not late"


def test_what_failed_and_a_folder_that_stands_still_are_told(tmp_path: Path) -> None:
    assert (grade("failed"), grade("folders")) == ("good", "good")
    Job.objects.create(
        name="rendition.render", subject_id=1, run_after=NOW, state=Job.State.FAILED, error="Kaputt.", ended_at=NOW
    )
    folder = add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), now=NOW)
    WatchedFolder.objects.filter(pk=folder.pk).update(problem="Der Ordner ist nicht erreichbar.")
    assert (grade("failed"), grade("folders")) == ("warn", "bad")
    WatchedFolder.objects.filter(pk=folder.pk).update(enabled=False)
    assert grade("folders") == "good", "a paused one is left alone"


def test_a_search_that_lags_is_told() -> None:
    assert grade("index") == "warn", "there is none yet"
    FollowingIndex.objects.create(index_id="x", passed=0, seen_at=timezone.now())
    a_document()
    assert grade("index") == "good"
    SearchDue.objects.update(marked_at=timezone.now() - timedelta(minutes=10))
    assert grade("index") == "bad"


def test_each_trouble_says_what_to_do() -> None:
    Job.objects.create(name="rendition.render", subject_id=1, run_after=NOW - timedelta(days=1))
    for check in state.checks():
        assert check.grade == "good" or check.to_do, check.code


def test_the_page_shows_it_to_the_administrator(signed_in: SignIn) -> None:
    page = words(signed_in("anton").get("/verwaltung/zustand"))
    for word in ("Speicherplatz", "Datenbank", "Suche", "Versionen", "Python"):
        assert word in page


def test_our_processes_are_counted_only_below_the_supervisor() -> None:
    assert children.kinds() == [], "this test was not started by serve"
    name, parent = children._about(os.getpid())
    assert name
    assert parent == os.getppid()
    assert children._about(2**22 + 1) == ("", 0)


def test_every_process_that_should_run_is_looked_for() -> None:
    wanted: Counter[str] = Counter()
    for kind in processes.kinds():
        # The web server makes more of itself below the one that is started.
        wanted[kind.name] += kind.count
    found = children._below(os.getpid())
    assert {one.name: one.wanted for one in found} == dict(wanted)
    # Each has a name people read, in their language.
    titles = [one.title for one in found]
    assert titles == ["Webserver", "Arbeiter", "Leser für Scans", "Hausmeister", "Suchindex"]
    with translation.override("en"):
        assert [one.title for one in found] == ["Web server", "Worker", "Reader of scans", "Caretaker", "Search index"]


# --- the monitor -------------------------------------------------------------------------------------------------


def monitor() -> Client:
    """A monitor with its token."""
    user = a_user("erp")
    _token, secret = accounts.issue_token(actor=SETUP, user=user, name="M", scopes=["health:read"], now=timezone.now())
    return Client(HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_without_a_token_this_machine_learns_whether_all_is_well_and_no_more(tmp_path: Path) -> None:
    FollowingIndex.objects.create(index_id="x", passed=0, seen_at=timezone.now())
    answer = Client().get("/gesundheit")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    folder = add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), now=timezone.now())
    WatchedFolder.objects.filter(pk=folder.pk).update(problem="weg")
    state._last = (0.0, "", [])
    answer = Client().get("/gesundheit")
    assert (answer.status_code, answer.json()) == (503, {"status": "bad"})
    assert Client(HTTP_AUTHORIZATION="Bearer falsch").get("/gesundheit").status_code == 401


def test_a_monitor_gets_json_without_names_and_paths(settings: Any) -> None:
    a_document(title="Quastenflosser")
    answer = monitor().get("/gesundheit")
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    assert {"state", "checks", "jobs", "search_due", "version", "at"} == set(body)
    text = answer.content.decode()
    assert "Quastenflosser" not in text
    assert str(settings.DATA) not in text
    assert settings.SECRET_KEY not in text


def test_what_is_bad_answers_503(settings: Any, tmp_path: Path) -> None:
    FollowingIndex.objects.create(index_id="x", passed=0, seen_at=timezone.now())
    client = monitor()
    # The house was set up at a day that is over.
    Unsequenced.objects.all().delete()
    assert client.get("/gesundheit").status_code == 200
    folder = add_folder(actor=SETUP, name="erp", path=str(tmp_path / "erp"), now=timezone.now())
    WatchedFolder.objects.filter(pk=folder.pk).update(problem="weg")
    answer = client.get("/gesundheit")
    assert (answer.status_code, answer.json()["state"]) == (503, "bad")


@pytest.mark.parametrize(
    "from_outside",
    [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, {"HTTP_FORWARDED": "for=192.0.2.7"}],
)
def test_from_outside_a_token_for_it_is_needed(from_outside: dict[str, str]) -> None:
    client = Client(**from_outside)  # type: ignore[arg-type]
    assert client.get("/gesundheit").status_code == 401
    erp = a_user("erp")
    for scope, status in (("documents:read", 401), ("health:read", 200)):
        token, secret = accounts.issue_token(actor=SETUP, user=erp, name="M", scopes=[scope], now=timezone.now())
        answer = client.get("/gesundheit", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code in {status, 503 if status == 200 else status}
        accounts.revoke_token(actor=SETUP, token=token, now=timezone.now())
        assert client.get("/gesundheit", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_behind_tls_this_machine_needs_a_token_too(settings: Any) -> None:
    settings.BEHIND_TLS = True
    assert Client().get("/gesundheit").status_code == 401


def test_the_ledger_shows_in_the_answer() -> None:
    Job.objects.create(name="recognition.recognise", subject_id=1, run_after=timezone.now())
    jobs = {job["name"]: job["waiting"] for job in monitor().get("/gesundheit").json()["jobs"]}
    assert jobs["recognition.recognise"] == 1


@pytest.mark.parametrize(
    ("exit_status", "has_witness", "expected"),
    [
        (0, True, "good"),
        (1, True, "bad"),
        (1, False, "bad"),
        (2, True, "warn"),
        (2, False, "good"),
        (None, True, "warn"),
    ],
)
def test_what_the_verifier_said_last_is_told_and_two_is_never_called_proven(
    exit_status: int | None,
    has_witness: bool,  # noqa: FBT001
    expected: str,
    settings: Any,
    tmp_path: Path,
) -> None:
    assert grade("verifier") == "good", "none ever was"
    settings.WITNESS_FOLDER = str(tmp_path) if has_witness else ""
    now = timezone.now()
    VerifierRun.objects.create(
        asked_at=now,
        began_at=now,
        ended_at=now,
        exit=exit_status,
        sentence="" if exit_status is not None else "Kaputt.",
    )
    found = next(check for check in state.checks() if check.code == "verifier")
    assert found.grade == expected
    assert ("bewiesen unverändert" in found.sentence) == (exit_status == 0)


# --- a run of the verifier, now ----------------------------------------------------------------------------------


def test_a_run_is_asked_for_once_and_what_it_said_shows_by_itself(signed_in: SignIn) -> None:
    client = signed_in("anton")
    assert "Jetzt prüfen" in words(client.get("/verwaltung/zustand"))
    for _press in range(2):
        assert client.post("/verwaltung/zustand/pruefen").status_code == 303
    run = VerifierRun.objects.get()
    assert [entry.actor_id for entry in JournalEntry.objects.filter(kind="journal.check_asked")] == [a_user("anton").pk]
    page = client.get("/verwaltung/zustand")
    assert "beginnt gleich" in words(page)
    assert "Jetzt prüfen" not in words(page)
    assert 'data-poll="/verwaltung/zustand"' in page.content.decode()
    asking = {"HX-Request": "true", "HX-Target": "state"}
    part = client.get("/verwaltung/zustand", headers=asking)
    assert b"<html" not in part.content
    assert part["ETag"]
    checking.check(actor=SETUP, now=timezone.now(), clock=timezone.now)
    run.refresh_from_db()
    assert run.ended_at is not None
    done = client.get("/verwaltung/zustand", headers=asking)
    assert "Zuletzt geprüft" in words(done)
    assert "Jetzt prüfen" in words(done)
    assert "data-poll" not in done.content.decode(), "the asking ends with the run"


def test_a_run_that_goes_on_or_waits_too_long_is_told(signed_in: SignIn) -> None:
    now = timezone.now()
    run = VerifierRun.objects.create(asked_at=now - timedelta(minutes=20))
    assert "geht vor" in words(signed_in("anton").get("/verwaltung/zustand"))
    VerifierRun.objects.filter(pk=run.pk).update(began_at=now)
    assert "Der Prüflauf läuft seit" in words(signed_in("anton").get("/verwaltung/zustand"))


@pytest.mark.parametrize("who", ["verena", "bernd", "sabine", "paula"])
def test_nobody_else_asks_for_a_run(who: str, signed_in: SignIn) -> None:
    assert signed_in(who).post("/verwaltung/zustand/pruefen").status_code == 404
    assert signed_in("anton").get("/verwaltung/zustand/pruefen").status_code == 405
    assert not VerifierRun.objects.exists()


@pytest.mark.parametrize(
    ("days", "grade", "said"), [(400, "good", "Es gilt bis"), (30, "warn", "nur noch bis"), (-1, "warn", "Es galt bis")]
)
def test_the_certificate_for_signing_is_told_before_it_is_over(days: int, grade: str, said: str) -> None:
    assert not _of("signing-certificate"), "a house that does not sign hears nothing of it"
    a_house()
    certificates.make(actor=SETUP, now=timezone.now() - timedelta(days=365 - days), years=1)
    (check,) = _of("signing-certificate")
    assert check.grade == grade
    assert said in check.sentence
    assert bool(check.to_do) == (grade == "warn")


def test_a_provider_that_is_set_wrong_is_told_with_the_reason(settings: Any) -> None:
    assert not _of("signing-provider")
    settings.SIGNER = "nicht.da.Signer"
    (check,) = _of("signing-provider")
    assert check.grade == "warn"
    assert "nicht.da.Signer: ModuleNotFoundError" in check.sentence


def _of(code: str) -> list[state.Check]:
    return [one for one in state.checks() if one.code == code]
