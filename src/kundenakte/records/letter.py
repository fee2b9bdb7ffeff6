"""How a business letter is laid out: pieces of lines, address blocks, and the part of the page something stands in.

DIN 5008 puts the recipient into a window at the upper left, but letters from elsewhere do not, so blocks are found by
their zip code and city, and only their role follows from the place. Pure calculation over word boxes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from kundenakte.records.pagetext import Box, DocumentText, Word, around

# A letter's zip line: an optional country, 4 or 5 digits, a city that begins with a capital letter.
_ZIP = re.compile(
    r"(?<![\w.,/-])(?:(?:DE?|AT?|CH|LU?|FR?|NL|BE?|IT?|PL|CZ|DK|FL)[-– ]{1,3})?(\d{4,5})[ \u00a0]+"
    r"((?=[A-ZÄÖÜÉÈ])(?:[^\W\d_]|[.'/()-])+(?: (?:[^\W\d_]|[.'/()-])+){0,4})"
)
_INLINE_BREAK = re.compile(r"\s*(?:[,;|•·∙●▪*]|\s[-–—]\s|-(?= )|\u2022)\s*")
_MAX_BLOCK_LINES = 8
# Longer lines are sentences; the longest legal forms reach this.
_LONGEST_LINE = 75
_HEADER_ENDS = 0.42
_FOOTER_BEGINS = 0.88


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line that stand together, with their place in `DocumentText.plain`."""

    text: str
    page: int
    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """A postal address as it stands on a page; `above` are the lines over the zip line, the nearest first."""

    page: int
    box: Box
    start: int
    end: int
    zip_code: str
    city: str
    above: tuple[Piece, ...]
    # True when it stands in one line with its name and street, as in a footer or a sentence.
    inline: bool
    # "recipient", "sender", "footer" or "body"
    part: str = "body"


class Letter:
    """A DocumentText seen as a letter. Pages are cut into pieces only when somebody asks for them."""

    def __init__(self, text: DocumentText) -> None:
        self.text = text
        self.plain = text.plain
        self._pieces: dict[int, list[Piece]] = {}
        # Where each page begins in `plain`, and its end as last entry.
        self._page_starts = [0, *(found.end() for found in re.finditer("\f", self.plain))]

    def page_at(self, offset: int) -> int:
        """The page (from 1) that holds an offset of `plain`."""
        return bisect_right(self._page_starts, offset)

    def pieces(self, page: int) -> list[Piece]:
        """The pieces of a page from top to bottom."""
        if page not in self._pieces:
            self._pieces[page] = self._cut(page)
        return self._pieces[page]

    def _cut(self, page: int) -> list[Piece]:
        content = self.text.pages[page - 1]
        at = self._page_starts[page - 1]
        made: list[Piece] = []
        wide, high = content.width or 595.0, content.height or 842.0
        for line in content.lines:
            begin, words = at, list[Word]()
            last: Word | None = None
            for word in line:
                if last is not None:
                    gap = (word.box[0] - last.box[2]) * wide
                    if gap > max(8.0, 0.95 * (word.box[3] - word.box[1]) * high) or gap < -20:
                        made.append(_piece(words, page, begin))
                        begin, words = at, []
                words.append(word)
                at += len(word.text) + 1
                last = word
            if words:
                made.append(_piece(words, page, begin))
            else:
                at += 1
        made.sort(key=lambda piece: (round(piece.box[1], 3), piece.box[0]))
        return made

    def piece_at(self, offset: int) -> Piece | None:
        """The piece that holds an offset of `plain`."""
        for piece in self.pieces(self.page_at(offset)):
            if piece.start <= offset < piece.end:
                return piece
        return None

    def right_of(self, piece: Piece, box: Box) -> list[Piece]:
        """Pieces on the same height as `box` and to the right of it, the nearest first."""
        middle = (box[1] + box[3]) / 2
        found = [
            other
            for other in self.pieces(piece.page)
            if other.box[1] <= middle <= other.box[3] and other.box[0] >= box[2] - 0.005 and other is not piece
        ]
        return sorted(found, key=lambda other: other.box[0])

    def below(self, page: int, box: Box, *, reach: float = 3.0) -> list[Piece]:
        """Pieces under `box` that overlap it sideways, not further down than `reach` of its heights."""
        height = max(box[3] - box[1], 0.008)
        return [
            other
            for other in self.pieces(page)
            if other.box[1] >= box[3] - height * 0.3
            and other.box[1] - box[3] <= reach * height
            and other.box[0] < box[2]
            and other.box[2] > box[0] - 0.005
        ]

    @cached_property
    def blocks(self) -> list[AddressBlock]:
        """All address blocks with their roles; at most one is the recipient."""
        found = [block for match in _ZIP.finditer(self.plain) if (block := self._block(match)) is not None]
        return _with_roles(found[:60])

    def _block(self, match: re.Match[str]) -> AddressBlock | None:
        piece = self.piece_at(match.start())
        # Number and city stand together; in a table they are two columns. A day's year is no zip code.
        if (
            piece is None
            or match.start(2) + 2 > piece.end
            or _is_year(match[1], self.plain[max(0, match.start() - 1) : match.start()])
        ):
            return None
        before = self.plain[piece.start : match.start()].strip(" ,;")
        city = " ".join(match[2][: piece.end - match.start(2)].split())
        if len(before) >= 4:
            return self._inline_block(piece, match, before, city)
        above = self._lines_above(piece)
        box = around([piece.box, *(line.box for line in above)])
        start = min([piece.start, *(line.start for line in above)])
        return AddressBlock(piece.page, box, start, match.end(), match[1], city, tuple(above), inline=False)

    def _inline_block(self, piece: Piece, match: re.Match[str], before: str, city: str) -> AddressBlock:
        parts: list[Piece] = []
        at = piece.start
        for part in _INLINE_BREAK.split(before):
            begin = self.plain.find(part, at, match.start()) if part else -1
            if begin < 0:
                continue
            parts.append(Piece(part, piece.page, begin, begin + len(part), piece.box))
            at = begin + len(part)
        above = tuple(reversed([part for part in parts if any(c.isalnum() for c in part.text)][-6:]))
        start = above[-1].start if above else piece.start
        place = self.text.place(start, match.end())
        box = place.box if place else piece.box
        return AddressBlock(piece.page, box, start, match.end(), match[1], city, above, inline=True)

    def _lines_above(self, piece: Piece) -> list[Piece]:
        """The lines of the block over its zip line: same left edge (or same middle), no gap, no other address."""
        lines: list[Piece] = []
        current = piece
        for other in reversed(self._over(piece)):
            height = max(current.box[3] - current.box[1], other.box[3] - other.box[1], 0.006)
            gap = current.box[1] - other.box[3]
            if gap > height * (2.6 if current is piece else 1.6):
                break
            if gap < -height * 0.6 or not _aligned(other.box, piece.box):
                continue
            if _ZIP.search(other.text) or len(other.text) > _LONGEST_LINE:
                break
            lines.append(other)
            current = other
            if len(lines) == _MAX_BLOCK_LINES:
                break
        return lines

    def _over(self, piece: Piece) -> list[Piece]:
        return [other for other in self.pieces(piece.page) if other.box[1] < piece.box[1] and other is not piece]

    def part_of(self, page: int, box: Box) -> str:
        """Where on a letter something stands: "recipient", "sender", "footer" or "body"."""
        for block in self.blocks:
            if block.page == page and _inside(box, block.box) and block.part in ("recipient", "sender"):
                return block.part
        if box[1] >= _FOOTER_BEGINS:
            return "footer"
        return "body"


def _is_year(number: str, before: str) -> bool:
    """True for "12. März 2024 Rechnung"."""
    return len(number) == 4 and number[:2] in ("19", "20") and before[-1:] == " "


def _piece(words: list[Word], page: int, start: int) -> Piece:
    text = " ".join(word.text for word in words)
    return Piece(text, page, start, start + len(text), around(word.box for word in words))


def _aligned(one: Box, other: Box) -> bool:
    """Same left edge, same right edge, or both centred on the same line."""
    left, right = abs(one[0] - other[0]), abs(one[2] - other[2])
    return left < 0.02 or right < 0.01 or abs((one[0] + one[2]) - (other[0] + other[2])) < 0.02


def _inside(box: Box, outer: Box) -> bool:
    return outer[0] - 0.01 <= box[0] and box[2] <= outer[2] + 0.01 and outer[1] - 0.005 <= box[1] <= outer[3]


def _with_roles(blocks: list[AddressBlock]) -> list[AddressBlock]:
    """Give the roles: the recipient is the uppermost stacked block with a name on page 1 that is not a letterhead."""
    recipient = min((block for block in blocks if _may_be_recipient(block)), key=_window_distance, default=None)
    made = []
    for block in blocks:
        if block is recipient:
            part = "recipient"
        elif block.box[1] >= _FOOTER_BEGINS:
            part = "footer"
        elif recipient is not None and block.page == 1 and block.box[3] <= recipient.box[3] and block.box[1] < 0.3:
            part = "sender"
        else:
            part = "body"
        made.append(
            AddressBlock(
                block.page,
                block.box,
                block.start,
                block.end,
                block.zip_code,
                block.city,
                block.above,
                block.inline,
                part,
            )
        )
    return made


def _may_be_recipient(block: AddressBlock) -> bool:
    return block.page == 1 and not block.inline and len(block.above) >= 2 and block.box[1] < _HEADER_ENDS


def _window_distance(block: AddressBlock) -> float:
    """How far a block is from the window of DIN 5008 (20–105 mm from the left, 45–90 mm from the top of 297).

    Letterheads stand above the recipient, so being too high counts most; some countries put the window at the right.
    """
    left, top = block.box[0], block.box[1]
    return abs(left - 0.1) * 0.3 + max(0.0, 0.13 - top) * 4 + max(0.0, top - 0.3) * 2
