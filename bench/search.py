"""The search of a clerk with restricted rights: words with filter, facets and snippets, the jump box, suggestions; how
fast an index is filled, how large it is, and how soon a changed document is found."""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from bench.house import answer_of, house
from bench.rows import Measurement, Row, machine

COUNT = 20_000
QUESTIONS = 60
CHANGES = 10


def measure(database: str) -> Iterator[Row]:
    """Milliseconds in the process that asks, without HTTP; beside them the same words asked of the index alone."""
    with house(database) as environment:
        found = answer_of("bench.search", environment, str(COUNT))
    yield from rows(found, database, COUNT)


def rows(found: dict[str, Any], database: str, count: int) -> Iterator[Row]:
    """The rows of what `run` found."""
    for words in (1, 3):
        took, raw = found[f"terms-{words}"], found[f"raw-{words}"]
        yield Row(
            f"search-{words}", f"{words} word(s), filter, facets and snippets, {count} documents (p95)", took["p95"],
            "ms", "<= 40", f"p50 {took['p50']:.1f} ms; the index alone, without rights: p95 {raw['p95']:.1f} ms",
            took["p95"] / raw["p95"], database, machine(),
        )  # fmt: skip
    for name, what, goal in (
        ("jump", f"jump box while typing, {count} documents (p95)", "<= 50"),
        ("suggest", f"suggestions while typing, {count} documents (p95)", "<= 50"),
        ("page-1000", f"page far back of a list by date, {count} documents (p95)", ""),
    ):
        beside = f"p50 {found[name]['p50']:.1f} ms"
        yield Row(f"search-{name}", what, found[name]["p95"], "ms", goal, beside, None, database, machine())
    beside = f"{found['bytes_each']:.0f} bytes per document, {found['text_each']:.0f} bytes of them its text"
    yield Row("index-rate", "documents taken into the index per second, one process", found["rate"], "1/s", "",
              beside, None, database, machine())  # fmt: skip
    beside = f"slowest of {CHANGES}: {found['slowest']:.2f} s"
    yield Row("findable", "changed document until found (median)", found["findable"], "s", "<= 2", beside, None,
              database, machine())  # fmt: skip


_IDS = ("search-1", "search-3", "search-jump", "search-suggest", "search-page-1000", "index-rate", "findable")
MEASUREMENT = Measurement(_IDS, measure)


# --- in the house -------------------------------------------------------------------------------------------------


def run(count: int) -> dict[str, Any]:
    """Fill the house and measure in it."""
    from bench.search_company import a_clerk, fill
    from kundenakte.records import access
    from kundenakte.records.models import CustomerFile, Section
    from kundenakte.steps.search import jumping, queries, reading
    from kundenakte.steps.search.engine import Every, Order
    from kundenakte.steps.search.filters import Filters
    from kundenakte.steps.search.language import understand

    vocabulary, chance = fill(count), Random(11)
    found: dict[str, Any] = _filled(count)
    clerk = a_clerk()
    files = list(CustomerFile.objects.select_related("customer")[:50])
    sections = frozenset(Section.objects.filter(key__in=("rechnungen", "angebote")).values_list("pk", flat=True))

    def words(number: int) -> str:
        # Frequent ones among them: they cost most.
        return " ".join(chance.choice(vocabulary.words[: 40 if n else 2000]) for n in range(number))

    reader = reading.reader()
    if reader is None:
        raise LookupError("there is no index")
    for number in (1, 3):
        asked = [words(number) for _ in range(QUESTIONS)]
        found[f"raw-{number}"] = _timed(lambda text: reader.top(understand(text).exact(Every()), limit=20), asked)
        found[f"terms-{number}"] = _timed(
            lambda text: queries.search(clerk, text, filters=Filters(sections=sections)), asked
        )
    typed = [
        text for n, file in enumerate(files) for text in (file.customer.name[: 3 + n % 8], f"RE-20{n % 20 + 6:02d}")
    ]
    found["jump"] = _timed(lambda text: jumping.jump(clerk, text), typed[:QUESTIONS])
    found["suggest"] = _timed(
        lambda text: queries.suggest(clerk, text), [words(1)[: 2 + n % 4] for n in range(QUESTIONS)]
    )
    visible = access.documents_for(clerk).order_by("dated_on").values_list("dated_on", "pk")
    far_back = _far_back(list(visible[count // 10 : count // 10 + QUESTIONS]))
    found["page-1000"] = _timed(
        lambda after: queries.search(clerk, "", order=Order.NEWEST, after=after, with_facets=False), far_back
    )
    return found | _findable(clerk)


def _far_back(rows: list[Any]) -> list[str]:
    from kundenakte.steps.search.entries import order_number

    return [f"all:{order_number(*row)}" for row in rows]


def _filled(count: int) -> dict[str, float]:
    """Fill the index in this process, and look what it costs."""
    from kundenakte.records import renditions
    from kundenakte.records.models import Version
    from kundenakte.steps.search import folder, indexer

    began = time.perf_counter()
    with indexer.at_work() as at_work:
        while at_work.round():
            pass
    took = time.perf_counter() - began
    size = sum(file.stat().st_size for file in folder.root().rglob("*") if file.is_file())
    digests = Version.objects.order_by("pk").values_list("digest", flat=True)[:200]
    texts = [text.plain for digest in digests if (text := renditions.text_of(digest))]
    average = statistics.mean(len(text.encode()) for text in texts)
    return {"rate": count / took, "bytes_each": size / count, "text_each": average}


def _timed(ask: Callable[[str], object], asked: list[str]) -> dict[str, float]:
    """Milliseconds, after one round to warm up."""
    for text in asked[:5]:
        ask(text)
    taken = []
    for text in asked:
        began = time.perf_counter()
        ask(text)
        taken.append((time.perf_counter() - began) * 1000)
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[-1]}


def _findable(clerk: Any) -> dict[str, float]:
    """Change documents beside a running indexer and ask until each is found."""
    from kundenakte.records import access, search_due
    from kundenakte.steps.search import indexer, queries

    stop = threading.Event()
    running = threading.Thread(target=indexer.run, args=(stop,))
    running.start()
    taken = []
    try:
        for number, document in enumerate(access.documents_for(clerk).order_by("pk")[:CHANGES]):
            document.title = f"Geändert zqx{number}y"
            document.save()
            search_due.mark(document)
            began = time.perf_counter()
            while not any(hit.document.pk == document.pk for hit in queries.search(clerk, f"zqx{number}y").hits):
                time.sleep(0.01)
            taken.append(time.perf_counter() - began)
            time.sleep(0.1)
    finally:
        stop.set()
        running.join()
    return {"findable": statistics.median(taken), "slowest": max(taken)}


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run(int(sys.argv[1]))) + "\n")
