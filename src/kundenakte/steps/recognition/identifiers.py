"""Finds VAT ids, IBANs, mail addresses, web domains, telephone and tax numbers in a text.

A right checksum is enough by itself. A wrong one counts only behind its label: paper and master data may carry the same
mistake, and filing compares with what is known anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kundenakte.customers import normal_forms
from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import Entity, EntityKind
from kundenakte.records.letter import Letter
from kundenakte.steps.recognition.labels import Label

# Digits and letters behind the country code, per country (EU, Northern Ireland, Great Britain, Switzerland, Norway).
_VAT_BODIES = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}", "HR": r"\d{11}", "HU": r"\d{8}", "IE": r"\d[A-Z0-9]\d{5}[A-Z]{1,2}", "IT": r"\d{11}",
    "LT": r"(?:\d{12}|\d{9})", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}",
    "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}",
    "GB": r"\d{9}", "CH": r"E\d{9}",
}  # fmt: skip
_VAT_BODY = {country: re.compile(body) for country, body in _VAT_BODIES.items()}
_VAT = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_VAT_BODIES)})(?=[ .-]?[0-9A-Z]{{1,3}}[ .-]?\d)")
_RUN = re.compile(r"(?:[ .\-/]{0,2}[0-9A-Z])+")

# Lengths of IBANs per country (ISO 13616 registry): the countries of the SEPA area.
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?=(?: ?[0-9A-Z]){11})")
_AT = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_LOCAL = re.compile(r"[\w.+-]+$")
_WEB = re.compile(r"(?:www\.|https?://)((?:[\w-]+\.)+[a-zA-Z]{2,10})")
_PHONE_START = re.compile(r"(?<![\w+])(?:\+|00)[1-9]")
_PHONE = re.compile(r"[ :.]*([(+]?[(\d][\d ()/.\-–]{5,22}\d)")
_TAX = re.compile(r"[ :.]*((?:DE ?)?\d{2,3} ?[/ ] ?\d{3,4} ?[/ ] ?\d{4,5}|\d{10,13})(?![\d/])")
# More than these on one document is a list of addresses, and no help.
_MAX_PHONES, _MAX_EACH = 12, 40


@dataclass(frozen=True, slots=True)
class _Spot:
    """A find before it gets its place: normalised value, where it stands, and its label."""

    kind: EntityKind
    value: str
    start: int
    end: int
    label: str = ""


def identifiers(letter: Letter, labels: Iterable[Label], own: OwnCompany) -> list[Entity]:
    """All identifiers with their places; our own ones are marked."""
    listed = list(labels)
    spots = [
        *_vat_ids(letter.plain, [label for label in listed if label.kind == "vat_id"]),
        *_ibans(letter.plain),
        *_emails(letter.plain),
        *_webs(letter.plain),
        *_phones(letter.plain, [label for label in listed if label.kind == "phone"]),
        *_tax_numbers(letter.plain, [label for label in listed if label.kind == "tax_number"]),
    ]
    seen: set[tuple[str, str]] = set()
    made = []
    for spot in spots:
        # The same value again adds nothing, but a footer on each page would fill the list.
        if (spot.kind, spot.value) in seen:
            continue
        seen.add((spot.kind, spot.value))
        made.append(_entity(letter, spot, own))
    return made


def _entity(letter: Letter, spot: _Spot, own: OwnCompany) -> Entity:
    place = letter.text.place(spot.start, spot.end)
    return Entity(
        kind=spot.kind,
        value=spot.value,
        shown=letter.plain[spot.start : spot.end],
        origin="text",
        page=place.page if place else None,
        box=place.box if place else None,
        label=spot.label,
        own=is_own(spot.kind, spot.value, own),
        part=letter.part_of(place.page, place.box) if place else "",
    )


def is_own(kind: str, value: str, own: OwnCompany) -> bool:
    """True when an identifier is our own company's."""
    match kind:
        case "vat_id":
            return value in own.vat_ids
        case "iban":
            return value in own.ibans
        case "tax_number":
            return value in own.tax_numbers
        case "phone":
            return own.has_phone(value)
        case "email" | "email_domain":
            return own.has_domain(value)
    return False


def _vat_ids(plain: str, labels: list[Label]) -> Iterator[_Spot]:
    count = 0
    for found in _VAT.finditer(plain):
        run = _RUN.match(plain, found.end())
        country = found[0]
        if run is None or count >= _MAX_EACH:
            continue
        # Try the value as it stands together, then with spaces inside: "DE 123 456 789" beside "DE123456789 HRB 12".
        body, end = _fit(_VAT_BODY[country], plain, found.end(), run.end())
        if not body:
            continue
        value = country + body
        label = next((plain[one.start : one.end] for one in labels if 0 <= found.start() - one.end <= 12), "")
        if label or normal_forms.vat_id_is_valid(value):
            count += 1
            yield _Spot("vat_id", value, found.start(), end, label)


def _fit(body: re.Pattern[str], plain: str, start: int, limit: int) -> tuple[str, int]:
    """The characters from `start` on that make up `body`, signs left out, and where they end."""
    signs: list[str] = []
    places: list[int] = []
    for at in range(start, min(limit, start + 40, len(plain))):
        if plain[at].isalnum():
            signs.append(plain[at])
            places.append(at)
    joined = "".join(signs)
    found = body.match(joined)
    if not found:
        return "", start
    end = places[found.end() - 1] + 1
    # A further digit directly behind means that it was a longer number.
    if plain[end : end + 1].isalnum():
        return "", start
    return found[0], end


def _ibans(plain: str) -> Iterator[_Spot]:
    count = 0
    for found in _IBAN.finditer(plain):
        length = _IBAN_LENGTHS.get(found[1])
        if length is None or count >= _MAX_EACH:
            continue
        value, end = _fit(re.compile(rf"[0-9A-Z]{{{length - 4}}}"), plain, found.end(), found.end() + 2 * length)
        if not value:
            continue
        whole = plain[found.start() : found.end()] + value
        labelled = "IBAN" in plain[max(0, found.start() - 14) : found.start()]
        if labelled or normal_forms.iban_is_valid(whole):
            count += 1
            yield _Spot("iban", whole, found.start(), end, "IBAN" if labelled else "")


def _emails(plain: str) -> Iterator[_Spot]:
    for count, found in enumerate(_AT.finditer(plain)):
        if count >= _MAX_EACH:
            return
        local = _LOCAL.search(plain, max(0, found.start() - 64), found.start())
        if local is None:
            continue
        value = normal_forms.email(plain[local.start() : found.end()].strip(".-"))
        if not value:
            continue
        yield _Spot("email", value, local.start(), found.end())
        if domain := normal_forms.email_domain(value):
            yield _Spot("email_domain", domain, found.start() + 1, found.end(), "E-Mail")


def _webs(plain: str) -> Iterator[_Spot]:
    for count, found in enumerate(_WEB.finditer(plain)):
        if count >= _MAX_EACH:
            return
        if domain := normal_forms.email_domain(found[1]):
            yield _Spot("email_domain", domain, found.start(1), found.end(1), "Web")


def _phones(plain: str, labels: list[Label]) -> Iterator[_Spot]:
    starts = [(label.end, plain[label.start : label.end]) for label in labels[:_MAX_PHONES]]
    starts += [(found.start(), "") for found in _PHONE_START.finditer(plain)][:_MAX_PHONES]
    taken: set[int] = set()
    for at, label in starts:
        found = _PHONE.match(plain, at)
        if found is None or found.start(1) in taken:
            continue
        if value := normal_forms.phone(found[1]):
            taken.add(found.start(1))
            yield _Spot("phone", value, found.start(1), found.end(1), label)


def _tax_numbers(plain: str, labels: list[Label]) -> Iterator[_Spot]:
    for label in labels[:_MAX_EACH]:
        found = _TAX.match(plain, label.end)
        if found and (value := normal_forms.tax_number(found[1])):
            yield _Spot("tax_number", value, found.start(1), found.end(1), plain[label.start : label.end])
