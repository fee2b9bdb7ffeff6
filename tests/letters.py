"""Pages for tests of recognition and filing: lines at a place, with word boxes as wide as Helvetica would draw them."""

from __future__ import annotations

from collections.abc import Iterable

from kundenakte.records.pagetext import DocumentText, PageText, Word

WIDTH, HEIGHT = 595.0, 842.0
# An average letter of Helvetica, as a share of the font's size.
_LETTER = 0.5

# A line of text: x and y in millimetres from the top left, the text, and the font's size if it is not 10.
Line = tuple[float, float, str] | tuple[float, float, str, float]


def page(lines: Iterable[Line]) -> PageText:
    """A page as rendition gives it: words on one height are one line, from left to right."""
    rows: dict[float, list[Word]] = {}
    for line in lines:
        x, y, text = line[:3]
        size = line[3] if len(line) == 4 else 10.0
        rows.setdefault(y, []).extend(_words(x * WIDTH / 210, y * HEIGHT / 297, text, size))
    ordered = (sorted(rows[y], key=lambda word: word.box[0]) for y in sorted(rows))
    return PageText(WIDTH, HEIGHT, tuple(tuple(row) for row in ordered))


def document(*pages: Iterable[Line]) -> DocumentText:
    """A document of such pages."""
    return DocumentText(tuple(page(lines) for lines in pages))


def _words(left: float, bottom: float, text: str, size: float) -> list[Word]:
    words = []
    for word in text.split():
        right = left + len(word) * size * _LETTER
        words.append(Word(word, (left / WIDTH, (bottom - size) / HEIGHT, right / WIDTH, bottom / HEIGHT)))
        left = right + size * 0.28
    return words


def block(x: float, y: float, *texts: str) -> list[Line]:
    """Lines under each other, as in an address."""
    return [(x, y + at * 5, text) for at, text in enumerate(texts)]
