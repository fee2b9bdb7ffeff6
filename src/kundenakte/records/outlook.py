"""Reads an Outlook message file (.msg) into the same form as any other mail.

The file is an OLE container with one stream per property, named by the property's number and type ([MS-OXMSG] 2.1).
olefile reads the container; it is Python, but the container is hostile, so call this in a confined process.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from kundenakte.records import html_text, mediatype_text, outlook_inner, rtf_text
from kundenakte.records.mail import Attachment, Mail, message_ids, read_message

# Property numbers of [MS-OXPROPS].
_SUBJECT, _BODY, _HTML, _RTF, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC, _MESSAGE_ID, _IN_REPLY_TO = 0x0E04, 0x0E03, 0x1035, 0x1042
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _CONTENT, _MIME = 0x3707, 0x3704, 0x3001, 0x3701, 0x370E
_RECIPIENT_SMTP, _RECIPIENT_ADDRESS, _RECIPIENT_TYPE = 0x39FE, 0x3003, 0x0C15
_REFERENCES, _SENSITIVITY, _CONTENT_ID, _IS_HIDDEN = 0x1039, 0x0036, 0x3712, 0x7FFE
_MOST_STREAM = 100 * 1024 * 1024
_MOST_PARTS = 500
# Messages in messages: deeper ones are left in the file that holds them.
_MOST_DEPTH = 5


class NotReadable(ValueError):
    """The container is broken."""


def read_outlook(path: Path) -> Mail:
    """Read a .msg file. Raises `NotReadable` when the container itself is broken."""
    import olefile

    try:
        with olefile.OleFileIO(path) as container:
            return _read(_Streams(container), depth=0)
    except (
        OSError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        AttributeError,
        struct.error,
        RecursionError,
    ) as error:
        raise NotReadable(str(error)) from error


class _Streams:
    """The properties of a message, a recipient or an attachment by number. `base` is the folder of a message inside."""

    def __init__(self, container: Any, base: tuple[str, ...] = ()) -> None:
        self._container = container
        self._base = base
        self._names: dict[tuple[str, int], list[str]] = {}
        self.folders: list[str] = []
        for path in container.listdir(streams=True, storages=True):
            if tuple(path[: len(base)]) != base:
                continue
            entry = path[len(base) :]
            folder = entry[0] if len(entry) > 1 else ""
            if len(entry) == 1 and entry[0].startswith(("__attach", "__recip")):
                self.folders.append(entry[0])
            if 1 <= len(entry) <= 2 and entry[-1].startswith("__substg1.0_"):
                self._names[folder, int(entry[-1][12:16], 16)] = path

    def inside(self, folder: str) -> _Streams | None:
        """The message an attachment is; None when it is a file."""
        name = self._names.get((folder, _CONTENT))
        if name is None or self._container.get_type(name) != 1:
            return None
        return _Streams(self._container, tuple(name))

    def data(self, number: int, folder: str = "") -> bytes:
        """The bytes of a property; empty when it is not there."""
        name = self._names.get((folder, number))
        if name is None or self._container.get_type(name) != 2:
            return b""
        return bytes(self._container.openstream(name).read(_MOST_STREAM))

    def text(self, number: int, folder: str = "") -> str:
        """A property as text: type 001F is UTF-16, 001E the sender's code page."""
        name = self._names.get((folder, number))
        if name is None:
            return ""
        data = self.data(number, folder)
        if name[-1][16:20].upper() == "001F":
            return data.decode("utf-16-le", "replace").rstrip("\0")
        return mediatype_text.decode(data, mediatype_text.encoding_of(data) or "cp1252").rstrip("\0")

    def fixed(self, number: int, folder: str = "") -> int:
        """A property of fixed length from the property stream; 0 when it is not there."""
        name = [*self._base, *([folder] if folder else []), "__properties_version1.0"]
        if not self._container.exists(name):
            return 0
        data = self._container.openstream(name).read(_MOST_STREAM)
        # 32 bytes of header in the message, 24 in one inside, 8 in its parts; then 16 bytes each.
        for at in range(8 if folder else 24 if self._base else 32, len(data) - 15, 16):
            if struct.unpack_from("<H", data, at + 2)[0] == number:
                return int(struct.unpack_from("<Q", data, at + 8)[0])
        return 0


def _read(streams: _Streams, depth: int) -> Mail:
    headers = streams.text(_HEADERS)
    mail = read_message(headers.encode("utf-8", "replace")) if headers else Mail()
    # The headers tell how it travelled; what hung on it then is unpacked by now.
    mail.notes = []
    mail.subject = streams.text(_SUBJECT) or mail.subject
    mail.sender = mail.sender if "@" in mail.sender else _sender(streams)
    mail.to = mail.to if "@" in mail.to else _recipients(streams, 1) or streams.text(_TO)
    mail.cc = mail.cc if "@" in mail.cc else _recipients(streams, 2) or streams.text(_CC)
    mail.message_id = mail.message_id or streams.text(_MESSAGE_ID).strip("<> ")
    mail.in_reply_to = mail.in_reply_to or streams.text(_IN_REPLY_TO).strip("<> ")
    mail.references = mail.references or message_ids(
        streams.text(_REFERENCES), f"<{mail.in_reply_to}>" if mail.in_reply_to else ""
    )
    # 1 personal, 2 private, 3 confidential.
    mail.is_private = mail.is_private or streams.fixed(_SENSITIVITY) & 0xFFFFFFFF in {1, 2}
    mail.sent_at = mail.sent_at or _time(streams.fixed(_SUBMITTED)) or _time(streams.fixed(_DELIVERED))
    mail.body, mail.attachments = _body(streams), _attachments(streams, depth)
    return mail


def _sender(streams: _Streams) -> str:
    name = streams.text(_SENDER_NAME)
    address = streams.text(_SENDER_SMTP) or streams.text(_SENDER_ADDRESS)
    # Exchange keeps an address of its own kind ("/O=…"), which says nothing outside.
    if "@" not in address:
        return name
    return f"{name} <{address}>" if name and name != address else address


def _recipients(streams: _Streams, kind: int) -> str:
    found = []
    for folder in streams.folders[:_MOST_PARTS]:
        if folder.startswith("__recip") and streams.fixed(_RECIPIENT_TYPE, folder) & 0xFFFFFFFF == kind:
            name = streams.text(_SHOWN_NAME, folder)
            address = streams.text(_RECIPIENT_SMTP, folder) or streams.text(_RECIPIENT_ADDRESS, folder)
            has_address = "@" in address and address not in name
            found.append(f"{name} <{address}>" if has_address and name else name or address)
    return ", ".join(found)


def _body(streams: _Streams) -> str:
    body = streams.text(_BODY).replace("\r\n", "\n").strip()
    if body:
        return body
    html = streams.data(_HTML)
    if html:
        return html_text.to_text(mediatype_text.decode(html, mediatype_text.encoding_of(html) or "cp1252"))
    return rtf_text.to_text(streams.data(_RTF))


def _attachments(streams: _Streams, depth: int) -> list[Attachment]:
    html = streams.data(_HTML) or rtf_text.source(streams.data(_RTF))
    folders = [folder for folder in streams.folders if folder.startswith("__attach")]
    return [_attachment(streams, folder, html, depth) for folder in folders[:_MOST_PARTS]]


def _attachment(streams: _Streams, folder: str, html: bytes, depth: int) -> Attachment:
    texts = (streams.text(key, folder) for key in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
    name = next((text for text in texts if text), "ohne Namen")[:255]
    inner = streams.inside(folder)
    if inner is not None:
        if depth >= _MOST_DEPTH:
            return Attachment(f"{name}.eml", 0, "message/rfc822", is_document=False)
        written = outlook_inner.written(_read(inner, depth + 1))
        return Attachment(f"{name}.eml", len(written), "message/rfc822", partial(bytes, written))
    kind = streams.text(_MIME, folder) or "application/octet-stream"
    # Read now: the container is closed when it is asked for.
    data = streams.data(_CONTENT, folder)
    content_id = streams.text(_CONTENT_ID, folder)
    in_text = bool(content_id) and f"cid:{content_id}".encode("ascii", "replace") in html
    hidden = bool(streams.fixed(_IS_HIDDEN, folder) & 1)
    return Attachment(name, len(data), kind, partial(bytes, data), not (in_text or hidden))


def _time(ticks: int) -> datetime | None:
    """Windows counts 100 nanoseconds since 1601."""
    try:
        return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None
