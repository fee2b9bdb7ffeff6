"""Beginning a case by REST, and telling it what has come."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.circulation.models import Case
from tests.builders import a_customer_file
from tests.case_builders import COMPLAINT, a_process
from tests.doors.api.calls import Program

pytestmark = pytest.mark.django_db(transaction=True)


def post(program: Program, path: str, content: dict[str, Any]) -> Any:
    return program.client.post(f"/api/v1/{path}", content, content_type="application/json", headers=program.headers())


def test_a_case_begins_once_for_a_key_and_tells_where_it_stands() -> None:
    a_process()
    program, file = Program(), a_customer_file()
    said = {"process": "reklamation", "customer": file.customer_id, "key": "erp-4711", "answers": COMPLAINT}
    first, second = post(program, "cases", said), post(program, "cases", said)
    assert (first.status_code, second.status_code, Case.objects.count()) == (201, 201, 1)
    number = first.json()["number"]
    shown = program.get(f"cases/{number}").json()
    assert (shown["number"], shown["stage"], shown["reason"], shown["state"]) == (number, "Prüfen", "mangel", "open")
    refused = post(program, f"cases/{number}/messages", {"message": "Ware eingetroffen"})
    assert (refused.status_code, refused.json()["code"]) == (409, "case_stuck")


def test_what_a_form_does_not_take_is_said() -> None:
    a_process()
    program, file = Program(), a_customer_file()
    answer = post(
        program, "cases", {"process": "reklamation", "customer": file.customer_id, "answers": {"grund": "Unfug"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "answers_refused")
    missing = post(program, "cases", {"process": "gibt-es-nicht", "customer": file.customer_id})
    assert missing.status_code == 404
