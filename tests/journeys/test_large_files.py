"""A file of 2 GB (64 MB in the short form) through the browser and through REST: whole, and in bounded memory."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import pytest

from kundenakte.base import blobs
from kundenakte.base.accounts.scopes import SCOPES
from kundenakte.records.actions.accounts import issue_token
from kundenakte.records.models import Arrival
from tests.builders import NOW, SETUP, a_user
from tests.conftest import LONG
from tests.journeys.conftest import PASSWORD

pytestmark = pytest.mark.journey

SIZE: Final = 2 * 1024**3 if LONG else 64 * 1024**2
# Far more than a slice or a chunk needs, far less than the file (in the long form).
MOST_GROWTH: Final = 200 * 1024**2 if LONG else 48 * 1024**2
_BLOCK: Final = 1024 * 1024


@dataclass(frozen=True)
class Large:
    """Bytes that are made while they are sent."""

    seed: int

    def blocks(self) -> Iterator[bytes]:
        """A megabyte at a time; no two are the same."""
        filling = hashlib.sha256(str(self.seed).encode()).digest() * (_BLOCK // 32)
        for at in range(SIZE // _BLOCK):
            yield at.to_bytes(32, "big") + filling[32:]

    def digest(self) -> str:
        """The SHA-256 of all of them."""
        whole = hashlib.sha256()
        for block in self.blocks():
            whole.update(block)
        return whole.hexdigest()


@dataclass
class Visitor:
    """A program that speaks HTTP with the house and keeps its cookies, without holding more than a slice."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and bytes of a short answer."""
        connection = self._sent(method, path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, data

    def digest_of(self, path: str) -> str:
        """The SHA-256 of a long answer, read as it comes."""
        connection = self._sent("GET", path, None, {})
        answer, whole = connection.getresponse(), hashlib.sha256()
        while chunk := answer.read(_BLOCK):
            whole.update(chunk)
        connection.close()
        return whole.hexdigest()

    def sign_in(self, person: str) -> None:
        """As the form does it."""
        form = {"login": person, "password": PASSWORD, "csrfmiddlewaretoken": self.token("/konto/login/")}
        kind = "application/x-www-form-urlencoded"
        status, _, _ = self.ask("POST", "/konto/login/", urlencode(form), **{"Content-Type": kind})
        assert status == 302

    def token(self, path: str) -> str:
        """The form protection's token on this page."""
        found = re.search(rb'name="csrf-token" content="([^"]+)"', self.ask("GET", path)[2])
        assert found is not None
        return found[1].decode()

    def _sent(self, method: str, path: str, body: Any, headers: dict[str, str]) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=600)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, {"Cookie": cookie, "Referer": self.base, **headers})
        return connection


class Memory:
    """How much the processes of a house have grown since now, at their highest."""

    def __init__(self, base: str) -> None:
        listen = f"KUNDENAKTE_LISTEN={urlsplit(base).netloc}".encode()
        self.before = {pid: self._kilobytes(pid, "VmRSS") for pid in self._pids(listen)}
        assert any((Path("/proc") / pid / "comm").read_text().strip() == "ka-web" for pid in self.before)

    def growth(self) -> int:
        """Bytes, of the process that has grown most."""
        grown = [self._kilobytes(pid, "VmHWM") - before for pid, before in self.before.items()]
        return max(grown) * 1024

    def _pids(self, listen: bytes) -> Iterator[str]:
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and listen in (folder / "environ").read_bytes().split(b"\0"):
                    yield folder.name
            except OSError:
                continue

    def _kilobytes(self, pid: str, name: str) -> int:
        try:
            found = re.search(rf"{name}:\s+(\d+) kB", (Path("/proc") / pid / "status").read_text())
        except OSError:
            return 0
        return int(found[1]) if found else 0


@pytest.fixture(autouse=True)
def _room(settings: Any, house: str) -> Iterator[None]:
    """Gigabytes are not left lying about."""
    yield
    shutil.rmtree(settings.BLOBS, ignore_errors=True)


def test_a_large_file_comes_through_the_browser_and_back_in_bounded_memory(house: str, settings: Any) -> None:
    visitor, large = Visitor(house), Large(1)
    visitor.sign_in("anton")
    token = visitor.token("/hochladen")
    memory = Memory(house)
    form = urlencode({"name": "groß.bin", "size": SIZE, "csrfmiddlewaretoken": token})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    made = json.loads(visitor.ask("POST", "/hochladen/beginn", form, **kind)[2])
    offset, slice_of, blocks = 0, made["slice"] // _BLOCK, large.blocks()
    while offset < SIZE:
        body = b"".join(next(blocks) for _ in range(min(slice_of, (SIZE - offset) // _BLOCK)))
        status, _, answer = visitor.ask("PUT", f"{made['part']}?offset={offset}", body, **{"X-CSRFToken": token})
        assert status == 200
        offset = json.loads(answer)["offset"]
    while (finished := visitor.ask("POST", made["finish"], b"", **{"X-CSRFToken": token}))[0] == 202:
        pass
    assert finished[0] == 201
    arrival = Arrival.objects.get(pk=json.loads(finished[2])["id"])
    assert (arrival.digest, arrival.size) == (large.digest(), SIZE)
    assert blobs.default().path(arrival.digest).stat().st_size == SIZE
    assert not list((settings.SCRATCH / "uploads").glob("*.part"))
    assert visitor.digest_of(f"/eingang/{arrival.pk}/datei") == arrival.digest
    last = visitor.ask("GET", f"/eingang/{arrival.pk}/datei", Range="bytes=-32")
    assert (last[0], last[1]["content-range"], len(last[2])) == (206, f"bytes {SIZE - 32}-{SIZE - 1}/{SIZE}", 32)
    head = visitor.ask("HEAD", f"/eingang/{arrival.pk}/datei")
    assert (head[0], head[1]["content-length"], head[2]) == (200, str(SIZE), b"")
    assert memory.growth() < MOST_GROWTH


def test_a_large_file_comes_through_rest_in_bounded_memory(house: str) -> None:
    _, secret = issue_token(actor=SETUP, user=a_user("erp"), name="large", scopes=tuple(SCOPES), now=NOW)
    visitor, large = Visitor(house), Large(2)
    visitor.ask("GET", "/konto/login/")
    memory = Memory(house)
    status, _, answer = visitor.ask(
        "POST", "/api/v1/documents/raw?" + urlencode({"file_name": "groß.bin"}), large.blocks(),
        **{"Authorization": f"Bearer {secret}", "Content-Type": "application/octet-stream",
           "Content-Length": str(SIZE)},
    )  # fmt: skip
    assert status in {200, 201, 202}, answer
    arrival = Arrival.objects.get(source__startswith="rest")
    assert (arrival.digest, arrival.size) == (large.digest(), SIZE)
    assert blobs.default().path(arrival.digest).stat().st_size == SIZE
    assert memory.growth() < MOST_GROWTH
