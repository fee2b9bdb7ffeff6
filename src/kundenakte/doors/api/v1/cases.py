"""Cases: begin one, see where it stands, say that what it waits for has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from kundenakte.base.accounts.scopes import READ_CASES, WRITE_CASES
from kundenakte.circulation import access
from kundenakte.circulation.cases import starting, working
from kundenakte.circulation.models import Case, Process
from kundenakte.doors.api.auth import Token, caller
from kundenakte.doors.api.v1.paging import Answer
from kundenakte.doors.api.v1.shown import ProblemOut
from kundenakte.records import access as records_access
from kundenakte.records.refusals import NotFound

router = Router(tags=["cases"])
_ERRORS = dict.fromkeys((401, 403, 404, 409, 422, 429), ProblemOut)


class CaseIn(Schema):
    """A case to begin."""

    process: str = Field(max_length=40, description="Key of the process, such as `reklamation`")
    customer: int = Field(description="Id of the customer")
    key: str = Field("", max_length=100, description="Your own key: said again, it leads to the same case")
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=4000)
    documents: list[int] = Field(default_factory=list, max_length=100, description="Documents of the customer's file")
    answers: dict[str, Any] = Field(default_factory=dict, description="Fields of the process's start form")


class MessageIn(Schema):
    """Something the case waits for."""

    message: str = Field(max_length=200)
    comment: str = Field("", max_length=2000)


class CaseOut(Schema):
    """Where a case stands."""

    number: str
    process: str
    edition: int
    customer_file: int
    title: str
    state: str
    stage: str
    reason: str
    amount: str | None
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None


@router.post("", auth=Token(WRITE_CASES), response={201: CaseOut, **_ERRORS}, operation_id="start_case")
def start_case(request: HttpRequest, said: CaseIn) -> Status[Answer]:
    """Begin a case in the customer's file. With `key` it may be said any number of times and begins once."""
    who = caller(request)
    process = Process.objects.filter(key=said.process).first()
    customer = records_access.customers_for(who.user).filter(pk=said.customer).first()
    if process is None or customer is None:
        raise NotFound
    file = records_access.files_for(who.user).filter(customer=customer).first()
    if file is None:
        raise NotFound
    documents = [records_access.get_document(who.user, pk) for pk in said.documents]
    case = starting.start_case(
        actor=who.actor, process=process, customer_file=file, title=said.title, note=said.note, answers=said.answers,
        documents=documents, source_key=said.key.strip(), now=timezone.now(),
    )  # fmt: skip
    return Status(201, _shown(case))


@router.get("/{str:number}", auth=Token(READ_CASES), response={200: CaseOut, **_ERRORS}, operation_id="get_case")
def get_case(request: HttpRequest, number: str) -> Answer:
    """One case by its number."""
    return _shown(_case(request, number))


@router.post("/{str:number}/messages", auth=Token(WRITE_CASES), response={200: CaseOut, **_ERRORS},
             operation_id="tell_case")  # fmt: skip
def tell_case(request: HttpRequest, number: str, said: MessageIn) -> Answer:
    """Say that something has come; `case_stuck` (409) where the case does not wait for it (any more)."""
    case = _case(request, number)
    working.tell(actor=caller(request).actor, case=case, message=said.message, comment=said.comment, now=timezone.now())
    return _shown(_case(request, number))


def _case(request: HttpRequest, number: str) -> Case:
    rows = access.cases_for(caller(request).user).select_related("folder__customer_file", "process", "definition")
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def _shown(case: Case) -> Answer:
    return {
        "number": case.number, "process": case.process.key, "edition": case.definition.number,
        "customer_file": case.customer_file_id, "title": case.folder.title, "state": case.state, "stage": case.stage,
        "reason": case.reason, "amount": None if case.amount is None else str(case.amount),
        "opened_at": case.opened_at, "due_at": case.due_at, "closed_at": case.closed_at,
    }  # fmt: skip
