"""Versions are sealed in the background when their class asks for it, and what is late is known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs import queries as jobs
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.records.actions import documents
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, Document, DocumentClass, Rendition, Version
from kundenakte.steps.archive import queries, tasks
from kundenakte.steps.archive.due import due_at
from kundenakte.steps.archive.models import ArchivePackage, SealDue
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, an_actor, an_arrival, some_bytes
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db(transaction=True)
SealWhen = DocumentClass.SealWhen


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def work() -> None:
    """Work until nothing is due."""
    worker = Worker()
    while worker.work_once():
        pass


def seal(version: Version, *, way: tuple[str, ...] = ()) -> None:
    """As a worker does: what came of it is written in one transaction."""
    apply = tasks.seal(version.pk, way=way)
    with transaction.atomic():
        apply()


def class_that_seals(when: str, days: int = 0) -> None:
    a_class("OFFER")
    DocumentClass.objects.filter(code="OFFER").update(seal_when=when, seal_after_days=days)


def sealed_versions(document: Document) -> list[int]:
    return list(
        ArchivePackage.objects.filter(document=document).order_by("pk").values_list("version__number", flat=True)
    )


@pytest.mark.parametrize(
    ("when", "days", "expected"),
    [
        (SealWhen.AT_ONCE, 0, NOW),
        (SealWhen.RELEASED, 0, NOW + timedelta(days=1)),
        (SealWhen.AFTER_DAYS, 30, NOW + timedelta(days=30)),
        (SealWhen.NEVER, 0, None),
    ],
)  # fmt: skip
def test_the_class_says_from_when_on(when: str, days: int, expected: Any) -> None:
    kind = DocumentClass(seal_when=when, seal_after_days=days)
    assert due_at(kind, added_at=NOW, valid_at=NOW + timedelta(days=1)) == expected


def test_what_is_not_released_is_not_due_where_the_class_waits_for_it() -> None:
    kind = DocumentClass(seal_when=SealWhen.RELEASED)
    assert due_at(kind, added_at=NOW, valid_at=None) is None


def test_at_once_means_when_it_is_filed() -> None:
    class_that_seals(SealWhen.AT_ONCE)
    document = a_document()
    work()
    assert sealed_versions(document) == [1]
    assert not SealDue.objects.exists()


def test_a_draft_waits_for_its_release() -> None:
    class_that_seals(SealWhen.RELEASED)
    document = a_document()
    draft = documents.add_version(actor=SETUP, document=document, version=some_bytes("neu"), now=NOW, valid=False)
    work()
    assert sealed_versions(document) == [1]
    documents.release_version(actor=an_actor("anton"), version=draft, edition=document.edition, now=NOW)
    work()
    assert sealed_versions(document) == [1, 2]


def test_after_days_it_is_noted_and_not_late_before() -> None:
    class_that_seals(SealWhen.AFTER_DAYS, 9999)
    document = a_document()
    work()
    assert sealed_versions(document) == []
    assert SealDue.objects.get().due_at == NOW + timedelta(days=9999)
    assert not queries.late(NOW + timedelta(days=9999)).exists()
    assert queries.late(NOW + timedelta(days=10001)).count() == 1


def test_never_is_never() -> None:
    class_that_seals(SealWhen.NEVER)
    document = a_document()
    work()
    tasks.gather(0)()
    work()
    assert sealed_versions(document) == []


def test_while_previews_are_being_made_sealing_waits_but_not_for_ever() -> None:
    class_that_seals(SealWhen.AT_ONCE)
    arrival = an_arrival(content="ein Brief")
    a_document(content=["ein Brief"])
    version = valid(Document.objects.get())
    SealDue.objects.create(version=version, due_at=timezone.now())
    seal(version)
    assert not ArchivePackage.objects.exists()
    assert Job.objects.filter(name=tasks.NOTE, subject_id=version.pk, state="waiting").exists()

    SealDue.objects.update(due_at=timezone.now() - tasks.PATIENCE)
    seal(version)
    assert ArchivePackage.objects.get().digest == arrival.digest


def test_with_previews_it_is_sealed_as_soon_as_the_document_is_through() -> None:
    arrival = an_arrival(content="ein Brief")
    document = a_document(content=["ein Brief"])
    Rendition.objects.create(digest=arrival.digest, kind="text", made_at=NOW)
    version = valid(document)
    SealDue.objects.create(version=version, due_at=timezone.now())
    on_the_way = Job.objects.create(
        name="filing.file", subject_id=arrival.pk, state="waiting", run_after=NOW, created_at=NOW
    )
    seal(version, way=("filing.file",))
    assert not ArchivePackage.objects.exists()
    Job.objects.filter(pk=on_the_way.pk).update(state="done")
    seal(version, way=("filing.file",))
    assert ArchivePackage.objects.count() == 1


def test_what_comes_through_the_door_ends_in_the_archive_with_its_text(tmp_path: Path) -> None:
    a_customer_file("Huber GmbH", "K-777")
    text = b"Kundennummer: K-777\n\nAngebot AN-4711\nAngebotsnummer: AN-4711\nDatum: 12.11.2026\n"
    (tmp_path / "angebot.txt").write_bytes(text)
    with (tmp_path / "angebot.txt").open("rb") as stream:
        pipeline.receive(
            actor=SETUP, stream=stream, file_name="angebot.txt", source="test", now=timezone.now(),
            facts={"customer": "K-777", "class": "OFFER", "number": "AN-4711"},
        )  # fmt: skip
    work()
    Job.objects.filter(name=tasks.NOTE, state="waiting").update(run_after=NOW)
    work()
    assert [row.state for row in Arrival.objects.all()] == ["filed"]
    package = ArchivePackage.objects.get()
    assert sorted(file["role"] for file in _files(package)) == ["history", "original", "pdf", "text"]


def _files(package: ArchivePackage) -> list[dict[str, Any]]:
    from tests.steps.archive.papers import manifest_of

    files: list[dict[str, Any]] = manifest_of(package)["files"]
    return files


def test_changed_facts_are_gathered_once_a_day() -> None:
    class_that_seals(SealWhen.AT_ONCE)
    document = a_document(title="Angebot")
    untouched = a_document(title="Anderes")
    work()
    documents.describe_document(
        actor=an_actor("anton"), document=document, edition=document.edition, now=timezone.now(), reason="Tippfehler",
        description=Description(a_class("OFFER"), "Angebot Kran", "", document.dated_on),
    )  # fmt: skip
    work()
    assert ArchivePackage.objects.count() == 2
    tasks.gather(0)()
    work()
    assert sealed_versions(document) == [1, 1]
    assert sealed_versions(untouched) == [1]
    tasks.gather(0)()
    assert not SealDue.objects.exists()


def test_many_that_were_never_noted_are_taken_up_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class_that_seals(SealWhen.NEVER)
    file = a_customer_file()
    for _ in range(5):
        a_document(customer_file=file)
    work()
    class_that_seals(SealWhen.AT_ONCE)
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    tasks.gather(0)()
    assert SealDue.objects.count() == 2
    work()
    assert ArchivePackage.objects.count() == 5


def test_a_class_that_seals_at_once_from_now_on_takes_along_what_it_has() -> None:
    class_that_seals(SealWhen.NEVER)
    document = a_document()
    work()
    class_that_seals(SealWhen.AT_ONCE)
    tasks.gather(0)()
    work()
    assert sealed_versions(document) == [1]


def test_what_cannot_be_sealed_says_why_and_stays_due() -> None:
    class_that_seals(SealWhen.AT_ONCE)
    document = a_document()
    blobs.default().path(valid(document).digest).unlink()
    work()
    assert jobs.failed().get().name == tasks.SEAL
    assert SealDue.objects.get().trouble == "Das Original fehlt in der Dateiablage."
    said = queries.standing_of(valid(document))
    assert (said.state, said.sentence) == ("trouble", "Das Original fehlt in der Dateiablage.")


def test_what_could_not_be_sealed_is_tried_again_the_next_day() -> None:
    class_that_seals(SealWhen.AT_ONCE)
    document = a_document()
    original = blobs.default().path(valid(document).digest)
    kept = original.read_bytes()
    original.unlink()
    work()
    SealDue.objects.update(due_at=timezone.now() - tasks.PATIENCE)
    tasks.gather(0)()
    work()
    # Still missing: it is said once, however often it was tried.
    assert (jobs.failed().count(), sealed_versions(document)) == (1, [])
    original.write_bytes(kept)
    tasks.gather(0)()
    work()
    assert (jobs.failed().count(), sealed_versions(document)) == (0, [1])
    assert not SealDue.objects.exists()


def test_t30_what_is_due_for_more_than_a_day_raises_an_alarm_and_is_read_all_the_same() -> None:
    document = a_document()
    version = valid(document)
    now = timezone.now()
    SealDue.objects.create(version=version, due_at=now - timedelta(hours=23))
    assert not queries.late(now).exists()
    assert queries.standing_of(version).state == "due"
    SealDue.objects.filter(pk=version.pk).update(due_at=now - timedelta(hours=25))
    assert [late.version_id for late in queries.late(now)] == [version.pk]
    with blobs.default().open(version.digest) as file:
        unsealed = file.read()
    sealed(version)
    assert not queries.late(now).exists()
    assert queries.standing_of(version).state == "sealed"
    with blobs.default().open(version.digest) as file:
        assert file.read() == unsealed


def test_where_a_version_stands_is_told_for_each_state() -> None:
    class_that_seals(SealWhen.RELEASED)
    document = a_document()
    draft = documents.add_version(actor=SETUP, document=document, version=some_bytes("neu"), now=NOW, valid=False)
    assert queries.standing_of(draft).state == "draft"
    assert queries.standing_of(valid(document)).state == "due"
    class_that_seals(SealWhen.NEVER)
    assert queries.standing_of(Version.objects.get(pk=draft.pk)).state == "never"


def test_what_was_missed_is_taken_up_in_few_statements(django_assert_max_num_queries: Any) -> None:
    documents = [a_document(title=f"Altbestand {n}") for n in range(5)]
    SealDue.objects.all().delete()
    due = list(tasks._missed())
    assert len(due) >= len(documents)
    with django_assert_max_num_queries(8):
        tasks._take_up(due, goes_on=False)
    assert dict(SealDue.objects.values_list("version_id", "due_at")) == dict(due)
    waiting = Job.objects.filter(name=tasks.SEAL, state=Job.State.WAITING)
    assert set(waiting.values_list("subject_id", flat=True)) == {version for version, _at in due}
    # Whoever noted one meanwhile was first.
    SealDue.objects.filter(version_id=due[0][0]).update(trouble="schon bekannt")
    tasks._take_up(due, goes_on=False)
    assert SealDue.objects.get(version_id=due[0][0]).trouble == "schon bekannt"
