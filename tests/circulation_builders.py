"""Builders for circulation folders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.circulation import actions
from kundenakte.circulation.models import CirculationFolder, Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.slip import StopWish
from kundenakte.records.models import CustomerFile, Document
from tests.builders import NOW, a_customer_file, a_document, a_user

_APPROVED = (Wish.APPROVE, Wish.SIGN_OFF)


def a_team(code: str) -> Role:
    """A role of the cast, with the one who has it."""
    a_user({"vertrieb": "verena", "buchhaltung": "bernd", "service": "sabine", "verwaltung": "anton"}[code])
    return Role.objects.get(code=code)


def stop(step: int, to: str | User | Role, **more: Any) -> StopWish:
    """One line of a slip; a word is one of the cast."""
    return StopWish(step=step, to=a_user(to) if isinstance(to, str) else to, **more)


def a_folder(
    *stops: StopWish,
    by: str = "sabine",
    customer_file: CustomerFile | None = None,
    documents: Sequence[Document] | None = None,
    title: str = "Reklamation Pumpe",
    now: datetime = NOW,
) -> CirculationFolder:
    """A folder with a complaint in it, on its way."""
    customer_file = customer_file or a_customer_file()
    if documents is None:
        documents = [a_document(customer_file=customer_file, document_class="COMPLAINT", title="Pumpe undicht")]
    return actions.start_folder(
        actor=Actor.of(a_user(by)), customer_file=customer_file, title=title, documents=documents,
        stops=stops or (stop(1, "verena"), stop(2, "bernd")), now=now,
    )  # fmt: skip


def task_of(folder: CirculationFolder, who: str | Role | None = None) -> Task:
    """The one task under way that lies with somebody."""
    tasks = Task.objects.filter(folder=folder, is_under_way=True)
    if isinstance(who, Role):
        tasks = tasks.filter(team=who)
    elif who:
        tasks = tasks.filter(user=a_user(who))
    return tasks.get()


def does(who: str | User, task: Task, *, now: datetime = NOW, remark: str = "gesehen") -> Task:
    """Do a task as its wish asks."""
    user = a_user(who) if isinstance(who, str) else who
    act = actions.approve if task.wish in _APPROVED else actions.complete
    return act(actor=Actor.of(user), task=task, edition=task.edition, now=now, remark=remark)


def under_way(folder: CirculationFolder) -> list[tuple[int, str]]:
    """(step, holder) of each task that is still to be done."""
    tasks = Task.objects.filter(folder=folder, is_under_way=True).select_related("stop", "user", "team")
    return sorted((task.stop.step, str(task.user or task.team)) for task in tasks)
