"""A choice of the freely licensed foreign samples, copied with source and licence beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from demo.truth import BROKEN, FOREIGN, INBOX, NEEDS_OCR, PASSWORD, Truth

SAMPLES_FOLDER = "eingang/fremd"
_SOURCES = "SOURCES.md"
CHOSEN = (
    "e-invoice/corpus-v1-correct_ZUGFeRD_1p0_COMFORT_Einfach.pdf",
        "e-invoice/corpus-v1-correct_ZUGFeRD_1p0_EXTENDED_Warenrechnung.pdf",
    "e-invoice/corpus-v2-correct_zugferd_2p0_EN16931_Gutschrift.pdf",
        "e-invoice/corpus-v2-correct_Facture_FR_BASICWL.pdf",
    "e-invoice/corpus-xr-fx_EN16931_Rechnungskorrektur.pdf",
        "e-invoice/corpus-xr-fx_EN16931_Innergemeinschaftliche_Lieferungen.pdf",
    "e-invoice/kosit_01.01a-INVOICE_ubl.xml", "e-invoice/kosit_01.01a-INVOICE_uncefact.xml",
    "e-invoice/corpus-xr-ubl_ubl-tc434-creditnote1.xml", "e-invoice/mustang_corrupt-factur-x-waytoosmall.pdf",
    "e-invoice/corpus-fatturapa_IT01234567890_FPA01.xml",
    "mail/mime4j_german-qp.msg", "mail/mailparser_nested.eml", "mail/ruby-mail_attachment_nonascii_filename.eml",
        "mail/tika_test-outlook.msg",
    "mail/tika_testMSG_att_doc.msg", "mail/tika_testThunderbirdEml.eml", "mail/ruby-mail_attachment_pdf_non_ascii.eml",
    "office/docx_having-images.docx", "office/docx_tbl-having-tables.docx",
        "office/opf_LibreOfficeWriter_odt_1.3.odt", "office/opf_Reviews.xls",
    "office/tika_test-columnar.ods", "office/tika_testPPT.ppt", "office/tika_testPPT.pptx",
        "office/tika_testEXCEL-charts.xls",
    "office/tika_testRTFUmlautSpaces.rtf", "office/tika_Doc1_ole.doc", "office/tika_testWORD_protected_passtika.docx",
    "pdf/pypdf_crazyones-pdfa.pdf", "pdf/pypdf_libreoffice-form.pdf", "pdf/pypdf_libreoffice-writer-password.pdf",
        "pdf/pypdf_multicolumn.pdf",
    "pdf/qpdf_digitally-signed.pdf", "pdf/qpdf_rotated.pdf", "pdf/tika_testPDFPackage.pdf",
    "scan/din5008_invoice-letter.pdf", "scan/din5008_minimal-letter.png", "scan/mayan_multi_page.tiff",
        "scan/papermerge_three-pages.pdf",
    "scan/tesseract_eurotext.tif", "hostile/opf_T04_006_premature-EOF.pdf",
)  # fmt: skip


def copy_samples(samples: Path | None, folder: Path) -> Iterator[Truth]:
    """Copy the chosen ones that are there to `eingang/fremd`, and their lines of SOURCES.md with the licences beside.

    Gives nothing when there is no folder of samples (an installed wheel has none).
    """
    chosen = [name for name in CHOSEN if samples and (samples / name).is_file()]
    if not samples or not chosen:
        return
    target = folder / SAMPLES_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        shutil.copyfile(samples / name, target / Path(name).name)
        yield Truth(
            path=f"{SAMPLES_FOLDER}/{Path(name).name}", door=SAMPLES_FOLDER, outcome=INBOX, reason=_reason(name)
        )
    # Outside the watched folder: it is no document.
    notice = folder / "fremd-herkunft"
    notice.mkdir(exist_ok=True)
    (notice / _SOURCES).write_text(_sources((samples / _SOURCES).read_text("utf-8"), chosen), "utf-8")
    if (samples / "LICENSES").is_dir():
        shutil.copytree(samples / "LICENSES", notice / "LICENSES", dirs_exist_ok=True)


def _reason(name: str) -> str:
    if "password" in name or "passtika" in name or "protected" in name:
        return PASSWORD
    if name.startswith("hostile/") or "corrupt" in name:
        return BROKEN
    if name.startswith("scan/") and "din5008_invoice" not in name:
        return NEEDS_OCR
    return FOREIGN


def _sources(text: str, chosen: list[str]) -> str:
    """The heading, the commits and the table rows of the chosen files."""
    names = {Path(name).name for name in chosen}
    head = text.split("\n## ", 1)[0]
    rows = [line for line in text.splitlines() if line.startswith("| ") and line.split("|")[1].strip() in names]
    table = "| file | source repo | path there | licence | bytes | note |\n|---|---|---|---|---|---|\n"
    return f"{head}\n\n## Here\n\n{table}" + "\n".join(rows) + "\n"
