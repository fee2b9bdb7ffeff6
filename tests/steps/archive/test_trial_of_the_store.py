"""Only a store that has refused lately is called resistant (T-12); one that gives in is told, and an alarm."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.base import buckets
from kundenakte.base.buckets import Bucket
from kundenakte.base.jobs.ledger import GiveUp
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import queries as journal
from kundenakte.doors.web.administration import resistance
from kundenakte.steps.archive import locking, locks, replica, trial, turns
from kundenakte.steps.archive.bucket import BucketArchive
from kundenakte.steps.archive.models import StoreTrial
from tests.builders import a_document
from tests.object_store import LOCKING, PLAIN, Store
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db
Outcome = StoreTrial.Outcome


@pytest.fixture
def place(s3: Store, settings: Any) -> str:
    settings.ARCHIVE_REPLICA = f"s3://{LOCKING}/{uuid.uuid4().hex}"
    return str(settings.ARCHIVE_REPLICA)


def said() -> tuple[str, str]:
    """Grade and sentence on the page."""
    finding = next(iter(resistance.findings()))
    return finding[2], finding[3]


def tried(**ago: int) -> str:
    [found] = trial.try_stores(now=timezone.now() - timedelta(**ago))
    return found.outcome


def test_t12_a_store_that_refuses_is_called_resistant(place: str) -> None:
    assert said()[0] == "warn"
    assert tried() == Outcome.RESISTS
    grade, sentence = said()
    assert grade == "good"
    assert "manipulationssicher gespeichert" in sentence
    row = StoreTrial.objects.get()
    assert [entry.kind for entry in journal.history(row)] == ["archive.store_resists"]
    assert row.place == place


def test_a_proof_that_is_two_days_old_proves_nothing(place: str) -> None:
    StoreTrial.objects.create(place=place, at=timezone.now() - timedelta(hours=49), outcome=Outcome.RESISTS)
    grade, sentence = said()
    assert grade == "bad"
    assert "nur als manipulationserkennbar" in sentence


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("way", ["remove", "remove_by_force", "lock"])
def test_t12_a_store_that_gives_in_once_is_not_resistant_and_an_alarm(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that says yes to what it must refuse, whether or not it does it."""
    assert tried(hours=1) == Outcome.RESISTS
    monkeypatch.setattr(Bucket, way, lambda *_: None)
    assert tried() == Outcome.YIELDS
    grade, sentence = said()
    assert grade == "bad"
    assert "nicht mehr als manipulationssicher" in sentence


@pytest.mark.usefixtures("place")
def test_a_store_that_takes_the_lock_and_forgets_it_is_not_resistant(monkeypatch: pytest.MonkeyPatch) -> None:
    put = Bucket.put
    monkeypatch.setattr(
        Bucket, "put", lambda self, key, content, *, sha256, locked_until: put(self, key, content, sha256=sha256)
    )  # fmt: skip
    assert tried() == Outcome.YIELDS


def test_a_bucket_without_object_lock_makes_tampering_evident_only(s3: Store, settings: Any) -> None:
    settings.ARCHIVE_REPLICA = f"s3://{PLAIN}/{uuid.uuid4().hex}"
    assert tried() == Outcome.LOCKLESS
    grade, sentence = said()
    assert grade == "warn"
    assert "manipulationserkennbar" in sentence


def test_a_store_out_of_reach_is_told_and_proves_nothing(place: str, settings: Any) -> None:
    assert tried(hours=2) == Outcome.RESISTS
    settings.S3_ENDPOINT = "http://127.0.0.1:9"
    assert tried() == Outcome.UNREACHABLE
    grade, sentence = said()
    assert grade == "bad"
    assert "nicht zu erreichen" in sentence


def test_a_folder_is_never_called_resistant(settings: Any, tmp_path: Any) -> None:
    settings.ARCHIVE_REPLICA = str(tmp_path / "second")
    assert trial.try_stores(now=timezone.now()) == []
    assert said()[0] == "good"
    assert "manipulationserkennbar" in said()[1]


def test_the_trial_clears_away_what_earlier_ones_left_when_their_lock_is_over(place: str) -> None:
    bucket = buckets.at(place)
    bucket.put("canary/old", b"", sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    assert tried() == Outcome.RESISTS
    assert tried() == Outcome.RESISTS
    left = list(bucket.versions("canary/"))
    assert "canary/old" not in {one.key for one in left}
    assert len([one for one in left if not one.is_marker]) == 2, "those of today are still locked"


def test_t12_the_bucket_of_the_originals_is_tried_like_that_of_the_second_copy(
    place: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BLOBS_BUCKET = f"s3://{LOCKING}/{uuid.uuid4().hex}"
    assert [finding[:3:2] for finding in resistance.findings()] == [
        ("archive-store", "warn"),
        ("originals-store", "warn"),
    ]
    assert [row.outcome for row in trial.try_stores(now=timezone.now())] == [Outcome.RESISTS] * 2
    of_originals = StoreTrial.objects.get(place=settings.BLOBS_BUCKET)
    assert [entry.kind for entry in journal.history(of_originals)] == ["archive.originals_resists"]
    sentences = {finding[0]: finding[3] for finding in resistance.findings()}
    assert "Zweitbestand ist manipulationssicher" in sentences["archive-store"]
    assert "Originale sind manipulationssicher" in sentences["originals-store"]
    # Each is judged by its own trials.
    settings.BLOBS_BUCKET = f"s3://{PLAIN}/{uuid.uuid4().hex}"
    assert [row.outcome for row in trial.try_stores(now=timezone.now())] == [Outcome.RESISTS, Outcome.LOCKLESS]
    assert {finding[0]: finding[2] for finding in resistance.findings()} == {
        "archive-store": "good", "originals-store": "warn",
    }  # fmt: skip
    # A house whose second copy is in a folder, or that has none, tries the originals all the same.
    settings.ARCHIVE_REPLICA = ""
    assert [row.outcome for row in trial.try_stores(now=timezone.now())] == [Outcome.LOCKLESS]


@pytest.mark.usefixtures("place")
def test_a_lock_grows_with_the_days_and_has_its_turn_once_in_thirty(monkeypatch: pytest.MonkeyPatch) -> None:
    package = sealed(valid(a_document(dated_on=timezone.localdate())), now=timezone.now())
    replica.copy(package)
    store = replica.locking()
    assert store is not None
    before = store.locked_until(package.object_id)
    assert before is not None
    longer = before + timedelta(days=30)
    monkeypatch.setattr(locking, "until", lambda _document, now: longer)
    locks.lock(package.pk)()
    assert store.locked_until(package.object_id) == longer
    days = [timezone.localdate() + timedelta(days=n) for n in range(locking.TURN_DAYS)]
    assert [pk for day in days for pk in turns.whose_turn(day)] == [package.pk]


@pytest.mark.usefixtures("place")
def test_t12_an_object_without_the_lock_it_should_have_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    package = sealed(valid(a_document(dated_on=timezone.localdate())), now=timezone.now())
    replica.copy(package)
    monkeypatch.setattr(BucketArchive, "lock", lambda *_: None)
    with pytest.raises(GiveUp, match="nicht so lange"):
        locks.lock(package.pk)
    Job.objects.create(
        name=locks.LOCK, subject_id=package.pk, run_after=timezone.now(), state=Job.State.FAILED,
        ended_at=timezone.now(),
    )  # fmt: skip
    assert [finding[0] for finding in resistance.findings()] == ["archive-store", "archive-locks"]


@pytest.mark.usefixtures("place")
def test_an_object_that_is_not_there_yet_is_copied_first() -> None:
    package = sealed(valid(a_document(dated_on=timezone.localdate())), now=timezone.now())
    locks.lock(package.pk)()
    assert Job.objects.filter(name="archive.copy", subject_id=package.pk).exists()


@pytest.mark.usefixtures("place")
def test_what_nothing_keeps_is_not_locked_any_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    package = sealed(valid(a_document()), now=timezone.now())
    monkeypatch.setattr(locking, "until", lambda _document, now: None)
    replica.copy(package)
    locks.lock(package.pk)()
    assert replica.locking().locked_until(package.object_id) is None  # type: ignore[union-attr]
