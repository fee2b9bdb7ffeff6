"""What was released goes from every place, with one entry, however often the work is cut off and done again."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.db import connection, transaction

from kundenakte.base import blobs
from kundenakte.base.blobs import derived
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import sequencer
from kundenakte.base.journal.models import JournalEntry, PersonalFact
from kundenakte.base.journal.verifier import verify as verify_journal
from kundenakte.records import renditions
from kundenakte.records.actions import documents, local_sections
from kundenakte.records.actions.documents import Description
from kundenakte.records.disposition import carrying_out, emptying, listing, protocol, traces, working
from kundenakte.records.models import Arrival, DisposedDocument, Disposition, Document, Rendition, Version
from kundenakte.records.refusals import BadValue
from kundenakte.steps.archive import disposing as archive
from kundenakte.steps.archive import replica, sealing
from kundenakte.steps.archive.models import ArchivePackage, PackageState
from kundenakte.steps.archive.tasks import gather
from kundenakte.steps.intake import actions as intake
from kundenakte.steps.search.queries import search
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, a_section, a_user, an_arrival
from tests.records.disposition.papers import OLD, a_sealed_paper, an_old_paper, carry_out, disposed, released
from tests.steps.archive.papers import findings_of_ocfl, sealed, valid
from tests.steps.search.papers import catch_up, pages

pytestmark = pytest.mark.django_db
WORD = "Quastenflosserbestandsmeldung"


@pytest.fixture(autouse=True)
def _second(settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE_REPLICA = str(tmp_path / "second")


def entry_of(document: Document) -> dict[str, Any]:
    entry = JournalEntry.objects.get(kind="document.disposed", subject_id=document.pk)
    said: dict[str, Any] = json.loads(bytes(entry.body))["facts"]
    return said


def files_with(word: str) -> list[str]:
    """Files under the data folder and the second copy in whose name or bytes a word stands."""
    places = [Path(house.DATA), Path(house.ARCHIVE_REPLICA)]
    found = [file for place in places for file in place.rglob("*") if file.is_file()]
    return [str(file) for file in found if word in file.name or word.encode() in file.read_bytes()]


def _text(cell: object) -> str:
    return bytes(cell).decode(errors="replace") if isinstance(cell, bytes | memoryview) else str(cell)


def rows_with(word: str) -> list[str]:
    """Tables in which a word stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own name
            for row in cursor.fetchall():
                if any(word.lower() in _text(cell).lower() for cell in row):
                    found.append(table)
    return sorted(set(found))


def index_files_with(word: str) -> list[str]:
    """Files of the index in which a word stands as it was indexed or as it was kept."""
    files = [file for file in Path(house.INDEX).rglob("*") if file.is_file()]
    return [str(file) for file in files if word.lower().encode() in file.read_bytes().lower()]


def test_t35_nothing_of_a_disposed_document_is_left_in_stores_previews_or_rows() -> None:
    document = a_sealed_paper(content=f"Die {WORD} von 2015", title=f"{WORD} 2015")
    package = ArchivePackage.objects.get(document=document)
    replica.copy(package)
    digest = valid(document).digest
    renditions.save_text(digest, pages(WORD))
    derived.default().put_bytes(digest, "page-0001.webp", WORD.encode())
    assert files_with(WORD)
    with transaction.atomic():
        journal.append(SETUP, "document.described", document, reason=f"Es hieß {WORD}", personal={"title": WORD})
    assert {"records_document", "journal_personalfact"} <= set(rows_with(WORD))
    disposed(document)
    assert files_with(WORD) == []
    assert rows_with(WORD) == []
    assert not blobs.default().has(digest)
    assert derived.default().names(digest) == []
    assert not Rendition.objects.filter(digest=digest).exists()
    assert [store.has(package.object_id) for store in archive._stores()] == [False, False]
    assert findings_of_ocfl() == []
    while sequencer.sequence():
        pass
    assert verify_journal().findings == []


def test_t35_the_search_finds_nothing_and_its_files_hold_no_word_of_it() -> None:
    file = a_customer_file()
    document = an_old_paper(file, title="Bestandsmeldung")
    other = a_document(customer_file=file, title="Angebot", number="AN-1")
    renditions.save_text(valid(document).digest, pages(f"Meldung {WORD} Ende"))
    renditions.save_text(valid(other).digest, pages("Ein Angebot bleibt"))
    catch_up()
    anton = a_user("anton")
    assert [hit.document.pk for hit in search(anton, WORD).hits] == [document.pk]
    assert index_files_with("quastenflo")
    disposed(document)
    catch_up()
    assert list(search(anton, WORD).hits) == []
    assert [hit.document.pk for hit in search(anton, "Angebot").hits] == [other.pk]
    assert index_files_with("quastenflo") == []


def test_the_entry_says_what_went_by_which_rule_and_by_whom() -> None:
    document = a_sealed_paper()
    version = valid(document)
    made = disposed(document)
    said = entry_of(document)
    assert said["versions"] == [{"number": 1, "sha256": version.digest, "size": version.size}]
    assert (said["holds"], said["retain_until"], said["rule"]) == (0, "2021-12-31", document.retention_code)
    assert (said["requested_by"], said["released_by"]) == (made.requested_by_id, made.decided_by_id)
    assert said["objects"] == [f"kundenakte:d{document.pk}:v1:s1"]
    states = PackageState.objects.filter(package__document=document).values_list("state", flat=True)
    assert list(states) == ["disposed"]


def test_the_row_stays_without_words_and_nobody_meets_it() -> None:
    document = a_sealed_paper(title="Kündigung Müller")
    disposed(document)
    assert not Document.objects.filter(pk=document.pk).exists()
    left = Document.with_disposed.get(pk=document.pk)
    assert (left.title, left.fields, left.retain_until) == ("Ausgesondert", {}, date(2021, 12, 31))
    assert Version.objects.get(document=left).file_name == ""
    about = PersonalFact.objects.filter(entry__subject_type="records.document", entry__subject_id=document.pk)
    assert set(about.values_list("name", flat=True)) <= {"actor"}


def test_bytes_somebody_else_has_stay_and_go_with_the_last_who_has_them() -> None:
    file = a_customer_file()
    first, second = an_old_paper(file, content="dieselben"), an_old_paper(file, content="dieselben")
    digest = valid(first).digest
    disposed(first)
    assert blobs.default().has(digest)
    disposed(second)
    assert not blobs.default().has(digest)


def test_bytes_that_wait_in_the_inbox_stay() -> None:
    document = an_old_paper(content="noch einmal gekommen")
    an_arrival(content="noch einmal gekommen", waiting=True)
    disposed(document)
    assert blobs.default().has(Version.objects.get(document=document.pk).digest)


def test_all_versions_and_all_sealings_go() -> None:
    document = a_document(document_class="OTHER", dated_on=OLD, versions=3)
    for version in document.versions.all():
        sealed(version)
    described = Description(a_class("OTHER"), "Anders", "", OLD, {})
    document.refresh_from_db()
    documents.describe_document(
        actor=SETUP, document=document, description=described, edition=document.edition, reason="Titel", now=NOW
    )
    sealed(valid(document))
    digests = list(document.versions.values_list("digest", flat=True))
    disposed(document)
    assert len(entry_of(document)["objects"]) == 4
    assert [blobs.default().has(digest) for digest in digests] == [False] * 3
    assert list(sealing.default().ids()) == []


class Cut(Exception):
    """Somebody pulled the plug."""


@pytest.mark.parametrize("where", ["tell_outside", "destroy", "_destroy_digest", "end"])
def test_killed_anywhere_it_ends_alike_with_one_entry_and_one_line(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_customer_file()
    some = [a_sealed_paper(file) for _ in range(3)]
    digests = [valid(one).digest for one in some]
    made = released(*some)
    real, calls = getattr(carrying_out, where), iter(range(100))

    def cut(*args: Any, **more: Any) -> Any:
        if next(calls) == 1:
            raise Cut
        return real(*args, **more)

    monkeypatch.setattr(carrying_out, where, cut)
    for _round in range(4):
        try:
            with transaction.atomic():
                working.dispose(made.pk)()
        except Cut:
            continue
    monkeypatch.undo()
    carry_out(made)
    assert made.state == Disposition.State.DONE
    assert JournalEntry.objects.filter(kind="document.disposed").count() == 3
    assert [line["document"] for line in listing.lines()] == [one.pk for one in some]
    assert JournalEntry.objects.filter(kind="disposition.ended").count() == 1
    assert [blobs.default().has(digest) for digest in digests] == [False] * 3
    assert list(sealing.default().ids()) == []


def test_an_object_half_taken_away_is_none_and_the_next_call_finishes(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ArchivePackage.objects.get(document=a_sealed_paper())
    store = sealing.default()

    def cut(*_: Any) -> None:
        raise Cut

    monkeypatch.setattr("kundenakte.steps.archive.local.shutil.rmtree", cut)
    with pytest.raises(Cut):
        store.destroy(package.object_id)
    monkeypatch.undo()
    assert not store.has(package.object_id)
    assert findings_of_ocfl() == []
    store.destroy(package.object_id)
    assert not list(store.staging().iterdir())


def test_a_lock_of_the_store_postpones_and_its_end_lets_go(monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_sealed_paper()
    locks = iter([NOW + timedelta(days=9000)])
    monkeypatch.setattr(traces, "locked_until", lambda _gone: next(locks, None))
    made = released(document)
    carry_out(made)
    row = made.documents.get()
    assert (row.state, made.state) == (DisposedDocument.State.WAITING, Disposition.State.RELEASED)
    assert "Speicher" in row.sentence
    assert sealing.default().has(f"kundenakte:d{document.pk}:v1:s1")
    DisposedDocument.objects.update(locked_until=NOW)
    carry_out(made)
    assert made.state == Disposition.State.DONE
    assert not sealing.default().has(f"kundenakte:d{document.pk}:v1:s1")


def test_the_archive_says_the_latest_lock_of_all_its_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = emptying.gone_of(a_sealed_paper())
    assert archive.locked_until(gone) is None
    monkeypatch.setattr(sealing.default(), "locked_until", lambda _id: NOW, raising=False)
    assert archive.locked_until(gone) == NOW


def test_what_is_disposed_of_is_not_sealed_copied_or_counted_again() -> None:
    file = a_customer_file()
    document, unsealed = a_sealed_paper(file), an_old_paper(file)
    disposed(document, unsealed)
    with transaction.atomic():
        gather(0)()
    assert list(sealing.default().ids()) == []
    assert ArchivePackage.objects.count() == 1


def test_a_sealing_that_comes_second_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from kundenakte.steps.archive import tasks

    document = an_old_paper()
    prepared = sealing.prepare(valid(document).pk, now=NOW)
    assert prepared is not None
    disposed(document)
    with transaction.atomic():
        assert tasks._record(prepared) is False
    assert not ArchivePackage.objects.exists()
    assert list(sealing.default().ids()) == []


def test_the_same_file_that_comes_again_is_a_new_document() -> None:
    from kundenakte.steps.filing.placing import place

    document = an_old_paper(content="kommt wieder")
    disposed(document)
    arrival = an_arrival(content="kommt wieder")
    described = Description(a_class("OTHER"), "Kommt wieder", "", OLD, {})
    assert place(arrival, document.customer_file, described).document is None
    assert blobs.default().has(arrival.digest)


def test_bytes_that_vanish_while_they_are_taken_in_are_refused_so_that_the_source_keeps_its_file() -> None:
    stored = blobs.default().put(io.BytesIO(b"im selben Augenblick"))
    with transaction.atomic():
        intake.still_kept(stored)
    blobs.default().delete(stored.digest)
    with pytest.raises(OSError, match="disposed of"), transaction.atomic():
        intake.still_kept(stored)


def test_the_protocol_names_everything_but_no_word_of_the_document_and_is_kept() -> None:
    document = a_sealed_paper(title=WORD)
    digest = valid(document).digest
    made = disposed(document)
    text = protocol.opened(made).read().decode("utf-8-sig")
    assert digest in text
    assert "Bernd Beck" in text
    assert "Anton Adler" in text
    assert "31.12.2021" in text
    assert WORD not in text
    ended = JournalEntry.objects.get(kind="disposition.ended")
    assert json.loads(bytes(ended.body))["facts"]["protocol_sha256"] == made.protocol


def test_a_reason_that_looks_like_a_formula_stays_text() -> None:
    assert protocol._safe("=1+1") == "'=1+1"
    assert protocol._safe("Anlass") == "Anlass"


def test_links_of_others_stay_and_arrivals_keep_only_their_number() -> None:
    file = a_customer_file()
    old = an_old_paper(file)
    arrival = an_arrival(file_name="Kündigung Müller.pdf", facts={"customer": "Müller"})
    arrival.document, arrival.version, arrival.state = old, valid(old), Arrival.State.FILED
    arrival.save()
    disposed(old)
    arrival.refresh_from_db()
    assert (arrival.file_name, arrival.facts, arrival.source_number) == ("", {}, 1)


def test_an_extra_section_stays_where_only_disposed_papers_lay() -> None:
    file = a_customer_file()
    section = local_sections.set_up_local_section(
        actor=SETUP, customer_file=file, name="Projekt 7", rights_like=a_section("sonstiges"), now=NOW
    )
    document = a_document(customer_file=file, document_class="OTHER", dated_on=OLD, section=section)
    disposed(document)
    with pytest.raises(BadValue, match="Nachweis"):
        local_sections.remove_local_section(actor=SETUP, section=section, now=NOW)
