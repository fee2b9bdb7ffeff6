"""A PDF with many letters, as an ERP prints it, on its way through a watched folder."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from reportlab.pdfgen.canvas import Canvas

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs.models import Job
from kundenakte.records import renditions
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import BadValue
from kundenakte.steps.intake import batches, folders
from kundenakte.steps.intake.models import WatchedFolder
from tests.builders import NOW, SETUP, a_customer_file, a_user, an_actor
from tests.erp_papers import a_pdf, an_invoice
from tests.test_mail_way import received, settled

pytestmark = pytest.mark.django_db(transaction=True)
State = Arrival.State


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def a_folder(tmp_path: Path, batch: str, words: str, **more: object) -> WatchedFolder:
    place = tmp_path / "erp"
    place.mkdir()
    return folders.add_folder(actor=SETUP, name="erp", path=str(place), now=NOW, batch=batch, batch_words=words, **more)


def brought(data: bytes, name: str = "Rechnungslauf.pdf", source: str = "folder:erp") -> Arrival:
    return received(data, name, source=source)


def inside(batch: Arrival) -> list[Arrival]:
    return list(Arrival.objects.filter(part_of=batch).order_by("pk"))


@pytest.mark.parametrize(("batch", "words"), [("anchor", "Seite 1 von"), ("value", "Rechnungsnummer")])
def test_each_letter_is_filed_for_itself(client: Client, tmp_path: Path, batch: str, words: str) -> None:
    first, second = a_customer_file("Muster GmbH", "K-10001"), a_customer_file("Alpha AG", "K-10002")
    a_folder(tmp_path, batch, words)
    data = a_pdf([
        *an_invoice("RE-2026-0001", "K-10001", "Muster GmbH", pages=2),
        *an_invoice("RE-2026-0002", "K-10002", "Alpha AG"),
        *an_invoice("RE-2026-0003", "K-10002", "Alpha AG", pages=3),
    ])  # fmt: skip
    whole = settled(brought(data))
    assert (whole.state, whole.opened, whole.document) == (State.SPLIT, {"count": 3, "note": ""}, None), whole.sentence
    assert blobs.default().open(whole.digest).read() == data
    letters = inside(whole)
    assert [(one.source, one.file_name, one.origin) for one in letters][:2] == [
        ("batch", "Rechnungslauf Brief 1 von 3.pdf", "Rechnungslauf.pdf (folder:erp 1), Seiten 1–2"),
        ("batch", "Rechnungslauf Brief 2 von 3.pdf", "Rechnungslauf.pdf (folder:erp 1), Seite 3"),
    ]
    documents = [one.document for one in letters]
    assert [(one.customer_file, one.number) for one in documents if one] == [
        (first, "RE-2026-0001"), (second, "RE-2026-0002"), (second, "RE-2026-0003"),
    ], [one.sentence for one in letters]  # fmt: skip
    # As many pages as came in, none twice, each with its own words.
    texts = []
    for one in letters:
        with pypdfium2.PdfDocument(blobs.default().path(one.digest)) as pdf:
            texts += [page.get_textpage().get_text_bounded() for page in pdf]
    with pypdfium2.PdfDocument(data) as pdf:
        assert texts == [page.get_textpage().get_text_bounded() for page in pdf]
    assert renditions.pages_of(whole.digest) is not None
    client.force_login(a_user("anton"))
    shown = client.get(reverse("inbox-arrival", args=(whole.pk,))).text
    assert documents[2] is not None
    assert documents[2].title in shown
    assert not Job.objects.filter(state="failed").exists()


def test_a_crash_between_keeping_and_writing_down_doubles_nothing(tmp_path: Path) -> None:
    a_folder(tmp_path, "anchor", "Seite 1 von")
    whole = brought(a_pdf([*an_invoice("RE-1", "K-1", "A"), *an_invoice("RE-2", "K-2", "B")]))

    def way() -> bool:
        apply = batches.split_batch(
            whole.pk, first_step=lambda _: "rendition.render", redraw=pipeline.DRAW_AGAIN, ask=lambda *_: None
        )
        with transaction.atomic():
            return apply()

    assert (way(), way()) == (False, False)
    assert Arrival.objects.count() == 3
    assert settled(whole).state == State.SPLIT
    assert Arrival.objects.count() == 3


def test_what_cannot_be_told_apart_waits_with_the_reason_and_goes_on_once_it_can(tmp_path: Path) -> None:
    a_customer_file("Muster GmbH", "K-10001")
    folder = a_folder(tmp_path, "anchor", "Blatt 1")
    data = a_pdf([*an_invoice("RE-1", "K-10001", "Muster GmbH"), *an_invoice("RE-2", "K-10001", "Muster GmbH")])
    whole = settled(brought(data))
    assert (whole.state, whole.sentence) == (
        State.WAITING, "„Blatt 1“ steht auf keiner Seite; die Sammel-PDF wurde nicht geteilt.",
    )  # fmt: skip
    assert renditions.page_image(whole.digest, 1) is not None
    assert Arrival.objects.count() == 1
    assert not Job.objects.filter(state="failed").exists()
    folders.change_folder(actor=SETUP, folder=folder, now=NOW, batch_words="Seite 1 von")
    pipeline.try_again(actor=an_actor("anton"), arrival=whole, now=NOW)
    assert settled(whole).state == State.SPLIT
    assert len(inside(whole)) == 2


def test_a_page_without_words_could_begin_a_letter(tmp_path: Path) -> None:
    a_folder(tmp_path, "anchor", "Seite 1 von")
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(60, 780, "Seite 1 von 1")
    canvas.showPage()
    # An empty back page belongs to the letter in front of it; one that only shows something may be anything.
    canvas.showPage()
    canvas.rect(50, 50, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    whole = settled(brought(buffer.getvalue()))
    assert (whole.state, whole.sentence[:7]) == (State.WAITING, "Seite 3")


def test_a_damaged_batch_waits(tmp_path: Path) -> None:
    a_folder(tmp_path, "value", "Kundennummer")
    samples = Path(__file__).parent / "samples" / "hostile"
    for name in (
        "opf_T02-02_002_page-tree-kids-links-recursive.pdf",
        "opf_corruptionOneByteMissing.pdf",
        "opf_encryption_openpassword.pdf",
    ):
        whole = settled(brought((samples / name).read_bytes(), name))
        assert whole.state == State.WAITING
        assert "nicht geteilt" in whole.sentence
    assert Arrival.objects.count() == 3


def test_one_letter_and_other_folders_and_doors_are_left_alone(tmp_path: Path) -> None:
    file = a_customer_file("Muster GmbH", "K-10001")
    a_folder(tmp_path, "anchor", "Seite 1 von")
    one = settled(brought(a_pdf(an_invoice("RE-1", "K-10001", "Muster GmbH", pages=2))))
    assert one.document is not None, one.sentence
    assert (one.document.customer_file, one.opened) == (file, {})
    two = a_pdf([*an_invoice("RE-2", "K-10001", "Muster GmbH"), *an_invoice("RE-3", "K-10001", "Muster GmbH")])
    for source in ("folder:scanner", "web"):
        settled(brought(two, source=source))
    assert Arrival.objects.count() == 3


def test_a_batch_that_is_a_portfolio_or_named_exactly_stays_whole(tmp_path: Path) -> None:
    a_customer_file("Muster GmbH", "K-10001")
    a_folder(tmp_path, "anchor", "Seite 1 von")
    data = a_pdf([*an_invoice("RE-1", "K-10001", "Muster GmbH"), *an_invoice("RE-2", "K-10001", "Muster GmbH")])
    facts = {"customer": "K-10001", "class": "Rechnung", "number": "RE-9"}
    whole = settled(received(data, "lauf.pdf", source="folder:erp", facts=facts))
    assert whole.document is not None
    assert Arrival.objects.count() == 1


def test_a_folder_that_divides_has_to_say_by_what(tmp_path: Path) -> None:
    with pytest.raises(BadValue):
        a_folder(tmp_path, "anchor", " .")


def test_the_setting_is_made_in_the_administration(client: Client, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "", "")
    client.force_login(a_user("anton"))
    address = reverse("administration-folder", args=(folder.pk,))
    shown = client.get(address)
    assert "Sammel-PDF mit vielen Briefen" in shown.text
    form = {
        "path": folder.path, "sidecar": "auto", "done_folder": "fertig", "error_folder": "fehler",
        "edition": folder.edition, "batch": "value", "batch_words": "Kundennummer",
    }  # fmt: skip
    assert client.post(address, {**form, "batch_words": ""}).status_code == 422
    assert client.post(address, form).status_code == 303
    folder.refresh_from_db()
    assert (folder.batch, folder.batch_words) == ("value", "Kundennummer")


def test_cut_pages_bring_nothing_of_the_other_letters_along(tmp_path: Path) -> None:
    a_folder(tmp_path, "anchor", "Seite 1 von")
    pages = [page for n in range(1, 31) for page in an_invoice(f"RE-{n}", f"K-{n}", f"Kunde {n} GmbH")]
    whole = settled(brought(a_pdf(pages)))
    last = inside(whole)[-1]
    with pikepdf.open(blobs.default().path(last.digest)) as pdf:
        assert len(pdf.pages) == 1
        assert all(b"Kunde 7" not in bytes(one.read_bytes()) for one in pdf.objects if isinstance(one, pikepdf.Stream))
