"""Cases in numbers: timers that are all due at once, and cases under way that are put on another edition."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.house import answer_of, house, serving
from bench.rows import Measurement, Row, machine

if TYPE_CHECKING:
    from kundenakte.base.accounts.actors import Actor

CASES = int(os.environ.get("KUNDENAKTE_BENCH_CASES", "1000"))
_PATIENCE_SECONDS = 600.0


def measure(database: str) -> Iterator[Row]:
    """Seconds until the last timer has gone off, and until the last case follows the new edition."""
    with house(database) as environment:
        answer_of("bench.cases", environment, "fill")
        began = time.monotonic()
        with serving(environment):
            rung = answer_of("bench.cases", environment, "wait")
            took = time.monotonic() - began
        moved = answer_of("bench.cases", environment, "migrate")
    beside = f"start of the house included; each gone off {rung['most']} time(s)"
    what = f"{CASES} timers due at once have gone off, their processes went on"
    yield Row("timers-due", what, took, "s", "<= 60", beside, None, database, machine())
    beside = f"{moved['queries'] / CASES:.1f} queries for each"
    what = f"{CASES} cases under way put on the next edition, by the job, in one process"
    yield Row("cases-migrated", what, moved["seconds"], "s", "", beside, None, database, machine())


MEASUREMENT = Measurement(("timers-due", "cases-migrated"), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Cases that wait for a time which has passed."""
    from django.utils import timezone

    from kundenakte.circulation.cases.starting import start_case
    from kundenakte.customers.models import Customer
    from kundenakte.records.models import CustomerFile, FilePlan

    admin = _administrator()
    process = _publish(admin, last="danach").process
    customer = Customer.objects.create(name="Muster GmbH", number="K-1")
    now = timezone.now() - timedelta(days=3)
    file = CustomerFile.objects.create(customer=customer, plan=FilePlan.objects.get(), opened_on=now.date())
    for _ in range(CASES):
        start_case(actor=admin, process=process, customer_file=file, now=now)
    return {}


def wait() -> dict[str, Any]:
    """Until no timer waits any more; how often the most eager one has gone off."""
    from django.db.models import Count

    from kundenakte.circulation.models import CaseTimer, MinutesEntry, Task

    until = time.monotonic() + _PATIENCE_SECONDS
    while CaseTimer.objects.exclude(state="done").exists():
        if time.monotonic() > until:
            raise TimeoutError(f"{CaseTimer.objects.exclude(state='done').count()} timers have not gone off")
        time.sleep(0.1)
    if Task.objects.count() != CASES:
        raise RuntimeError(f"{Task.objects.count()} tasks of {CASES} cases")
    rung = MinutesEntry.objects.filter(what="timer").values("folder").annotate(n=Count("pk"))
    return {"most": max(row["n"] for row in rung)}


def migrate() -> dict[str, Any]:
    """A new edition, and every case that stands at its task put on it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from kundenakte.circulation.cases import moving_over
    from kundenakte.circulation.models import Case

    admin = _administrator()
    made = _publish(admin, last="pruefen")
    move = moving_over.start(actor=admin, process=made.process, now=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        moving_over.next_cases(move.pk, clock=timezone.now)
    first = moving_over.BATCH
    began = time.perf_counter()
    while moving_over.next_cases(move.pk, clock=timezone.now):
        pass
    took = (time.perf_counter() - began) * CASES / max(1, CASES - first)
    if Case.objects.exclude(definition__number=made.number).exists():
        raise RuntimeError("not all were put on it")
    return {"seconds": took, "queries": len(queries) / first * CASES}


def _publish(admin: Actor, *, last: str) -> Any:
    """An edition that waits two days, then has a task; with another `last` one more behind it."""
    from django.utils import timezone

    from kundenakte.circulation.cases import publishing
    from tests.process_builders import ENDS, a_file, flow, timer, user_task

    waits = f'<bpmn:intermediateCatchEvent id="w" name="Warten">{timer("P2D")}</bpmn:intermediateCatchEvent>'
    inside = ENDS + waits + user_task("danach") + flow("f1", "los", "w") + flow("f2", "w", "danach")
    if last != "danach":
        inside += user_task(last) + flow("f4", "danach", last)
    source = a_file(inside + flow("f3", last, "aus"))
    draft = publishing.save_draft(actor=admin, content=source, now=timezone.now())
    return publishing.publish(actor=admin, draft=draft, edition=draft.edition, now=timezone.now())


def _administrator() -> Actor:
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.base.accounts.models import Role, User

    user, made = User.objects.get_or_create(username="anton", defaults={"email": "a@example.com", "name": "Anton"})
    if made:
        user.roles.add(Role.objects.get(code="verwaltung"))
    return Actor.of(user)


if __name__ == "__main__":
    import django

    django.setup()
    told = {"fill": fill, "wait": wait, "migrate": migrate}[sys.argv[1]]()
    sys.stdout.write(json.dumps(told) + "\n")
