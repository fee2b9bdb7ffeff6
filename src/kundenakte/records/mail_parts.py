"""What a mail is made of: its text, what hangs on it, and wrappings (S/MIME, winmail.dat) taken off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.message import Message
from functools import partial
from io import BytesIO
from typing import Final

from kundenakte.records import mail_calendar, mail_smime, rtf_text, tnef
from kundenakte.records.mail import MOST_BODY, Attachment, _parsed
from kundenakte.records.mail_headers import as_text, decoded, header, in_charset

_MOST_PARTS: Final = 500
_MOST_DEPTH: Final = 40
_MOST_NAME: Final = 255
_SMIME: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
# What only says how a mail travelled.
_OF_THE_MAIL: Final = frozenset({"message/delivery-status", "text/rfc822-headers", "message/disposition-notification"})
_MANY = "Die E-Mail hat sehr viele Teile; nicht alle werden gezeigt."
_DEEP = "Teile der E-Mail sind zu tief verschachtelt und werden nicht gezeigt."
_ENCRYPTED = "Die E-Mail ist verschlüsselt (S/MIME); lesen kann sie nur, wer den Schlüssel hat."


@dataclass(slots=True)
class Parts:
    """The texts of a mail by kind, appointments in words, attachments, and sentences for the reader."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    appointments: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    count: int = 0

    def note(self, sentence: str) -> None:
        """Say it once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def read(message: Message) -> Parts:
    """Take a message apart. Raises RecursionError for one nested without end."""
    parts = Parts()
    _read(message, parts, depth=0)
    cited = " ".join(parts.html)
    parts.attachments = [_settled(one, cited) for one in parts.attachments]
    return parts


@dataclass(frozen=True, slots=True)
class _Inline(Attachment):
    """A picture that may stand in the text: its Content-ID says where."""

    content_id: str = ""


def _settled(one: Attachment, html: str) -> Attachment:
    """Pictures the text shows are part of it."""
    if not isinstance(one, _Inline):
        return one
    stands_in_text = bool(one.content_id) and f"cid:{one.content_id}" in html
    return Attachment(one.name, one.size, one.media_type, one.content, not stands_in_text)


def _read(message: Message, parts: Parts, depth: int) -> None:
    for part in _leaves(message, parts, depth):
        if parts.count >= _MOST_PARTS:
            parts.note(_MANY)
            return
        parts.count += 1
        _take(part, parts, depth)


def _leaves(message: Message, parts: Parts, depth: int) -> Iterator[Message]:
    """Parts that hold no other parts, in order; a message inside a message counts as one."""
    waiting = [(message, depth)]
    while waiting:
        part, level = waiting.pop()
        payload = part.get_payload()
        if part.get_content_type().startswith("message/") or not isinstance(payload, list):
            yield part
        elif level >= _MOST_DEPTH:
            parts.note(_DEEP)
        else:
            waiting += [(inner, level + 1) for inner in reversed(payload) if isinstance(inner, Message)]


def _take(part: Message, parts: Parts, depth: int) -> None:
    kind, name = part.get_content_type(), _name(part)
    hangs_on = bool(name) or "attachment" in str(part.get("Content-Disposition", "")).lower()
    if kind.startswith("multipart/"):
        # Parts were announced and none could be told apart: what stands there is better than nothing.
        parts.plain.append(_text(part))
    elif not hangs_on and kind in {"text/plain", "text/html"}:
        (parts.plain if kind == "text/plain" else parts.html).append(_text(part))
    elif kind in _SMIME or name.lower() == "smime.p7m":
        _unwrap(part, parts, depth, name)
    elif kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat":
        _open_winmail(part, parts, name)
    elif kind == "text/calendar":
        words = mail_calendar.in_words(_text(part))
        if words and words not in parts.appointments:
            parts.appointments.append(words)
        parts.attachments.append(_attachment(part, name, is_document=not words))
    else:
        if kind in _SIGNATURES:
            parts.note(mail_smime.signed_by(payload(part)) if "pkcs7" in kind else "Die E-Mail ist signiert (PGP).")
        parts.attachments.append(_attachment(part, name, is_document=kind not in _SIGNATURES | _OF_THE_MAIL))


def _unwrap(part: Message, parts: Parts, depth: int, name: str) -> None:
    """S/MIME around the whole mail: what is only signed can be read, what is encrypted cannot."""
    opened = mail_smime.opened(payload(part))
    if opened.content and depth < _MOST_DEPTH:
        parts.note(opened.sentence)
        _read(_parsed(opened.content), parts, depth + 10)
        return
    parts.note(opened.sentence or _ENCRYPTED)
    parts.attachments.append(_attachment(part, name or "smime.p7m"))


def _open_winmail(part: Message, parts: Parts, name: str) -> None:
    """Outlook's own wrapping: its contents stand in its place. What cannot be opened hangs on as it is."""
    try:
        found = tnef.read(payload(part))
    except tnef.NotReadable:
        parts.note("Der Anhang winmail.dat (Outlook) ist beschädigt und konnte nicht geöffnet werden.")
        parts.attachments.append(_attachment(part, name))
        return
    parts.note("Die E-Mail kam in der Verpackung von Outlook (winmail.dat); ihr Inhalt steht hier einzeln.")
    body = found.body or rtf_text.to_text(found.rtf)
    if body and not any(text.strip() for text in parts.plain):
        parts.plain.append(body)
    elif found.html and not parts.html:
        parts.html.append(found.html)
    for inner in found.attachments[:_MOST_PARTS]:
        parts.attachments.append(
            Attachment(inner.name[:_MOST_NAME], len(inner.data), inner.media_type, partial(bytes, inner.data))
        )


def _attachment(part: Message, name: str, *, is_document: bool = True) -> Attachment:
    kind = part.get_content_type()
    content_id = str(part.get("Content-ID", "")).strip("<> \r\n\t")
    made = (name or _stand_in(part), _size(part), kind, partial(payload, part))
    if kind.startswith("image/") and content_id:
        return _Inline(*made, content_id=content_id)
    return Attachment(*made, is_document=is_document)


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError):
        return ""
    # A path in a name is nobody's business.
    return " ".join(decoded(as_text(name)).replace("\\", "/").rsplit("/", 1)[-1].split())[:_MOST_NAME]


def _stand_in(part: Message) -> str:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        subject = header(inner[0], "Subject") if isinstance(inner, list) and isinstance(inner[0], Message) else ""
        return f"{(subject or 'Nachricht').replace('/', ' ')[:200]}.eml"
    return {"message/delivery-status": "Zustellbericht", "text/calendar": "Termin.ics"}.get(
        kind, f"ohne Namen ({kind})"
    )


def _size(part: Message) -> int:
    inner = part.get_payload()
    if not isinstance(inner, list):
        return len(payload(part))
    return sum(_size(one) for one in inner if isinstance(one, Message))


def payload(part: Message) -> bytes:
    """The bytes of a part: decoded, or of a message inside, the whole message as it stands there."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"".join(_flat(one) for one in inner if isinstance(one, Message))
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    return str(inner or "").encode("utf-8", "surrogateescape")


def _flat(message: Message) -> bytes:
    """A message written out again, its headers as they were folded."""
    into = BytesIO()
    BytesGenerator(into, mangle_from_=False, maxheaderlen=0).flatten(message, linesep=_line_end(message))
    return into.getvalue()


def _line_end(message: Message) -> str:
    """How the lines of a message end: as in its first text."""
    inner = message.get_payload()
    while isinstance(inner, list) and inner:
        inner = inner[0].get_payload() if isinstance(inner[0], Message) else ""
    folded = "".join(str(value) for value in message.values()[:50])
    return "\r\n" if "\r\n" in f"{inner}{folded}" else "\n"


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError):
        charset = None
    return in_charset(payload(part)[: MOST_BODY * 4], charset).replace("\r\n", "\n")
