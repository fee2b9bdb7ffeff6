"""Headers of a mail as people read them: encoded words, bytes where none belong, charsets that lie."""

from __future__ import annotations

import email.errors
from email.header import decode_header
from email.message import Message

from kundenakte.records import mediatype_text


def header(message: Message, name: str) -> str:
    """A header decoded, folded lines joined, several of the same name joined by a comma."""
    values = message.get_all(name) or []
    return ", ".join(" ".join(decoded(" ".join(as_text(value).split())).split()) for value in values[:10])[:4000]


def as_text(value: object) -> str:
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


def decoded(text: str) -> str:
    """Encoded words (RFC 2047) as text."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return text
    return "".join(part if isinstance(part, str) else in_charset(part, charset) for part, charset in parts)


def in_charset(data: bytes, charset: str | None) -> str:
    """Bytes in the encoding they claim, else in the one they look like."""
    if charset:
        try:
            return data.decode(charset, "strict")
        except (LookupError, ValueError, UnicodeError):
            pass
    return mediatype_text.decode(data, mediatype_text.encoding_of(data) or "cp1252")
