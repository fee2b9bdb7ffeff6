"""ZIP archives as tests need them: honest ones, and those nobody packs with good intent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import pikepdf


def a_zip(files: Mapping[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 12, 9, 30, 0)), content, packing)
    return buffer.getvalue()


def with_raw_name(name: bytes, content: bytes = b"Inhalt\n") -> bytes:
    """An archive whose one file has these bytes as its name, with no word on their encoding."""
    stand_in = b"X" * len(name)
    return a_zip({stand_in.decode(): content}).replace(stand_in, name)


def with_link(target: str = "/etc/passwd") -> bytes:
    """An archive with a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("brief.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, target)
    return buffer.getvalue()


def locked(data: bytes) -> bytes:
    """The archive, its files said to be encrypted."""
    return _flagged(data, b"PK\x01\x02", 8, 1)


def packed_strangely(data: bytes) -> bytes:
    """The archive, said to be packed by a method that hardly anybody reads (AES, 99)."""
    return _flagged(data, b"PK\x01\x02", 10, 99)


def _flagged(data: bytes, mark: bytes, offset: int, value: int) -> bytes:
    changed, at = bytearray(data), data.find(mark)
    while at >= 0:
        changed[at + offset] = value
        at = data.find(mark, at + 4)
    return bytes(changed)


def overlapping(times: int = 50) -> bytes:
    """One file that the list names again and again, the way small archives become huge."""
    data = a_zip({"kern.txt": b"0" * 1000})
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    line, tail = data[start:end], bytearray(data[end:])
    tail[8:12] = times.to_bytes(2, "little") * 2
    tail[12:16] = (len(line) * times).to_bytes(4, "little")
    return data[:start] + line * times + bytes(tail)


def nested(depth: int, *, width: int = 2) -> bytes:
    """Archives in archives in archives."""
    content = {"kern.txt": b"0" * 5000}
    for _ in range(depth):
        inner = a_zip(content)
        content = {f"{number}.zip": inner for number in range(width)}
    return a_zip(content)


def a_portfolio(files: Sequence[tuple[str, bytes]], *, is_collection: bool = True, pages: int = 1) -> bytes:
    """A PDF with these files in it, shown as a portfolio or as attachments."""
    buffer = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        for name, content in files:
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)
        if is_collection:
            pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.T)
        pdf.save(buffer)
    return buffer.getvalue()
