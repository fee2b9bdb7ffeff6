"""The index follows the database: changes, deletions, restarts, a restored database, a rebuild."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from kundenakte.records import search_due
from kundenakte.records.actions import customers, documents, links
from kundenakte.records.models import Document, SearchDue
from kundenakte.steps.search import folder, following, indexer, reading, rebuilding
from kundenakte.steps.search.comparing import compare
from kundenakte.steps.search.filters import Filters
from kundenakte.steps.search.folder import Filling, IndexBusy
from kundenakte.steps.search.following import Following
from kundenakte.steps.search.models import FollowingIndex
from kundenakte.steps.search.queries import search
from tests.builders import NOW, SETUP, a_customer_file, a_section, a_user
from tests.steps.search.papers import a_paper, catch_up, to_the_end
from tests.waiting import PATIENCE

in_a_transaction = pytest.mark.usefixtures("db")


def total(text: str = "") -> int:
    return search(a_user("anton"), text).total or 0


@in_a_transaction
def test_what_is_filed_moved_or_described_anew_is_found_as_it_is_now() -> None:
    paper = a_paper("Pumpe", title="Alt")
    catch_up()
    other = a_customer_file("Zweite Firma GmbH")
    documents.move_document(
        actor=SETUP, document=paper, customer_file=other, section=a_section("vertraege"), edition=paper.edition,
        now=NOW, reason="falsch",
    )  # fmt: skip
    assert total("Zweite Firma") == 0
    catch_up()
    assert total("Zweite Firma pumpe") == 1
    assert compare(thorough=True).wrong == ()


@in_a_transaction
def test_a_document_is_found_in_its_second_place_too_and_by_the_number_of_a_merged_customer() -> None:
    file, other = a_customer_file("Alpha GmbH", number="K-111"), a_customer_file("Beta GmbH", number="K-222")
    paper = a_paper("Pumpe", title="A", customer_file=file)
    own = a_paper("Ventil", title="B", customer_file=other)
    catch_up()
    links.place_also(actor=SETUP, document=paper, customer_file=other, section=a_section("vertraege"), now=NOW)
    catch_up()
    assert search(a_user("anton"), "", filters=Filters(file=other.pk)).total == 2
    customers.merge(actor=SETUP, source=file.customer, into=other.customer, reason="derselbe", now=NOW)
    catch_up()
    assert {hit.document for hit in search(a_user("anton"), "K-111").hits} == {paper, own}
    assert compare(thorough=True).wrong == ()


@pytest.mark.usefixtures("transactional_db")
def test_a_document_that_is_gone_is_found_no_more() -> None:
    paper = a_paper("Pumpe", title="Weg")
    catch_up()
    gone = paper.pk
    forget(paper)
    search_due.mark_all([gone])
    # Even before the indexer has looked.
    assert total("pumpe") == 0
    catch_up()
    assert total("pumpe") == 0
    assert compare().wrong == ()


def forget(paper: Document) -> None:
    """As if it had never been; the guards refuse that, so the test goes past them."""
    with guards_lifted(), connection.cursor() as cursor:
        for statement in (
            "DELETE FROM records_versionstate WHERE version_id IN"
            " (SELECT id FROM records_version WHERE document_id = %s)",
            "UPDATE records_document SET valid_version_id = NULL WHERE id = %s",
            "DELETE FROM records_version WHERE document_id = %s",
            "DELETE FROM records_document WHERE id = %s",
        ):
            cursor.execute(statement, [paper.pk])


@contextmanager
def guards_lifted() -> Iterator[None]:
    from kundenakte.base.journal import guards

    guards.lift()
    try:
        yield
    finally:
        guards.install()


@in_a_transaction
def test_the_check_mends_what_nobody_marked() -> None:
    changed, missing = a_paper("Pumpe", title="Eins"), a_paper("Pumpe", title="Zwei")
    catch_up()
    Document.objects.filter(pk=changed.pk).update(title="Heimlich")
    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        at_work._shown.drop([missing.pk])
        at_work._shown.commit()
        assert set(compare().wrong) == {changed.pk, missing.pk}
        to_the_end(at_work)
    assert compare(thorough=True).wrong == ()
    assert total("heimlich") == 1


@in_a_transaction
def test_a_second_writer_is_refused_with_a_clear_sentence() -> None:
    with indexer.at_work(), pytest.raises(IndexBusy) as refusal, indexer.at_work(patience=0):
        pass
    assert "schon von einem anderen Prozess" in refusal.value.sentence
    catch_up()


@in_a_transaction
def test_rows_all_indexes_have_passed_are_removed_and_a_slow_one_is_waited_for() -> None:
    a_paper("Pumpe", title="A")
    slow = FollowingIndex.objects.create(index_id="langsam", passed=0, seen_at=timezone.now())
    catch_up()
    assert SearchDue.objects.count() == 1
    slow.seen_at -= following.FORGOTTEN_AFTER + timedelta(hours=1)
    slow.save()
    a_paper("Pumpe", title="B")
    catch_up()
    assert SearchDue.objects.count() == 0
    assert list(FollowingIndex.objects.values_list("passed", flat=True)) == [following._last_number()]


@in_a_transaction
def test_a_restored_database_is_followed_from_its_own_end() -> None:
    a_paper("Pumpe", title="A")
    catch_up()
    name = folder.current()
    reader = reading.reader()
    assert reader is not None
    index_id, position = reader.progress.index_id, reader.progress.position
    # The index has seen rows that the restored database will give out again.
    assert following.resume_position(index_id, position + 1000) == position
    FollowingIndex.objects.all().delete()
    assert following.resume_position(index_id, position + 1000) <= following._last_number()
    a_paper("Pumpe", title="B")
    catch_up()
    assert total("pumpe") == 2
    assert folder.current() == name


@in_a_transaction
def test_a_deleted_index_is_filled_anew_and_says_so_meanwhile() -> None:
    import shutil

    for title in "ABC":
        a_paper("Pumpe", title=title)
    catch_up()
    shutil.rmtree(folder.root())
    assert search(a_user("anton"), "pumpe").note
    with indexer.at_work() as at_work:
        results = search(a_user("anton"), "pumpe")
        assert results.total == 0
        assert "aufgebaut" in results.note
        at_work.round()
        at_work.round()
    results = search(a_user("anton"), "pumpe")
    assert (results.total, results.note) == (3, "")


@in_a_transaction
def test_a_rebuild_goes_on_beside_searching_and_takes_changes_along() -> None:
    for title in "ABC":
        a_paper("Pumpe", title=title)
    catch_up()
    old = folder.current()
    seen: list[Filling] = []
    for filling in rebuilding.rebuild():
        if not seen:
            a_paper("Pumpe", title="Neu")
        seen.append(filling)
        assert total("pumpe") >= 3
    assert folder.current() != old
    assert not (folder.root() / old).exists()
    assert (seen[-1].done, seen[-1].of, seen[-1].under_way) == (4, 4, False)
    assert total("pumpe") == 4
    assert compare(thorough=True).wrong == ()
    assert folder.wish() == ""
    assert FollowingIndex.objects.count() == 1


@in_a_transaction
def test_a_rebuild_that_was_broken_off_goes_on_at_the_next_start() -> None:
    for title in "ABC":
        a_paper("Pumpe", title=title)
    catch_up()
    old = folder.current()
    wish = folder.wish_rebuild()
    with indexer.at_work() as at_work:
        at_work._begin_new()
        assert at_work._new is not None
        begun = at_work._new.name
    assert folder.current() == old
    catch_up()
    assert folder.current() == begun
    assert folder.filling().ended == wish
    assert compare(thorough=True).wrong == ()


@in_a_transaction
def test_a_filling_broken_off_between_two_commits_goes_on_behind_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    for title in "ABCDE":
        a_paper("Pumpe", title=title)
    monkeypatch.setattr(indexer, "_BATCH", 1)
    monkeypatch.setattr(indexer, "_SLICE_SECONDS", 0.0)
    with indexer.at_work() as at_work:
        shown = at_work._shown
        for commits in (True, False):
            monkeypatch.setattr(indexer, "_FILLED_SECONDS", 0.0 if commits else 3600.0)
            assert at_work.round()
        first, second = Document.objects.order_by("pk").values_list("pk", flat=True)[:2]
        assert (shown.progress.built_to, shown.filled_to) == (first, second)
    reader = reading.reader()
    assert reader is not None
    assert (reader.progress.built_to, total("pumpe")) == (first, 1)
    catch_up()
    assert compare(thorough=True).wrong == ()
    assert total("pumpe") == 5


@in_a_transaction
def test_an_index_of_an_older_program_is_built_anew_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    a_paper("Pumpe", title="A")
    catch_up()
    old = folder.current()
    monkeypatch.setattr(folder, "EDITION", folder.EDITION + 1)
    assert total("pumpe") == 1
    catch_up()
    assert folder.current() != old
    assert total("pumpe") == 1


@in_a_transaction
def test_the_command_rebuilds_and_compares(capsys: pytest.CaptureFixture[str]) -> None:
    a_paper("Pumpe", title="A")
    call_command("rebuild_index", "--compare")
    said = capsys.readouterr().out
    assert "1 Dokumente" in said
    assert "stimmen überein" in said


@pytest.mark.usefixtures("transactional_db")
def test_a_row_committed_late_is_not_passed_over() -> None:
    """Two transactions, the lower id commits after the higher one (PostgreSQL). On SQLite they take turns."""
    if connection.vendor == "sqlite":
        first, second = a_paper("Pumpe", title="A"), a_paper("Pumpe", title="B")
        follows = Following(0)
        assert [due.document_id for due in follows.due(1)] == [first.pk]
        follows.took(follows.due(1))
        assert [due.document_id for due in follows.due(1)] == [second.pk]
        return
    begin = following.start_position()
    follows = Following(begin)
    inserted, may_commit = threading.Event(), threading.Event()
    late = threading.Thread(target=insert_slowly, args=(1001, inserted, may_commit))
    late.start()
    inserted.wait(PATIENCE)
    try:
        search_due.mark_all([1002])
        seen = follows.due(10)
        assert [due.document_id for due in seen] == [1002]
        # It is taken in at once, but the position stays before the row that cannot be seen yet.
        follows.took(seen)
        assert follows.position == begin
        assert follows.due(10) == []
    finally:
        may_commit.set()
        late.join()
    seen = follows.due(10)
    assert [due.document_id for due in seen] == [1001]
    follows.took(seen)
    assert follows.due(10) == []
    follows.took([])
    assert follows.position == following._last_number()
    assert follows.due(10) == []


def insert_slowly(document_id: int, inserted: threading.Event, may_commit: threading.Event) -> None:
    try:
        with transaction.atomic():
            search_due.mark_all([document_id])
            inserted.set()
            may_commit.wait(PATIENCE)
    finally:
        connections.close_all()


@pytest.mark.usefixtures("transactional_db")
def test_a_running_indexer_finds_what_changes_and_ends_when_told(settings: Any) -> None:
    a_paper("Pumpe", title="A")
    stop = threading.Event()

    def run() -> None:
        try:
            indexer.run(stop)
        finally:
            connections.close_all()

    runs = threading.Thread(target=run)
    runs.start()
    try:
        assert comes_true(lambda: total("pumpe") == 1)
        a_paper("Pumpe", title="B")
        assert comes_true(lambda: total("pumpe") == 2)
    finally:
        stop.set()
        runs.join(PATIENCE)
    assert not runs.is_alive()
    with indexer.at_work(patience=0):
        pass


def comes_true(condition: Any, *, seconds: float = 15.0) -> bool:
    """Whether it becomes true in time; the time is generous, benchmarks measure."""
    end = timezone.now() + timedelta(seconds=seconds)
    pause = threading.Event()
    while timezone.now() < end:
        if condition():
            return True
        pause.wait(0.05)
    return False
