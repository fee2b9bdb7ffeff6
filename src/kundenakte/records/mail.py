"""Reads an e-mail as a clerk would see it: who, to whom, when, about what, with which attachments. Nothing is fetched.

Mail breaks every rule it has; whatever can be read is given, and what cannot is left empty. Pure Python, bounded by
the size of the file; nested messages are listed as attachments, not opened.
"""

from __future__ import annotations

import email
import email.errors
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from kundenakte.records import html_text, mediatype_text

# A mail gateway accepts 50 MB; more is read only up to here.
MOST_BYTES = 100 * 1024 * 1024
_MOST_PARTS = 500
_MOST_BODY = 500_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """What hangs on a mail: its name, size in bytes and the type it claims."""

    name: str
    size: int
    media_type: str


@dataclass(slots=True)
class Mail:
    """One mail in the form shown and searched."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    # As it stands in the mail, when it is no date we understand.
    sent_as_written: str = ""
    body: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    # German sentences for the reader.
    notes: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> dict[str, list[str]]:
        """Plain addresses by role ("from", "to", "cc"), in lower case."""
        roles = {"from": self.sender, "to": self.to, "cc": self.cc}
        return {
            role: [address.lower().strip("'\"<> ") for _, address in getaddresses([text]) if "@" in address]
            for role, text in roles.items()
        }


def read_message(data: bytes) -> Mail:
    """Read an RFC 5322 message; of a mailbox file, the first one. Never raises for what stands in it."""
    message = _parsed(data[:MOST_BYTES])
    mail = Mail(
        sender=_header(message, "From"),
        to=_header(message, "To"),
        cc=_header(message, "Cc"),
        subject=_header(message, "Subject"),
        message_id=_header(message, "Message-ID").strip("<> "),
        in_reply_to=_header(message, "In-Reply-To").strip("<> "),
        sent_as_written=_header(message, "Date"),
    )
    mail.sent_at = _date(mail.sent_as_written)
    try:
        _read_parts(message, mail)
    except RecursionError:
        mail.notes.append("Die E-Mail ist zu tief verschachtelt; ihr Text wird nicht gezeigt.")
    return mail


def _parsed(data: bytes) -> Message:
    if data.startswith(b"From ") and b"\n" in data:
        data = data.split(b"\n", 1)[1]
    # The tolerant old policy: the modern one raises for some broken headers when they are looked at.
    return email.message_from_bytes(data.lstrip(b"\r\n"), policy=email.policy.compat32)


def _header(message: Message, name: str) -> str:
    """A header decoded, folded lines joined, several of the same name joined by a comma."""
    values = message.get_all(name) or []
    return ", ".join(" ".join(_decoded(_as_text(value)).split()) for value in values[:10])[:4000]


def _as_text(value: object) -> str:
    """A header as text; bytes beyond ASCII, which have no place there, are taken as UTF-8 or Windows text."""
    raw = str(value)
    try:
        data = raw.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        encoded = getattr(value, "_chunks", None)
        data = encoded[0][0].encode("ascii", "surrogateescape") if encoded else raw.encode("utf-8", "replace")
    if data.isascii():
        return data.decode("ascii")
    return mediatype_text.decode(data, mediatype_text.encoding_of(data) or "cp1252")


def _decoded(text: str) -> str:
    """Encoded words (RFC 2047) as text."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return text
    return "".join(part if isinstance(part, str) else _in_charset(part, charset) for part, charset in parts)


def _in_charset(data: bytes, charset: str | None) -> str:
    """Bytes in the encoding they claim, else in the one they look like."""
    if charset:
        try:
            return data.decode(charset, "strict")
        except (LookupError, ValueError, UnicodeError):
            pass
    return mediatype_text.decode(data, mediatype_text.encoding_of(data) or "cp1252")


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read_parts(message: Message, mail: Mail) -> None:
    plain: list[str] = []
    html: list[str] = []
    for number, part in enumerate(_leaves(message)):
        if number >= _MOST_PARTS:
            mail.notes.append("Die E-Mail hat sehr viele Teile; nicht alle werden gezeigt.")
            break
        kind, name = part.get_content_type(), _name(part)
        is_body = not name and "attachment" not in str(part.get("Content-Disposition", "")).lower()
        if kind.startswith("multipart/"):
            # Parts were announced and none could be told apart: what stands there is better than nothing.
            plain.append(_text(part))
        elif is_body and kind in {"text/plain", "text/html"}:
            (plain if kind == "text/plain" else html).append(_text(part))
        else:
            mail.attachments.append(Attachment(name or _stand_in(part), _size(part), kind))
        if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
            mail.notes.append("Die E-Mail ist verschlüsselt oder als Ganzes signiert (S/MIME).")
    mail.body = "\n\n".join(plain).strip() or "\n\n".join(html_text.to_text(text) for text in html)
    if len(mail.body) > _MOST_BODY:
        mail.body = mail.body[:_MOST_BODY]
        mail.notes.append("Der Text der E-Mail ist hier gekürzt.")


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold no other parts; a message inside a message counts as one, except in delivery reports."""
    kind = message.get_content_type()
    payload = message.get_payload()
    if kind == "message/delivery-status" or kind.startswith("message/") or not isinstance(payload, list):
        yield message
        return
    for part in payload:
        if isinstance(part, Message):
            yield from _leaves(part)


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError):
        return ""
    # A path in a name is nobody's business.
    return " ".join(_decoded(_as_text(name)).replace("\\", "/").rsplit("/", 1)[-1].split())[:255]


def _stand_in(part: Message) -> str:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        subject = _header(inner[0], "Subject") if isinstance(inner, list) and isinstance(inner[0], Message) else ""
        return f"{subject or 'Nachricht'}.eml"
    return {"message/delivery-status": "Zustellbericht", "text/calendar": "Termin.ics"}.get(
        kind, f"ohne Namen ({kind})"
    )


def _size(part: Message) -> int:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return len(_payload(part))
    return sum(_size(inner) for inner in payload if isinstance(inner, Message))


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    return str(part.get_payload() or "").encode("utf-8", "surrogateescape")


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError):
        charset = None
    return _in_charset(_payload(part)[: _MOST_BODY * 4], charset).replace("\r\n", "\n")
