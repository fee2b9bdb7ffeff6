"""Texts travel compressed, and asking again still answers 304."""

from __future__ import annotations

import gzip

from django.urls import reverse

from tests.builders import a_customer_file, a_document, an_arrival
from tests.doors.web.pages import SignIn

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_who_takes_it_and_plain_for_others(signed_in: SignIn) -> None:
    client = signed_in("verena")
    packed, plain = client.get("/kunden/", headers=GZIP), client.get("/kunden/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
    assert b"<h1>Kunden</h1>" in gzip.decompress(packed.content)
    assert not plain.has_header("Content-Encoding")
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_same_page_is_never_twice_of_one_length(signed_in: SignIn) -> None:
    client = signed_in("verena")
    assert len({len(client.get("/", headers=GZIP).content) for _ in range(8)}) > 1


def test_who_asks_again_with_the_mark_of_the_compressed_copy_gets_no_text(signed_in: SignIn) -> None:
    client = signed_in("verena")
    live = GZIP | {"HX-Request": "true", "HX-Target": "live"}
    mark = client.get("/", headers=live).headers["ETag"]
    assert mark.startswith('W/"')
    assert client.get("/", headers=live | {"If-None-Match": mark}).status_code == 304
    assert client.get("/", headers=live | {"If-None-Match": 'W/"anders"'}).status_code == 200


def test_downloads_keep_their_length_and_their_bytes(signed_in: SignIn) -> None:
    document = a_document(content=["x" * 5000])
    address = reverse("document-download", args=(document.pk, 1))
    answer = signed_in("anton").get(address, headers=GZIP)
    assert (answer.headers["Content-Length"], answer.has_header("Content-Encoding")) == ("5000", False)


def test_no_swap_weighs_more_than_thirty_kilobytes(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    # A page of the longest list is full, with titles as long as they are in life.
    for n in range(51):
        a_document(
            customer_file=customer_file, title=f"Auftragsbestätigung AB-2026-{n:04} zur Anlage {n}", number=f"{n}"
        )
    for n in range(25):
        an_arrival(content=str(n), file_name=f"Scan vom 24.11.2026 ({n}).pdf", waiting=True)
        a_customer_file(f"Ingenieurbüro Nummer {n} Partnerschaftsgesellschaft")
    file = reverse("file", args=(customer_file.pk,))
    client = signed_in("anton")
    for address, target in (
        (file, "file-body"), (file, "list-pane"), (f"{file}?sicht=zeit", "list-pane"), ("/kunden/", "customer-list"),
        ("/posteingang/", "arrivals"), ("/", "live"), ("/betrieb/", "work"),
    ):  # fmt: skip
        answer = client.get(address, headers=GZIP | {"HX-Request": "true", "HX-Target": target})
        assert answer.status_code == 200
        packed = answer.headers.get("Content-Encoding") == "gzip"
        assert b"<html" not in (gzip.decompress(answer.content) if packed else answer.content), target
        assert len(answer.content) <= 30_000, target
