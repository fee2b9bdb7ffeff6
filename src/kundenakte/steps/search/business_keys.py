"""Numbers that mean something – document, customer, order and serial numbers, IBAN, VAT id, phone, day, amount – in the
form in which the index keeps them, and where they stand in a text.

Forms: capitals and digits only ("RE-2026/0815" is RE20260815), phones "+49911…", days "@20261124", amounts in cents
"=123450". The number a document bears itself is kept a second time, as "!RE20260815". A second form makes letters and
digits alike that OCR takes for each other (0/O, 1/l/I, 5/S, 8/B).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from kundenakte.customers import normal_forms

LONGEST = 40
_NO_SIGN = re.compile(r"[^0-9A-Z]+")
# Only what is mistaken for each other in print and scan.
_ALIKE = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "S": "5", "B": "8"})

# Possessive, so that an amount in front of its comma is no number by itself, and long rows cost little. The look ahead
# lets plain words, which most are, fail at once.
_RUN = re.compile(r"(?<!\w)(?=[A-Za-zÄÖÜäöü]*+[-./_:\d])[A-Za-z0-9ÄÖÜäöü]++(?:[-./_:][A-Za-z0-9ÄÖÜäöü]++)*+(?!,\d)")
_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d\d|\d\d)(?![\d.]*\d)")
_ISO_DAY = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(\d\d)-(\d\d)(?![\d-])")
_AMOUNT = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[.\u202f' ]\d{3})+|\d+)[,.]\d{2}(?![\d.,]*\d)")
# Groups of four as printed; OCR may have put letters among the check digits.
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}[0-9OIlSB]{2}(?:[ ]?[0-9A-Za-z]{4}){2,7}(?:[ ]?[0-9A-Za-z]{1,4})?(?!\w)")
_VAT = re.compile(r"(?<!\w)(?:ATU|[A-Z]{2})[ ]?\d{2,3}(?:[ .]\d{3}){2,3}(?!\w)")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00?)[1-9(][\d ()/\-–.]{4,20}\d(?![\w,])")


class Key(NamedTuple):
    """A number in its form, and where it stands in the text."""

    start: int
    end: int
    form: str


def form(text: str) -> str:
    """Capitals and digits only; the form of every number that has none of its own."""
    return _NO_SIGN.sub("", text.upper())[:LONGEST]


def alike(key: str) -> str:
    """The form in which characters that OCR confuses are the same."""
    return key.translate(_ALIKE)


def own_form(key: str) -> str:
    """The form that only the document has whose own number this is; others merely mention it."""
    return f"!{key}"


def amount_form(amount: Decimal) -> str:
    """An amount in cents, whatever its sign."""
    return f"={abs(int((amount * 100).to_integral_value()))}"


def day_form(day: date) -> str:
    """A day."""
    return f"@{day:%Y%m%d}"


def find(text: str) -> Iterator[Key]:
    """All numbers of a text. One place may hold several: "24.11.2026" is a day, and a number that looks like one."""
    for start, end in _lines_with_digits(text):
        for pattern, reading in _READINGS:
            for found in pattern.finditer(text, start, end):
                key = reading(found)
                if key:
                    yield Key(found.start(), found.end(), key)


def _lines_with_digits(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers can be; neighbouring lines together, so that an IBAN broken over two is still one."""
    start = end = -1
    digit = _DIGIT.search(text)
    while digit:
        first = text.rfind("\n", 0, digit.start()) + 1
        if first > end + 1:
            if end >= 0:
                yield start, end
            start = first
        end = text.find("\n", digit.end())
        end = len(text) if end < 0 else end
        digit = _DIGIT.search(text, end)
    if end >= 0:
        yield start, end


def _run(found: re.Match[str]) -> str:
    if len(_DIGIT.findall(found[0])) < 2:
        return ""
    key = form(found[0])
    return key if len(key) >= 3 else ""


def _german_day(found: re.Match[str]) -> str:
    year = int(found[3])
    return _day(year if year > 99 else 2000 + year, int(found[2]), int(found[1]))


def _day(year: int, month: int, day: int) -> str:
    try:
        return day_form(date(year, month, day))
    except ValueError:
        return ""


def _amount(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    try:
        return amount_form(Decimal(digits) / 100) if len(digits) <= 15 else ""
    except InvalidOperation:
        return ""


def _iban(found: re.Match[str]) -> str:
    key = form(found[0])
    if normal_forms.iban_is_valid(key):
        return key
    # The check digits decide whether it was a misreading: German account numbers are digits throughout.
    mended = key[:2] + alike(key[2:])
    return mended if normal_forms.iban_is_valid(mended) else ""


def _vat(found: re.Match[str]) -> str:
    return normal_forms.vat_id(found[0])


def _phone(found: re.Match[str]) -> str:
    return normal_forms.phone(found[0].replace("–", "-"))


_READINGS = (
    (_RUN, _run),
    (_DAY, _german_day),
    (_ISO_DAY, lambda found: _day(int(found[1]), int(found[2]), int(found[3]))),
    (_AMOUNT, _amount),
    (_IBAN, _iban),
    (_VAT, _vat),
    (_PHONE, _phone),
)
