"""Outlook's wrapping winmail.dat (TNEF, [MS-OXTNEF]): the text and the attachments inside."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from kundenakte.records import mediatype_text

_SIGNATURE: Final = 0x223E9F78
_BODY, _RENDER, _DATA, _TITLE, _ATTACHMENT, _PROPERTIES = 0x800C, 0x9002, 0x800F, 0x8010, 0x9005, 0x9003
# MAPI properties by number ([MS-OXPROPS]).
_LONG_NAME, _SHORT_NAME, _MIME, _OBJECT, _RTF, _HTML, _TEXT = 0x3707, 0x3704, 0x370E, 0x3701, 0x1009, 0x1013, 0x1000
_FIXED: Final = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_MOST_ATTRIBUTES: Final = 5000
_MOST_VALUES: Final = 100_000


class NotReadable(ValueError):
    """The container is broken."""


@dataclass(slots=True)
class Inner:
    """One attachment inside."""

    name: str = ""
    data: bytes = b""
    media_type: str = "application/octet-stream"


@dataclass(slots=True)
class Winmail:
    """What was wrapped."""

    body: str = ""
    html: str = ""
    # Compressed RTF as Outlook writes it.
    rtf: bytes = b""
    attachments: list[Inner] = field(default_factory=list)


def read(data: bytes) -> Winmail:
    """Open the wrapping. Raises `NotReadable` when it is none, or broken before anything was found."""
    found = Winmail()
    try:
        if struct.unpack_from("<I", data)[0] != _SIGNATURE:
            raise NotReadable("no TNEF signature")
        _attributes(data, found)
    except (struct.error, IndexError, UnicodeError) as error:
        if not (found.attachments or found.body or found.rtf):
            raise NotReadable(str(error)) from error
    if not (found.attachments or found.body or found.html or found.rtf):
        raise NotReadable("nothing in it")
    found.body = found.body.rstrip("\0")
    found.attachments = [one for one in found.attachments if one.data]
    for number, one in enumerate(found.attachments, 1):
        one.name = " ".join(one.name.replace("\\", "/").rsplit("/", 1)[-1].split()) or f"Anlage {number}"
    return found


def _attributes(data: bytes, found: Winmail) -> None:
    at = 6
    for _ in range(_MOST_ATTRIBUTES):
        if at + 9 > len(data):
            return
        number, _kind, length = struct.unpack_from("<HHI", data, at + 1)
        value = data[at + 9 : at + 9 + length]
        if len(value) < length:
            raise struct.error("cut off")
        _attribute(number, value, found)
        # The level's byte, id, type, length, value, checksum.
        at += 9 + length + 2


def _attribute(number: int, value: bytes, found: Winmail) -> None:
    if number == _RENDER:
        found.attachments.append(Inner())
    elif number == _BODY:
        found.body = found.body or _words(value)
    elif number == _PROPERTIES:
        _message_properties(value, found)
    elif found.attachments:
        last = found.attachments[-1]
        if number == _DATA:
            last.data = last.data or value
        elif number == _TITLE:
            last.name = last.name or _words(value)
        elif number == _ATTACHMENT:
            _attachment_properties(value, last)


def _message_properties(value: bytes, found: Winmail) -> None:
    properties = _mapi(value)
    found.rtf = properties.get(_RTF, found.rtf)
    found.html = found.html or _words(properties.get(_HTML, b""))
    found.body = found.body or _words(properties.get(_TEXT, b""))


def _attachment_properties(value: bytes, last: Inner) -> None:
    properties = _mapi(value)
    last.name = _words(properties.get(_LONG_NAME, b"")) or _words(properties.get(_SHORT_NAME, b"")) or last.name
    last.media_type = _words(properties.get(_MIME, b"")) or last.media_type
    inner = properties.get(_OBJECT, b"")
    # An object begins with the 16 bytes of its interface; a message inside is a TNEF of its own.
    if len(inner) > 16 and not last.data:
        last.data = inner[16:]
        if last.data[:4] == struct.pack("<I", _SIGNATURE):
            last.name, last.media_type = f"{last.name or 'Nachricht'}.dat", "application/vnd.ms-tnef"


def _mapi(value: bytes) -> dict[int, bytes]:
    """The properties of a block by number: texts as UTF-16 or in the code page, whole as bytes."""
    found: dict[int, bytes] = {}
    count, at = struct.unpack_from("<I", value)[0], 4
    for _ in range(min(count, _MOST_VALUES)):
        kind, number = struct.unpack_from("<HH", value, at)
        at += 4
        if number >= 0x8000:
            at = _past_name(value, at)
        values = 1
        base = kind & 0x0FFF
        if kind & 0x1000 or base in {0x1E, 0x1F, 0x0D, 0x102}:
            values, at = struct.unpack_from("<I", value, at)[0], at + 4
        for _ in range(min(values, _MOST_VALUES)):
            if base in {0x1E, 0x1F, 0x0D, 0x102}:
                length = struct.unpack_from("<I", value, at)[0]
                whole = value[at + 4 : at + 4 + length]
                found.setdefault(number, whole)
                at += 4 + length + -length % 4
            elif base in _FIXED:
                at += _FIXED[base]
            else:
                return found
            if at > len(value):
                return found
    return found


def _past_name(value: bytes, at: int) -> int:
    """Behind the name of a named property: its set, and a number or a text."""
    kind = struct.unpack_from("<I", value, at + 16)[0]
    if kind == 0:
        return at + 24
    length = struct.unpack_from("<I", value, at + 20)[0]
    return int(at + 24 + length + -length % 4)


def _words(data: bytes) -> str:
    """A text, in UTF-16 or the code page it looks like."""
    if len(data) >= 2 and len(data) % 2 == 0 and data[1::2].count(0) * 2 > len(data) // 2:
        return data.decode("utf-16-le", "replace").split("\0", 1)[0]
    data = data.split(b"\0", 1)[0]
    return mediatype_text.decode(data, mediatype_text.encoding_of(data) or "cp1252")
