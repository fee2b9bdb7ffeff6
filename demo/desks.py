"""What lies on the desks of the demo company on the first morning: folders on their way, and complaints in all stages.

Everything goes through the same functions as the pages call, in the name of the person whose desk it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.base.accounts.models import User
    from kundenakte.circulation.models import CirculationFolder, Task
    from kundenakte.records.models import CustomerFile, Document

    Paper = tuple[CustomerFile, Document]

SALES, BOOKS, SERVICE, MANAGER = "k.wiesinger", "g.moessner", "t.hertlein", "a.lochner"


@dataclass(frozen=True, slots=True)
class Call:
    """A complaint that came by phone, and what has been done about it: (who, answers) of each step."""

    title: str
    reason: str
    machine: str
    text: str
    steps: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=())


def _assessed(how: str, text: str) -> tuple[str, Mapping[str, Any]]:
    return SERVICE, {"berechtigt": True, "vorgehen": how, "bewertung": text}


CALLS = (
    Call("Spindel wird heiß", "mangel", "Spindeleinheit SE 90", "Nach zwei Stunden Lauf ist das Gehäuse handheiß."),
    Call(
        "Förderband schief angeliefert", "transport", "Gurtförderer GF 1200",
        "Der Rahmen ist auf der linken Seite eingedrückt, die Verpackung war offen.",
        (_assessed("ruecksendung", "Schaden beim Transport, der Spediteur ist angeschrieben."),),
    ),
    Call(
        "Zwei Rollen fehlen", "menge", "Rollenbahn RB 400", "Bestellt waren 24 Rollen, im Karton lagen 22.",
        (_assessed("keins", "Der Packzettel nennt auch nur 22. Unser Fehler."),),
    ),
    Call(
        "Getriebe macht Geräusche", "mangel", "Stirnradgetriebe SG 60",
        "Beim Anlauf klopft es, unter Last wird es lauter.",
        (_assessed("besuch", "Am Telefon nicht zu beurteilen. Bitte die Lager mitnehmen."),),
    ),
    Call(
        "Steuerung fällt aus", "mangel", "Palettierportal PP 2400",
        "Die Anlage bleibt jeden Morgen mit Fehler E41 stehen.",
        (
            _assessed("keins", "Netzteil der Steuerung, bekannte Serie."),
            (SALES, {"entscheidung": "ersatz", "betrag": "1480", "begruendung": "Netzteil und Stillstand am Freitag."}),
        ),
    ),
)  # fmt: skip


def lay_out(*, now: datetime) -> None:
    """Put folders and complaints on the desks, in the files of whoever has a paper already."""
    papers = _papers()
    _complaints_start_by_themselves(now)
    if papers:
        _order(papers[0], now=now)
        _prices(papers[-1], now=now)
    # Few customers have a paper before the folders are read: one may complain twice.
    for call, paper in zip(CALLS, cycle(reversed(papers)), strict=False):
        _complaint(call, paper, now=now)


def _papers() -> list[Paper]:
    """One order confirmation of each of some customers."""
    from kundenakte.records.models import Document

    found: dict[int, Paper] = {}
    rows = Document.objects.filter(document_class__code="ORDER_CONF", customer_file__isnull=False).order_by("pk")
    for one in rows.select_related("customer_file"):
        if one.customer_file is not None:
            found.setdefault(one.customer_file.pk, (one.customer_file, one))
    return list(found.values())


def _complaints_start_by_themselves(now: datetime) -> None:
    """Whatever is filed as a complaint starts the process; the service answers for it."""
    from kundenakte.base.accounts.models import User
    from kundenakte.circulation.cases.publishing import add_start_rule
    from kundenakte.circulation.models import Process
    from kundenakte.records.models import DocumentClass

    add_start_rule(
        actor=_as("o.stoecklein"), process=Process.objects.get(key="reklamation"),
        document_class=DocumentClass.objects.get(code="COMPLAINT"),
        responsible=User.objects.get(username=SERVICE), now=now,
    )  # fmt: skip


def _complaint(call: Call, paper: Paper, *, now: datetime) -> None:
    from kundenakte.circulation.cases.starting import start_case
    from kundenakte.circulation.models import Process

    file, document = paper
    case = start_case(
        actor=_as(SERVICE), process=Process.objects.get(key="reklamation"), customer_file=file,
        title=call.title, documents=[document], now=now,
        answers={"weg": "telefon", "grund": call.reason, "artikel": call.machine, "beschreibung": call.text},
    )  # fmt: skip
    for who, answers in call.steps:
        _do(_only_task(case.folder), who, answers=answers, now=now)


def _order(paper: Paper, *, now: datetime) -> None:
    """Sales asks the workshop, which has answered; accounting and the management have it side by side."""
    from kundenakte.base.accounts.models import Role
    from kundenakte.circulation.actions import start_folder
    from kundenakte.circulation.slip import StopWish

    today = timezone.localdate(now)
    file, document = paper
    folder = start_folder(
        actor=_as(SALES), customer_file=file, title=f"{document.title}: Liefertermin und Rabatt",
        documents=[document], note="Der Kunde möchte zwei Wochen früher und drei Prozent.", now=now,
        stops=[
            StopWish(step=1, to=_user(SERVICE), wish="comment", instruction="Ist der frühere Termin zu halten?"),
            StopWish(step=2, to=Role.objects.get(code="buchhaltung"), wish="take_note", due_on=today),
            StopWish(step=2, to=_user(MANAGER), wish="approve", instruction="Drei Prozent Rabatt",
                     due_on=today + timedelta(days=2)),
            StopWish(step=3, to=_user(SALES), wish="complete", instruction="Dem Kunden antworten"),
        ],
    )  # fmt: skip
    _do(_only_task(folder), SERVICE, remark="Ja, die Spindeln liegen im Lager.", now=now)


def _prices(paper: Paper, *, now: datetime) -> None:
    """Accounting wants to hear from sales."""
    from kundenakte.base.accounts.models import Role
    from kundenakte.circulation.actions import start_folder
    from kundenakte.circulation.slip import StopWish

    file, document = paper
    due_on = timezone.localdate(now) + timedelta(days=3)
    start_folder(
        actor=_as(BOOKS), customer_file=file, title=f"{document.title}: Zahlungsziel", documents=[document],
        stops=[
            StopWish(step=1, to=Role.objects.get(code="vertrieb"), wish="comment",
                     instruction="Warum 60 Tage? Vereinbart waren 30.", due_on=due_on),
            StopWish(step=2, to=_user(BOOKS), wish="sign_off"),
        ],
        now=now,
    )  # fmt: skip


def _do(task: Task, who: str, *, now: datetime, remark: str = "", answers: Mapping[str, Any] | None = None) -> None:
    from kundenakte.circulation.actions import complete

    complete(actor=_as(who), task=task, edition=task.edition, now=now, remark=remark, answers=answers)


def _only_task(folder: CirculationFolder) -> Task:
    from kundenakte.circulation.models import Task

    return Task.objects.get(folder=folder, is_under_way=True)


def _user(name: str) -> User:
    from kundenakte.base.accounts.models import User

    return User.objects.get(username=name)


def _as(name: str) -> Actor:
    from kundenakte.base.accounts.actors import Actor

    return Actor.of(_user(name))
