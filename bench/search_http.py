"""The search as a clerk with restricted rights has it in the browser, beside an empty page and the index alone.

100,000 documents and as many customers unless KUNDENAKTE_BENCH_DOCUMENTS and KUNDENAKTE_BENCH_CUSTOMERS say otherwise.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from bench.house import ROOT, answer_of, house, serving
from bench.rows import Measurement, Row, machine

DOCUMENTS = int(os.environ.get("KUNDENAKTE_BENCH_DOCUMENTS", "100000"))
CUSTOMERS = int(os.environ.get("KUNDENAKTE_BENCH_CUSTOMERS", "100000"))
# Words of a text: an invoice or a letter of one page.
WORDS_EACH = 100
QUESTIONS = 100
CHANGES = 10
PAGE = 20
# What a page may cost at most, in empty pages with the bare question to the index; and how much the thousandth page
# may cost more than the first.
TIMES, LATER = 4, 1.25
# A house of another size has rows of its own.
SIZE = "-million" if DOCUMENTS >= 1_000_000 else ""


def measure(database: str) -> Iterator[Row]:
    """Milliseconds over HTTP, one clerk, connection kept open."""
    with house(database) as environment:
        answer_of("bench.search_http", environment, "fill")
        with serving(environment) as port:
            found = answer_of("bench.search_http", environment, "ask", str(port))
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `ask` found."""
    of, empty = f"{DOCUMENTS} documents", found["empty"]["p95"]
    for words in (1, 3):
        took, raw = found[f"terms-{words}"], found[f"raw-{words}"]
        allowed = empty + raw["p95"]
        beside = (
            f"p50 {took['p50']:.1f} ms; empty page p95 {empty:.1f} ms, the index alone p95 {raw['p95']:.1f} ms; "
            f"largest swap {took['largest'] / 1000:.1f} kB"
        )
        what = f"{words} word(s), filter, facets and snippets over HTTP, {of} (p95)"
        yield Row(
            f"search-http-{words}{SIZE}", what, took["p95"], "ms", f"<= {TIMES * allowed:.1f}", beside,
            took["p95"] / allowed, database, machine(),
        )  # fmt: skip
    first, late = found["page-1"], found["page-1000"]
    beside = f"p50 {late['p50']:.1f} ms; page 1: p50 {first['p50']:.1f} ms, p95 {first['p95']:.1f} ms"
    yield Row(
        f"search-http-page-1000{SIZE}", f"page {found['page']} of a list by date over HTTP, {of} (p95)",
        late["p95"], "ms",
        f"<= {LATER * first['p95']:.1f}", beside, late["p95"] / first["p95"], database, machine(),
    )  # fmt: skip
    jump = found["jump"]
    what = f"jump box while typing over HTTP, {CUSTOMERS} customers, {of} (p95)"
    beside = f"p50 {jump['p50']:.1f} ms; empty page p95 {empty:.1f} ms"
    yield Row(f"jump-http{SIZE}", what, jump["p95"], "ms", "<= 50", beside, jump["p95"] / empty, database, machine())
    beside = f"slowest of {CHANGES}: {found['slowest']:.2f} s"
    what = f"changed document until the search page shows it, {of} (median)"
    yield Row(f"findable-http{SIZE}", what, found["findable"], "s", "<= 2", beside, None, database, machine())


_IDS = tuple(
    f"{name}{SIZE}"
    for name in ("search-http-1", "search-http-3", "search-http-page-1000", "jump-http", "findable-http")
)
MEASUREMENT = Measurement(_IDS, measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Fill the house; the index follows in a second process, since a machine has more than one core."""
    from bench.search_company import filling, words_of

    indexing: subprocess.Popen[bytes] | None = None
    for there in filling(DOCUMENTS, words_of(), customers=CUSTOMERS, words=WORDS_EACH):
        if indexing is None and there >= min(DOCUMENTS, DOCUMENTS // 5 + 1000):
            indexing = subprocess.Popen([sys.executable, "-m", "bench.search_http", "index"], cwd=ROOT)
    if indexing is None or indexing.wait():
        raise RuntimeError("the index was not filled")
    return {"documents": _index_rest()}


def index() -> dict[str, Any]:
    """Fill the index with what is there and compare it with the database, as an indexer does in the first hour of a
    house: the one that follows has nothing to do beside the questions."""
    from kundenakte.steps.search import indexer

    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        while at_work.round():
            pass
        at_work.leave()
    return {}


def _index_rest() -> int:
    """Take in what came after the index was filled; all documents are in it now, or this raises."""
    from kundenakte.records import search_due
    from kundenakte.records.models import Document
    from kundenakte.steps.search import reading
    from kundenakte.steps.search.engine import Every

    def held() -> int:
        reader = reading.reader()
        return reader.total(Every()) if reader else 0

    missing = DOCUMENTS - held()
    if missing:
        search_due.mark_all(Document.objects.order_by("-pk").values_list("pk", flat=True)[:missing])
        index()
    if held() != DOCUMENTS:
        raise RuntimeError(f"{held()} of {DOCUMENTS} documents are in the index")
    return held()


# --- beside the running house -------------------------------------------------------------------------------------


class Browser:
    """One clerk who is signed in, on one connection."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie = f"sessionid={session}"
        self.largest = 0

    def get(self, path: str, *, part: str = "") -> tuple[str, float]:
        """The page, or the part of it that scripts ask for, and the milliseconds until its last byte."""
        headers = {"Cookie": self._cookie} | ({"HX-Request": "true", "HX-Target": part} if part else {})
        began = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {path}")
        self.largest = max(self.largest, len(body))
        return body.decode(), took

    def times(self, paths: list[str], *, part: str = "") -> dict[str, float]:
        """Median and 95th percentile, after a few to warm up."""
        self.largest = 0
        for path in paths[:5]:
            self.get(path, part=part)
        taken = [self.get(path, part=part)[1] for path in paths]
        return spread(taken) | {"largest": self.largest}

    def in_turn(self, some: list[str], others: list[str], *, part: str) -> tuple[dict[str, float], dict[str, float]]:
        """The same of two lists of pages, one of each in turn: what else the machine does meets both alike."""
        for path in (*some[:5], *others[:5]):
            self.get(path, part=part)
        pairs = [[self.get(path, part=part)[1] for path in pair] for pair in zip(some, others, strict=True)]
        one, other = zip(*pairs, strict=True)
        return spread(list(one)), spread(list(other))


def ask(port: int) -> dict[str, Any]:
    """Everything, one after the other; nothing else runs meanwhile."""
    from bench.search_company import a_clerk, words_of
    from kundenakte.records.models import Section

    clerk = a_clerk()
    browser = Browser(port, signed_in(clerk))
    sections = Section.objects.filter(key__in=("rechnungen", "angebote")).values_list("pk", flat=True)
    narrowed = [("register", str(pk)) for pk in sections]
    chance, words = Random(11), words_of().words
    found: dict[str, Any] = {"empty": browser.times(["/hochladen"] * QUESTIONS)}
    for number in (1, 3):
        # Frequent words among them: they cost most.
        asked = [" ".join(chance.choice(words[: 40 if n else 2000]) for n in range(number)) for _ in range(QUESTIONS)]
        found[f"raw-{number}"] = _raw(asked)
        paths = [f"/suche?{urlencode([('q', text), *narrowed])}" for text in asked]
        found[f"terms-{number}"] = browser.times(paths, part="search-results")
    found |= _far_back(browser)
    found["jump"] = browser.times([f"/suche/sprung?q={quote(text)}" for text in _typed(chance)])
    return found | _findable(browser, clerk)


def signed_in(clerk: Any) -> str:
    """The key of a session, as signing in makes one."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(clerk.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = clerk.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _raw(asked: list[str]) -> dict[str, float]:
    """The same words asked of the index alone: no rights, filters, facets or snippets."""
    from kundenakte.steps.search import reading
    from kundenakte.steps.search.engine import Every
    from kundenakte.steps.search.language import understand

    reader = reading.reader()
    if reader is None:
        raise LookupError("there is no index")
    one: Callable[[str], object] = lambda text: reader.top(understand(text).exact(Every()), limit=PAGE)  # noqa: E731
    for text in asked[:5]:
        one(text)
    taken = []
    for text in asked:
        began = time.perf_counter()
        one(text)
        taken.append((time.perf_counter() - began) * 1000)
    return spread(taken)


def _far_back(browser: Browser) -> dict[str, Any]:
    """The first page of all documents by date, and the thousandth (or the last but a few of a smaller house)."""
    from kundenakte.base.accounts.models import User
    from kundenakte.records import access
    from kundenakte.steps.search.entries import order_number

    clerk = User.objects.get(username="verena")
    dated = access.documents_for(clerk).order_by("-dated_on", "-pk").values_list("dated_on", "pk")
    page = min(1000, dated.count() // PAGE - 10)
    behind = list(dated[page * PAGE - 1 : page * PAGE - 1 + QUESTIONS])
    late = [f"/suche?folge=newest&nach=all:{order_number(*row)}" for row in behind]
    one, other = browser.in_turn(["/suche?folge=newest"] * len(late), late, part="search-more")
    return {"page": page, "page-1": one, "page-1000": other}


def _typed(chance: Random) -> list[str]:
    """What is in the box after each key: names, numbers, an IBAN, a phone, a document, a section of a customer."""
    from kundenakte.customers.models import Customer, Identifier
    from kundenakte.records.models import Document

    customers = _spread_over(Customer.objects.order_by("pk"), CUSTOMERS, 8)
    documents = _spread_over(Document.objects.order_by("pk"), DOCUMENTS, 4)
    ibans = Identifier.objects.filter(kind="iban").order_by("pk").values_list("shown", flat=True)[:2]
    phones = Identifier.objects.filter(kind="phone").order_by("pk").values_list("shown", flat=True)[:2]
    whole = [
        *(customer.name[:14] for customer in customers),
        *(customer.number for customer in customers[:3]),
        *(document.number for document in documents),
        *ibans,
        *phones,
        *(f"{customer.name.split()[0]} rechn" for customer in customers[:3]),
    ]
    typed = [text[:length] for text in whole for length in range(1, len(text) + 1)]
    return chance.sample(typed, min(len(typed), 3 * QUESTIONS))


def _spread_over(rows: Any, count: int, wanted: int) -> list[Any]:
    """So many of them, one after each equal part. A slice with a step would read all."""
    return [rows[at] for at in range(0, count, max(1, count // wanted))][:wanted]


def _findable(browser: Browser, clerk: Any) -> dict[str, float]:
    """Change documents as an action does, and ask until the page shows each."""
    from kundenakte.records import access, search_due

    taken = []
    for number, document in enumerate(access.documents_for(clerk).order_by("pk")[:CHANGES]):
        document.title = f"Geändert zqx{number}y"
        document.save()
        search_due.mark(document)
        began = time.perf_counter()
        while document.title not in browser.get(f"/suche?q=zqx{number}y", part="search-results")[0]:
            if time.perf_counter() - began > 60:
                raise TimeoutError(document.title)
            time.sleep(0.02)
        taken.append(time.perf_counter() - began)
        time.sleep(0.1)
    return {"findable": statistics.median(taken), "slowest": max(taken)}


def spread(taken: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[-1]}


if __name__ == "__main__":
    import django

    django.setup()
    told = ask(int(sys.argv[2])) if sys.argv[1] == "ask" else {"fill": fill, "index": index}[sys.argv[1]]()
    sys.stdout.write(json.dumps(told) + "\n")
