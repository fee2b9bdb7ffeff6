"""What the builders lay out is what the product makes, row by row."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction

from kundenakte.customers.models import OwnCompany
from kundenakte.records.models import DocumentClass
from tests import laid_out
from tests.builders import a_house

pytestmark = pytest.mark.django_db
Rows = dict[str, list[tuple[str, ...]]]


def a_house_that_is_taken_away_again() -> Rows:
    """Every row of every table while it stood."""
    point = transaction.savepoint()
    a_house()
    found: Rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            found[table] = sorted(tuple(map(repr, row)) for row in cursor.fetchall())
    transaction.savepoint_rollback(point)
    return found


def test_what_is_laid_out_is_what_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laid_out, "_kept", {})
    built = a_house_that_is_taken_away_again()
    assert laid_out._kept
    assert a_house_that_is_taken_away_again() == built


def test_beside_what_is_laid_out_there_is_room() -> None:
    a_house_that_is_taken_away_again()
    a_house()
    made = DocumentClass.objects.create(code="MORE", name="Noch eine", position=99)
    assert DocumentClass.objects.filter(pk=made.pk).count() == 1


def test_where_something_is_there_already_the_product_builds_what_is_missing() -> None:
    a_house()
    DocumentClass.objects.filter(code="OFFER").update(name="Vorschlag")
    OwnCompany.objects.all().delete()
    a_house()
    assert OwnCompany.objects.exists()
    assert DocumentClass.objects.get(code="OFFER").name == "Vorschlag"
