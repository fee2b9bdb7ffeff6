"""A dry run says what would become of each file, and changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

from kundenakte.customers.drafts import Place
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake import share_reports
from kundenakte.steps.intake.models import ShareFile, ShareLine
from tests.builders import a_customer, a_customer_file, a_document
from tests.doors.share.shelves import MUSTER, a_share, line, outcomes, put, tried

Outcome = ShareLine.Outcome


def test_it_counts_what_would_happen_and_takes_nothing(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/Angebot 4711.pdf", "eins")
    put(root, f"{MUSTER}/Angebot 4712.pdf", "zwei")
    put(root, "D-99999 Unbekannt AG/Angebote/2019/Angebot.pdf")
    put(root, "D-10042 Bäckerei Schulze/Angebote/2019/Angebot.pdf")
    put(root, "D-10042 Muster GmbH/Fotos vom Bau/2019/Bild.jpg")
    put(root, "Allgemeines/Preisliste.pdf")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    run = tried(a_share(root))
    assert outcomes(run) == {
        f"{MUSTER}/Angebot 4711.pdf": Outcome.READY,
        f"{MUSTER}/Angebot 4712.pdf": Outcome.READY,
        "D-99999 Unbekannt AG/Angebote/2019/Angebot.pdf": Outcome.NO_CUSTOMER,
        "D-10042 Bäckerei Schulze/Angebote/2019/Angebot.pdf": Outcome.CONFLICT,
        "D-10042 Muster GmbH/Fotos vom Bau/2019/Bild.jpg": Outcome.NO_CLASS,
        "Allgemeines/Preisliste.pdf": Outcome.NO_MATCH,
    }
    assert not Arrival.objects.exists()
    assert not ShareFile.objects.exists()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert (run.total, run.done, run.percent) == (6, 6, 100)
    assert run.total_bytes == sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    assert share_reports.customers(run, None) == 1
    assert share_reports.unknown_words(run, None) == [("Fotos vom Bau", 1)]
    assert [word for word, *_ in share_reports.strangers(run)] == ["D-10042 Bäckerei Schulze", "D-99999 Unbekannt AG"]
    assert "„Muster GmbH“ bekannt" in line(run, "Schulze/Angebote/2019/Angebot.pdf").sentence


def test_the_same_bytes_are_named_with_where_they_lie_first(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf", "gleich")
    put(root, f"{MUSTER}/b.pdf", "gleich")
    put(root, f"{MUSTER}/c.pdf", "anders")
    run = tried(a_share(root))
    assert list(outcomes(run).values()) == [Outcome.READY, Outcome.TWIN, Outcome.READY]
    assert line(run, "b.pdf").sentence == f"Gleicher Inhalt wie {MUSTER}/a.pdf."


def test_what_lies_in_a_file_already_is_told(root: Path) -> None:
    file = a_customer_file("Muster GmbH", "D-10042")
    a_document(customer_file=file, content=["schon da"])
    put(root, f"{MUSTER}/a.pdf", "schon da")
    assert outcomes(tried(a_share(root))) == {f"{MUSTER}/a.pdf": Outcome.FILED_ALREADY}
    assert Document.objects.count() == 1


def test_short_names_of_folders_are_the_customer_another_legal_form_is_not(root: Path) -> None:
    a_customer("Muster Maschinenbau GmbH & Co. KG", "D-10042")
    put(root, "D-10042 Muster/Angebote/2019/a.pdf")
    put(root, "D-10042 Muster Maschinenbau AG/Angebote/2019/b.pdf")
    put(root, "10042 Muster/Angebote/2019/c.pdf")
    run = tried(a_share(root))
    assert line(run, "a.pdf").outcome == Outcome.READY
    assert line(run, "b.pdf").outcome == Outcome.CONFLICT
    assert line(run, "c.pdf").outcome in {Outcome.READY, Outcome.NO_CUSTOMER}


def test_a_customer_is_found_by_name_alone_if_nobody_else_is_called_so(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    a_customer("Zweimal GmbH", "D-1", place=Place("Weg 1", "90766", "Fürth"))
    a_customer("Zweimal GmbH", "D-2", place=Place("Weg 2", "10115", "Berlin"))
    for name in ("Muster GmbH", "Zweimal GmbH", "Niemand GmbH"):
        put(root, f"{name}/Angebot.pdf")
    run = tried(a_share(root, patterns=["{name}/{titel}"], facts={"class": "OFFER"}))
    assert list(outcomes(run).values()) == [Outcome.READY, Outcome.NO_CUSTOMER, Outcome.AMBIGUOUS]


def test_any_number_of_folders_may_lie_between(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, "D-10042/Angebote/a.pdf")
    put(root, "D-10042/Angebote/2019/Maschine 4/Alt/b.pdf")
    run = tried(a_share(root, patterns=["{kunde}/{register}/{**}/{titel}"]))
    assert set(outcomes(run).values()) == {Outcome.READY}


def test_a_second_dry_run_takes_the_place_of_the_first(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    share = a_share(root)
    first, second = tried(share), tried(share)
    assert not first.lines.exists()
    assert second.lines.count() == 1


def test_the_report_is_a_table_that_no_spreadsheet_takes_for_formulas(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/Angebot 4711.pdf")
    put(root, "=HYPERLINK(1).pdf")
    rows = list(share_reports.table(tried(a_share(root)), None))
    assert rows[0].startswith("\ufeffPfad;Größe;")
    changed = datetime(2019, 3, 12, 12, tzinfo=UTC).isoformat()
    assert f"{MUSTER}/Angebot 4711.pdf" in rows[2]
    assert changed in rows[2]
    assert "D-10042;Angebote;OFFER" in rows[2]
    assert rows[1].startswith("'=HYPERLINK")
