"""What a file is, judged by its bytes. What a browser, a mail or a name claims is never believed.

Written in Python on purpose: a reader in C (libmagic) would have to run confined, and every door asks this question.
Reading is bounded: the head, the end, and a ZIP or OLE directory of limited size.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, Literal

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.records import mediatype_content as content

Family = Literal["pdf", "image", "office", "text", "table", "mail", "einvoice", "archive", "other"]


@dataclass(frozen=True, slots=True)
class MediaType:
    """One kind of file. `code` is ours and unique, `name` the media type for HTTP, `label` the German message id."""

    code: str
    name: str
    label: str
    family: Family
    extension: str = ""


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_ROWS: Final = (
    MediaType("pdf", "application/pdf", _("PDF-Dokument"), "pdf", "pdf"),
    MediaType("jpeg", "image/jpeg", _("JPEG-Bild"), "image", "jpg"),
    MediaType("png", "image/png", _("PNG-Bild"), "image", "png"),
    MediaType("tiff", "image/tiff", _("TIFF-Bild"), "image", "tif"),
    MediaType("bmp", "image/bmp", _("Bitmap-Bild"), "image", "bmp"),
    MediaType("gif", "image/gif", _("GIF-Bild"), "image", "gif"),
    MediaType("webp", "image/webp", _("WebP-Bild"), "image", "webp"),
    MediaType("heic", "image/heic", _("HEIC-Bild"), "image", "heic"),
    MediaType("avif", "image/avif", _("AVIF-Bild"), "image", "avif"),
    MediaType("jp2", "image/jp2", _("JPEG-2000-Bild"), "image", "jp2"),
    MediaType("svg", "image/svg+xml", _("SVG-Zeichnung"), "office", "svg"),
    MediaType("docx", _OOXML + "wordprocessingml.document", _("Word-Dokument"), "office", "docx"),
    MediaType(
        "docm",
        "application/vnd.ms-word.document.macroEnabled.12",
        _("Word-Dokument mit Makros"),
        "office",
        "docm",
    ),
    MediaType("dotx", _OOXML + "wordprocessingml.template", _("Word-Vorlage"), "office", "dotx"),
    MediaType("xlsx", _OOXML + "spreadsheetml.sheet", _("Excel-Tabelle"), "office", "xlsx"),
    MediaType(
        "xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", _("Excel-Tabelle mit Makros"), "office", "xlsm"
    ),
    MediaType(
        "xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", _("Excel-Tabelle (binär)"), "office", "xlsb"
    ),
    MediaType("pptx", _OOXML + "presentationml.presentation", _("PowerPoint-Präsentation"), "office", "pptx"),
    MediaType(
        "pptm",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        _("PowerPoint-Präsentation mit Makros"),
        "office",
        "pptm",
    ),
    MediaType("ppsx", _OOXML + "presentationml.slideshow", _("PowerPoint-Bildschirmpräsentation"), "office", "ppsx"),
    MediaType("doc", "application/msword", _("Word-Dokument (bis 2003)"), "office", "doc"),
    MediaType("xls", "application/vnd.ms-excel", _("Excel-Tabelle (bis 2003)"), "office", "xls"),
    MediaType("ppt", "application/vnd.ms-powerpoint", _("PowerPoint-Präsentation (bis 2003)"), "office", "ppt"),
    MediaType("vsd", "application/vnd.visio", _("Visio-Zeichnung"), "office", "vsd"),
    MediaType("vsdx", "application/vnd.ms-visio.drawing", _("Visio-Zeichnung"), "office", "vsdx"),
    MediaType("wpd", "application/vnd.wordperfect", _("WordPerfect-Dokument"), "office", "wpd"),
    MediaType("odt", _ODF + "text", _("OpenDocument-Text"), "office", "odt"),
    MediaType("ods", _ODF + "spreadsheet", _("OpenDocument-Tabelle"), "office", "ods"),
    MediaType("odp", _ODF + "presentation", _("OpenDocument-Präsentation"), "office", "odp"),
    MediaType("odg", _ODF + "graphics", _("OpenDocument-Zeichnung"), "office", "odg"),
    MediaType("rtf", "application/rtf", _("RTF-Dokument"), "office", "rtf"),
    MediaType("wordml", "application/xml", _("Word-Dokument (XML)"), "office", "xml"),
    MediaType("excelml", "application/xml", _("Excel-Tabelle (XML)"), "office", "xml"),
    MediaType("fodf", "application/xml", _("OpenDocument (eine XML-Datei)"), "office", "fodt"),
    MediaType("office-encrypted", "application/x-ole-storage", _("Office-Datei mit Passwort"), "office", ""),
    MediaType("cii", "application/xml", _("E-Rechnung (CII)"), "einvoice", "xml"),
    MediaType("ubl", "application/xml", _("E-Rechnung (UBL)"), "einvoice", "xml"),
    MediaType("xml", "application/xml", _("XML-Datei"), "text", "xml"),
    MediaType("json", "application/json", _("JSON-Datei"), "text", "json"),
    MediaType("html", "text/html", _("HTML-Seite"), "text", "html"),
    MediaType("csv", "text/csv", _("CSV-Tabelle"), "table", "csv"),
    MediaType("text", "text/plain", _("Textdatei"), "text", "txt"),
    MediaType("eml", "message/rfc822", _("E-Mail"), "mail", "eml"),
    MediaType("msg", "application/vnd.ms-outlook", _("E-Mail (Outlook)"), "mail", "msg"),
    MediaType("mbox", "application/mbox", _("Postfachdatei (mbox)"), "mail", "mbox"),
    MediaType("tnef", "application/vnd.ms-tnef", _("Outlook-Anhang (winmail.dat)"), "other", "dat"),
    MediaType("smime", "application/pkcs7-mime", _("Signierte oder verschlüsselte Nachricht (S/MIME)"), "other", "p7m"),
    MediaType("zip", "application/zip", _("ZIP-Archiv"), "archive", "zip"),
    MediaType("7z", "application/x-7z-compressed", _("7-Zip-Archiv"), "archive", "7z"),
    MediaType("rar", "application/vnd.rar", _("RAR-Archiv"), "archive", "rar"),
    MediaType("gzip", "application/gzip", _("Gepackte Datei (gzip)"), "archive", "gz"),
    MediaType("bzip2", "application/x-bzip2", _("Gepackte Datei (bzip2)"), "archive", "bz2"),
    MediaType("xz", "application/x-xz", _("Gepackte Datei (xz)"), "archive", "xz"),
    MediaType("postscript", "application/postscript", _("PostScript-Datei"), "other", "ps"),
    MediaType("dwg", "image/vnd.dwg", _("AutoCAD-Zeichnung"), "other", "dwg"),
    MediaType("exe", "application/vnd.microsoft.portable-executable", _("Windows-Programm"), "other", "exe"),
    MediaType("elf", "application/x-executable", _("Linux-Programm"), "other", ""),
    MediaType("mp4", "video/mp4", _("Video (MP4)"), "other", "mp4"),
    MediaType("avi", "video/x-msvideo", _("Video (AVI)"), "other", "avi"),
    MediaType("mp3", "audio/mpeg", _("Tonaufnahme (MP3)"), "other", "mp3"),
    MediaType("wav", "audio/wav", _("Tonaufnahme (WAV)"), "other", "wav"),
    MediaType("ogg", "audio/ogg", _("Tonaufnahme (Ogg)"), "other", "ogg"),
    MediaType("sqlite", "application/vnd.sqlite3", _("Datenbankdatei (SQLite)"), "other", "sqlite"),
    MediaType("ole", "application/x-ole-storage", _("Office-Datei (unbekannte Art)"), "other", ""),
    MediaType("empty", "application/x-empty", _("Leere Datei"), "other", ""),
    MediaType("unknown", "application/octet-stream", _("Unbekannte Datei"), "other", ""),
)
BY_CODE: Final = {row.code: row for row in _ROWS}
PDF: Final = BY_CODE["pdf"].name
# What people write and change in an office program, by the type that is stored with it. The forms in plain XML share
# theirs with all other XML and are not among them, nor is what nobody can open without a password.
OFFICE: Final = frozenset(
    row.name
    for row in _ROWS
    if row.family == "office" and not row.name.endswith(("/xml", "/x-ole-storage", "/svg+xml"))
)
# Several rows share a type (all that is XML); the last of them is the most general one.
_LABELS: Final = {row.name.lower(): row.label for row in _ROWS}


def detect(path: Path, *, file_name: str = "") -> MediaType:
    """What the file at `path` is. `file_name` breaks ties between text formats only. Raises OSError."""
    return BY_CODE[content.code_of(path, extension=PurePath(file_name or path.name).suffix.lower())]


def label_of(media_type: str) -> str:
    """The German message id for a stored media type; what is not known is an unknown file."""
    return _LABELS.get(media_type.partition(";")[0].strip().lower(), BY_CODE["unknown"].label)
