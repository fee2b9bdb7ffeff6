"""What a ZIP archive says it holds, read from its list alone: nothing is unpacked. To be called confined.

Two who do not know each other need it: the page that shows the list, and intake, which takes the files out.
"""

from __future__ import annotations

import contextlib
import re
import stat
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.records import mediatype_content

# As many files as one archive may bring, those in archives inside it included.
MOST_FILES: Final = 500
MOST_BYTES: Final = 1024 * 1024 * 1024
# Text packs to a tenth, empty tables to a hundredth; what grows more than this is made to fill a disk.
MOST_RATIO: Final = 200
# Below this nobody's disk is in danger, however well it is packed.
HARMLESS: Final = 50 * 1024 * 1024
# An archive in an archive in an archive …
MOST_DEPTH: Final = 4

BROKEN: Final = _("Das ZIP-Archiv ist beschädigt; es wurde nicht ausgepackt.")
EMPTY: Final = _("Im ZIP-Archiv ist keine Datei, die sich aufnehmen lässt.")
LOCKED: Final = _("Im ZIP-Archiv sind Dateien mit einem Passwort geschützt; es wurde nicht ausgepackt.")
OUTSIDE: Final = _(
    "Im ZIP-Archiv stehen Dateinamen, die aus ihm hinausführen; es wurde zur Sicherheit nicht ausgepackt."
)
LINKS: Final = _("Im ZIP-Archiv stehen Verknüpfungen statt Dateien; es wurde zur Sicherheit nicht ausgepackt.")
UNKNOWN_PACKING: Final = _(
    "Das ZIP-Archiv ist auf eine Weise gepackt, die hier nicht gelesen wird; es wurde nicht ausgepackt."
)
MANY: Final = _("Im ZIP-Archiv sind mehr Dateien, als auf einmal aufgenommen werden; es wurde nicht ausgepackt.")
BOMB: Final = _(
    "Ausgepackt wäre das ZIP-Archiv übermäßig groß (solche Archive sollen Rechner überlasten); es wurde nicht "
    "ausgepackt."
)
DEEP: Final = _("ZIP-Archive sind hier zu tief ineinander verpackt; sie wurden nicht ausgepackt.")
A_WHOLE: Final = _(
    "Diese Datei ist als ZIP gepackt, gehört aber als Ganzes zu einem Programm; sie wurde nicht ausgepackt."
)
# Kinds of refusal that no part of an archive may cause: the outermost stays as it is.
DANGEROUS: Final = frozenset({MANY, BOMB, DEEP})

Kind = Literal["file", "folder", "left"]
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_IS_UTF8: Final = 0x800
_LOCAL: Final = struct.Struct("<4s22xHH")
_TRICKS: Final = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")
# What operating systems put beside the files, and nobody has written.
_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LITTER_FOLDER: Final = "__macosx"
# Formats that are packed as a ZIP and mean something only as a whole: e-books, signed containers, programs, maps.
_MARKS: Final = ("mimetype", "[Content_Types].xml", "META-INF/MANIFEST.MF", "META-INF/container.xml")
_OF_PROGRAMS: Final = frozenset(
    {
        ".3mf", ".aar", ".apk", ".asice", ".asics", ".dwfx", ".epub", ".idml", ".ipa", ".jar", ".key", ".kmz",
        ".numbers", ".oxps", ".pages", ".sketch", ".war", ".whl", ".xpi", ".xps",
    }
)  # fmt: skip


class NotOpened(ValueError):
    """The archive is left as it is; the text is a German sentence why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. `path` is for people, in our own form; nothing is ever written under it."""

    info: zipfile.ZipInfo
    path: str
    kind: Kind
    # Why it keeps the archive from being opened; "" when it does not.
    hindrance: str

    @property
    def modified(self) -> str:
        """Day and time in German, as the packer wrote it; "" for the first day there is, which stands for none."""
        year, month, day, hour, minute, _second = self.info.date_time
        return f"{day:02}.{month:02}.{year} {hour:02}:{minute:02}" if (year, month, day) > (1980, 1, 1) else ""


def entries(archive: zipfile.ZipFile) -> list[Entry]:
    """All lines in the order of the list."""
    return [_entry(info) for info in archive.infolist()]


def why_not(path: Path, archive: zipfile.ZipFile, listed: Iterable[Entry]) -> str:
    """The sentence why it is not to be opened, as far as the list tells; "" when nothing speaks against it."""
    lines = list(listed)
    names = {entry.info.filename for entry in lines}
    if any(mark in names for mark in _MARKS):
        return A_WHOLE
    hindrance = next((entry.hindrance for entry in lines if entry.hindrance), "")
    if hindrance:
        return hindrance
    files = [entry.info for entry in lines if entry.kind == "file"]
    if not files:
        return EMPTY
    if len(files) > MOST_FILES:
        return MANY
    whole, packed = sum(info.file_size for info in files), path.stat().st_size
    if whole > MOST_BYTES or (whole > HARMLESS and whole > packed * MOST_RATIO):
        return BOMB
    return _where_they_lie(archive, lines)


def is_of_a_program(file_name: str) -> bool:
    """Whether a name says that this ZIP is the file of some program, which nobody wants in pieces."""
    return PurePosixPath(file_name.lower()).suffix in _OF_PROGRAMS


def opened(path: Path) -> zipfile.ZipFile:
    """The archive, its list read. Raises NotOpened when it cannot be."""
    with path.open("rb") as file:
        size = mediatype_content.zip_directory(file)
    if size is not None and (size[0] > mediatype_content.MOST_ENTRIES or size[1] > mediatype_content.LARGEST_DIRECTORY):
        raise NotOpened(MANY)
    try:
        return zipfile.ZipFile(path)
    except mediatype_content.ZIP_DAMAGE as error:
        raise NotOpened(BROKEN) from error


def _entry(info: zipfile.ZipInfo) -> Entry:
    raw = _raw_name(info)
    return Entry(info, shown_path(raw), _kind(info, raw), _hindrance(info, raw))


def _raw_name(info: zipfile.ZipInfo) -> str:
    """The whole name with slashes; as UTF-8 where that is what it is, though the packer did not say so (macOS)."""
    # `orig_filename` still has what stands behind a NUL.
    name = info.orig_filename
    if not info.flag_bits & _IS_UTF8:
        with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def shown_path(raw: str) -> str:
    """A path in an archive, fit to be shown."""
    whole = "/".join(part for part in raw.split("/") if part not in {"", "."})
    return re.sub(r"[\x00-\x1f\x7f]", "\ufffd", whole)[-1000:] or "ohne Namen"


def _kind(info: zipfile.ZipInfo, raw: str) -> Kind:
    if raw.endswith("/") or stat.S_ISDIR(info.external_attr >> 16):
        return "folder"
    parts = [part.lower() for part in raw.split("/")]
    if info.file_size == 0 or _LITTER_FOLDER in parts[:-1] or parts[-1] in _LITTER:
        return "left"
    return "file"


def _hindrance(info: zipfile.ZipInfo, raw: str) -> str:
    if _TRICKS.search(raw):
        return OUTSIDE
    # Only a packer of the Unix kind tells what sort of file it was.
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return LINKS
    if info.flag_bits & _ENCRYPTED:
        return LOCKED
    return "" if info.compress_type in _PACKINGS else UNKNOWN_PACKING


def _where_they_lie(archive: zipfile.ZipFile, lines: Iterable[Entry]) -> str:
    """Each file must have bytes of its own. Those of bombs share them, so that a small archive becomes huge."""
    file = archive.fp
    if file is None:
        return BROKEN
    infos = sorted((entry.info for entry in lines), key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in infos[1:]), archive.start_dir]
    for info, end in zip(infos, ends, strict=True):
        file.seek(max(info.header_offset, 0))
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            return BROKEN
        _, name, extra = _LOCAL.unpack(head)
        if info.header_offset + _LOCAL.size + name + extra + info.compress_size > end:
            return BOMB
    return ""
