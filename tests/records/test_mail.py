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


def test_what_outlook_wrapped_stands_there_unwrapped() -> None:
    message = EmailMessage()
    message["Subject"] = "Fünf Dateien"
    message.set_content("")
    wrapped = (SAMPLES / "tika_testWINMAIL.dat").read_bytes()
    message.add_attachment(wrapped, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    mail = read_message(bytes(message))
    assert [part.name for part in mail.attachments] == [
        "quick.doc", "quick.html", "quick.pdf", "quick.txt", "quick.xml",
    ]  # fmt: skip
    assert mail.attachments[2].content().startswith(b"%PDF-")
    assert mail.body.startswith("These are five files.")
    assert any("winmail.dat" in note for note in mail.notes)


def test_a_broken_wrapping_hangs_on_as_it_is() -> None:
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"\x78\x9f\x3e\x22\x01", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    mail = read_message(bytes(message))
    assert [(part.name, part.content()) for part in mail.attachments] == [("winmail.dat", b"\x78\x9f\x3e\x22\x01")]
    assert "beschädigt" in mail.notes[0]


@pytest.mark.parametrize(
    ("sample", "body", "said"),
    [
        ("tika_testPKCS7_signed_data_def.p7m", "text", "signiert"),
        ("tika_testPKCS7_enveloped_def.p7m", "", "verschlüsselt"),
    ],
)
def test_smime_says_what_it_is(sample: str, body: str, said: str) -> None:
    message = EmailMessage()
    content = (SAMPLES / sample).read_bytes()
    if body:
        # The sample signs four letters; a mail signs a part with its headers.
        content = content.replace(b"text", b"\n\nxt")
    message.set_content(content, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    mail = read_message(bytes(message))
    assert said in mail.notes[0]
    assert [part.name for part in mail.attachments] == ([] if body else ["smime.p7m"])


def test_pictures_of_the_text_are_no_documents_of_their_own() -> None:
    message = EmailMessage()
    message.set_content("Guten Tag")
    message.add_alternative('<p>Guten Tag<img src="cid:logo@x"></p>', subtype="html")
    body = message.get_payload(1)
    assert isinstance(body, EmailMessage)
    body.add_related(b"GIF89a", maintype="image", subtype="gif", cid="<logo@x>")
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="schaden.gif")
    parts = read_message(bytes(message)).attachments
    assert [(part.name, part.is_document) for part in parts] == [
        ("ohne Namen (image/gif)", False), ("schaden.gif", True),
    ]  # fmt: skip


def test_an_appointment_is_told_in_words() -> None:
    message = EmailMessage()
    message.set_content("")
    calendar = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Abnahme\\, Halle 3\r\n"
        "DTSTART:20261130T090000Z\r\nDTEND;TZID=Europe/Berlin:20261130T113000\r\nLOCATION:Fürth\r\n"
        "ORGANIZER;CN=Jörg:mailto:j@example.com\r\nBEGIN:VALARM\r\nSUMMARY:Wecker\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    )
    message.add_alternative(calendar, subtype="calendar")
    mail = read_message(bytes(message))
    assert mail.body.split("\n") == [
        "Termin: Abnahme, Halle 3", "Zeit: 30.11.2026, 10:00 Uhr bis 30.11.2026, 11:30 Uhr", "Ort: Fürth",
        "Von: j@example.com",
    ]  # fmt: skip
    assert [part.is_document for part in mail.attachments] == [False]


def test_a_message_in_a_message_is_there_byte_for_byte() -> None:
    inner = b"From: a@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n folded\r\n\r\nZeile\r\nFrom hier\r\n"
    outer = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    mail = read_message(outer + inner + b"\r\n--b--\r\n")
    assert [(part.name, part.content()) for part in mail.attachments] == [("Grüße folded.eml", inner)]


def test_outlook_knows_what_hangs_on_and_what_lies_inside() -> None:
    parts = read_outlook(SAMPLES / "tika_testMSG_att_msg.msg").attachments
    inner = read_message(parts[0].content())
    assert (inner.subject, inner.sender) == ("Test Attachment", "Nick Booth <nick.booth@pof.com.au>")
    assert parts[1].content().startswith(b"%PDF-")
    assert parts[0].content() == read_outlook(SAMPLES / "tika_testMSG_att_msg.msg").attachments[0].content()


def test_outlook_text_that_is_only_rich_is_read() -> None:
    assert "Messagerie et groupes de discussion" in read_outlook(SAMPLES / "tika_test-outlook.msg").body


def test_a_mail_without_end_and_one_with_huge_headers_are_read_as_far_as_they_go() -> None:
    deep = b"Subject: tief\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    assert read_message(deep + b"\nText").subject == "tief"
    huge = b"Subject: " + b"x" * 5_000_000 + b"\nReferences: " + b"<a@b> " * 100_000 + b"\n\nText"
    mail = read_message(huge)
    assert (len(mail.subject), mail.references, mail.body) == (4000, ["a@b"], "Text")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Thu, 31 Dec 2026 23:30:00 +0000", "2027-01-01"),
        ("Fri, 01 Jan 2027 07:00:00 +0900", "2026-12-31"),
        # What no calendar reaches beyond stays what it is.
        ("Fri, 31 Dec 9999 23:30:00 +0000", "9999-12-31"),
    ],
)
def test_a_mail_is_of_the_day_the_office_had_when_it_was_sent(written: str, day: str) -> None:
    mail = read_message(f"From: a@example.org\nDate: {written}\n\nGuten Tag\n".encode())
    assert str(mail.sent_on) == day


def test_a_mail_without_a_time_is_of_no_day() -> None:
    assert read_message(b"From: a@example.org\n\nGuten Tag\n").sent_on is None
