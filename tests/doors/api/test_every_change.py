"""Each change by REST is in the journal once, whatever came before it; a refusal leaves its attempt at most (T-22)."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import hypothesis
import pytest
from django.db.models import Model
from hypothesis import strategies as some

from kundenakte.base.journal import attempts
from kundenakte.base.journal.models import JournalEntry
from kundenakte.customers.models import Address, Customer, Identifier
from kundenakte.doors.api.v1 import api
from kundenakte.records.models import Arrival, CustomerFile, Document, Version
from tests.builders import a_customer_file
from tests.conftest import LONG
from tests.doors.api.calls import SAID, Program

pytestmark = pytest.mark.usefixtures("db")
# What REST can change, and to which row each belongs that entries are about.
_WATCHED: Final[tuple[tuple[type[Model], str, str], ...]] = (
    (Arrival, "records.arrival", "pk"),
    (Document, "records.document", "pk"),
    (Version, "records.document", "document_id"),
    (CustomerFile, "records.customerfile", "pk"),
    (Customer, "customers.customer", "pk"),
    (Identifier, "customers.customer", "customer_id"),
    (Address, "customers.customer", "customer_id"),
)
# Told though no row is another one afterwards: that something came again.
_TOLD_ONLY: Final = frozenset({"arrival.sent_again", "arrival.duplicate"})
# One for each that is added.
_SEVERAL: Final = frozenset({"customer.identifier_added"})
Subject = tuple[str, int]

DELIVERIES = some.fixed_dictionaries(
    {
        "content": some.sampled_from([b"%PDF-1.4 one", b"%PDF-1.4 two"]),
        "key": some.sampled_from(["", "k1", "k2"]),
        "customer": some.sampled_from(["10023", "10024", "99999"]),
        "class": some.sampled_from(["INV_OUT", "OFFER", "NO_SUCH"]),
        "number": some.sampled_from(["4711", "4712"]),
        "dated_on": some.sampled_from(["2026-11-20", "yesterday"]),
    }
)
CUSTOMERS = some.fixed_dictionaries(
    {
        "number": some.sampled_from(["10023", "10024", "10025"]),
        "name": some.sampled_from(["Müller GmbH", "Müller AG", ""]),
        "state": some.sampled_from(["customer", "former", "no such"]),
        "email": some.sampled_from([(), ("info@mueller.example",), ("no address",)]),
    }
)
CALLS = some.lists(
    some.tuples(some.sampled_from(["erp", "reader"]), some.one_of(DELIVERIES, CUSTOMERS)), min_size=3, max_size=6
)


def rows() -> dict[tuple[str, int], tuple[Subject, dict[str, Any]]]:
    """All that is watched, row by row."""
    found = {}
    for model, subject, of in _WATCHED:
        for row in model._default_manager.values():
            about = row["id"] if of == "pk" else row[of]
            found[model.__name__, row["id"]] = (subject, about), row
    return found


def entries() -> dict[Any, tuple[str, Subject]]:
    said = JournalEntry.objects.values_list("pk", "kind", "subject_type", "subject_id")
    return {pk: (kind, (subject, about)) for pk, kind, subject, about in said}


def call(program: Program, said: dict[str, Any]) -> int:
    if "content" in said:
        told = {**SAID, **{name: said[name] for name in ("customer", "class", "number", "dated_on")}}
        return int(program.deliver(said["content"], key=said["key"], **told).status_code)
    body = {"name": said["name"], "state": said["state"], "identifiers": {"email": list(said["email"])}}
    return int(program.put(f"customers/erp/{said['number']}", body).status_code)


def test_these_are_all_the_changes_there_are() -> None:
    """Whoever adds one adds it to the histories below."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    changing = {
        one["operationId"] for path in schema["paths"].values() for method, one in path.items() if method != "get"
    }
    # What happens to a case stands in its minutes (tests/circulation, tests/doors/api/test_cases.py).
    assert changing == {"deliver_document", "deliver_raw", "put_customer", "start_case", "tell_case"}


def test_t22_every_change_is_told_once_and_a_refusal_changes_nothing_and_is_told_as_an_attempt() -> None:
    programs = {"erp": Program(), "reader": Program("paula", scopes=["documents:read"])}
    a_customer_file("Müller GmbH", "10023")
    outcomes: Counter[int] = Counter()
    ever: set[tuple[str, Subject]] = set()

    @hypothesis.settings(
        max_examples=60 if LONG else 5, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(history=CALLS)
    def try_it(history: list[tuple[str, dict[str, Any]]]) -> None:
        for who, said in history:
            before, told_before = rows(), entries()
            status = call(programs[who], said)
            after, told_after = rows(), entries()
            outcomes[status // 100] += 1
            changed = {
                (after.get(key) or before[key])[0] for key in before.keys() | after.keys()
                if before.get(key) != after.get(key)
            }  # fmt: skip
            new = [told_after[pk] for pk in told_after.keys() - told_before.keys()]
            ever.update(new)
            assert told_before.items() <= told_after.items()
            if status >= 400:
                # What somebody has no right to is told as tried; the same once an hour.
                tried = [(attempts.REFUSED, ("accounts.user", programs[who].user.pk))] if status == 403 else []
                assert (changed, [one for one in new if one not in tried]) == (set(), []), (who, said, status)
                continue
            about = {subject for kind, subject in new if kind not in _TOLD_ONLY}
            assert changed == about, (who, said, status, new)
            twice = {one: count for one, count in Counter(new).items() if count > 1 and one[0] not in _SEVERAL}
            assert twice == {}, (who, said, twice)

    try_it()
    assert outcomes[2]
    assert outcomes[4]
    assert not outcomes[5]
    assert (attempts.REFUSED, ("accounts.user", programs["reader"].user.pk)) in ever
    assert (attempts.REFUSED, ("accounts.user", programs["erp"].user.pk)) not in ever
