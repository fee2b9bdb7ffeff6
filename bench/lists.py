"""The list of a large customer file as a clerk with restricted rights has it in the browser, beside an empty page and
the bare queries: 100,000 documents (or KUNDENAKTE_BENCH_DOCUMENTS), a file of 5,000, and one of 55,000 for the
thousandth page."""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from bench.house import answer_of, house, serving
from bench.rows import Measurement, Row, machine
from bench.search_http import Browser, signed_in, spread

DOCUMENTS = int(os.environ.get("KUNDENAKTE_BENCH_DOCUMENTS", "100000"))
LARGE, HUGE, CUSTOMERS = 5_000, 55_000, 1_000
ASKED = 120
# What the page may cost at most, in empty pages with the bare queries; and how much the thousandth page may cost more
# than the first.
TIMES, LATER = 4, 1.25
_KINDS = (("INV_OUT", "rechnungen", "RE"), ("OFFER", "angebote", "AN"), ("DELIVERY", "lieferscheine", "LS"),
          ("MAINT_CONTRACT", "service", "WV"), ("NDA", "vertraege", "GV"))  # fmt: skip


def measure(database: str) -> Iterator[Row]:
    """Milliseconds over HTTP, one clerk, connection kept open."""
    with house(database) as environment:
        answer_of("bench.lists", environment, "fill")
        with serving(environment) as port:
            found = answer_of("bench.lists", environment, "ask", str(port))
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `ask` found."""
    empty, raw = found["empty"]["p95"], found["raw"]["p95"]
    allowed = empty + raw
    of = f"file of {LARGE} among {DOCUMENTS} documents"
    for name, what in (("list-http", "page of a"), ("list-http-filtered", "filtered and sorted part of a")):
        took = found[name]
        beside = (
            f"p50 {took['p50']:.1f} ms; empty page p95 {empty:.1f} ms, bare queries p95 {raw:.1f} ms; "
            f"{took['largest'] / 1000:.0f} kB"
        )
        yield Row(name, f"{what} {of} over HTTP (p95)", took["p95"], "ms", f"<= {TIMES * allowed:.1f}", beside,
                  took["p95"] / allowed, database, machine())  # fmt: skip
    first, late = found["page-1"], found["page-1000"]
    beside = f"p50 {late['p50']:.1f} ms; page 2: p50 {first['p50']:.1f} ms, p95 {first['p95']:.1f} ms"
    yield Row(
        "list-http-page-1000", f"page {found['page']} of a file of {HUGE} documents over HTTP (p95)", late["p95"], "ms",
        f"<= {LATER * first['p95']:.1f}", beside, late["p95"] / first["p95"], database, machine(),
    )  # fmt: skip
    again = found["again"]
    yield Row("list-http-again", f"asking again for a {of}, nothing changed: 304 (p95)", again["p95"], "ms", "",
              f"p50 {again['p50']:.1f} ms", again["p95"] / empty, database, machine())  # fmt: skip


_IDS = ("list-http", "list-http-filtered", "list-http-page-1000", "list-http-again")
MEASUREMENT = Measurement(_IDS, measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Invented documents, fixed by a seed, written straight into the tables."""
    from django.db import connection
    from django.db.models import OuterRef, Subquery

    from kundenakte.records.models import CustomerFile, Document, FilePlan, Version

    chance = Random(7)
    files = files_of(FilePlan.objects.get())
    sizes = [files[0]] * LARGE + [files[1]] * HUGE
    for start in range(0, DOCUMENTS, 2000):
        _documents(range(start, start + 2000), lambda n: sizes[n] if n < len(sizes) else chance.choice(files), chance)
    versions = Version.objects.filter(document=OuterRef("pk")).values("pk")[:1]
    Document.objects.update(valid_version=Subquery(versions))
    with connection.cursor() as cursor:
        # As the databases do it themselves over the day.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    _clerk(CustomerFile.objects.get(pk=files[0]))
    return {}


def files_of(plan: Any) -> list[int]:
    from kundenakte.customers.models import Customer
    from kundenakte.records.models import CustomerFile

    customers = Customer.objects.bulk_create(
        Customer(name=f"Kunde {number} GmbH", number=f"K-{10_000 + number}") for number in range(CUSTOMERS)
    )
    made = CustomerFile.objects.bulk_create(
        CustomerFile(customer=customer, plan=plan, opened_on=date(2026, 1, 1)) for customer in customers
    )
    return [file.pk for file in made]


def _documents(numbers: range, file_of: Callable[[int], int], chance: Random) -> None:
    from django.utils import timezone

    from kundenakte.customers.drafts import sort_name
    from kundenakte.records.index_fields import cents
    from kundenakte.records.models import Document, DocumentClass, Section, Version
    from kundenakte.records.numbers import number_key

    classes = {row.code: row for row in DocumentClass.objects.all()}
    sections = dict(Section.objects.filter(customer_file=None).values_list("key", "pk"))
    now, documents = timezone.now(), []
    for number in numbers:
        code, section, letters = chance.choice(_KINDS)
        day = date(2012, 1, 1) + timedelta(days=chance.randrange(14 * 365))
        shown = f"{letters}-{day.year}-{number:06d}"
        fields = {"gross_amount": f"{chance.randrange(10_000_00) / 100:.2f}", "currency": "EUR"}
        documents.append(
            Document(
                customer_file_id=file_of(number), section_id=sections[section], document_class=classes[code],
                title=f"{classes[code].name} {shown}", number=shown, number_key=number_key(shown), dated_on=day,
                title_key=sort_name(f"{classes[code].name} {shown}"),
                fields=fields, amount_cents=cents(fields), is_restricted=number % 50 == 0, created_at=now,
                changed_at=now,
            )
        )  # fmt: skip
    Document.objects.bulk_create(documents, batch_size=1000)
    Version.objects.bulk_create(
        [
            Version(
                document=document, number=1, digest=sha256(document.number.encode()).hexdigest(), size=1,
                media_type="application/pdf", file_name=f"{document.number}.pdf", created_at=now, source="bench",
            )
            for document in documents
        ],
        batch_size=1000,
    )  # fmt: skip


def _clerk(customer_file: Any) -> None:
    """Somebody from service and accounting: no offers, nothing restricted, nor what is denied to her by name."""
    from django.utils import timezone

    from kundenakte.base.accounts.models import Role, User
    from kundenakte.records.models import Document, Grant

    user = User.objects.create_user("sabine", "sabine@example.com", None, name="Sabine Seidl")
    user.roles.add(Role.objects.get(code="service"))
    user.roles.add(Role.objects.get(code="buchhaltung"))
    denied = list(Document.objects.filter(customer_file=customer_file).order_by("pk")[:40])
    Grant.objects.bulk_create(
        Grant(user=user, document=document, is_deny=True, reason="bench", created_at=timezone.now())
        for document in denied
    )


# --- beside the running house -------------------------------------------------------------------------------------


def ask(port: int) -> dict[str, Any]:
    """Everything, one after the other; nothing else runs meanwhile."""
    from kundenakte.base.accounts.models import User
    from kundenakte.records import access
    from kundenakte.records.models import CustomerFile

    clerk = User.objects.get(username="sabine")
    session = signed_in(clerk)
    browser = Browser(port, session)
    large, huge = CustomerFile.objects.order_by("pk")[:2]
    allowed = access.documents_for(clerk)
    found: dict[str, Any] = {"empty": browser.times(["/hochladen"] * ASKED)}
    found["raw"] = _raw(allowed.filter(customer_file=large))
    found["list-http"] = browser.times([f"/akte/{large.pk}"] * ASKED)
    found["list-http-filtered"] = browser.times(
        [f"/akte/{large.pk}?jahr={2012 + n % 14}&text=-{n % 10}&sortiert=-betrag" for n in range(ASKED)],
        part="list-pane",
    )
    found |= _far_back(browser, allowed.filter(customer_file=huge), huge.pk)
    found["again"] = _again(port, session, large.pk)
    return found


def _raw(within: Any) -> dict[str, float]:
    """The queries a list needs at least, within the same rights: its rows, and how many there are of each section."""
    from django.db import connection
    from django.db.models import Count

    listed = within.select_related("document_class", "valid_version").order_by("-dated_on", "-pk")[:50]
    counted = within.order_by().values("section").annotate(n=Count("pk"))
    asked = [query.query.sql_with_params() for query in (listed, counted)]
    taken = []
    for _ in range(ASKED):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for sql, values in asked:
                cursor.execute(sql, values)
                cursor.fetchall()
        taken.append((time.perf_counter() - began) * 1000)
    return spread(taken)


def _far_back(browser: Browser, within: Any, pk: int) -> dict[str, Any]:
    """What scrolling on asks for: behind the first page, and behind the thousandth or the last but one."""
    from kundenakte.doors.web import paging
    from kundenakte.doors.web.customer_files.contents import PAGE

    order = ("-dated_on", "-pk")
    page = min(1000, within.count() // PAGE - 2)

    def behind(number: int) -> str:
        row = within.order_by(*order)[number * PAGE - 1]
        return f"/akte/{pk}?nach={paging.cursor_behind(row, order)}"

    one, other = browser.in_turn([behind(1)] * ASKED, [behind(page)] * ASKED, part="document-more")
    return {"page": page, "page-1": one, "page-1000": other}


def _again(port: int, session: str, pk: int) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"sessionid={session}", "HX-Request": "true", "HX-Target": "file-body"}
    taken = []
    for turn in range(ASKED):
        began = time.perf_counter()
        connection.request("GET", f"/akte/{pk}", headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != (304 if turn else 200):
            raise RuntimeError(str(answer.status))
        headers["If-None-Match"] = answer.headers["ETag"] or headers["If-None-Match"]
        taken.append((time.perf_counter() - began) * 1000)
    return spread(taken[1:])


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(ask(int(sys.argv[2])) if sys.argv[1] == "ask" else fill()) + "\n")
