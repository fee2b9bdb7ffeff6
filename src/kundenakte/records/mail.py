"""Reads an e-mail as a clerk would see it: who, to whom, when, about what, with which attachments. Nothing is fetched.

Mail breaks every rule it has; whatever can be read is given, and what cannot is left empty. Pure Python, bounded by
the size of the file. What hangs on it is listed, with its bytes at hand; a message inside is one of these.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from zoneinfo import ZoneInfo

from kundenakte.records import html_text
from kundenakte.records.mail_headers import header

# A mail gateway accepts 50 MB; more is read only up to here.
MOST_BYTES = 100 * 1024 * 1024
MOST_BODY = 500_000
# Where the house stands: read in processes that know no settings.
OFFICE = ZoneInfo("Europe/Berlin")
_MOST_REFERENCES = 50
TOO_DEEP = "Die E-Mail ist zu tief verschachtelt; ihr Text wird nicht gezeigt."
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")


@dataclass(frozen=True, slots=True)
class Attachment:
    """What hangs on a mail: its name, size in bytes and the type it claims."""

    name: str
    size: int
    media_type: str
    # Its bytes, made when asked for.
    content: Callable[[], bytes] = field(default=bytes, repr=False, compare=False)
    # Whether it is a document of its own; a picture of the text, a signature or an appointment belongs to the mail.
    is_document: bool = field(default=True, compare=False)


@dataclass(slots=True)
class Mail:
    """One mail in the form shown and searched."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    # As it stands in the mail, when it is no date we understand.
    sent_as_written: str = ""
    body: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    # The Message-IDs it answers, the nearest one last.
    references: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    # German sentences for the reader.
    notes: list[str] = field(default_factory=list)
    # Whoever sent it says that it is nobody's business but the reader's.
    is_private: bool = False

    @property
    def sent_on(self) -> date | None:
        """The day on the office's calendar; the sender's own where the office's has no such day (year 9999)."""
        if self.sent_at is None:
            return None
        try:
            return self.sent_at.astimezone(OFFICE).date()
        except OverflowError:
            return self.sent_at.date()

    @property
    def addresses(self) -> dict[str, list[str]]:
        """Plain addresses by role ("from", "to", "cc"), in lower case; blind copies count as copies."""
        cc = ", ".join(part for part in (self.cc, self.bcc) if part)
        roles = {"from": self.sender, "to": self.to, "cc": cc}
        return {role: plain_addresses(text) for role, text in roles.items()}


def plain_addresses(text: str) -> list[str]:
    """The addresses in a header, without names, in lower case."""
    return [address.lower().strip("'\"<> ") for _, address in getaddresses([text]) if "@" in address]


def read_message(data: bytes) -> Mail:
    """Read an RFC 5322 message; of a mailbox file, the first one. Never raises for what stands in it."""
    try:
        message = _parsed(data[:MOST_BYTES])
    except RecursionError:
        message = BytesHeaderParser(policy=email.policy.compat32).parsebytes(data[:MOST_BODY])
        mail = _read_headers(message)
        mail.notes.append(TOO_DEEP)
        return mail
    mail = _read_headers(message)
    try:
        _read_parts(message, mail)
    except RecursionError:
        mail.notes.append(TOO_DEEP)
    return mail


def _parsed(data: bytes) -> Message:
    if data.startswith(b"From ") and b"\n" in data:
        data = data.split(b"\n", 1)[1]
    # The tolerant old policy: the modern one raises for some broken headers when they are looked at.
    return email.message_from_bytes(data.lstrip(b"\r\n"), policy=email.policy.compat32)


def _read_headers(message: Message) -> Mail:
    answers = header(message, "In-Reply-To")
    mail = Mail(
        sender=header(message, "From"),
        to=header(message, "To"),
        cc=header(message, "Cc"),
        bcc=header(message, "Bcc"),
        subject=header(message, "Subject"),
        message_id=header(message, "Message-ID").strip("<> "),
        in_reply_to=answers.strip("<> "),
        references=message_ids(header(message, "References"), answers),
        sent_as_written=header(message, "Date"),
        is_private=header(message, "Sensitivity").lower() in {"private", "personal"},
    )
    mail.sent_at = _date(mail.sent_as_written)
    return mail


def message_ids(references: str, answers: str) -> list[str]:
    """The Message-IDs of two headers, each once, the one that is answered last."""
    found = [*_MESSAGE_ID.findall(references), *_MESSAGE_ID.findall(answers)]
    return list(reversed(dict.fromkeys(reversed(found))))[-_MOST_REFERENCES:]


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read_parts(message: Message, mail: Mail) -> None:
    from kundenakte.records import mail_parts

    read = mail_parts.read(message)
    mail.attachments, mail.notes = read.attachments, [*mail.notes, *read.notes]
    text = "\n\n".join(read.plain).strip() or "\n\n".join(html_text.to_text(html) for html in read.html)
    mail.body = "\n\n".join(part for part in (*read.appointments, text) if part)
    if len(mail.body) > MOST_BODY:
        mail.body = mail.body[:MOST_BODY]
        mail.notes.append("Der Text der E-Mail ist hier gekürzt.")
