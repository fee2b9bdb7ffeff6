"""One clerk's work as a browser does it: the same addresses, cookies, forms, slices and polls, and a person's pauses.

Only the standard library: fifty of these run in one process beside the house they ask.
"""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import cycle
from random import Random
from urllib.parse import quote, urlencode

# Looking and reading between two steps: evenly spread. Between two keys: a practised typist.
THINKS_SECONDS, TYPES_SECONDS = (2.0, 6.0), (0.15, 0.35)
# As static/web/list-live.js and drop-files.js ask.
_LIVE_SECONDS, _OUTCOME_SECONDS = 6.0, 1.0
_PATIENCE_SECONDS = 60.0
_DOCUMENT = re.compile(r'/dokument/(\d+)(?=["\'?])')
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_EDITION = re.compile(r'name="edition" value="(\d+)"')


@dataclass(frozen=True, slots=True)
class Desk:
    """What one clerk needs: the session, files and words to ask for, a pile of waiting arrivals and of PDFs."""

    session: str
    files: list[tuple[int, str]]
    words: list[str]
    waiting: Iterator[int]
    papers: list[tuple[str, bytes]]
    # The section that takes letters and whatever is moved; every clerk may file there.
    section: int
    seed: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One request: which part of the work it was, when it began (monotonic), and its milliseconds."""

    step: str
    began: float
    ms: float
    writes: bool


class Unexpected(Exception):
    """The house answered what a clerk would call an error."""


@dataclass(slots=True)
class Clerk:
    """Works until told to stop; keeps what every request took, and every error in words."""

    port: int
    desk: Desk
    taken: list[Taken] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rounds: int = 0
    # Moves that were refused because a colleague had moved the same document first.
    conflicts: int = 0
    _chance: Random = field(init=False)
    _connection: http.client.HTTPConnection = field(init=False)
    _cookies: dict[str, str] = field(init=False)
    _token: str = ""
    # The list that is on the screen, its edition, and when it asks again.
    _live: tuple[str, str, float] | None = None

    def __post_init__(self) -> None:
        self._chance = Random(self.desk.seed)
        self._cookies = {"sessionid": self.desk.session}
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)

    def work(self, until: float) -> None:
        """Round after round; a round that goes wrong is an error, and the next one begins."""
        papers = cycle(self.desk.papers)
        while time.monotonic() < until:
            try:
                self._round(next(papers), until)
                self.rounds += 1
            except (Unexpected, OSError, http.client.HTTPException, ValueError, LookupError) as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                self._connection.close()

    def _round(self, paper: tuple[str, bytes], until: float) -> None:
        pk, name = self._chance.choice(self.desk.files)
        steps: tuple[Callable[[], None], ...] = (
            lambda: self._open(pk, name),
            lambda: self._leaf(pk),
            self._search,
            self._file,
            lambda: self._upload(pk, paper),
        )
        for step in steps:
            if time.monotonic() > until:
                return
            step()

    # --- the steps -------------------------------------------------------------------------------------------------

    def _open(self, pk: int, name: str) -> None:
        """From the start page by the jump box to the file."""
        self._live = None
        self._page("open", "/")
        self._think()
        for length in range(2, min(len(name), 8), 2):
            self._get("open", f"/suche/sprung?q={quote(name[:length])}", part="jump-results")
            time.sleep(self._chance.uniform(*TYPES_SECONDS))
        self._file_page(pk)
        self._think()

    def _file_page(self, pk: int) -> str:
        path = f"/akte/{pk}"
        text = self._page("open", path)
        edition = re.search(r'data-live="([^"]*)"', text)
        self._live = (path, edition[1], time.monotonic() + _LIVE_SECONDS) if edition else None
        return text

    def _leaf(self, pk: int) -> None:
        """Three documents of the list beside it, the last newest first; each with picture and words."""
        listed = self._get("leaf", f"/akte/{pk}?sortiert=-datum", part="list-pane")
        shown = list(dict.fromkeys(_DOCUMENT.findall(listed)))
        for document in shown[:3]:
            self._preview(document)
            self._think()

    def _preview(self, document: str) -> str:
        pane = self._get("leaf", f"/dokument/{document}", part="preview")
        self._get("leaf", f"/dokument/{document}/version/1/seite/1")
        self._get("leaf", f"/dokument/{document}/version/1/text?ab=1")
        return pane

    def _search(self) -> None:
        """Two words, then one of them, and a look at the first hit, which is moved if that is allowed."""
        self._live = None
        first, second = self._chance.sample(self.desk.words, 2)
        self._page("search", "/suche")
        self._think()
        self._get("search", f"/suche?{urlencode({'q': f'{first} {second}'})}", part="search-results")
        self._think()
        found = self._get("search", f"/suche?{urlencode({'q': first})}", part="search-results")
        hits = list(dict.fromkeys(_DOCUMENT.findall(found)))
        if hits:
            pane = self._page("search", f"/dokument/{hits[0]}")
            self._think()
            if f"/dokument/{hits[0]}/verschieben" in pane and self._chance.random() < 0.5:
                self._move(hits[0])

    def _move(self, document: str) -> None:
        path = f"/dokument/{document}/verschieben"
        edition = self._edition(path)
        self._think()
        # What is sealed asks for a reason, and may be sealed while the form is open.
        fields = {"edition": edition, "register": str(self.desk.section), "wie": "dorthin",
                  "reason": "Gehört zum Schriftverkehr"}  # fmt: skip
        try:
            self._sent("file", path, fields)
        except Unexpected as refused:
            if not str(refused).startswith("409") or self._edition(path) == edition:
                raise
            self.conflicts += 1

    def _edition(self, path: str) -> str:
        """The state of the document that a form shows."""
        found = _EDITION.search(self._page("file", path))
        return found[1] if found else ""

    def _file(self) -> None:
        """The next thing that waits goes into somebody's file as a letter."""
        self._page("file", "/posteingang/")
        self._think()
        arrival = next(self.desk.waiting)
        self._page("file", f"/eingang/{arrival}")
        self._get("file", f"/eingang/{arrival}/seite/1")
        self._think()
        pk, _ = self._chance.choice(self.desk.files)
        fields = {"class": "LETTER", "title": f"Brief {arrival}", "number": "", "dated_on": "24.11.2026",
                  "register": str(self.desk.section), "akte": str(pk)}  # fmt: skip
        self._sent("file", f"/eingang/{arrival}/einakten", fields)

    def _upload(self, pk: int, paper: tuple[str, bytes]) -> None:
        """A PDF dropped on a section, in slices, and the question every second what became of it."""
        self._file_page(pk)
        self._think()
        name, data = paper
        # The same paper scanned once more: other bytes.
        data += f"\n% {self._chance.random()}\n".encode()
        begun = json.loads(
            self._send("upload", "POST", "/hochladen/beginn", *_multipart(
                {"name": name, "size": str(len(data)), "path": "", "akte": str(pk), "register": str(self.desk.section)}
            ), expects=(201,))
        )  # fmt: skip
        for at in range(0, len(data), begun["slice"]):
            piece = data[at : at + begun["slice"]]
            self._send("upload", "PUT", f"{begun['part']}?offset={at}", piece, "application/octet-stream")
        line = json.loads(self._send("upload", "POST", begun["finish"], b"", "", expects=(201, 202)))
        until = time.monotonic() + _PATIENCE_SECONDS
        while not line.get("done"):
            if time.monotonic() > until:
                raise Unexpected(f"{name} is still under way")
            time.sleep(_OUTCOME_SECONDS)
            again = self._get("upload", f"/hochladen/ergebnis?eingang={line['id']}", json_wanted=True)
            line = json.loads(again)[0] if again else line
        self._think()

    # --- the browser -----------------------------------------------------------------------------------------------

    def _think(self) -> None:
        """A person's pause; the list on the screen goes on asking for what is new."""
        until = time.monotonic() + self._chance.uniform(*THINKS_SECONDS)
        while self._live and self._live[2] < until:
            path, edition, at = self._live
            time.sleep(max(0.0, at - time.monotonic()))
            headers = {"HX-Request": "true", "HX-Target": "file-body", "If-None-Match": f'"{edition}"'}
            _, answered = self._ask("live", ("GET", path), None, headers, (200, 304))
            tag = answered.get("ETag", "").removeprefix("W/").strip('"')
            self._live = (path, tag or edition, time.monotonic() + _LIVE_SECONDS)
        time.sleep(max(0.0, until - time.monotonic()))

    def _page(self, step: str, path: str) -> str:
        """A whole page, and the token its forms and scripts send with."""
        content, answered = self._ask(step, ("GET", path), None, {}, (200, 302, 303))
        if "Location" in answered:
            # What was to come next in the inbox, a colleague has filed meanwhile: its document opens.
            content, _ = self._ask(step, ("GET", answered["Location"]), None, {}, (200,))
        text = content.decode("utf-8", "replace")
        token = _TOKEN.search(text)
        if token is None:
            raise Unexpected(f"no page: {path}")
        self._token = token[1]
        return text

    def _get(self, step: str, path: str, *, part: str = "", json_wanted: bool = False) -> str:
        headers = {"HX-Request": "true", "HX-Target": part} if part else {}
        if json_wanted:
            headers["Accept"] = "application/json"
        return self._ask(step, ("GET", path), None, headers, (200,))[0].decode("utf-8", "replace")

    def _sent(self, step: str, path: str, fields: dict[str, str]) -> None:
        """A form: the answer leads on to the next page."""
        body = urlencode(fields | {"csrfmiddlewaretoken": self._token}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, answered = self._ask(step, ("POST", path), body, headers, (303,))
        self._page(step, answered["Location"])

    def _send(
        self, step: str, method: str, path: str, body: bytes, kind: str, *, expects: tuple[int, ...] = (200,)
    ) -> str:
        """What a script sends."""
        headers = {"Accept": "application/json", "X-CSRFToken": self._token} | ({"Content-Type": kind} if kind else {})
        return self._ask(step, (method, path), body, headers, expects)[0].decode()

    def _ask(
        self, step: str, asked: tuple[str, str], body: bytes | None, headers: dict[str, str], expects: tuple[int, ...]
    ) -> tuple[bytes, Message]:
        """One request, by method and address; raises Unexpected for a status that is not expected."""
        method, path = asked
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        began = time.monotonic()
        self._connection.request(method, path, body, headers | {"Cookie": cookies})
        answer = self._connection.getresponse()
        content = answer.read()
        self.taken.append(Taken(step, began, (time.monotonic() - began) * 1000, method != "GET"))
        for header in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status not in expects:
            said = " ".join(re.findall(r'role="alert">([^<]+)', content.decode("utf-8", "replace")))
            raise Unexpected(f"{answer.status} {method} {path.partition('?')[0]} {said}")
        return content, answer.headers


def _multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    mark = "kundenakte-bench"
    lines = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return f"{''.join(lines)}--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
