"""Disposition of many: request, release and destruction of sealed documents, in seconds and in queries.

`python -m bench.disposition` prints one JSON object, in a house of its own. Destruction is what the ledger's job does,
one batch after the other, in this process.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from bench.archive import SEED
from bench.house import answer_of, house
from bench.rows import Measurement, Row, machine

DOCUMENTS = int(os.environ.get("BENCH_DISPOSED", "500"))
_OLD = date(2015, 5, 4)
# The files of one sealed object, without and with its folders.
_FILES = 9


def measure(database: str) -> Iterator[Row]:
    """Three figures for one list."""
    with house(database) as environment:
        found = answer_of("bench.disposition", environment)
    each = f"{DOCUMENTS} sealed documents in one list"
    for name, what in (("request", "asked for"), ("release", "released"), ("destroy", "destroyed, with protocol")):
        said, raw = found[name], ""
        ratio = None
        if name == "destroy":
            raw = f"; as many folders of {_FILES} files taken away and fsynced by one process: {found['raw']:.1f} s"
            ratio = said["seconds"] / found["raw"]
        beside = f"{said['queries'] / DOCUMENTS:.1f} queries for each document{raw}"
        yield Row(f"disposition-{name}", f"{each} {what}", said["seconds"], "s", "", beside, ratio, database, machine())


MEASUREMENT = Measurement(("disposition-request", "disposition-release", "disposition-destroy"), measure)


# --- inside the house ---------------------------------------------------------------------------------------------


def run() -> dict[str, Any]:
    """File and seal, then from the request to the protocol."""
    from django.utils import timezone

    from kundenakte.records.actions import disposing
    from kundenakte.records.models import Disposition, Document
    from tests.builders import an_actor

    documents = _sealed_documents()
    now = timezone.now()
    found: dict[str, Any] = {"raw": _raw()}
    with _measured(found, "request"):
        made = disposing.request_disposition(
            actor=an_actor("bernd"), documents=documents, reason="Jährliche Aussonderung", now=now
        )
    with _measured(found, "release"):
        disposing.release_disposition(actor=an_actor("anton"), disposition=made, now=now)
    with _measured(found, "destroy"):
        _carry_out(made.pk)
    left = Document.objects.count()
    state = Disposition.objects.get(pk=made.pk).state
    assert (left, state) == (0, Disposition.State.DONE), (left, state)  # noqa: S101 - a measurement of nothing is none
    return found


def _carry_out(disposition_id: int) -> None:
    from django.db import transaction

    from kundenakte.records.disposition import working
    from kundenakte.records.models import Disposition

    while Disposition.objects.get(pk=disposition_id).state == Disposition.State.RELEASED:
        apply = working.dispose(disposition_id)
        with transaction.atomic():
            apply()


@contextmanager
def _measured(found: dict[str, Any], name: str) -> Iterator[None]:
    from django.db import connection

    queries = 0

    def count(execute: Any, *said: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*said)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        yield
    found[name] = {"seconds": time.perf_counter() - began, "queries": queries}


def _sealed_documents() -> list[Any]:
    from django.db import transaction

    from bench.archive import file_one
    from kundenakte import pipeline
    from kundenakte.records.models import Document, DocumentClass, Version
    from kundenakte.steps.archive import sealing
    from tests.builders import NOW, SETUP, a_customer_file, a_section

    pipeline.register_jobs()
    file, section = a_customer_file(), a_section("sonstiges")
    kind, dice = DocumentClass.objects.get(code="OTHER"), random.Random(SEED)
    for begin in range(0, DOCUMENTS, 100):
        with transaction.atomic():
            for number in range(begin, min(begin + 100, DOCUMENTS)):
                file_one(dice=dice, number=number, actor=SETUP, file=file, section=section, kind=kind, now=NOW,
                         dated_on=_OLD)  # fmt: skip
    for version_id in Version.objects.order_by("pk").values_list("pk", flat=True):
        prepared = sealing.prepare(version_id, now=NOW)
        assert prepared is not None  # noqa: S101 - nothing was sealed before
        with transaction.atomic():
            sealing.record(prepared)
    return list(Document.objects.order_by("pk"))


def _raw() -> float:
    """The floor: the files of as many objects taken away, each folder above brought to disk."""
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        for number in range(DOCUMENTS):
            folder = top / f"{number % 256:02x}" / str(number)
            folder.mkdir(parents=True)
            for one in range(_FILES):
                (folder / str(one)).write_bytes(b"x" * 5000)
        began = time.perf_counter()
        for number in range(DOCUMENTS):
            folder = top / f"{number % 256:02x}" / str(number)
            shutil.rmtree(folder)
            handle = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(handle)
            os.close(handle)
        return time.perf_counter() - began


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run()) + "\n")
