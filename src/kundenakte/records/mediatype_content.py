"""Bytes to a code of `mediatype`: signatures first, then containers, then what reads as text."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from kundenakte.records import mediatype_text as text

HEAD = 64 * 1024
# More than this, and nobody reads the list of a ZIP.
MOST_ENTRIES: Final = 20_000
LARGEST_DIRECTORY: Final = 8 * 1024 * 1024
# The second end of a ZIP (ZIP64) and the pointer to it, in front of the first.
_ENDS_64: Final = 56 + 20

# At the very start of the file; the longest and surest first.
_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"{\\rtf", "rtf"),
    (b"\xffWPC", "wpd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"%!PS", "postscript"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x7fELF", "elf"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"OggS", "ogg"),
    (b"AC10", "dwg"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
# The object identifier of PKCS #7 (1.2.840.113549.1.7), near the start of a DER file.
_PKCS7 = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"


def code_of(path: Path, *, extension: str) -> str:
    """The code for the file at `path`."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if not head:
            return "empty"
        return _by_signature(head) or _container(file, head) or _loose(file, head, extension)


def _by_signature(head: bytes) -> str | None:  # noqa: PLR0911 - a list of kinds
    for start, code in _SIGNATURES:
        if head.startswith(start):
            return code
    if head[:2] == b"BM" and len(head) > 26 and struct.unpack_from("<I", head, 14)[0] in {12, 40, 52, 56, 64, 108, 124}:
        return "bmp"
    if head[:2] == b"MZ" and b"PE\x00\x00" in head[:4096]:
        return "exe"
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brands = head[8:12] + head[16 : struct.unpack_from(">I", head)[0]][:256]
        if b"avif" in brands:
            return "avif"
        return "heic" if any(brand in brands for brand in _HEIF_BRANDS) else "mp4"
    # Readers accept a PDF whose header comes late, after a mail gateway's rubbish.
    return "pdf" if b"%PDF-" in head[:1024] else None


def _container(file: BinaryIO, head: bytes) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(file)
    if head.startswith(_OLE):
        return _ole(file, head)
    if head[0] == 0x30 and _PKCS7 in head[:64]:
        return "smime"
    return None


def _loose(file: BinaryIO, head: bytes, extension: str) -> str:
    if extension == ".pdf" and re.search(rb"\d+ \d+ obj\b|%%EOF|startxref", head):
        return "pdf"
    return text.code_of(head, extension=extension, whole=len(head) < HEAD) or "unknown"


# --- ZIP -------------------------------------------------------------------------------------------------------------

_ODF_TYPES: Final = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.graphics": "odg",
    b"application/vnd.sun.xml.writer": "odt",
    b"application/vnd.sun.xml.calc": "ods",
    b"application/vnd.sun.xml.impress": "odp",
}
# In [Content_Types].xml; the first that is there decides.
_OOXML_TYPES: Final = (
    (b"ms-word.document.macroEnabled.main", "docm"),
    (b"ms-word.template.macroEnabledTemplate.main", "docm"),
    (b"wordprocessingml.template.main", "dotx"),
    (b"wordprocessingml.document.main", "docx"),
    (b"ms-excel.sheet.macroEnabled.main", "xlsm"),
    (b"ms-excel.template.macroEnabled.main", "xlsm"),
    (b"ms-excel.sheet.binary.macroEnabled.main", "xlsb"),
    (b"spreadsheetml.sheet.main", "xlsx"),
    (b"spreadsheetml.template.main", "xlsx"),
    (b"ms-powerpoint.presentation.macroEnabled.main", "pptm"),
    (b"presentationml.slideshow.main", "ppsx"),
    (b"presentationml.presentation.main", "pptx"),
    (b"presentationml.template.main", "pptx"),
    (b"ms-visio.drawing.main", "vsdx"),
)
_OOXML_FOLDERS: Final = (("word/document", "docx"), ("xl/workbook", "xlsx"), ("ppt/presentation", "pptx"))


# What reading a damaged ZIP raises: the list, the packed bytes of each way of packing, a password, an unknown way.
ZIP_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, NotImplementedError,
    RuntimeError,
)  # fmt: skip


def _zip(file: BinaryIO) -> str:
    if not _directory_is_small(file):
        return "zip"
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                kind = _start_of(archive, "mimetype", 100).strip()
                return next((code for name, code in _ODF_TYPES.items() if kind in {name, name + b"-template"}), "zip")
            if "[Content_Types].xml" in names:
                types = _start_of(archive, "[Content_Types].xml", 256 * 1024)
                by_type = next((code for mark, code in _OOXML_TYPES if mark in types), None)
                return by_type or _by_folder(names)
    except (*ZIP_DAMAGE, OSError):
        # It is a ZIP all the same; whoever opens it says what is wrong with it.
        pass
    return "zip"


def _by_folder(names: set[str]) -> str:
    return next((code for start, code in _OOXML_FOLDERS if any(name.startswith(start) for name in names)), "zip")


def _directory_is_small(file: BinaryIO) -> bool:
    """False when the list of contents alone would be a bomb."""
    size = zip_directory(file)
    return size is not None and size[0] <= MOST_ENTRIES and size[1] <= LARGEST_DIRECTORY


def zip_directory(file: BinaryIO) -> tuple[int, int] | None:
    """How many lines the list of a ZIP has and how many bytes, as its end says; None when it has no end.

    Where there are two ends (ZIP64), readers believe the second whatever the first says: the larger counts.
    """
    size = file.seek(0, 2)
    file.seek(max(size - 65_557 - _ENDS_64, 0))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return None
    entries, length = struct.unpack_from("<HI", tail, at + 10)
    if tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        if at < _ENDS_64:
            return None
        more, longer = struct.unpack_from("<QQ", tail, at - _ENDS_64 + 32)
        # The first end says so where it has no room for the real number.
        entries = more if entries == 0xFFFF else max(entries, more)
        length = longer if length == 0xFFFF_FFFF else max(length, longer)
    return int(entries), int(length)


def _start_of(archive: zipfile.ZipFile, name: str, length: int) -> bytes:
    with archive.open(name) as member:
        return member.read(length)


# --- OLE: the file system inside old Office files --------------------------------------------------------------------

_OLE_NAMES: Final = (
    ("EncryptedPackage", "office-encrypted"),
    ("__properties_version1.0", "msg"),
    ("__nameid_version1.0", "msg"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("VisioDocument", "vsd"),
    ("PerfectOffice_MAIN", "wpd"),
)
_MOST_SECTORS = 512


def _ole(file: BinaryIO, head: bytes) -> str:
    names = _ole_names(file, head)
    return next((code for name, code in _OLE_NAMES if name in names), "ole")


def _ole_names(file: BinaryIO, head: bytes) -> set[str]:
    """The names in the directory, following its chain for a bounded number of sectors."""
    if len(head) < 512:
        return set()
    shift = struct.unpack_from("<H", head, 30)[0]
    if shift not in {9, 12}:
        return set()
    size = 1 << shift
    fat = struct.unpack_from("<109I", head, 76)
    sector = struct.unpack_from("<I", head, 48)[0]
    names: set[str] = set()
    for _ in range(_MOST_SECTORS):
        body = _sector(file, sector, size)
        names.update(_entry_names(body))
        table, place = divmod(sector, size // 4)
        if not body or table >= len(fat):
            break
        links = _sector(file, fat[table], size)
        if len(links) < size:
            break
        sector = struct.unpack_from("<I", links, place * 4)[0]
    return names


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    if number >= 0xFFFFFFFA:
        return b""
    file.seek((number + 1) * size)
    return file.read(size)


def _entry_names(body: bytes) -> set[str]:
    names = set()
    for at in range(0, len(body) - 127, 128):
        length = struct.unpack_from("<H", body, at + 64)[0]
        if 2 <= length <= 64:
            names.add(body[at : at + length - 2].decode("utf-16-le", "replace"))
    return names
