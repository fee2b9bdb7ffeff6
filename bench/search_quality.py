"""How well the demo company's questions are answered: its papers go the whole way, then everything is asked.

The questions and the documents that answer them are published in demo/questions.csv.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.house import ROOT, house, serving
from bench.rows import Measurement, Row, machine

PATIENCE_SECONDS = 900
# Arrivals come in by watched folders, one after the other: so long nothing may be under way.
_CALM_SECONDS = 6.0


def measure(_database: str) -> Iterator[Row]:
    """Shares from 0 to 1; the database has no say in it."""
    with house("sqlite") as environment:
        subprocess.run([sys.executable, "-m", "demo.opening"], env=environment, cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        command = [sys.executable, "-m", "bench.search_quality"]
        with serving(environment):
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    found = json.loads(done.stdout.splitlines()[-1])
    of = f"{found['questions']} questions to {found['documents']} documents of the demo company"
    beside = f"answered less than fully: {'; '.join(found['weak']) or 'none'}"
    yield Row("search-recall", f"wanted documents among the first ten, {of}", found["recall"], "share", ">= 0.95",
              beside, None, "", machine())  # fmt: skip
    yield Row("search-rank", f"1 / place of the first wanted document, {of}", found["rank"], "share", ">= 0.9", "",
              None, "", machine())  # fmt: skip


MEASUREMENT = Measurement(("search-recall", "search-rank"), measure, on_both=False)


def run() -> dict[str, Any]:
    """Wait until all papers have arrived and are in the index, then ask."""
    from demo.company import USERS
    from demo.questions import judge, questions
    from kundenakte.base.accounts.models import User
    from kundenakte.records.models import Arrival, Document, Version
    from kundenakte.steps.search import queries

    _wait()
    # Any version of a document answers for it.
    names: dict[int, set[str]] = {}
    for document_id, name in Version.objects.values_list("document_id", "file_name"):
        names.setdefault(document_id, set()).add(name)
    # So does one that is none yet: papers come in together, and an older state that comes last asks in the inbox.
    older = Arrival.objects.filter(state=Arrival.State.WAITING, reason="older_again")
    for decision, name in older.values_list("decision", "file_name"):
        names.setdefault(decision["placing"]["document_id"], set()).add(name)
    asked = questions()
    known = set().union(*names.values())
    unknown = sorted(name for question in asked for name in question.wanted - known)
    if unknown:
        raise LookupError(f"demo/questions.csv names files that are not filed: {', '.join(unknown)}")
    wanted = {name for question in asked for name in question.wanted}
    admin = User.objects.get(username=next(user.username for user in USERS if user.role == "admin"))

    def answer(text: str) -> list[str]:
        hits = queries.search(admin, text, limit=10, with_facets=False).hits
        return [next(iter(sorted(names[hit.document.pk] & wanted)), "") for hit in hits]

    judged = judge(asked, answer)
    return {
        "recall": judged.recall, "rank": judged.rank, "weak": judged.weak, "questions": len(asked),
        "documents": Document.objects.count(),
    }  # fmt: skip


def _wait() -> None:
    """Until nothing has been under way for some seconds and the index has taken in the last change. What a mail has
    brought waits as long as the mail itself does."""
    from kundenakte.records.models import Arrival, SearchDue
    from kundenakte.records.parts import WAITS_WITH_ITS_MAIL
    from kundenakte.steps.search import reading

    began = calm = time.monotonic()
    while time.monotonic() - calm < _CALM_SECONDS:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise TimeoutError("the demo company is not complete")
        time.sleep(0.5)
        reader = reading.reader()
        last = SearchDue.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        behind = reader is None or reader.progress.built_to is not None or reader.progress.position < last
        under_way = Arrival.objects.filter(state=Arrival.State.UNDER_WAY).exclude(WAITS_WITH_ITS_MAIL)
        if behind or not Arrival.objects.exists() or under_way.exists():
            calm = time.monotonic()


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run()) + "\n")
