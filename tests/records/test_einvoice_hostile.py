"""What strangers put into e-invoices: nothing is expanded, nothing fetched, and the rest is still read."""

from __future__ import annotations

import base64
from pathlib import Path

import pikepdf
import pytest

from kundenakte.records.einvoice import MAX_XML_BYTES, begins_like_invoice, profile_name, read_header
from kundenakte.records.einvoice_pdf import PdfNeedsPassword, UnreadablePdf, extract_xml, read_pdf

SAMPLES = Path(__file__).parents[1] / "samples"
CII = (SAMPLES / "e-invoice" / "kosit_01.01a-INVOICE_uncefact.xml").read_bytes()
UBL = (SAMPLES / "e-invoice" / "kosit_01.01a-INVOICE_ubl.xml").read_bytes()


def a_pdf(path: Path, *files: tuple[str, bytes], named: bool = True, on_page: bool = False) -> Path:
    """A PDF with attachments: in the name tree as usual, or only in an AF array."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, data in files:
        if named:
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
            continue
        specification = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Filespec, F=name, UF=name, EF=pikepdf.Dictionary(F=pdf.make_stream(data))
            )
        )
        holder = pdf.pages[0].obj if on_page else pdf.Root
        holder.AF = pikepdf.Array([specification])
    pdf.save(path)
    return path


@pytest.mark.parametrize("name", sorted(path.name for path in (SAMPLES / "hostile").glob("defusedxml_*.xml")))
def test_entities_and_dtds_are_not_read(name: str) -> None:
    assert read_header((SAMPLES / "hostile" / name).read_bytes()).status == "no-invoice"


def test_an_invoice_with_a_bomb_is_broken_and_says_why() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    start = CII.index(b"<rsm:CrossIndustryInvoice")
    invoice = read_header(b'<?xml version="1.0" encoding="UTF-8"?>' + bomb + CII[start:])
    assert invoice.status == "broken"
    assert "Entitäten" in invoice.notes[0]


def test_a_bomb_in_another_encoding_is_found_too() -> None:
    bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><Invoice>&a;</Invoice>'
    assert read_header(bomb.encode("utf-16")).status == "broken"


def test_an_invoice_in_utf_16_is_read() -> None:
    text = UBL.decode("utf-8-sig").replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert read_header(text.encode("utf-16")).values["invoice_number"] == "123456XX"


def test_a_large_attachment_does_not_hide_the_header() -> None:
    attachment = base64.b64encode(b"x" * 12_000_000)
    inside = b'<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">'
    part = b"<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID>" + inside + attachment
    part += b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    at = UBL.index(b"<cac:AccountingSupplierParty>")
    assert read_header(UBL[:at] + part + UBL[at:]).values["gross_amount"] == "336.9"


def test_a_file_above_the_limit_is_not_parsed() -> None:
    assert read_header(CII + b" " * MAX_XML_BYTES).status == "broken"


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"no xml", b"<a", b"<html><body/></html>", b"\xff\xfe<"])
def test_what_is_no_invoice_says_only_that(data: bytes) -> None:
    assert (read_header(data).status, read_header(data).notes) == ("no-invoice", [])


def test_a_torn_invoice_is_broken() -> None:
    assert read_header(CII[: len(CII) // 2]).status == "broken"


def test_torn_xml_is_broken_when_it_was_attached_as_the_invoice() -> None:
    assert (read_header(b"<x", embedded=True).status, read_header(b"<x").status) == ("broken", "no-invoice")


def test_several_orders_and_accounts_are_all_kept() -> None:
    order = b"<cac:OrderReference><cbc:ID>B-1</cbc:ID></cac:OrderReference>"
    at = UBL.index(b"<cac:AccountingSupplierParty>")
    changed = UBL[:at] + order + order.replace(b"B-1", b"B-2") + UBL[at:]
    assert read_header(changed).values["order_number"].split(";")[-2:] == ["B-1", "B-2"]


def test_a_vat_amount_in_the_accounting_currency_is_not_taken() -> None:
    name = "corpus-xr-cii_not_validating_full_invoice_based_onTest_EeISI_300_CENfullmodel.cii.xml"
    assert read_header((SAMPLES / "e-invoice" / name).read_bytes()).values["vat_amount"] == "5.00"


def test_header_fields_beyond_the_list_are_read() -> None:
    values = read_header(CII).values
    wanted = ("net_amount", "vat_amount", "iban", "buyer_zip", "buyer_city", "buyer_street", "seller_email")
    assert [key for key in wanted if not values.get(key)] == []


@pytest.mark.parametrize(
    ("guideline", "name"),
    [
        ("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_4.0", "XRechnung 4.0"),
        ("urn:factur-x.eu:1p0:basicwl", "Factur-X BASIC WL"),
        ("urn:example:something-new", "urn:example:something-new"),
        ("", ""),
    ],
)
def test_profiles_are_named(guideline: str, name: str) -> None:
    assert profile_name(guideline) == name


@pytest.mark.parametrize(
    "name", ["factur-x.xml", "Factur-X.XML", "xrechnung.xml", "ZUGFeRD-invoice.xml", "invoice-4711.xml"]
)
def test_t27_the_xml_comes_out_byte_for_byte(tmp_path: Path, name: str) -> None:
    assert extract_xml(a_pdf(tmp_path / "a.pdf", (name, CII))) == (name, CII)


@pytest.mark.parametrize("holder", ["document", "page"])
def test_a_file_only_in_the_af_array_is_found(tmp_path: Path, holder: str) -> None:
    found = extract_xml(a_pdf(tmp_path / "a.pdf", ("factur-x.xml", CII), named=False, on_page=holder == "page"))
    assert found == ("factur-x.xml", CII)


def test_the_prescribed_name_wins_and_the_other_is_named(tmp_path: Path) -> None:
    invoice = read_pdf(a_pdf(tmp_path / "a.pdf", ("a-copy.xml", UBL), ("factur-x.xml", CII)))
    assert (invoice.syntax, invoice.embedded_name) == ("CII", "factur-x.xml")
    assert "a-copy.xml" in " ".join(invoice.notes)


def test_other_attachments_are_no_invoice(tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "a.pdf", ("notes.xml", b"<notes/>"), ("picture.png", b"\x89PNG"))
    assert extract_xml(path) is None
    assert read_pdf(path).status == "no-invoice"


def test_a_pdf_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(UnreadablePdf):
        extract_xml(path)


def test_a_locked_pdf_is_not_called_broken(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(PdfNeedsPassword):
        extract_xml(tmp_path / "a.pdf")
    assert read_pdf(tmp_path / "a.pdf").status == "no-invoice"


@pytest.mark.parametrize("name", sorted(path.name for path in (SAMPLES / "hostile").glob("*.pdf")))
def test_hostile_pdfs_end_in_an_answer(name: str) -> None:
    assert read_pdf(SAMPLES / "hostile" / name).status in {"no-invoice", "broken"}


def test_a_look_at_the_root_needs_no_parser() -> None:
    assert begins_like_invoice(UBL)
    assert not begins_like_invoice(b"<InvoiceList><Invoices/></InvoiceList>")
