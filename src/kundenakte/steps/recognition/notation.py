"""Dates and amounts as people write them, German and English: patterns and their one normal form."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    **dict.fromkeys(("januar", "jänner", "january", "jan"), 1),
    **dict.fromkeys(("februar", "february", "feb"), 2),
    **dict.fromkeys(("märz", "march", "mrz", "mar", "maerz"), 3),
    **dict.fromkeys(("april", "apr"), 4),
    **dict.fromkeys(("mai", "may"), 5),
    **dict.fromkeys(("juni", "june", "jun"), 6),
    **dict.fromkeys(("juli", "july", "jul"), 7),
    **dict.fromkeys(("august", "aug"), 8),
    **dict.fromkeys(("september", "sept", "sep"), 9),
    **dict.fromkeys(("oktober", "october", "okt", "oct"), 10),
    **dict.fromkeys(("november", "nov"), 11),
    **dict.fromkeys(("dezember", "december", "dez", "dec"), 12),
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

DATE = re.compile(
    r"(?<![\d.\-/])(?:"
    r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})(?!\d)"
    r"|(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})(?!\d)"
    rf"|(?P<td>\d{{1,2}})\.?(?:st|nd|rd|th)? (?P<tm>{_MONTH})\.?,? (?P<ty>\d{{4}})"
    rf"|(?P<em>{_MONTH})\.? (?P<ed>\d{{1,2}})(?:st|nd|rd|th)?, (?P<ey>\d{{4}})"
    r"|(?P<sd>\d{1,2})/(?P<sm>\d{1,2})/(?P<sy>\d{4})(?!\d)"
    r")",
    re.IGNORECASE,
)

AMOUNT = re.compile(
    r"(?<![\w.,])(?P<sign>[-–−]\s?)?(?P<whole>\d{1,3}(?:[.,'’ ]\d{3})+|\d{1,9})"
    r"(?P<cents>[.,](?:\d{2}|-{1,2}|–))(?![\d])(?!\.\d)(?P<after>-(?!\d))?"
)


def iso_date(found: re.Match[str]) -> str:
    """The day of a match of DATE as YYYY-MM-DD; "" when there is no such day."""
    part = found.groupdict()
    if part["y"]:
        year, month, day = int(part["y"]), int(part["m"]), int(part["d"])
    elif part["iy"]:
        year, month, day = int(part["iy"]), int(part["im"]), int(part["id"])
    elif part["ty"]:
        year, month, day = int(part["ty"]), _MONTHS[part["tm"].lower()], int(part["td"])
    elif part["ey"]:
        year, month, day = int(part["ey"]), _MONTHS[part["em"].lower()], int(part["ed"])
    else:
        year, month, day = int(part["sy"]), int(part["sm"]), int(part["sd"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def decimal_amount(found: re.Match[str]) -> str:
    """The amount of a match of AMOUNT with a decimal point: "1.234,56-" is "-1234.56"."""
    whole = re.sub(r"\D", "", found["whole"])
    cents = found["cents"][1:]
    negative = bool(found["sign"] or found["after"])
    return f"{'-' if negative else ''}{int(whole)}.{cents if cents.isdigit() else '00'}"


CURRENCIES = {
    **dict.fromkeys(("€", "eur", "euro"), "EUR"),
    **dict.fromkeys(("$", "usd", "us$"), "USD"),
    **dict.fromkeys(("chf", "sfr", "fr."), "CHF"),
    **dict.fromkeys(("£", "gbp"), "GBP"),
}
CURRENCY = re.compile(r"€|\bEUR\b|\bEuro\b|\bCHF\b|\bUSD\b|\bGBP\b|£|\$")


def currency_in(plain: str) -> str:
    """The first currency named in a text, as ISO code."""
    found = CURRENCY.search(plain)
    return CURRENCIES[found[0].lower()] if found else ""
