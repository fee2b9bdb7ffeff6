"""A look at a watched folder: what is complete is received and moved, in the real pipeline."""

import json
import os
from collections.abc import Callable

from django.urls import resolve

from kundenakte.doors.hotfolder.models import SeenFile
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake.models import FolderEvent
from tests.builders import a_customer
from tests.doors.hotfolder.benches import Bench

Outcome = FolderEvent.Outcome
FACTS = {"customer": "10023", "class": "INV_OUT", "number": "4711", "dated_on": "2026-11-20"}


def test_a_file_is_taken_when_it_rests_and_moved_into_the_folder_of_the_day(bench: Callable[..., Bench]) -> None:
    b = bench()
    b.put("Brief.pdf")
    assert 0 < b.look() < 0.71
    assert not Arrival.objects.exists()
    b.look(0.8)
    arrival = Arrival.objects.get()
    assert (arrival.file_name, arrival.source, arrival.source_number) == ("Brief.pdf", "folder:erp", 1)
    assert arrival.origin == str(b.root / "Brief.pdf")
    assert b.left() == {"fertig/2026-11-24/Brief.pdf"}
    assert b.outcomes() == [("Brief.pdf", Outcome.RECEIVED)]
    assert FolderEvent.objects.get().arrival == arrival


def test_a_growing_file_is_not_touched(bench: Callable[..., Bench]) -> None:
    b = bench()
    path = b.put("gross.pdf", b"1")
    for size in range(5):
        b.look(0.6)
        path.write_bytes(b"1" * (size + 2))
    assert not Arrival.objects.exists()
    b.settle()
    assert Arrival.objects.get().size == 6


def test_a_file_that_somebody_still_has_open_is_left_alone_however_long(bench: Callable[..., Bench]) -> None:
    b = bench()
    with (b.root / "kopie.pdf").open("wb") as writer:
        writer.write(b"first half ")
        writer.flush()
        b.settle()
        assert not Arrival.objects.exists()
        writer.write(b"second half")
    b.settle()
    assert Arrival.objects.get().size == 22


def test_a_sidecar_files_the_document_at_once_and_goes_with_it(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench(answers=True)
    b.put("RE_4711.pdf")
    b.put("RE_4711.json", FACTS)
    b.settle()
    document = Document.objects.get()
    assert (document.document_class.code, document.number) == ("INV_OUT", "4711")
    assert document.customer_file.customer.name == "Müller GmbH"
    done = "fertig/2026-11-24/"
    assert b.left() == {done + "RE_4711.pdf", done + "RE_4711.json", done + "RE_4711.pdf.ergebnis.json"}
    answer = json.loads((b.root / done / "RE_4711.pdf.ergebnis.json").read_text())
    assert resolve(answer["link"]).url_name == "document"
    assert answer["document"] == document.pk
    assert answer["outcome"] == "filed"
    assert resolve(answer["link"]).kwargs == {"pk": document.pk}
    assert b.outcomes() == [("RE_4711.pdf", Outcome.FILED)]


def test_the_name_pattern_and_the_folders_own_facts_file_as_well(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench(patterns=["{class}_{number}_{customer}.pdf"], facts={"system": "erp", "fields": {"project": "Süd"}})
    b.put("RE_4711_10023.pdf")
    b.settle()
    document = Document.objects.get()
    assert (document.document_class.code, document.number, document.project) == ("INV_OUT", "4711", "Süd")


def test_the_same_number_under_a_new_name_and_other_bytes_is_a_new_version(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench()
    for name, data in (("a.pdf", b"one"), ("b.pdf", b"two"), ("c.pdf", b"two")):
        b.put(name, data)
        b.put(f"{name}.json", FACTS)
        b.settle()
    document = Document.objects.get()
    assert document.versions.count() == 2
    assert [outcome for _, outcome in b.outcomes()] == [Outcome.FILED, Outcome.FILED, Outcome.DUPLICATE]


def test_where_the_path_is_a_key_new_bytes_are_a_new_version(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench(path_is_key=True, keep_in_place=True, patterns=["{customer}/{*}.xlsx"], facts={"class": "PRICE_CALC"})
    b.put("10023/Kalkulation.xlsx", b"one")
    b.settle()
    b.put("10023/Kalkulation.xlsx", b"other")
    b.settle()
    assert Document.objects.get().versions.count() == 2
    assert b.left() == {"10023/Kalkulation.xlsx"}


def test_where_files_stay_each_state_is_taken_once_also_after_a_restart(bench: Callable[..., Bench]) -> None:
    b = bench(keep_in_place=True)
    path = b.put("unter/Kalkulation.xlsx", b"one")
    b.settle()
    b.settle()
    b.restart()
    b.settle()
    assert Arrival.objects.count() == 1
    assert SeenFile.objects.get().file == "unter/Kalkulation.xlsx"
    os.utime(path, ns=(1, 1))
    b.settle()
    assert Arrival.objects.count() == 1, "a new time with the old bytes is nothing new"
    path.write_bytes(b"two")
    b.settle()
    assert Arrival.objects.count() == 2
    assert b.left() == {"unter/Kalkulation.xlsx"}


def test_one_csv_describes_many_and_goes_when_all_have_come(bench: Callable[..., Bench]) -> None:
    for number in ("10023", "10024"):
        a_customer(f"Kunde {number}", number)
    b = bench(sidecar="required")
    b.put("index.csv", "Datei;KdNr;Belegart;Belegnr\nRE_1.pdf;10023;RE;1\nRE_2.pdf;10024;RE;2\n")
    b.put("RE_1.pdf", b"one")
    b.settle()
    assert "index.csv" in b.left()
    b.put("RE_2.pdf", b"two")
    b.settle()
    b.look(6)
    assert {(d.number, d.customer_file.customer.number) for d in Document.objects.all()} == {
        ("1", "10023"),
        ("2", "10024"),
    }
    assert b.left() == {f"fertig/2026-11-24/{name}" for name in ("index.csv", "RE_1.pdf", "RE_2.pdf")}


def test_a_list_whose_files_do_not_all_come_is_reported_with_their_names(bench: Callable[..., Bench]) -> None:
    b = bench(wait_seconds=60)
    b.put("index.csv", "Datei;KdNr\nRE_1.pdf;10023\nRE_2.pdf;10024\n")
    b.put("RE_1.pdf", b"one")
    b.settle()
    b.look(61)
    reason = (b.root / "fehler/index.csv.fehler.txt").read_text()
    assert "RE_2.pdf" in reason
    assert "RE_1.pdf" not in reason


def test_a_document_waits_for_its_required_sidecar_and_is_then_reported(bench: Callable[..., Bench]) -> None:
    b = bench(sidecar="required", wait_seconds=60)
    b.put("RE_1.pdf")
    b.settle()
    assert b.left() == {"RE_1.pdf"}
    b.look(61)
    assert b.left() == {"fehler/RE_1.pdf", "fehler/RE_1.pdf.fehler.txt"}
    assert "Begleitdatei" in (b.root / "fehler/RE_1.pdf.fehler.txt").read_text()
    assert b.outcomes() == [("RE_1.pdf", Outcome.ERROR)]
    assert not Arrival.objects.exists()


def test_a_sidecar_whose_document_never_comes_is_reported(bench: Callable[..., Bench]) -> None:
    b = bench(wait_seconds=60)
    b.put("RE_1.json", FACTS)
    b.settle()
    assert b.left() == {"RE_1.json"}
    b.look(61)
    assert b.left() == {"fehler/RE_1.json", "fehler/RE_1.json.fehler.txt"}


def test_a_broken_sidecar_takes_its_document_to_the_error_folder(bench: Callable[..., Bench]) -> None:
    b = bench()
    b.put("RE_1.pdf")
    b.put("RE_1.xml", "<a><b></a>")
    b.settle()
    assert b.left() == {"fehler/RE_1.pdf", "fehler/RE_1.xml", "fehler/RE_1.pdf.fehler.txt"}
    assert "XML" in (b.root / "fehler/RE_1.pdf.fehler.txt").read_text()


def test_a_marker_completes_without_rest_and_moves_along(bench: Callable[..., Bench]) -> None:
    b = bench(markers=[".ok"], marker_required=True)
    b.put("RE_1.pdf")
    b.look()
    b.look(30)
    assert b.left() == {"RE_1.pdf"}
    b.put("RE_1.ok", b"")
    b.look()
    assert b.left() == {"fertig/2026-11-24/RE_1.pdf", "fertig/2026-11-24/RE_1.ok"}


def test_nothing_is_overwritten_in_the_done_folder(bench: Callable[..., Bench]) -> None:
    b = bench()
    for data in (b"one", b"two"):
        b.put("Scan.pdf", data)
        b.settle()
    assert (b.root / "fertig/2026-11-24/Scan.pdf").read_bytes() == b"one"
    assert (b.root / "fertig/2026-11-24/Scan (2).pdf").read_bytes() == b"two"


def test_sub_folders_are_walked_and_keep_their_names(bench: Callable[..., Bench]) -> None:
    b = bench(depth=2)
    b.put("a/b/Scan.pdf")
    b.put("a/b/c/zu-tief.pdf")
    b.settle()
    assert b.left() == {"fertig/2026-11-24/a/b/Scan.pdf", "a/b/c/zu-tief.pdf"}
