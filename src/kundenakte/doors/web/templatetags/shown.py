"""Days, amounts, sizes and words as a clerk reads them, in the language of the screen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import template
from django.utils import formats, timezone, translation
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kundenakte.doors.web.spoken import in_other_words
from kundenakte.records import index_fields, mediatype, sources
from kundenakte.records.models import Document, IndexField

register = template.Library()

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TWO_STOPS: Final = re.compile(r"(?<!\.)\.\.(?!\.)")
_CHOSEN: Final = SafeString(" selected")
_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_ICONS: Final = (
    ("application/pdf", "file-text"), ("image/", "image"), ("message/", "mail"), ("application/vnd.ms-outlook", "mail"),
    ("application/xml", "file-code"), ("text/xml", "file-code"), ("text/csv", "sheet"), ("text/", "file-type"),
    ("application/zip", "file-archive"), ("video/", "file-play"), ("audio/", "file-volume"),
)  # fmt: skip
_OFFICE: Final = (
    (("spreadsheet", "excel"), "sheet"),
    (("presentation", "powerpoint"), "presentation"),
    (("word", "rtf", "opendocument.text"), "file-type"),
)


def _is_german() -> bool:
    return (translation.get_language() or "de").startswith("de")


@register.filter
def day(value: date | datetime | str | None) -> str:
    """24.11.2026, in English 24 Nov 2026."""
    if isinstance(value, str):
        value = index_fields.parse_date(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if _is_german():
        return f"{value:%d.%m.%Y}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


@register.filter
def month(value: date) -> str:
    """November 2026."""
    return formats.date_format(value, "F Y")


@register.filter
def moment(value: datetime | None) -> str:
    """24.11.2026, 14:05."""
    if value is None:
        return ""
    return f"{day(value)}, {timezone.localtime(value):%H:%M}"


@register.filter
def ago(value: datetime | None) -> str:
    """How long something has been there: "3 Min.", "5 Std.", "2 Tage"."""
    if value is None:
        return ""
    minutes = int((timezone.now() - value).total_seconds()) // 60
    if minutes < 1:
        return gettext("gerade eben")
    if minutes < 60:
        return gettext("%(n)d Min.") % {"n": minutes}
    if minutes < 24 * 60:
        return gettext("%(n)d Std.") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return gettext("1 Tag") if days == 1 else gettext("%(n)d Tage") % {"n": days}


@register.filter
def amount(value: str | Decimal | None, currency: str = "") -> str:
    """1.234,50 €."""
    if value in {None, ""}:
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    text = formats.number_format(number, decimal_pos=2, use_l10n=True, force_grouping=True)
    currency = (currency or "").upper()
    return f"{text} {_SYMBOLS.get(currency, currency)}".strip()


@register.filter
def total(document: Document) -> str:
    """What a document is worth: its gross amount, else its net amount, with the currency."""
    value = document.fields.get("gross_amount") or document.fields.get("net_amount")
    return amount(value, document.fields.get("currency", "")) if value else ""


@register.filter
def field_text(value: str, field: IndexField) -> str:
    """An index field's stored value as it is read."""
    if field.type == IndexField.Type.DATE:
        return day(value) or value
    if field.type == IndexField.Type.AMOUNT:
        return amount(value)
    return value


@register.filter
def one_stop(text: str) -> str:
    """A sentence that ends with a name ("Formenbau e. K.") does not end twice; an ellipsis stays one."""
    return _TWO_STOPS.sub(".", text)


@register.filter
def said(text: object) -> str:
    """A word of the layers below (a state, a class, a sentence) in the language of the screen."""
    plain = str(text or "")
    return in_other_words(plain) if " " in plain else gettext(plain) if plain else ""


def state(document: Document) -> str:
    """What its row says of it: a draft, sealed, or valid."""
    return "draft" if document.is_draft else "sealed" if document.is_sealed else "valid"


@register.filter
def row_edition(document: Document) -> str:
    """Another text as soon as the document looks different in a list; its preview bears it too."""
    return f"{document.edition}.{document.valid_version_id}.{state(document)}"


@register.filter
def file_icon(media_type: str) -> str:
    """The icon for a type of file."""
    for beginning, icon in _ICONS:
        if media_type.startswith(beginning):
            return icon
    for words, icon in _OFFICE:
        if any(word in media_type for word in words):
            return icon
    return "file"


@register.filter
def file_kind(media_type: str) -> str:
    """A type of file in words: "PDF-Dokument"."""
    return gettext(mediatype.label_of(media_type)) if media_type else ""


@register.filter
def from_source(source: str) -> str:
    """Where something came from, in words: "Überwachter Ordner „buero“"."""
    return sources.in_words(source, gettext)


@register.filter
def origin(text: str) -> str:
    """A path as far as it is of use to a clerk."""
    return sources.short_origin(text)


@register.filter
def dialled(phone: str) -> str:
    """A phone number as an address (RFC 3966) takes it: digits, with a plus in front where there is one."""
    digits = "".join(c for c in phone.replace("(0)", "") if c.isdigit())
    return f"+{digits}" if phone.strip().startswith("+") else digits


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a mapping, or nothing."""
    return mapping.get(key, "")


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """The options of a select, value and name of each, the chosen one marked; escaped. For lists of hundreds."""
    return format_html_join(
        "", '<option value="{}"{}>{}</option>',
        ((value, _CHOSEN if value == chosen else "", name) for value, name in choices),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """The address's question part with `changes`; an empty value takes a key out."""
    # Lists of the same request, not copies of them: a page asks a hundred times.
    asked: dict[str, list[str]] = dict(context["request"].GET.lists())
    for key, value in changes.items():
        if value in {None, ""}:
            asked.pop(key, None)
        else:
            asked[key] = [str(value)]
    return f"?{urlencode(asked, doseq=True)}" if asked else "?"
