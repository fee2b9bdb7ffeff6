"""Builders for cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.jobs.worker import Worker
from kundenakte.circulation import actions
from kundenakte.circulation.cases import publishing, starting
from kundenakte.circulation.models import Case, Process, ProcessDefinition, Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.config import children
from kundenakte.records.models import CustomerFile, Document
from tests.builders import NOW, SETUP, a_customer_file, a_house, a_user
from tests.process_builders import a_file, shipped

_APPROVED = (Wish.APPROVE, Wish.SIGN_OFF)
COMPLAINT: dict[str, Any] = {
    "weg": "telefon", "grund": "mangel", "beschreibung": "Die Pumpe ist undicht.",
}  # fmt: skip


def the_boss() -> User:
    """Whoever leads the house; in no other test."""
    a_house()
    found, made = User.objects.get_or_create(
        username="lena", defaults={"email": "lena@example.com", "name": "Lena Leitner"}
    )
    if made:
        found.roles.add(Role.objects.get(code="leitung"))
    return found


def a_process(content: bytes | None = None) -> ProcessDefinition:
    """A published edition; the shipped complaint if nothing is given."""
    definition = publishing.checked(content or shipped("reklamation"))
    process, _ = Process.objects.get_or_create(
        key=definition.key, defaults={"name": definition.name, "prefix": definition.prefix}
    )
    with transaction.atomic():
        return publishing.put_in(actor=SETUP, process=process, definition=definition, by=None, now=NOW)


def a_case(
    content: bytes | None = None,
    *,
    by: str = "sabine",
    customer_file: CustomerFile | None = None,
    documents: Sequence[Document] = (),
    answers: dict[str, Any] | None = None,
    now: datetime = NOW,
) -> Case:
    """A case under way: a complaint that was recorded at its start, if nothing else is said."""
    for name in ("sabine", "verena", "bernd"):
        a_user(name)
    the_boss()
    definition = publishing.checked(content or shipped("reklamation"))
    process = Process.objects.filter(key=definition.key, definitions__isnull=False).first()
    row = process or a_process(content).process
    return starting.start_case(
        actor=Actor.of(a_user(by)), process=row, customer_file=customer_file or a_customer_file(),
        documents=documents, title="Pumpe undicht", now=now,
        answers=COMPLAINT if answers is None and content is None else answers or {},
    )  # fmt: skip


def a_probe(inside: str, **more: Any) -> Case:
    """A case of a process with this inside."""
    return a_case(a_file(inside), **more)


def open_steps(case: Case) -> list[tuple[str, str]]:
    """(what, with whom) of everything that is still to be done."""
    tasks = Task.objects.filter(folder=case.folder_id, is_under_way=True).select_related("stop", "user", "team")
    return sorted((task.stop.instruction.split(":")[0], str(task.user or task.team)) for task in tasks)


def step_task(case: Case, what: str) -> Task:
    """The task under way of an activity."""
    tasks = Task.objects.filter(folder=case.folder_id, is_under_way=True).select_related("stop__folder")
    return next(task for task in tasks if task.stop.instruction.split(":")[0] == what)


def does_step(case: Case, what: str, who: str | User, *, now: datetime = NOW, **answers: Any) -> Case:
    """Somebody fills in the form of an activity. The case as it is then."""
    task = step_task(case, what)
    act = actions.approve if task.wish in _APPROVED else actions.complete
    user = a_user(who) if isinstance(who, str) else who
    act(actor=Actor.of(user), task=task, edition=task.edition, now=now, answers=answers)
    return Case.objects.select_related("folder").get(pk=case.pk)


def worked_off() -> None:
    """All work that can be done now."""
    children.register_jobs()
    worker = Worker()
    while worker.work_once():
        pass
