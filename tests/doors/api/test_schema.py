"""The published description, and many requests made from it: none may end in an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from kundenakte.doors.api.v1 import api
from tests.builders import a_customer_file, a_document
from tests.conftest import LONG
from tests.doors.api.calls import Program

_EXAMPLES = 60 if LONG else 8


def test_the_description_is_open_to_all_and_openapi_3_1() -> None:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    assert schema["openapi"].startswith("3.1")
    assert set(schema["paths"]) == {
        "/api/v1/documents", "/api/v1/documents/raw", "/api/v1/documents/{pk}",
        "/api/v1/documents/{pk}/versions/{number}/content", "/api/v1/arrivals/{pk}", "/api/v1/customers",
        "/api/v1/documents/{pk}/versions/{number}/receipt", "/api/v1/documents/{pk}/versions/{number}/receipt.pdf",
        "/api/v1/journal/head", "/api/v1/journal/inclusion", "/api/v1/journal/consistency",
        "/api/v1/customers/{pk}", "/api/v1/customers/{system}/{number}",
        "/api/v1/cases", "/api/v1/cases/{number}", "/api/v1/cases/{number}/messages",
    }  # fmt: skip


@pytest.mark.usefixtures("db")
def test_the_description_is_served() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Kundenakte"


def _operations() -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    return [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]


@pytest.fixture
def _connection_stays(db: None) -> Iterator[None]:
    """The whole test is one transaction; a served request would close its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_connection_stays")
def test_no_request_that_can_be_made_from_the_description_ends_in_an_error_of_ours() -> None:
    program = Program("anton")
    document = a_document(customer_file=a_customer_file("Müller GmbH", "10023"))
    assert document.pk
    for operation in _operations():

        @hypothesis.settings(
            max_examples=_EXAMPLES, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy())
        def try_it(case: Any) -> None:
            response = case.call(headers={"Authorization": f"Bearer {program.secret}"})
            assert response.status_code < 500, (case, response.text)
            case.validate_response(response, checks=[response_schema_conformance, status_code_conformance])

        try_it()
