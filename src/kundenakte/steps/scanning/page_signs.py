"""What a page shows of where it stands in its document: numbering, address, greeting, sender, numbers of the paper.

Pure calculation over the words of one page. Readings of scans are full of wrong letters, so words are compared in a
form in which the usual confusions look alike. Only so much of a page is looked at that a hostile one costs no more
than a full one, and every pattern works on short pieces of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from kundenakte.customers import normal_forms
from kundenakte.records.pagetext import Box, PageText, Word

# Head and foot hold what matters; between them a page may be as long as it likes.
_MOST_LINES, _LAST_LINES, _MOST_WORDS, _LONGEST_WORD = 120, 50, 40, 48
_MOST_PIECES, _LONGEST_TEXT = 1_500, 300
_MOST_VALUES, _MOST_TOWNS = 6, 20
_HEAD, _FOOT = 0.2, 0.85

# Readings take these for one another.
_LOOKALIKES: Final = str.maketrans("0QDLIJT|!5286", "OOO111111SZBG")
_DIGITS: Final = str.maketrans("OoQDlIi|!SsZzBgq", "0000111115522899")
_NUMBER = r"(?:\d[\dOolI|SZB]{0,3}|[lI|SZB])"
_NUMBERED = re.compile(
    rf"\b(?P<word>[s5][ec][il1!]t[ec]|page|b[l1i]att|pagina|s\.|p\.|bl\.) ?[:.]? ?(?P<n>{_NUMBER})"
    rf"(?: ?(?:v[o0]n|of|v\.|aus|/|\|) ?(?P<total>{_NUMBER}))?(?![\w,%]|[./-]\d)",
    re.IGNORECASE,
)
_BARE_OF = re.compile(rf"\(?(?P<n>{_NUMBER}) ?(?:von|of|/) ?(?P<total>{_NUMBER})\)?", re.IGNORECASE)
_BARE = re.compile(r"(?:[-–—~.] ?)?(?P<n>\d{1,3})(?: ?[-–—~.])?")
_POINTS_ELSEWHERE = re.compile(r"\b(?:siehe|auf|ab|vgl\.?|see|on|von) ?$", re.IGNORECASE)
_ZIP_TOWN = re.compile(
    r"(?:(?:DE?|AT?|CH|LU?|FR?|NL|BE?|IT?)[-– ]{1,2})?[\dOlISB]{4,5} [A-ZÄÖÜ][^\W\d_][\w./()' -]{0,40}"
)
_SPEAKS_OF_ITSELF = re.compile(r"\b(?:tele(?:fon|fax)|tel|fon|fax|mobil|e-?mail|www|ust|iban)\b|@", re.IGNORECASE)
_PAPERS = {
    "rechnung": "invoice", "abschlagsrechnung": "invoice", "schlussrechnung": "invoice", "invoice": "invoice",
    "gutschrift": "credit", "stornorechnung": "credit", "rechnungskorrektur": "credit",
    "angebot": "offer", "kostenvoranschlag": "offer", "offerte": "offer", "quotation": "offer",
    "auftragsbestätigung": "confirmation", "auftrag": "confirmation",
    "lieferschein": "delivery", "bestellung": "order", "bestell": "order", "order": "order",
    "vertrag": "contract", "rahmenvertrag": "contract",
    "wartungsvertrag": "contract", "mietvertrag": "contract", "kaufvertrag": "contract",
    "mahnung": "dunning", "zahlungserinnerung": "dunning", "reklamation": "complaint", "servicebericht": "report",
    "abnahmeprotokoll": "report", "bescheid": "notice", "kündigung": "notice", "beleg": "voucher",
    "geheimhaltungsvereinbarung": "contract", "zahlungsavis": "payment", "anfrage": "enquiry",
    "preisinformation": "prices", "mahnbescheid": "notice", "kontoauszug": "statement",
}  # fmt: skip
_PAPER_NUMBER = re.compile(
    rf"\b(?P<paper>{'|'.join(sorted(_PAPERS, key=len, reverse=True))})s?[ -]?(?:nummer|number|nr\.?|no\.?)?"
    r" ?:? ?(?!(?:vom|am|bis|zum|zur|von|mit|zu|der|des|den|und|in|im|ab)\b)"
    r"(?P<value>[A-Z]{0,4}[-/ ]?\d[\dA-Z/.-]{2,22})",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{1,2}\. ?\d{1,2}\. ?(?:\d{4}|\d{2})(?!\d)")
_LABELLED_DAY = re.compile(r"(?:datum|date|den|vom)\b ?:? ?(\d{1,2}\. ?\d{1,2}\. ?\d{4})", re.IGNORECASE)
_VAT = re.compile(r"\b(?:DE ?[\dOlISB](?: ?[\dOlISB]){8}|ATU ?[\dOlISB]{8})\b")
_IBAN = re.compile(r"\b[A-Z]{2}[\dOlISB]{2}(?: ?[\dA-Zlo]{4}){3,6}(?: ?[\dA-Zlo]{1,3})?\b")
_REGISTER = re.compile(r"\bHR ?[AB] ?(?:Nr\.? ?)?(\d[\d ]{2,8})")
_TAX = re.compile(r"\b\d{2,3} ?/ ?\d{3} ?/ ?\d{4,5}\b")
_PHONE = re.compile(r"(?:tel|fon|phone|telefon)[.: ]{1,3}([+(\d][\d ()/.–-]{5,22}\d)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:@|www\.)((?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,10})\b", re.IGNORECASE)
# An "Anlage" is a plant as well: alone on its line, or with what follows behind a colon, it is a list of enclosures.
_ENCLOSES = re.compile(
    r"^(?:anlagen?|anhang|anhänge|enclosures?|encl)\b\.?(?: ?[:(\d–-]|$)|"
    r"\b(?:anbei|beiliegend\w*|beigefügt\w*|beigelegt\w*|liegt bei|liegen bei|enclosed|"
    r"(?:in der|als|siehe|gemäß|laut) anlagen?|im anhang)\b",
    re.IGNORECASE,
)
_ANNEX = re.compile(r"^(?:anlage|anhang|annex|appendix|beilage|anl\.)(?: ?(?:nr\.? ?)?[\dA-Z]{0,3}\b|$)", re.IGNORECASE)
_GOES_ON = re.compile(r"\b(?:[üu]bertrag|fortsetzung|continued|carried forward)\b", re.IGNORECASE)
_TURN_OVER = re.compile(r"bitte wenden|b\. ?w\.$|folgeseite|nächste seite|^\.\.\.$|^…$|^[./-]{1,3} ?2$", re.IGNORECASE)
_MAIL_ROW = re.compile(r"(?:von|an|gesendet|betreff|cc|from|to|sent|subject|datum|date)$", re.IGNORECASE)
_SALUTES = ("guten tag", "guten morgen", "hallo", "moin", "liebe", "lieber", "dear")
_CLOSES = ("hochachtungsvoll", "mfg", "kind regards", "best regards", "yours sincerely", "sincerely")


@dataclass(frozen=True, slots=True)
class Number:
    """A page number. `total` is 0 where none is printed; `is_bare` when no word says that it is one."""

    n: int
    total: int = 0
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What one page shows. Sets of `ids` are keyed by kind; values are in the form in which `alike` compares."""

    numbers: tuple[Number, ...]
    recipient: str
    is_in_window: bool
    salutes: bool
    closes: bool
    ids: dict[str, list[str]]
    papers: dict[str, list[str]]
    day: str
    title: str
    mail_rows: int
    begins_as_mail: bool
    is_annex: bool
    encloses: bool
    carries_over: bool
    turns_over: bool
    begins_within_a_sentence: bool
    foot: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    box: Box
    # The first of its line.
    is_first: bool


def lookalike(text: str) -> str:
    """Letters and digits alone, in a form in which what readings confuse is the same."""
    return "".join(c for c in text.upper().translate(_LOOKALIKES) if c.isalnum())


def alike(one: str, other: str) -> bool | None:
    """True for the same value, False for another one, None where a reading error could be the difference.

    Values are in the form of `lookalike`.
    """
    if one == other:
        return True
    longer = max(len(one), len(other))
    if abs(len(one) - len(other)) > 2:
        return False
    differing = sum(a != b for a, b in zip(one, other, strict=False)) if len(one) == len(other) else longer
    same = _same_ends(one, other)
    return None if differing <= 2 or longer - same <= 2 else False


def _same_ends(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    front = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    back = next((at for at in range(shorter - front) if one[-1 - at] != other[-1 - at]), shorter - front)
    return front + back


def signs_of(page: PageText) -> Signs:
    """Read the signs of a page."""
    pieces = list(islice(_pieces(page), _MOST_PIECES))
    lines = _joined(page)
    recipient, is_in_window = _recipient(pieces)
    mail = [bottom for bottom, text in lines if ":" in text[:12] and _MAIL_ROW.match(text.partition(":")[0].strip())]
    return Signs(
        numbers=_numbers(pieces),
        recipient=recipient,
        is_in_window=is_in_window,
        salutes=any(0.12 < piece.box[1] < 0.75 and piece.is_first and _salutes(piece.text) for piece in pieces),
        closes=any(_closes(piece.text) for piece in pieces),
        ids=_ids(lines),
        papers=_papers(lines),
        day=_day(lines),
        title=_title(pieces),
        mail_rows=len(mail),
        begins_as_mail=len([bottom for bottom in mail if bottom < 0.4]) >= 3,
        is_annex=any(piece.box[1] < 0.25 and _ANNEX.match(piece.text) for piece in pieces),
        encloses=any(_ENCLOSES.search(text) for _, text in lines),
        carries_over=any(at < 0.5 and _GOES_ON.search(text) for at, text in lines),
        turns_over=any(at > 0.7 and (_GOES_ON.search(text) or _TURN_OVER.search(text)) for at, text in lines),
        begins_within_a_sentence=_begins_within_a_sentence(pieces),
        foot=frozenset(
            lookalike(word) for at, text in lines if at > 0.88 for word in text.split() if len(word) > 3
        ),
    )  # fmt: skip


def _kept_lines(page: PageText) -> Iterator[list[Word]]:
    lines = page.lines
    kept = lines if len(lines) <= _MOST_LINES + _LAST_LINES else (*lines[:_MOST_LINES], *lines[-_LAST_LINES:])
    for line in kept:
        if words := [word for word in line[:_MOST_WORDS] if word.text]:
            yield words


def _text(words: list[Word]) -> str:
    return " ".join([word.text[:_LONGEST_WORD] for word in words])[:_LONGEST_TEXT]


def _joined(page: PageText) -> list[tuple[float, str]]:
    """The lower edge and the text of each line."""
    return [(words[0].box[3], _text(words)) for words in _kept_lines(page)]


def _pieces(page: PageText) -> Iterator[_Piece]:
    """The words of a line that stand together, as columns part them."""
    wide, high = page.width or 595.0, page.height or 842.0
    for words in _kept_lines(page):
        begin = 0
        for at in range(1, len(words) + 1):
            if at < len(words):
                box = words[at].box
                gap = (box[0] - words[at - 1].box[2]) * wide
                if gap <= max(8.0, 0.95 * (box[3] - box[1]) * high):
                    continue
            group = words[begin:at]
            box = (group[0].box[0], min(w.box[1] for w in group), group[-1].box[2], max(w.box[3] for w in group))
            yield _Piece(_text(group), box, begin == 0)
            begin = at


def _numbers(pieces: list[_Piece]) -> tuple[Number, ...]:
    found: list[Number] = []
    for piece in pieces:
        top, bottom = piece.box[1], piece.box[3]
        if _HEAD < top < _FOOT and (top > 0.45 or len(piece.text) > 24):
            continue
        match = _NUMBERED.search(piece.text)
        if match is not None and not _POINTS_ELSEWHERE.search(piece.text[: match.start()]):
            # "S. 3" within other words is more often a place in a book.
            if len(match["word"]) > 3 or match.start() == 0:
                found += _number(match["n"], match["total"])
        elif (whole := _BARE_OF.fullmatch(piece.text)) and (top < 0.1 or bottom > 0.88):
            found += _number(whole["n"], whole["total"], is_bare="/" in piece.text)
        elif (alone := _BARE.fullmatch(piece.text)) and (top < 0.08 or bottom > 0.9):
            found += _number(alone["n"], None, is_bare=True)
    return tuple(found[:_MOST_VALUES])


def _number(n: str, total: str | None, *, is_bare: bool = False) -> list[Number]:
    digits, of = n.translate(_DIGITS), (total or "").translate(_DIGITS)
    if not digits.isdecimal() or (of and not of.isdecimal()):
        return []
    made = Number(int(digits), int(of or 0), is_bare)
    return [made] if made.n and (not made.total or made.n <= made.total) else []


def _recipient(pieces: list[_Piece]) -> tuple[str, bool]:
    """The address on the upper part of the page, and whether the window of an envelope shows it (DIN 5008)."""
    elsewhere = ""
    upper = [piece for piece in pieces if piece.box[1] < 0.42]
    towns = [(at, p) for at, p in enumerate(upper) if 0.1 < p.box[1] < 0.38 and _ZIP_TOWN.fullmatch(p.text)]
    for at, piece in towns[:_MOST_TOWNS]:
        left, top = piece.box[0], piece.box[1]
        above = _lines_above(upper[:at], piece)
        below = next(
            (p for p in upper[at + 1 :] if abs(p.box[0] - left) < 0.02 and p.box[1] - piece.box[3] < 0.02), None
        )
        if len(above) < 2 or (below is not None and _SPEAKS_OF_ITSELF.search(below.text)):
            continue
        shown = lookalike(" ".join([*above, piece.text]))
        if 0.04 < left < 0.4 and top < 0.34:
            return shown, True
        elsewhere = elsewhere or shown
    return elsewhere, False


def _lines_above(before: list[_Piece], piece: _Piece) -> list[str]:
    """The lines over the one with the town that belong to its address."""
    lines: list[str] = []
    current = piece.box
    for other in reversed(before[-60:]):
        gap, height = current[1] - other.box[3], current[3] - current[1]
        if abs(other.box[0] - piece.box[0]) > 0.015 or gap < -height * 0.6:
            continue
        if gap > max(height * 1.6, 0.012) or len(other.text) > 50 or len(lines) == 7:
            break
        # "Leistungsort:", "Lieferanschrift:" name a place, not whom the paper goes to.
        if _SPEAKS_OF_ITSELF.search(other.text) or other.text.endswith(":"):
            return []
        lines.append(other.text)
        current = other.box
    return lines[::-1]


def _salutes(text: str) -> bool:
    if len(text) > 90:
        return False
    words = text.split()
    if len(words) >= 2 and alike(lookalike(words[0]), "SEHR") is not False and "EHR" in lookalike(words[1][:8]):
        return True
    lowered = text.lower()
    return text.rstrip()[-1:] in ",!" and len(words) <= 7 and lowered.startswith(_SALUTES)


def _closes(text: str) -> bool:
    words = text.split()
    if len(words) > 7:
        return False
    folded = normal_forms.fold(text)
    return folded.startswith(_CLOSES) or any(word.startswith(("gruss", "gruess", "grub")) for word in folded.split())


def _ids(lines: list[tuple[float, str]]) -> dict[str, list[str]]:
    """What tells who sent it, from head and foot: in the text stand other companies' as well."""
    found: dict[str, list[str]] = {}
    for at, text in lines:
        if 0.32 < at < _FOOT:
            continue
        for kind, pattern in _ID_PATTERNS:
            for match in islice(pattern.finditer(text), _MOST_VALUES):
                value = match[match.lastindex or 0]
                if kind == "domain" and not (value := normal_forms.email_domain(value)):
                    continue
                kept = found.setdefault(kind, [])
                if len(kept) < _MOST_VALUES and (value := lookalike(value)) not in kept:
                    kept.append(value)
    return found


_ID_PATTERNS = (
    ("vat", _VAT), ("iban", _IBAN), ("register", _REGISTER), ("tax", _TAX), ("phone", _PHONE), ("domain", _DOMAIN),
)  # fmt: skip


def _papers(lines: list[tuple[float, str]]) -> dict[str, list[str]]:
    """Numbers of papers that a label names, from the upper half."""
    found: dict[str, list[str]] = {}
    for at, text in lines:
        if at > 0.55:
            break
        for match in islice(_PAPER_NUMBER.finditer(text), _MOST_VALUES):
            value = match["value"].rstrip(".-/")
            if sum(c.isdigit() for c in value) < 3 or _DAY.match(value):
                continue
            paper = _PAPERS.get(match["paper"].lower())
            if paper is None:
                # Letters of other scripts count as the same whatever their case, and are others when small.
                continue
            kept = found.setdefault(paper, [])
            if len(kept) < _MOST_VALUES:
                kept.append(lookalike(value))
    return found


def _day(lines: list[tuple[float, str]]) -> str:
    """The date a label names beside or above the text."""
    for at, text in lines:
        if at < 0.45 and (found := _LABELLED_DAY.search(text)):
            return found[1].replace(" ", "")
    return ""


def _title(pieces: list[_Piece]) -> str:
    """The kind of paper a heading in the upper half names; "" without one."""
    heights = sorted(piece.box[3] - piece.box[1] for piece in pieces)
    usual = heights[len(heights) // 2] if heights else 0.0
    for piece in pieces:
        if piece.box[1] > 0.5:
            break
        words = piece.text.split()
        kind = _PAPERS.get(words[0].strip(":.,").lower()) if len(words) <= 8 else None
        is_big = piece.box[3] - piece.box[1] > 1.15 * usual or words[0].isupper()
        if kind and (is_big or (len(words) > 1 and _PAPER_NUMBER.match(piece.text))):
            return kind
    return ""


def _begins_within_a_sentence(pieces: list[_Piece]) -> bool:
    """True when the first line of text goes on with a small letter."""
    for piece in pieces:
        if len(piece.text) > 45 and piece.box[1] > 0.03:
            return piece.text[0].islower()
    return False
