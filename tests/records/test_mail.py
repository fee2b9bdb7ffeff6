"""Mail as a clerk sees it, from well-formed to broken."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from kundenakte.records.html_text import to_text
from kundenakte.records.mail import read_message
from kundenakte.records.mediatype import detect
from kundenakte.records.outlook import NotReadable, read_outlook

SAMPLES = Path(__file__).parents[1] / "samples" / "mail"


def test_a_mail_with_attachments() -> None:
    message = EmailMessage()
    message["From"] = "Jörg Müller <j.mueller@example.com>"
    message["To"] = "Einkauf <einkauf@example.org>, b@example.org"
    message["Subject"] = "Bestellung 4711 – eilig"
    message["Date"] = "Mon, 04 Mar 2024 10:15:00 +0100"
    message["Message-ID"] = "<abc@example.com>"
    message.set_content("Guten Tag,\nanbei die Bestellung.")
    message.add_alternative("<p>Guten Tag</p>", subtype="html")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Bestellung ä.pdf")
    mail = read_message(bytes(message))
    assert (mail.sender, mail.subject) == ("Jörg Müller <j.mueller@example.com>", "Bestellung 4711 – eilig")
    assert mail.addresses == {
        "from": ["j.mueller@example.com"],
        "to": ["einkauf@example.org", "b@example.org"],
        "cc": [],
    }
    assert mail.sent_at == datetime(2024, 3, 4, 9, 15, tzinfo=UTC)
    assert mail.body == "Guten Tag,\nanbei die Bestellung."
    assert [(part.name, part.size, part.media_type) for part in mail.attachments] == [
        ("Bestellung ä.pdf", 8, "application/pdf")
    ]
    assert mail.message_id == "abc@example.com"


@pytest.mark.parametrize(
    ("name", "sender", "subject", "body"),
    [
        ("mime4j_german-qp.msg", "Jörn Reder <joern@zyn.de>", "Testnachricht", "Sönderzäichen"),
        ("ruby-mail_japanese_iso_2022.eml", "Mikel Lindsaar <raasdnil@gmail.com>", "まみむめも", "すみません"),
        ("ruby-mail_utf8_headers.eml", '"Jöhn Doe" <jdöe@mächine.example>', "Säying Hello", "body"),
        ("mime4j_german.msg", "deuschle@mnh.telekom.de (Guenter Deuschle)", "Re: 34Mbit/s Netz", "Hallo Herr Specht"),
    ],
)
def test_foreign_letters_come_out_right(name: str, sender: str, subject: str, body: str) -> None:
    mail = read_message((SAMPLES / name).read_bytes())
    assert (mail.sender, mail.subject) == (sender, subject)
    assert body in mail.body


@pytest.mark.parametrize("path", sorted(p for p in SAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_sample_shows_something(path: Path) -> None:
    code = detect(path).code
    if code == "msg":
        mail = read_outlook(path)
    elif code in {"eml", "mbox"}:
        mail = read_message(path.read_bytes())
    else:
        assert code in {"smime", "tnef"}
        return
    assert mail.subject or mail.body or mail.attachments


def test_outlook_knows_recipients_time_and_attachments() -> None:
    mail = read_outlook(SAMPLES / "tika_testMSG_att_doc.msg")
    assert mail.sender == "Nicolas1 23456 <nicolas1.23456@free.fr>"
    assert mail.addresses["to"] == ["nicolas1.23456@free.fr"]
    assert mail.sent_at is not None
    assert mail.sent_at.year == 2009
    assert [part.name for part in mail.attachments] == ["test-unicode.doc", "pj1.txt"]


def test_a_broken_outlook_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.msg"
    path.write_bytes((SAMPLES / "tika_testMSG.msg").read_bytes()[:700])
    with pytest.raises(NotReadable):
        read_outlook(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe",
        b"Date: never\n\n",
        b"From: =?utf-8?q?=?=\nSubject: =?x-unknown?b?zzz\n\nx",
        b"Content-Type: multipart/mixed; boundary=a\n" + b"\n--a\nContent-Type: multipart/mixed; boundary=a\n" * 3000,
        b"Content-Type: text/plain; charset=unknown-8bit\n\n\xe4",
    ],
)
def test_broken_mail_never_raises(data: bytes) -> None:
    assert isinstance(read_message(data).body, str)


def test_names_of_attachments_are_names_only() -> None:
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"x", maintype="text", subtype="plain", filename="..\\..\\windows/evil.txt")
    assert [part.name for part in read_message(bytes(message)).attachments] == ["evil.txt"]


def test_html_becomes_lines_without_scripts_and_pictures() -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><p>Guten&nbsp;Tag,<br>Herr&amp;Frau</p>"
        "<script>alert(1)</script><ul><li>eins<li>zwei</ul><img src='http://evil/x.png' alt='Logo'>"
        "<table><tr><td>a</td><td>b</td></tr></table></body></html>"
    )
    text = to_text(html)
    assert text.startswith("Guten Tag,\nHerr&Frau")
    assert "• eins\n• zwei" in text
    assert "[Bild: Logo]" in text
    assert "alert" not in text
    assert "evil" not in text


@pytest.mark.parametrize("html", ["<" * 5000, "<p" * 5000, "<!--" * 2000, "<script>", "<head><p>x", "&#x110000;<a b=c"])
def test_broken_html_ends(html: str) -> None:
    assert isinstance(to_text(html), str)


def test_a_head_that_never_ends_does_not_swallow_the_text() -> None:
    assert to_text("<html><head><style>a</style><body>Text") == "Text"
