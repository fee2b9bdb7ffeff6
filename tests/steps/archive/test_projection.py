"""What the database says of sealed documents: line by line, with the same few questions for many as for one."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenakte.records.actions import links
from kundenakte.steps.archive import metadata, projection
from tests.builders import NOW, SETUP, a_customer_file, a_document
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db


def questions() -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        list(projection.lines())
    return len(asked)


def test_more_documents_are_no_more_questions() -> None:
    file = a_customer_file()
    sealed(valid(a_document(customer_file=file)))
    for_one = questions()
    for _paper in range(5):
        sealed(valid(a_document(customer_file=file, versions=2)))
    assert questions() == for_one


def test_each_line_says_what_each_version_says_by_itself() -> None:
    file = a_customer_file()
    offer, answer, draft = (a_document(customer_file=file, versions=2) for _paper in range(3))
    links.refer(actor=SETUP, from_document=answer, to_document=offer, kind="reply_to", now=NOW)
    for document in (offer, answer):
        for version in document.versions.all():
            sealed(version)
    said = {row["document"]: row["versions"] for row in map(json.loads, projection.lines())}
    assert said.keys() == {offer.pk, answer.pk}
    assert draft.pk not in said
    for document in (offer, answer):
        for version in document.versions.all():
            loaded = metadata.loaded(version.pk)
            facts = metadata.facts_of(loaded, metadata.arrival_of(loaded))
            assert said[document.pk][str(version.number)] == json.loads(json.dumps(facts))
