"""Desks of a house where 10,000 folders and cases are on their way: my tasks, a task done, list and board, first alone
and then beside 100,000 that have ended.

One person of service over HTTP, connection kept open. KUNDENAKTE_BENCH_OPEN and KUNDENAKTE_BENCH_ENDED take other
numbers.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from bench.house import answer_of, house, serving
from bench.lists import files_of
from bench.rows import Measurement, Row, machine
from bench.search_http import Browser, signed_in, spread

if TYPE_CHECKING:
    from kundenakte.base.accounts.models import User
    from kundenakte.circulation.models import Task

OPEN = int(os.environ.get("KUNDENAKTE_BENCH_OPEN", "10000"))
ENDED = int(os.environ.get("KUNDENAKTE_BENCH_ENDED", "100000"))
PEOPLE, ASKED, DONE = 40, 100, 60
# Milliseconds, p95.
_GOALS: Final = {"inbox": 100, "board": 200, "list": 200, "complete": 150, "case": 150}
_WHAT: Final = {
    "inbox": "first page of one's own tasks", "board": "board of all that is under way",
    "list": "first page of the list of all that is under way",
    "complete": "a task of a folder done, the next desk has it", "case": "a form of a complaint sent",
}  # fmt: skip
_STAGES: Final = ("Aufnahme", "Prüfung", "Entscheidung", "Antwort")
_BATCH: Final = 1000
_TOKEN: Final = re.compile(r'name="csrf-token" content="([^"]+)"')


def measure(database: str) -> Iterator[Row]:
    """Milliseconds over HTTP; what is beside 100,000 ended ones compared with the same before they were there."""
    with house(database) as environment:
        answer_of("bench.desks", environment, "fill")
        with serving(environment) as port:
            alone = answer_of("bench.desks", environment, "ask", str(port))
        answer_of("bench.desks", environment, "end")
        with serving(environment) as port:
            beside = answer_of("bench.desks", environment, "ask", str(port))
    yield from rows(alone, beside, database)


def rows(alone: Mapping[str, Any], beside: Mapping[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `ask` found without and with those that have ended."""
    for name, goal in _GOALS.items():
        before, after = alone[name], beside[name]
        said = f"p50 {after['p50']:.1f} ms; without the ended: p50 {before['p50']:.1f} ms, p95 {before['p95']:.1f} ms"
        what = f"{_WHAT[name]}, {OPEN} under way and {ENDED} ended, over HTTP (p95)"
        yield Row(f"desks-{name}", what, after["p95"], "ms", f"<= {goal}", said, after["p95"] / before["p95"], database,
                  machine())  # fmt: skip


MEASUREMENT = Measurement(tuple(f"desks-{name}" for name in _GOALS), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """People, files, what is under way, and what the measured person is going to do herself."""
    from kundenakte.base.accounts.models import Role, User
    from kundenakte.records.models import FilePlan

    teams = list(Role.objects.filter(code__in=("service", "vertrieb", "buchhaltung")).order_by("code"))
    people = [User(username=f"p{n}", email=f"p{n}@example.com", name=f"Person {n}") for n in range(PEOPLE)]
    for person in User.objects.bulk_create(people):
        person.roles.add(teams[person.pk % len(teams)])
    sabine = User.objects.create_user("sabine", "sabine@example.com", None, name="Sabine Seidl")
    sabine.roles.add(Role.objects.get(code="service"))
    files_of(FilePlan.objects.get())
    _write(OPEN, first=1, ended=False)
    _to_be_done(sabine)
    _reminded()
    _analyzed()
    return {}


def end() -> dict[str, Any]:
    """As many that have ended, over the last years."""
    _write(ENDED, first=OPEN + 1, ended=True)
    _reminded()
    _analyzed()
    return {}


def _reminded() -> None:
    """Everybody was told of what is late, as in a house that did not open this very minute: thousands of reminders
    would be written beside the first answers."""
    from django.utils import timezone

    from kundenakte.circulation import reminding

    reminding.remind(now=timezone.now())


def _write(count: int, *, first: int, ended: bool) -> None:
    """Invented folders, every second a complaint, with slip, tasks and minutes, straight into the tables."""
    from kundenakte.base.accounts.models import Role, User

    chance = Random(first)
    people = list(User.objects.filter(username__startswith="p").order_by("pk").values_list("pk", flat=True))
    teams = list(Role.objects.filter(code__in=("service", "vertrieb", "buchhaltung")).values_list("pk", flat=True))
    for start in range(first, first + count, _BATCH):
        _batch(range(start, min(start + _BATCH, first + count)), chance, people, teams, ended=ended)


def _batch(numbers: range, chance: Random, people: list[int], teams: list[int], *, ended: bool) -> None:
    from kundenakte.circulation.models import Case, CirculationFolder, MinutesEntry, Process, Stop, Task
    from kundenakte.records.models import CustomerFile

    files = list(CustomerFile.objects.order_by("pk").values_list("pk", flat=True))
    process = Process.objects.get(key="reklamation")
    definition = process.definitions.latest("number")
    now = _now()
    began = {n: now - timedelta(days=chance.randrange(3 if not ended else 30, 120 if not ended else 1500))
             for n in numbers}  # fmt: skip
    folders = CirculationFolder.objects.bulk_create(
        CirculationFolder(
            number=f"{'RK' if n % 2 else 'UM'}-2000-{n}", customer_file_id=chance.choice(files),
            title=f"Vorgang {n}", started_by_id=chance.choice(people), started_at=began[n], minutes_count=3,
            state="finished" if ended else "open", step=3 if ended else 2,
            ended_at=began[n] + timedelta(days=9) if ended else None,
        )
        for n in numbers
    )  # fmt: skip
    Case.objects.bulk_create(
        Case(
            folder=folder, process=process, definition=definition, number=folder.number, owner_id=folder.started_by_id,
            customer_file_id=folder.customer_file_id, state="closed" if ended else "open", opened_at=folder.started_at,
            reason=chance.choice(("mangel", "transport", "menge", "falsch")), stage=chance.choice(_STAGES),
            due_at=folder.started_at + timedelta(days=30), closed_at=folder.ended_at,
        )
        for n, folder in zip(numbers, folders, strict=True) if n % 2
    )  # fmt: skip
    stops = []
    for folder in folders:
        for step in (1, 2, 3):
            team = chance.random() < 0.5
            stops.append(
                Stop(
                    folder=folder, step=step, user_id=None if team else chance.choice(people),
                    team_id=chance.choice(teams) if team else None, instruction="Bitte ansehen",
                    state="done" if ended or step == 1 else "open" if step == 2 else "waiting",
                )
            )  # fmt: skip
    begun = [stop for stop in Stop.objects.bulk_create(stops) if stop.state != "waiting"]
    tasks = Task.objects.bulk_create(_task(stop, chance, people, now, is_done=stop.state == "done") for stop in begun)
    MinutesEntry.objects.bulk_create(
        MinutesEntry(
            folder=task.folder, number=task.stop.step, at=task.opened_at, what="opened", task=task, stop=task.stop,
            after={"state": "open"}, journal_entry=UUID(int=chance.getrandbits(128)),
        )
        for task in tasks
    )  # fmt: skip


def _task(stop: Any, chance: Random, people: list[int], now: datetime, *, is_done: bool) -> Task:
    from kundenakte.circulation.models import Task

    opened = stop.folder.started_at
    return Task(
        folder=stop.folder, stop=stop, state="done" if is_done else "open", is_under_way=not is_done,
        wish=stop.wish, user_id=stop.user_id, team_id=stop.team_id, opened_at=opened,
        due_on=None if chance.random() < 0.3 else now.date() + timedelta(days=chance.randrange(-10, 40)),
        ended_at=opened + timedelta(days=2) if is_done else None,
        ended_by_id=(stop.user_id or chance.choice(people)) if is_done else None,
    )  # fmt: skip


def _to_be_done(sabine: User) -> None:
    """Folders and complaints made as the pages make them, with the measured person; enough for both rounds."""
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.base.accounts.models import Role
    from kundenakte.circulation import actions
    from kundenakte.circulation.cases.starting import start_case
    from kundenakte.circulation.models import Process
    from kundenakte.circulation.slip import StopWish
    from kundenakte.records.models import CustomerFile

    actor, complaint = Actor.of(sabine), Process.objects.get(key="reklamation")
    sales = Role.objects.get(code="vertrieb")
    for file in CustomerFile.objects.order_by("pk")[: 2 * DONE]:
        stops = [StopWish(step=1, to=sabine), StopWish(step=2, to=sales)]
        actions.start_folder(actor=actor, customer_file=file, title="Zu tun", documents=[], stops=stops, now=_now())
        answers = {"weg": "telefon", "grund": "mangel", "beschreibung": "Die Pumpe ist undicht."}
        start_case(actor=actor, process=complaint, customer_file=file, title="Zu prüfen", answers=answers, now=_now())


def _analyzed() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        # As the databases do it themselves over the day.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


# --- beside the running house -------------------------------------------------------------------------------------


def ask(port: int) -> dict[str, Any]:
    """Everything, one after the other; nothing else runs meanwhile."""
    from kundenakte.base.accounts.models import User

    session = signed_in(User.objects.get(username="sabine"))
    browser = Browser(port, session)
    found: dict[str, Any] = {
        "inbox": _middle(browser, "/aufgaben"),
        "board": _middle(browser, "/aufgaben/uebersicht?sicht=tafel"),
        "list": _middle(browser, "/aufgaben/uebersicht"),
    }
    form = _Form(port, session)
    answers = {"berechtigt": "ja", "vorgehen": "keins", "bewertung": "Die Dichtung ist spröde."}
    found["complete"] = form.times("Zu tun", {"bemerkung": "gesehen"})
    found["case"] = form.times("Zu prüfen", form.named(answers))
    return found


def _middle(browser: Browser, path: str) -> dict[str, float]:
    """Of three series that with the middle p95: on a shared machine the same page takes twice its time now and then."""
    series = [browser.times([path] * ASKED) for _ in range(3)]
    return sorted(series, key=lambda one: one["p95"])[1]


class _Form:
    """A browser that sends the form of a task."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = {"sessionid": session}
        self._token = ""
        _, body = self._ask("GET", "/aufgaben", None)
        found = _TOKEN.search(body)
        if found is None:
            raise LookupError("the page has no token")
        self._token = found[1]

    def named(self, answers: Mapping[str, str]) -> dict[str, str]:
        """The fields of a process's form as the page names them."""
        from kundenakte.doors.web.processes.answer_form import PREFIX

        return {f"{PREFIX}{name}": value for name, value in answers.items()}

    def times(self, title: str, fields: Mapping[str, str]) -> dict[str, float]:
        """Do the next tasks of that title; the milliseconds until the answer."""
        from kundenakte.circulation.models import Task

        tasks = Task.objects.filter(folder__title=title, is_under_way=True, stop__step=1).order_by("pk")
        taken = []
        for task in list(tasks[:DONE]):
            sent = {**fields, "tun": "erledigen", "edition": str(task.edition), "csrfmiddlewaretoken": self._token}
            began = time.perf_counter()
            status, body = self._ask("POST", f"/aufgabe/{task.pk}", sent)
            taken.append((time.perf_counter() - began) * 1000)
            if status != 303:
                raise RuntimeError(f"{status} {body[:2000]}")
        if len(taken) < DONE:
            raise LookupError(f"only {len(taken)} of {DONE} tasks were there")
        return spread(taken)

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, urlencode(fields).encode() if fields is not None else None, headers)
        answer = self._connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, content = value.split(";")[0].partition("=")
                self._cookies[cookie] = content
        return answer.status, answer.read().decode()


if __name__ == "__main__":
    import django

    django.setup()
    told = ask(int(sys.argv[2])) if sys.argv[1] == "ask" else {"fill": fill, "end": end}[sys.argv[1]]()
    sys.stdout.write(json.dumps(told) + "\n")
