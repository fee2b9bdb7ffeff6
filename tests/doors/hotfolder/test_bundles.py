"""Which files belong together."""

import unicodedata
from collections.abc import Callable, Mapping

from kundenakte.doors.hotfolder import sidecars
from kundenakte.doors.hotfolder.bundles import Bundle, NotYet, Rules, Sorted, is_passed_over, sort
from kundenakte.doors.hotfolder.sidecars import Sidecar
from kundenakte.steps.intake.tree import Found

UBL = b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
FACTS = b'{"customer": "10023", "number": "4711"}'


def sorted_files(files: Mapping[str, bytes], rules: Rules | None = None, growing: tuple[str, ...] = ()) -> Sorted:
    def read(found: Found) -> Sidecar | None:
        if found.name in growing:
            raise NotYet
        return sidecars.read(found.name, files[found.name], {})

    reader: Callable[[Found], Sidecar | None] = read
    found = [Found((name,), len(data), 1, n) for n, (name, data) in enumerate(files.items())]
    return sort(found, rules or Rules(), reader)


def names(bundle: Bundle) -> list[str]:
    return [found.name for found in bundle.files]


def test_a_sidecar_of_the_same_base_name_belongs_to_its_document() -> None:
    for sidecar in ("RE_1.json", "RE_1.pdf.json", "re_1.JSON"):
        [bundle] = sorted_files({"RE_1.pdf": b"%PDF", sidecar: FACTS}).bundles
        assert names(bundle) == ["RE_1.pdf", sidecar]
        assert bundle.row is not None
        assert bundle.row.fields["customer"] == "10023"


def test_umlauts_in_different_normal_forms_find_each_other() -> None:
    document, sidecar = unicodedata.normalize("NFD", "Müller.pdf"), unicodedata.normalize("NFC", "Müller.json")
    [bundle] = sorted_files({document: b"%PDF", sidecar: FACTS}).bundles
    assert names(bundle) == [document, sidecar]


def test_an_e_invoice_beside_a_pdf_is_a_document_of_its_own() -> None:
    result = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.xml": UBL})
    assert sorted(names(bundle)[0] for bundle in result.bundles) == ["RE_1.pdf", "RE_1.xml"]
    assert all(bundle.row is None for bundle in result.bundles)
    assert not result.strays


def test_with_pdf_and_e_invoice_the_sidecar_speaks_of_the_pdf() -> None:
    result = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.xml": UBL, "RE_1.json": FACTS}, Rules(sidecar="required"))
    by_name = {names(bundle)[0]: bundle for bundle in result.bundles}
    assert by_name["RE_1.pdf"].row is not None
    assert by_name["RE_1.xml"].row is None
    assert not by_name["RE_1.xml"].missing


def test_two_scans_with_one_sidecar_come_together() -> None:
    [bundle] = sorted_files({"1.tif": b"II", "1.pdf": b"%PDF", "1.json": FACTS}).bundles
    assert names(bundle) == ["1.pdf", "1.tif", "1.json"]


def test_a_table_beside_a_document_is_a_document() -> None:
    result = sorted_files({"Angebot.pdf": b"%PDF", "Angebot.csv": b"Artikel;Preis\nA;1\nB;2\n"})
    assert sorted(names(bundle)[0] for bundle in result.bundles) == ["Angebot.csv", "Angebot.pdf"]


def test_a_sidecar_without_document_is_a_stray() -> None:
    result = sorted_files({"RE_1.json": FACTS})
    assert not result.bundles
    [(found, sentence)] = result.strays
    assert found.name == "RE_1.json"
    assert "kein Dokument" in sentence


def test_json_that_means_nothing_to_us_and_stands_alone_is_a_document() -> None:
    assert [names(b) for b in sorted_files({"export.json": b'{"a": 1}'}).bundles] == [["export.json"]]
    assert sorted_files({"export.json": b'{"a": 1}'}, Rules(sidecar="required")).strays


def test_a_document_without_its_required_sidecar_is_incomplete() -> None:
    [bundle] = sorted_files({"RE_1.pdf": b"%PDF"}, Rules(sidecar="required")).bundles
    assert "Begleitdatei" in bundle.missing
    [bundle] = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.json": FACTS}, Rules(sidecar="required")).bundles
    assert not bundle.missing


def test_a_broken_sidecar_says_so_on_its_document() -> None:
    [bundle] = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.json": b"{"}).bundles
    assert "JSON" in bundle.broken
    assert names(bundle) == ["RE_1.pdf", "RE_1.json"]


def test_without_sidecars_every_file_is_a_document() -> None:
    result = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.json": FACTS}, Rules(sidecar="none"))
    assert sorted(names(bundle)[0] for bundle in result.bundles) == ["RE_1.json", "RE_1.pdf"]


def test_a_marker_completes_its_document_and_everything_of_its_stem() -> None:
    rules = Rules(markers=(".ok",), marker_required=True)
    [bundle] = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.json": FACTS, "RE_1.ok": b""}, rules).bundles
    assert names(bundle) == ["RE_1.pdf", "RE_1.json", "RE_1.ok"]
    assert not bundle.missing
    [bundle] = sorted_files({"RE_1.pdf": b"%PDF", "RE_1.pdf.ok": b""}, rules).bundles
    assert bundle.marker is not None
    [bundle] = sorted_files({"RE_1.pdf": b"%PDF"}, rules).bundles
    assert "Fertig-Datei" in bundle.missing


def test_a_marker_without_document_is_a_stray() -> None:
    assert sorted_files({"RE_1.ok": b""}, Rules(markers=(".ok",))).strays


def test_one_list_describes_many_documents() -> None:
    table = b"Datei;KdNr;Belegnr\nRE_1.pdf;10023;1\nre_2.PDF;10024;2\n"
    result = sorted_files({"RE_1.pdf": b"%PDF", "RE_2.pdf": b"%PDF", "index.csv": table}, Rules(sidecar="required"))
    assert [listing.file.name for listing in result.listings] == ["index.csv"]
    assert {b.documents[0].name: b.row.fields["KdNr"] for b in result.bundles if b.row} == {
        "RE_1.pdf": "10023", "RE_2.pdf": "10024",
    }  # fmt: skip
    assert all(bundle.files == bundle.documents for bundle in result.bundles)


def test_while_a_sidecar_or_list_grows_what_it_may_speak_of_is_held() -> None:
    files = {"RE_1.pdf": b"%PDF", "RE_2.pdf": b"%PDF", "RE_1.json": FACTS}
    held = {b.documents[0].name: b.held for b in sorted_files(files, growing=("RE_1.json",)).bundles}
    assert held == {"RE_1.pdf": True, "RE_2.pdf": False}
    files = {"RE_1.pdf": b"%PDF", "RE_2.pdf": b"%PDF", "index.csv": b""}
    assert all(bundle.held for bundle in sorted_files(files, growing=("index.csv",)).bundles)


def test_temporary_hidden_and_own_files_are_passed_over() -> None:
    for name in ("a.pdf.part", "~$Angebot.docx", "x.crdownload", "Thumbs.db", ".DS_Store", "a.tmp", "desktop.ini",
                 "a.pdf.fehler.txt", "a.pdf.ergebnis.json", "._a.pdf"):  # fmt: skip
        assert is_passed_over(name), name
    for name in ("a.pdf", "tmp.pdf", "part.docx", "Teil.xlsx"):
        assert not is_passed_over(name), name
