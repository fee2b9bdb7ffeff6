"""Downloads: whole or one range, from the store, with the digest as validator."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from kundenakte.base import blobs
from kundenakte.base.blobs import ranges
from kundenakte.base.blobs.ranges import NotSatisfiable
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions.documents import NewVersion, add_version
from kundenakte.records.models import Arrival, Document
from tests.builders import NOW, SETUP, a_document, an_arrival
from tests.doors.web.pages import SignIn

DATA = bytes(range(250)) * 4


@pytest.fixture
def address(tmp_path: Path) -> str:
    """Where a document's second version of 1000 bytes is downloaded."""
    document = a_document(title="Angebot", number="AN-1")
    file = tmp_path / "angebot.bin"
    file.write_bytes(DATA)
    with file.open("rb") as source:
        stored = blobs.default().put(source)
    version = NewVersion(stored.digest, stored.size, "application/pdf", "Angebot.pdf", "web")
    add_version(actor=SETUP, document=document, version=version, now=NOW)
    return reverse("document-download", args=(document.pk, 2))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=0-99", (0, 99)),
        ("bytes=990-", (990, 999)),
        ("bytes=-10", (990, 999)),
        ("bytes=-5000", (0, 999)),
        ("bytes=500-5000", (500, 999)),
        ("Bytes = 1-2 ", (1, 2)),
    ],
)
def test_one_range_is_answered_with_these_bytes(
    signed_in: SignIn, address: str, header: str, expected: tuple[int, int]
) -> None:
    answer = signed_in("verena").get(address, headers={"range": header})
    first, last = expected
    assert answer.status_code == 206
    assert answer.getvalue() == DATA[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/1000"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Content-Disposition"] == 'attachment; filename="Angebot.pdf"'
    assert answer["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(signed_in: SignIn, address: str, header: str) -> None:
    answer = signed_in("verena").get(address, headers={"range": header})
    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, "bytes */1000", b"")


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=٣-٤", "0-5"]
)
def test_what_is_no_single_range_of_bytes_is_answered_with_all_of_it(
    signed_in: SignIn, address: str, header: str
) -> None:
    answer = signed_in("verena").get(address, headers={"range": header})
    assert (answer.status_code, answer.getvalue()) == (200, DATA)
    assert answer["Accept-Ranges"] == "bytes"


def test_a_broken_download_goes_on_only_where_the_bytes_are_the_same(signed_in: SignIn, address: str) -> None:
    client = signed_in("verena")
    etag = client.get(address)["ETag"]
    for validator, status in (
        (etag, 206),
        ('"another"', 200),
        (f"W/{etag}", 200),
        ("Tue, 24 Nov 2026 10:00:00 GMT", 200),
    ):
        answer = client.get(address, headers={"range": "bytes=900-", "if-range": validator})
        assert answer.status_code == status, validator
        assert answer.getvalue() == (DATA[900:] if status == 206 else DATA)


def test_who_has_the_bytes_already_gets_none(signed_in: SignIn, address: str) -> None:
    client = signed_in("verena")
    etag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": etag, "range": "bytes=0-9"})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


def test_the_head_alone_says_how_much_there_is(signed_in: SignIn, address: str) -> None:
    answer = signed_in("verena").head(address, headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, "1000", "bytes")


def test_nothing_is_handed_out_to_who_may_not_download(signed_in: SignIn) -> None:
    document = a_document(document_class="INV_OUT", title="Rechnung", number="R-1")
    address = reverse("document-download", args=(document.pk, 1))
    for header in ("bytes=0-9", "bytes=9999999-"):
        answer = signed_in("paula").get(address, headers={"range": header})
        assert (answer.status_code, "ETag" in answer, "Content-Range" in answer) == (403, False, False)


def test_an_empty_file_has_no_range(signed_in: SignIn) -> None:
    client, arrival = signed_in("anton"), an_arrival(content=b"", file_name="leer.txt")
    address = reverse("inbox-download", args=(arrival.pk,))
    assert client.get(address).getvalue() == b""
    assert client.get(address, headers={"range": "bytes=0-"}).status_code == 416


def test_an_arrival_is_downloaded_in_ranges_too(signed_in: SignIn) -> None:
    client, arrival = signed_in("anton"), an_arrival(content=DATA, file_name="a.bin")
    answer = client.get(reverse("inbox-download", args=(arrival.pk,)), headers={"range": "bytes=10-19"})
    assert (answer.status_code, answer.getvalue()) == (206, DATA[10:20])


def test_every_download_of_a_restricted_document_is_written_down_by_whichever_way(
    signed_in: SignIn, address: str
) -> None:
    document = Document.objects.get()
    version = document.versions.get(number=2)
    arrival = an_arrival(content=DATA)
    Arrival.objects.filter(pk=arrival.pk).update(document=document, version=version, state=Arrival.State.FILED)
    client = signed_in("anton")
    client.get(address)
    assert _downloads() == 0
    Document.objects.update(is_restricted=True)
    client.get(address)
    client.get(address, headers={"range": "bytes=5-"})
    client.head(address)
    client.get(reverse("inbox-download", args=(arrival.pk,)))
    assert _downloads() == 3


def _downloads() -> int:
    return JournalEntry.objects.filter(kind="document.downloaded").count()


def test_a_part_is_read_piece_by_piece_and_no_further(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(DATA)
    span = ranges.asked("bytes=100-349", len(DATA))
    assert span is not None
    part = ranges.Part(file.open("rb"), span)
    pieces = list(iter(lambda: part.read(100), b""))
    part.close()
    assert ([len(piece) for piece in pieces], b"".join(pieces)) == ([100, 100, 50], DATA[100:350])


def test_a_range_is_never_longer_than_the_file() -> None:
    with pytest.raises(NotSatisfiable):
        ranges.asked(f"bytes={10**18}-", 1000)
    assert str(ranges.asked(f"bytes=0-{10**18}", 1000)) == "bytes 0-999/1000"
