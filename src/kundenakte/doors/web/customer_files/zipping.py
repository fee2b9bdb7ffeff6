"""A ZIP archive of files of any size, made while it is sent: memory holds one piece of one file."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Final

_PIECE: Final = 256 * 1024
_LONGEST: Final = 120
# What Windows refuses in names, and names it keeps for itself.
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
# Others are packed already; packing them again costs time and gains nothing.
_PACKS_WELL: Final = ("text/", "message/", "application/xml", "application/json", "image/bmp", "image/tiff")


@dataclass(frozen=True, slots=True)
class Member:
    """One file to be: its name as far as it is known, type, size in bytes, time, and how to open it."""

    name: str
    media_type: str
    size: int
    at: datetime
    open: Callable[[], BinaryIO]


class _Taken:
    """What the archive writes, until it is sent. Cannot seek, so sizes stand behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def take(self) -> bytes:
        data, self._pieces = b"".join(self._pieces), []
        return data


def zipped(members: Iterable[Member], *, note: Callable[[], tuple[str, str]] | None = None) -> Iterator[bytes]:
    """The bytes of the archive, piece by piece. `note` may give a last text file (name, text; "" for none), for what
    only shows on the way."""
    target, names = _Taken(), Names()
    with zipfile.ZipFile(target, "w") as archive:  # type: ignore[call-overload]
        for member in members:
            yield from _packed(archive, target, member, names)
        name, text = note() if note else ("", "")
        if text:
            archive.writestr(names.free(name), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    yield target.take()


def _packed(archive: zipfile.ZipFile, target: _Taken, member: Member, names: Names) -> Iterator[bytes]:
    at = member.at
    info = zipfile.ZipInfo(
        names.free(member.name), (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
    )
    info.file_size = member.size
    info.external_attr = 0o644 << 16
    packs = member.media_type.startswith(_PACKS_WELL)
    info.compress_type = zipfile.ZIP_DEFLATED if packs else zipfile.ZIP_STORED
    with member.open() as source, archive.open(info, "w") as inside:
        while data := source.read(_PIECE):
            inside.write(data)
            yield target.take()


class Names:
    """Names inside one archive: safe on every system, none of them twice (capital letters do not tell apart)."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, wish: str) -> str:
        """A safe form of the name; " (2)" before the ending when it is taken."""
        name = safe_name(wish)
        path, number = PurePosixPath(name), 2
        while name.lower() in self._taken:
            name = f"{path.stem} ({number}){path.suffix}"
            number += 1
        self._taken.add(name.lower())
        return name


def safe_name(raw: str) -> str:
    """A name without folder, control or direction signs that every system takes. Never empty, at most 120 signs."""
    text = unicodedata.normalize("NFC", raw)
    text = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    text = " ".join(_FORBIDDEN.sub("_", text).split()).strip(". ")
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    path = PurePosixPath(text or "Dokument")
    return f"{path.stem[: _LONGEST - len(path.suffix)]}{path.suffix}" if len(path.suffix) < 20 else text[:_LONGEST]
