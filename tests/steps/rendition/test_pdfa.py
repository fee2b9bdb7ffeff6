"""Pages of our own as PDF/A-3b: what archives ask for is there, what they forbid is not."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from pikepdf import Name

from kundenakte.steps.rendition import pdfa, sheet
from kundenakte.steps.rendition.pdfa import Attached
from kundenakte.steps.rendition.sheet import Sheet


def _made(target: Path, lines: int = 3) -> Path:
    drawn = Sheet(target, kind="Probe", title="Prüfung äöü ß", is_whole=True)
    for n in range(lines):
        drawn.paragraph(f"Zeile {n} – łódź")
    drawn.save()
    pdfa.make(target, title="Prüfung", attached=[Attached("probe.json", b"{}", "application/json", "Probe")])
    return target


def test_what_pdfa_asks_for_is_there(tmp_path: Path) -> None:
    with pikepdf.open(_made(tmp_path / "a.pdf")) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["dc:title"]) == ("3", "B", "Prüfung")
        assert Name.Info not in pdf.trailer
        assert Name.ID in pdf.trailer
        intent = pdf.Root.OutputIntents[0]
        assert intent.S == Name.GTS_PDFA1
        assert int(intent.DestOutputProfile.N) == 3
        assert bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"
        [file] = pdf.Root.AF
        assert str(file.F) == "probe.json"
        assert [file.AFRelationship, file.EF.F.Subtype] == [Name.Alternative, Name("/application/json")]
        assert pdf.attachments["probe.json"].get_file().read_bytes() == b"{}"


def test_every_font_is_embedded_and_nothing_forbidden_is_there(tmp_path: Path) -> None:
    with pikepdf.open(_made(tmp_path / "a.pdf", lines=200)) as pdf:
        fonts = {str(font.BaseFont): font for page in pdf.pages for font in page.Resources.Font.values()}
        assert len(fonts) >= 2
        for name, font in fonts.items():
            assert any(key in font.FontDescriptor for key in ("/FontFile2", "/FontFile", "/FontFile3")), name
        text = b"".join(obj.unparse() for obj in pdf.objects)
        for word in (b"/JavaScript", b"/Launch", b"/Encrypt", b"/SMask ", b"/LZWDecode", b"/DeviceCMYK"):
            assert word not in text


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    assert _made(tmp_path / "a.pdf").read_bytes() == _made(tmp_path / "b.pdf").read_bytes()


def test_a_paper_of_our_own_is_not_cut(tmp_path: Path) -> None:
    most = sheet.MOST_PAGES
    whole, cut = (
        Sheet(tmp_path / f"{is_whole}.pdf", kind="Probe", title="Lang", is_whole=is_whole) for is_whole in (True, False)
    )
    for one in (whole, cut):
        for _ in range(most + 2):
            one.gap(900)
            one.paragraph("Eine Seite weiter")
        one.save()
    assert (whole.pages > most, whole.is_full, cut.pages, cut.is_full) == (True, False, most, True)
