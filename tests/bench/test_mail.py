"""What the measurement of mail says, and that what it sends is what it claims."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from email.message import EmailMessage

import pikepdf
import pypdfium2
from PIL import Image

from bench import mail, mail_papers


def part(p95: float) -> dict[str, object]:
    told = {"p50": 10.0, "p95": p95, "slowest": 400.0, "count": 9, "each": {"file": 12.0}}
    quiet = told | {"p95": 50.0}
    return {"quiet": quiet, "busy": told, "memory": 512.0, "took": [9.0], "read": 77, "size": 5_000_000}


def test_the_rows_say_the_ratio_to_the_quiet_house_and_how_far_the_scan_was_read() -> None:
    found = {"visible": {"median": 1.5, "slowest": 2.5}, "mail": part(301.0), "scan": part(100.0)}
    small, large, scan = mail.rows(found, "sqlite")
    assert [row.id for row in (small, large, scan)] == list(mail.MEASUREMENT.ids)
    assert [row.reached for row in (small, large, scan)] == [True, False, True]
    assert (large.ratio, scan.ratio) == (301.0 / 50, 2.0)
    assert "slowest of 12: 2.50 s" in small.reference
    assert f"77 of {mail.PAGES} pages read" in scan.reference
    assert "memory of the house up to 512 MB" in scan.reference


def test_a_large_mail_has_its_size_and_files_that_can_be_opened() -> None:
    size = 12 * mail_papers.MEGABYTE
    sent = mail_papers.a_large_mail(sender="a@b.example", to="c@d.example", customer="K-1", turn=1, size=size)
    assert size <= len(sent) < 2 * size
    message = email.message_from_bytes(sent, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    files = {one.get_filename(): one.get_content() for one in message.iter_attachments()}
    assert len(files) >= 5
    for name, content in files.items():
        kind = str(name).rpartition(".")[2]
        if kind == "pdf":
            assert len(pypdfium2.PdfDocument(content)) >= 1
        elif kind == "jpg":
            Image.open(io.BytesIO(content)).load()
        else:
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_the_pages_of_a_scan_show_something_and_no_two_are_the_same_bytes() -> None:
    pages = mail_papers.DIFFERENT + 2
    with pikepdf.open(io.BytesIO(mail_papers.a_scan(pages=pages, seed=7))) as scan:
        pictures = [bytes(page.Resources.XObject.Im0.read_raw_bytes()) for page in scan.pages]
    assert len(set(pictures)) == pages
    first, again = (Image.open(io.BytesIO(pictures[at])) for at in (0, mail_papers.DIFFERENT))
    assert first.tobytes() == again.tobytes()
    assert len(set(first.resize((50, 70)).tobytes())) > 20
