"""Uploading: slices with offsets, a plain form, and the answer what became of each file."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from kundenakte.base import blobs
from kundenakte.base.accounts.models import User
from kundenakte.doors.web.upload import finishing, hashing, incoming
from kundenakte.records.models import Arrival
from tests.builders import a_customer_file, a_document, a_section, an_actor, an_arrival
from tests.doors.web.pages import SignIn

DATA = b"Angebot ueber eine Pumpe. " * 1000


def _begin(client: Client, size: int = len(DATA), **more: Any) -> Any:
    return client.post(reverse("upload-begin"), {"name": "angebot.txt", "size": size, **more})


def _put(client: Client, address: str, data: bytes, offset: int) -> Any:
    return client.put(f"{address}?offset={offset}", data, content_type="application/octet-stream")


def test_a_file_in_slices_arrives_whole(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file()
    made = _begin(client, akte=customer_file.pk, register=a_section("angebote").pk, path="Ordner/").json()
    assert _put(client, made["part"], DATA[:10_000], 0).json() == {"offset": 10_000}
    assert _put(client, made["part"], DATA[10_000:], 10_000).json() == {"offset": len(DATA)}
    line = client.post(made["finish"]).json()
    arrival = Arrival.objects.get(pk=line["id"])
    assert blobs.default().open(arrival.digest).read() == DATA
    assert arrival.facts == {"customer_file_id": customer_file.pk, "section_id": a_section("angebote").pk}
    assert (arrival.source, arrival.origin, arrival.received_by.username) == ("web", "Ordner/", "verena")  # type: ignore[union-attr]


def test_after_a_break_it_goes_on_where_it_was(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA[:5_000], 0)
    assert client.get(made["part"]).json()["offset"] == 5_000
    wrong = _put(client, made["part"], DATA[4_000:], 4_000)
    assert (wrong.status_code, wrong.json()) == (409, {"offset": 5_000})
    assert client.post(made["finish"]).status_code == 422
    _put(client, made["part"], DATA[5_000:], 5_000)
    assert client.post(made["finish"]).status_code == 201


def test_asking_twice_to_finish_makes_one_arrival(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA, 0)
    assert client.post(made["finish"]).json()["id"] == client.post(made["finish"]).json()["id"]
    assert Arrival.objects.count() == 1


def test_asking_how_far_a_finished_file_is_says_that_all_of_it_is_here(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA, 0)
    client.post(made["finish"])
    assert client.get(made["part"]).json() == {"offset": len(DATA), "size": len(DATA)}
    assert _put(client, made["part"], DATA, 0).json() == {"offset": len(DATA)}


def test_who_asks_again_while_the_first_one_works_is_told_to_wait_and_gets_the_same(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finishing, "PATIENCE_SECONDS", 0.2)
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA, 0)
    with _incoming(made).alone() as alone:
        assert alone
        waits = client.post(made["finish"])
        assert (waits.status_code, waits.json()) == (202, {"state": "working"})
        # Nor can it be taken away under the hands of the one who works.
        assert client.delete(made["part"]).status_code == 409
    assert client.post(made["finish"]).json()["id"] == client.post(made["finish"]).json()["id"]
    assert Arrival.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_finish_at_once_get_the_same_arrival(signed_in: SignIn) -> None:
    clients = [signed_in("verena"), signed_in("verena")]
    made = _begin(clients[0]).json()
    _put(clients[0], made["part"], DATA, 0)

    def finish(client: Client) -> int:
        try:
            while (answer := client.post(made["finish"])).status_code == 202:
                pass
            assert answer.status_code == 201
            return int(answer.json()["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(finish, clients)
    assert first == second
    assert Arrival.objects.count() == 1


def test_a_crash_after_the_commit_makes_no_second_arrival(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA, 0)

    def power_fails(_: incoming.Incoming) -> None:
        raise SystemError("power")

    with monkeypatch.context() as during:
        during.setattr(incoming.Incoming, "received", power_fails)
        with pytest.raises(SystemError):
            client.post(made["finish"])
    assert client.post(made["finish"]).json()["id"] == Arrival.objects.get().pk


def test_a_large_file_is_read_in_pieces_and_the_browser_asks_until_it_is_done(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finishing, "PATIENCE_SECONDS", 0)
    # As if the slices had come to another process.
    monkeypatch.setattr(hashing, "_readings", OrderedDict())
    monkeypatch.setattr(incoming, "_HASH_SECONDS", -1)
    data = random.Random(4).randbytes(3 * 1024 * 1024)
    client = signed_in("verena")
    made = _begin(client, size=len(data)).json()
    _put(client, made["part"], data, 0)
    answers = [client.post(made["finish"]).status_code for _ in range(6)]
    assert answers[0] == 202
    assert answers[-1] == 201
    assert Arrival.objects.get().digest == hashlib.sha256(data).hexdigest()


def test_the_finished_file_is_handed_over_without_a_copy_and_nobody_writes_to_it_any_more(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA, 0)
    part = _incoming(made).file
    inode = part.stat().st_ino
    client.post(made["finish"])
    stored = blobs.default().path(Arrival.objects.get().digest)
    assert (stored.stat().st_ino, stored.stat().st_mode & 0o777) == (inode, 0o440)
    assert not part.exists()


def _incoming(made: dict[str, str]) -> incoming.Incoming:
    return incoming.find(made["part"].rpartition("/")[2], owner=User.objects.get(username="verena").pk)


class Slow:
    """A body that comes in pieces; before each piece it asks what of the earlier ones is in the file."""

    def __init__(self, sent: incoming.Incoming, *pieces: bytes, between: Callable[[], object] = lambda: None) -> None:
        self.sent, self.pieces, self.between = sent, list(pieces), between
        self.seen: list[int] = []

    def read(self, size: int = -1, /) -> bytes:
        self.seen.append(self.sent.offset)
        if len(self.seen) == 2:
            self.between()
        return self.pieces.pop(0) if self.pieces else b""


def test_each_piece_is_in_the_file_before_the_next_is_waited_for(signed_in: SignIn) -> None:
    sent = _incoming(_begin(signed_in("verena"), size=9).json())
    body = Slow(sent, b"abc", b"def")
    assert sent.append(body, offset=0) == 6
    assert body.seen == [0, 3, 6]


def test_of_two_who_send_the_same_slice_the_later_one_is_told_where_it_goes_on(signed_in: SignIn) -> None:
    sent = _incoming(_begin(signed_in("verena"), size=9).json())
    overtaken = Slow(sent, b"abc", b"def", between=lambda: sent.append(BytesIO(b"defghi"), offset=3))
    with pytest.raises(incoming.WrongOffset) as wrong:
        sent.append(overtaken, offset=0)
    assert wrong.value.offset == 9
    assert sent.file.read_bytes() == b"abcdefghi"


def test_nobody_else_finds_a_file_on_its_way(signed_in: SignIn) -> None:
    made = _begin(signed_in("verena")).json()
    other = signed_in("bernd")
    assert other.get(made["part"]).status_code == 404
    assert _put(other, made["part"], DATA, 0).status_code == 404
    assert other.post(made["finish"]).status_code == 404
    assert other.get(reverse("upload-part", args=("../../etc/passwd".replace("/", "_"),))).status_code == 404


def test_more_bytes_than_announced_are_not_taken(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client, size=100).json()
    assert _put(client, made["part"], DATA, 0).json() == {"offset": 100}


def test_an_empty_file_arrives_too(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client, size=0).json()
    assert client.post(made["finish"]).status_code == 201
    assert Arrival.objects.get().size == 0


def test_who_gives_up_leaves_nothing_behind(signed_in: SignIn, settings: Any) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA[:100], 0)
    assert client.delete(made["part"]).status_code == 204
    assert not list((settings.SCRATCH / "uploads").iterdir())
    assert client.get(made["part"]).status_code == 404


def test_what_was_left_a_day_ago_is_swept_away(signed_in: SignIn, settings: Any) -> None:
    client = signed_in("verena")
    old, young = _begin(client).json(), _begin(client).json()
    before = time.time() - incoming.STALE_SECONDS - 60
    for file in (settings.SCRATCH / "uploads").glob(f"{old['part'].rpartition('/')[2]}*"):
        os.utime(file, (before, before))
    _begin(client)
    assert client.get(old["part"]).status_code == 404
    assert client.get(young["part"]).status_code == 200


def test_a_full_disk_is_said_before_anything_is_sent(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "_RESERVE", 1 << 60)
    answer = signed_in("verena").post(
        reverse("upload-begin"), {"name": "a", "size": 1}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 507
    assert "kein Platz mehr" in answer.content.decode()


def test_room_is_asked_for_where_the_bytes_will_be_kept_as_well(
    signed_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BLOBS.mkdir(parents=True, exist_ok=True)
    real = shutil.disk_usage
    full = SimpleNamespace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full if path == settings.BLOBS else real(path))
    assert _begin(signed_in("verena")).status_code == 507


def test_the_target_is_asked_for_its_rights_before_a_byte_is_taken(signed_in: SignIn, settings: Any) -> None:
    invoice = a_document(document_class="INV_OUT", title="Rechnung", number="R-1")
    verena = signed_in("verena")
    assert _begin(verena, dokument=invoice.pk).status_code == 403
    assert _begin(verena, akte=invoice.customer_file_id, register=a_section("rechnungen").pk).status_code == 403
    assert _begin(verena, akte=987_654).status_code == 404
    assert _begin(signed_in("paula")).status_code == 403
    assert not (settings.SCRATCH / "uploads").exists()


def test_the_plain_form_takes_several_files_and_leads_to_what_became_of_them(signed_in: SignIn) -> None:
    client = signed_in("verena")
    files = [SimpleUploadedFile(f"brief{n}.txt", f"Text {n}".encode()) for n in range(2)]
    answer = client.post(reverse("upload"), {"files": files}, follow=True)
    assert Arrival.objects.count() == 2
    assert answer.content.decode().count("wird gelesen und eingeordnet") == 2


def test_the_plain_form_without_a_file_says_what_is_missing(signed_in: SignIn) -> None:
    answer = signed_in("verena").post(reverse("upload"), {})
    assert answer.status_code == 422
    assert "Bitte wählen Sie mindestens eine Datei." in answer.content.decode()


def test_what_became_of_it_is_told_in_a_sentence_and_only_when_it_changed(signed_in: SignIn) -> None:
    client = signed_in("verena")
    made = _begin(client).json()
    _put(client, made["part"], DATA, 0)
    pk = client.post(made["finish"]).json()["id"]
    address, asked = f"{reverse('upload-outcome')}?eingang={pk}", {"accept": "application/json"}
    first = client.get(address, headers=asked)
    assert (first.json()[0]["state"], first.json()[0]["done"]) == ("under_way", False)
    assert client.get(address, headers=asked | {"if-none-match": first["ETag"]}).status_code == 304
    Arrival.objects.filter(pk=pk).update(state="waiting", sentence="Es wurde kein Kunde gefunden.")
    later = client.get(address, headers=asked | {"if-none-match": first["ETag"]}).json()[0]
    assert later["sentence"] == "Wartet im Posteingang: Es wurde kein Kunde gefunden."
    assert later["url"] == reverse("inbox-arrival", args=(pk,))


@pytest.mark.parametrize("state", ["filed", "duplicate"])
def test_who_brought_it_learns_that_it_was_filed_and_nothing_of_where(signed_in: SignIn, state: str) -> None:
    offer = a_document(document_class="OFFER", title="Geheimes Angebot")
    mine, other = (an_arrival(file_name=f"{name}.pdf", actor=an_actor(name)) for name in ("sabine", "bernd"))
    Arrival.objects.filter(pk__in=[mine.pk, other.pk]).update(state=state, document=offer)
    address = f"{reverse('upload-outcome')}?eingang={mine.pk}&eingang={other.pk}"
    client = signed_in("sabine")
    own, of_others = client.get(address, headers={"accept": "application/json"}).json()
    assert (own["name"], own["done"], own["url"], own["document"]) == ("sabine.pdf", True, "", None)
    assert own["sentence"].startswith("Angekommen und eingeaktet. Dort, wo es liegt, dürfen Sie nicht lesen;")
    assert (of_others["name"], of_others["sentence"]) == ("", "Nicht (mehr) für Sie zu sehen.")
    page = client.get(address).content.decode()
    assert "sabine.pdf" in page
    assert not any(word in page for word in ("Geheimes", "bernd.pdf", offer.customer_file.customer.name))
