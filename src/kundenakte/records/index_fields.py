"""Index fields: a text from a person, a source or a page, checked against the type its class gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from kundenakte.records.models import DocumentClass, IndexField
from kundenakte.records.refusals import BadValue

# "1.234" alone: people here mean one thousand two hundred and thirty-four.
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
# Fits a column of 64 bits with room to spare.
_MOST = Decimal(10) ** 15
_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2}|\d{4})")


def check(document_class: DocumentClass, values: Mapping[str, str], *, lenient: bool = False) -> dict[str, str]:
    """The values in their stored form: dates ISO, amounts with a decimal point, texts trimmed.

    Keys the class does not know are kept as text. With `lenient` (machines read them) a value that does not fit is
    left out; otherwise BadValue names the field in a German sentence.
    """
    types = {field.key: field for field in fields_of(document_class)}
    checked: dict[str, str] = {}
    for key, value in values.items():
        text = str(value).strip()
        if not text:
            continue
        field = types.get(key)
        try:
            checked[key] = stored_form(field, text) if field else text[:500]
        except BadValue:
            if not lenient:
                raise
    return checked


def fields_of(document_class: DocumentClass) -> Iterable[IndexField]:
    """The class's fields in their order."""
    return document_class.index_fields.all()


def cents(fields: Mapping[str, object]) -> int | None:
    """What a document is worth by its stored fields: gross, else net amount, in hundredths; None when it says nothing.

    Lists sort by it. What no list could mean (twenty digits) counts as nothing.
    """
    for key in ("gross_amount", "net_amount"):
        try:
            amount = Decimal(str(fields.get(key) or ""))
        except InvalidOperation:
            continue
        if amount.is_finite() and abs(amount) < _MOST:
            return int((amount * 100).to_integral_value())
    return None


def stored_form(field: IndexField, text: str) -> str:
    """One value in stored form, or BadValue."""
    if field.type == IndexField.Type.DATE:
        found = parse_date(text)
        if found is None:
            raise BadValue("„%(name)s“ braucht ein Datum, zum Beispiel 24.11.2026.", name=field.name)
        return found.isoformat()
    if field.type in {IndexField.Type.AMOUNT, IndexField.Type.NUMBER}:
        amount = parse_amount(text)
        if amount is None:
            raise BadValue("„%(name)s“ braucht eine Zahl, zum Beispiel 1.234,50.", name=field.name)
        return str(amount)
    if field.type == IndexField.Type.YES_NO:
        return "ja" if text.lower() in {"ja", "yes", "true", "1", "x", "on"} else "nein"
    if field.type == IndexField.Type.CHOICE and field.choices and text not in field.choices:
        raise BadValue(
            "„%(name)s“ kennt „%(text)s“ nicht. Möglich sind: %(named)s.",
            name=field.name,
            text=text,
            named=", ".join(map(str, field.choices)),
        )
    return text[:500]


def parse_date(text: str) -> date | None:
    """A day from 2026-11-24, 20261124, 24.11.2026 or 24.11.26; None when it is none."""
    text = text.strip()
    match = _GERMAN_DATE.fullmatch(text)
    try:
        if match:
            day, month, year = (int(part) for part in match.groups())
            return date(year if year > 99 else 2000 + year, month, day)
        if text.isdigit() and len(text) == 8:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def parse_amount(text: str) -> Decimal | None:
    """A number in German (1.234,50) or English (1,234.50) notation, with or without currency; None when it is none."""
    bare = re.sub(r"(?i)eur|€|usd|\$|chf|\s|'", "", text)
    if not re.fullmatch(r"[+-]?\d[\d.,]*", bare):
        return None
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point:
        bare = bare.replace(".", "").replace(",", ".")
    elif point > comma >= 0 or (bare.count(".") == 1 and not _THOUSANDS.fullmatch(bare)):
        bare = bare.replace(",", "")
    else:
        bare = bare.replace(".", "").replace(",", "")
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None
