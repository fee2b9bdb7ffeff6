"""Numbers for a monitoring system: with a token only, and nothing in them but numbers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kundenakte.base.backup.models import BackupRun
from kundenakte.base.jobs.models import Job
from kundenakte.doors.web.administration import backups, state
from kundenakte.records.actions import accounts
from tests.builders import SETUP, a_document, a_user, an_arrival

_LINE = re.compile(r'kundenakte_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')


@pytest.fixture(autouse=True)
def _looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_REMEMBERED_SECONDS", -1.0)


def a_program(*scopes: str) -> Client:
    user = a_user("erp")
    _, secret = accounts.issue_token(actor=SETUP, user=user, name="M", scopes=list(scopes), now=timezone.now())
    return Client(HTTP_AUTHORIZATION=f"Bearer {secret}")


def a_run(kind: str, *, hours: float, succeeded: bool = True, sentence: str = "") -> None:
    at = timezone.now() - timedelta(hours=hours)
    BackupRun.objects.create(kind=kind, began_at=at, ended_at=at, succeeded=succeeded, sentence=sentence)


def grades() -> dict[str, str]:
    return {code: grade for code, _, grade, _, _ in backups.findings()}


def test_a_token_for_it_is_needed_even_on_this_machine() -> None:
    assert Client().get("/messwerte").status_code == 401
    assert a_program("documents:read").get("/messwerte").status_code == 401
    assert a_program("health:read").get("/messwerte").status_code == 200


def test_each_line_is_one_prometheus_understands_and_counts_what_is_there() -> None:
    a_document()
    an_arrival()
    Job.objects.create(name="rendition.render", subject_id=1, run_after=timezone.now() - timedelta(minutes=5))
    a_run("backup", hours=3)
    a_run("proof", hours=2, succeeded=False)
    answer = a_program("health:read").get("/messwerte")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert [line for line in lines if not line.startswith("# ") and not _LINE.fullmatch(line)] == []
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values["kundenakte_documents"] == "1"
    assert values['kundenakte_jobs_waiting{job="rendition.render"}'] == "1"
    assert float(values["kundenakte_job_oldest_waiting_seconds"]) >= 300
    assert 10_800 <= float(values["kundenakte_backup_age_seconds"]) < 10_900
    assert values["kundenakte_proof_succeeded"] == "0"
    assert "kundenakte_proof_age_seconds" not in values


def test_t49_no_personal_data_stand_in_the_metrics(settings: Any) -> None:
    document = a_document(title="Quastenflosser", number="QF-4711")
    a_run("backup", hours=1, succeeded=False, sentence="/mnt/geheim ist nicht da")
    text = a_program("health:read").get("/messwerte").content.decode()
    version = document.valid_version
    assert version is not None
    customer = document.customer_file.customer
    for word in ("Quastenflosser", "QF-4711", customer.name, version.digest, str(settings.DATA), "geheim", "Verena"):
        assert word not in text


def test_a_backup_and_its_proof_are_good_for_two_days(settings: Any) -> None:
    settings.BACKUP_TARGET = ""
    assert grades() == {"backup": "warn"}
    settings.BACKUP_TARGET = "/backup"
    assert grades() == {"backup": "warn", "proof": "warn"}
    a_run("backup", hours=47)
    a_run("proof", hours=49)
    assert grades() == {"backup": "good", "proof": "bad"}
    a_run("proof", hours=1)
    assert grades() == {"backup": "good", "proof": "good"}


def test_a_failure_after_a_good_one_and_a_backup_with_gaps_are_bad(settings: Any) -> None:
    settings.BACKUP_TARGET = "/backup"
    a_run("backup", hours=4)
    a_run("proof", hours=3)
    a_run("proof", hours=1, succeeded=False, sentence="Stück 3 fehlt.")
    assert grades() == {"backup": "good", "proof": "bad"}
    assert "Stück 3 fehlt." in next(said for code, _, _, said, _ in backups.findings() if code == "proof")
    a_run("backup", hours=0.5, sentence="1 Originale, die die Datenbank nennt, hat das Haus nicht.")
    assert grades()["backup"] == "bad"
