"""Which kind of text a text is: e-mail, XML of a known kind, HTML, JSON, table; and in which encoding it stands."""

from __future__ import annotations

import codecs
import re
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes no text has, in any encoding met in offices: control characters but tab, newlines, form feed, escape (ISO 2022).
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")

_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,40}):", re.MULTILINE)
_MAIL_HEADERS: Final = frozenset({
    b"from", b"to", b"cc", b"subject", b"date", b"received", b"return-path", b"message-id", b"mime-version",
    b"content-type", b"content-transfer-encoding", b"reply-to", b"delivered-to", b"sender", b"in-reply-to",
    b"references",
})  # fmt: skip

_ROOT = re.compile(r"<(?![?!])(?:([\w.-]{1,60}):)?([\w.-]{1,100})([^>]{0,8000})")
_PROLOGUE = re.compile(
    r"\s*(?:<\?.{0,4000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE[^>\[]{0,2000}(?:\[.{0,20000}?\])?\s*>|\s+)", re.S
)
_TABLE_NAMES: Final = frozenset({".csv", ".tsv", ".tab"})
_MAIL_NAMES: Final = frozenset({".eml", ".msg", ".mht"})


def encoding_of(head: bytes, *, whole: bool = True) -> str | None:
    """The encoding of a text that begins with `head`; None when it is no text. `whole` says that nothing follows."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    without_mark = _utf16_without_mark(head)
    if without_mark:
        return without_mark
    if len(_CONTROL.findall(head)) > len(head) // 2000:
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _utf16_without_mark(head: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every second byte."""
    some = head[:2000]
    if len(some) < 16:
        return None
    even, odd = some[0::2].count(0), some[1::2].count(0)
    half = len(some) // 2
    if odd > 0.8 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.8 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def decode(data: bytes, encoding: str) -> str:
    """The text, with a mark where bytes make no sense; never raises for an encoding of `encoding_of`."""
    return data.decode(encoding, "replace")


def code_of(head: bytes, *, extension: str, whole: bool) -> str | None:
    """The code for a text beginning with `head`; None when it is no text at all."""
    encoding = encoding_of(head, whole=whole)
    if encoding is None:
        return "eml" if _is_mail(head, extension) else None
    start = decode(head, encoding).lstrip("\ufeff \t\r\n")
    return _markup(start, extension) or _mail(head, extension) or _plain(start, extension)


def _plain(start: str, extension: str) -> str:
    if extension in _TABLE_NAMES:
        return "csv"
    if start[:1] in {"{", "["} and (extension == ".json" or re.match(r"[\[{]\s*[\[{\"\]}]", start)):
        return "json"
    return "text"


def _mail(head: bytes, extension: str) -> str | None:
    """One message, or a mailbox file when a second one follows (each begins with a line "From ")."""
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
        if _is_mail(head, ".eml"):
            return "mbox" if extension == ".mbox" or re.search(rb"\n\r?\nFrom \S", head) else "eml"
    return "eml" if _is_mail(head, extension) else None


def _is_mail(head: bytes, extension: str) -> bool:
    """At least two header fields of mail before the first empty line; one is enough for a file named so."""
    top = re.split(rb"\r?\n\r?\n", head.lstrip(b"\r\n"), maxsplit=1)[0][:32_000]
    lines = top.splitlines()
    if not lines or not _HEADER.match(lines[0]):
        return False
    found = {name.lower() for name in _HEADER.findall(top)} & _MAIL_HEADERS
    return len(found) >= (1 if extension in _MAIL_NAMES else 2)


def _markup(start: str, extension: str) -> str | None:
    if not start.startswith("<"):
        return None
    if re.match(r"<!doctype html|<html", start, re.IGNORECASE):
        return "html"
    is_xml = start.startswith(("<?xml", "<!DOCTYPE", "<!--")) or extension == ".xml"
    at = 0
    while (match := _PROLOGUE.match(start, at)) and match.end() > at:
        at = match.end()
    root = _ROOT.match(start, at)
    if root is None:
        return "xml" if is_xml else None
    prefix, name, attributes = root.groups()
    known = _root_code(name, _namespace(prefix, attributes))
    return known or ("xml" if is_xml or "xmlns" in attributes else None)


def _namespace(prefix: str | None, attributes: str) -> str:
    attribute = rf"xmlns:{re.escape(prefix)}" if prefix else "xmlns"
    found = re.search(rf"(?:^|\s){attribute}\s*=\s*[\"']([^\"']*)", attributes)
    return found.group(1) if found else ""


def _root_code(name: str, namespace: str) -> str | None:  # noqa: PLR0911 - a list of kinds
    if name in {"CrossIndustryInvoice", "CrossIndustryDocument"}:
        return "cii"
    if name in {"Invoice", "CreditNote"} and namespace.startswith("urn:oasis:names:specification:ubl:schema:xsd:"):
        return "ubl"
    if name == "wordDocument" or (name == "package" and "/xmlPackage" in namespace):
        return "wordml"
    if name == "Workbook" and "office:spreadsheet" in namespace:
        return "excelml"
    if name == "document" and "opendocument" in namespace:
        return "fodf"
    if name == "svg":
        return "svg"
    return "html" if name.lower() == "html" else None
