"""Archives made while they are sent: safe names, none twice, and never more than a piece in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.doors.web.customer_files.zipping import Member, Names, safe_name, zipped

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def a_member(name: str, data: bytes, media_type: str = "application/pdf") -> Member:
    return Member(name, media_type, len(data), AT, lambda: io.BytesIO(data))


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"), ("C:\\Temp\\a.pdf", "C__Temp_a.pdf"), ("con.txt", "_con.txt"),
        ("Rechnung\u202efdp.exe", "Rechnung fdp.exe"), ("  .versteckt. ", "versteckt"), ("", "Dokument"),
        ("a\x00b\r\nc.pdf", "a b c.pdf"), ("Größe ½.pdf", "Größe ½.pdf"), ('a<b>:"|?*.pdf', "a_b______.pdf"),
    ],
)  # fmt: skip
def test_names_are_made_safe_on_every_system(raw: str, safe: str) -> None:
    assert safe_name(raw) == safe


@given(st.lists(st.text(max_size=200), max_size=20))
def test_no_name_leads_out_and_none_comes_twice(wishes: list[str]) -> None:
    names = Names()
    made = [names.free(wish) for wish in wishes]
    assert len({name.lower() for name in made}) == len(made)
    for name in made:
        assert 0 < len(name) <= 130
        assert not set(name) & set('/\\:*?"<>|\0\r\n')
        assert name not in {".", ".."}


def test_a_large_file_goes_through_in_pieces() -> None:
    size = 40 * 1024 * 1024

    class Zeros(io.RawIOBase):
        left = size

        def read(self, most: int = -1) -> bytes:
            taken = min(most, self.left)
            self.left -= taken
            return bytes(taken)

    def opened() -> BinaryIO:
        return Zeros()  # type: ignore[return-value]

    largest = total = 0
    for piece in zipped([Member("groß.pdf", "application/pdf", size, AT, opened)]):
        largest, total = max(largest, len(piece)), total + len(piece)
    assert size < total < size + 1000
    assert largest < 1024 * 1024


def test_texts_are_packed_and_the_note_comes_last() -> None:
    def members() -> Iterator[Member]:
        yield a_member("a.txt", b"a" * 10_000, "text/plain")
        yield a_member("A.txt", b"b", "text/plain")

    data = b"".join(zipped(members(), note=lambda: ("Nicht enthalten.txt", "C")))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == ["a.txt", "A (2).txt", "Nicht enthalten.txt"]
    assert archive.read("a.txt") == b"a" * 10_000
    assert len(data) < 2000
