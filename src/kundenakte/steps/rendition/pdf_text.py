"""The words of a PDF page with their boxes, from pdfium's text page."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

from kundenakte.records.pagetext import Box, PageText, Word

# pdfium marks a hyphen that only breaks the line with this character.
_BROKEN_HERE = "\x02"
_WORD = re.compile(r"[^\s\x00\u200b\ufeff]+")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xad": ""})
# Control characters and what stands for "no character".
_DEBRIS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
MOST_WORDS_ON_A_PAGE = 20_000

Placing = Callable[[float, float, float, float], Box]


def read_page(page: Any) -> PageText:
    """All words of a pypdfium2 page in rows from top to bottom, as the page is shown."""
    width, height = page.get_size()
    text_page = page.get_textpage()
    try:
        words = _words(text_page, _placing(page))
    finally:
        text_page.close()
    return PageText(width, height, rows(words))


def _characters(text_page: Any) -> str:
    """One character per index of pdfium; what does not fit one (surrogate halves, none) becomes a mark."""
    count = pdfium.FPDFText_CountChars(text_page.raw)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page.raw, 0, count, buffer) - 1
    if written == count:
        text = bytes(buffer)[: count * 2].decode("utf-16-le", "surrogatepass")
        if len(text) == count:
            return text.replace("\ufffe", _BROKEN_HERE)
    # Some characters are left out of the text, or take two units: ask for each. Slower, and exact.
    get = pdfium.FPDFText_GetUnicode
    raw = text_page.raw
    codes = (get(raw, index) for index in range(count))
    return "".join(chr(code) if code <= 0x10FFFF else "\x00" for code in codes).replace("\ufffe", _BROKEN_HERE)


def _words(text_page: Any, place: Placing) -> list[Word]:
    characters = _characters(text_page)
    first, last = pdfium.FS_RECTF(), pdfium.FS_RECTF()
    box_of = pdfium.FPDFText_GetLooseCharBox
    raw = text_page.raw
    words: list[Word] = []
    unfinished = ""
    for match in _WORD.finditer(characters):
        shown = match.group()
        if shown.isascii() and shown.isprintable():
            text = shown
        else:
            text = _DEBRIS.sub("", shown.replace(_BROKEN_HERE, "\x03").translate(_LIGATURES))
        broken = shown[-1] == _BROKEN_HERE
        if not text and not broken:
            continue
        if not box_of(raw, match.start(), first) or not box_of(raw, match.end() - 1 - broken, last):
            continue
        # The first and last character span a straight word in whatever direction it runs.
        box = place(
            min(first.left, last.left),
            min(first.bottom, last.bottom),
            max(first.right, last.right),
            max(first.top, last.top),
        )
        if unfinished and words:
            # The rest of a word broken at the line's end joins its beginning, so that it can be found.
            words[-1] = Word(unfinished + text, words[-1].box)
        else:
            words.append(Word(text, box))
        unfinished = words[-1].text if broken else ""
        if len(words) >= MOST_WORDS_ON_A_PAGE:
            break
    return words


def _placing(page: Any) -> Placing:
    """From the PDF's user space (origin bottom left, before rotation) to fractions of the page as shown."""
    left, bottom, right, top = _shown_box(page)
    width, height = max(right - left, 1e-6), max(top - bottom, 1e-6)
    turn = page.get_rotation()

    def upright(x0: float, y0: float, x1: float, y1: float) -> Box:
        return (x0 - left) / width, (top - y1) / height, (x1 - left) / width, (top - y0) / height

    def clamped(x0: float, y0: float, x1: float, y1: float) -> Box:
        a, b, c, d = upright(x0, y0, x1, y1)
        if turn == 90:
            a, b, c, d = 1 - d, a, 1 - b, c
        elif turn == 180:
            a, b, c, d = 1 - c, 1 - d, 1 - a, 1 - b
        elif turn == 270:
            a, b, c, d = b, 1 - c, d, 1 - a
        return _unit(a), _unit(b), _unit(c), _unit(d)

    return clamped


def _shown_box(page: Any) -> Box:
    box = pdfium.FS_RECTF()
    if pdfium.FPDF_GetPageBoundingBox(page.raw, box):
        return box.left, box.bottom, box.right, box.top
    left, bottom, right, top = page.get_cropbox()
    return left, bottom, right, top


def _unit(value: float) -> float:
    return 0.0 if value < 0 else 1.0 if value > 1 else round(value, 5)


def rows(words: list[Word]) -> tuple[tuple[Word, ...], ...]:
    """Words in rows: those on the same height, from left to right. pdfium gives them as the file draws them."""
    found: list[list[Word]] = []
    centre = reach = 0.0
    for word in sorted(words, key=_middle):
        middle = _middle(word)
        height = word.box[3] - word.box[1]
        if found and abs(middle - centre) <= 0.4 * min(reach, height):
            found[-1].append(word)
        else:
            found.append([word])
            centre, reach = middle, height
    return tuple(tuple(sorted(row, key=lambda word: word.box[0])) for row in found)


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2
