"""The words of an RTF body as Outlook keeps it: compressed ([MS-OXRTFCP]), often with HTML folded in ([MS-OXRTFEX])."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Final

from kundenakte.records import html_text

_START: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MOST: Final = 5_000_000
_TOKEN: Final = re.compile(
    r"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-f]{2})|\\(?P<sign>[^a-z0-9])|(?P<brace>[{}])"
    r"|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\", re.IGNORECASE
)  # fmt: skip
_SIGNS: Final = {"par": "\n", "line": "\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“",
                 "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—"}  # fmt: skip
# Groups without words for a reader.
_SILENT: Final = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "listtable", "listoverridetable", "generator",
     "themedata", "datastore", "rsidtbl", "xmlnstbl"}
)  # fmt: skip


def to_text(compressed: bytes) -> str:
    """The text of a compressed RTF body; "" when it cannot be read."""
    rtf = source(compressed).decode("latin-1")
    if "\\fromhtml" in rtf[:500]:
        return html_text.to_text(_words(rtf, with_html=True))
    return re.sub(r"\n{3,}", "\n\n", _words(rtf, with_html=False)).strip()


def source(compressed: bytes) -> bytes:
    """The RTF itself; empty when it cannot be read."""
    try:
        return decompressed(compressed)
    except (struct.error, IndexError, ValueError):
        return b""


def decompressed(data: bytes) -> bytes:
    """Undo Outlook's compression. Raises struct.error or ValueError for what is none."""
    _size, raw_size, magic = struct.unpack_from("<III", data)
    if magic == 0x414C454D:
        return data[16 : 16 + min(raw_size, _MOST)]
    if magic != 0x75465A4C:
        raise ValueError("no compressed RTF")
    window = bytearray(4096)
    window[: len(_START)] = _START
    write, at, out = len(_START), 16, bytearray()
    while at < len(data) and len(out) < min(raw_size, _MOST):
        control, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data):
                break
            if not control >> bit & 1:
                piece = bytearray(data[at : at + 1])
                at += 1
            else:
                pair = struct.unpack_from(">H", data, at)[0]
                at += 2
                offset, length = pair >> 4, (pair & 0xF) + 2
                if offset == write:
                    return bytes(out)
                piece = bytearray()
                for step in range(length):
                    piece.append(window[(offset + step) % 4096])
                    window[(write + step) % 4096] = piece[-1]
            for one in piece:
                window[write] = one
                write = (write + 1) % 4096
            out += piece
    return bytes(out)


def _words(rtf: str, *, with_html: bool) -> str:
    """The text of RTF; with the tags that were folded in, when it was made from HTML."""
    reader = _Reader(with_html=with_html)
    for token in _TOKEN.finditer(rtf[:_MOST]):
        if token["brace"]:
            reader.brace(token["brace"])
        elif token["word"]:
            reader.command(token["word"].lower(), token["number"])
        elif token["sign"] == "*":
            reader.silent = True
        else:
            reader.text(token)
    text = "".join(reader.out).replace("\0", "")
    # Halves of one sign, as RTF writes what lies beyond 16 bits, come together.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(slots=True)
class _Reader:
    """Where we are in the groups of an RTF text, and the words so far."""

    with_html: bool
    out: list[str] = field(default_factory=list)
    # For each open group: was it silent, was it a tag.
    stack: list[tuple[bool, bool]] = field(default_factory=list)
    silent: bool = False
    in_tag: bool = False
    # Inside of what stands there for readers without HTML.
    hidden: bool = False
    skip: bool = False

    def brace(self, sign: str) -> None:
        if sign == "{":
            self.stack.append((self.silent, self.in_tag))
        else:
            self.silent, self.in_tag = self.stack.pop() if self.stack else (False, False)

    def command(self, word: str, number: str | None) -> None:
        if word in _SILENT:
            self.silent = True
        elif word == "htmltag" and self.with_html:
            self.silent, self.in_tag = False, True
        elif word == "htmlrtf":
            self.hidden = number != "0"
        elif self.silent or self.hidden:
            return
        elif word in _SIGNS:
            self.out.append(_SIGNS[word])
        elif word == "u" and number:
            self.out.append(chr(int(number) % 65536))
            # A stand-in for older readers follows.
            self.skip = True

    def text(self, token: re.Match[str]) -> None:
        if self.silent or (self.hidden and not self.in_tag):
            return
        words = token["text"] or ""
        if token["byte"]:
            words = bytes([int(token["byte"], 16)]).decode("cp1252", "replace")
        elif token["sign"]:
            words = {"~": " ", "{": "{", "}": "}", "\\": "\\"}.get(token["sign"], "")
        if self.skip and words:
            self.skip, words = False, words[1:]
        self.out.append(words)
