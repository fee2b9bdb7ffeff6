"""After a test with transactions of its own the database is as migrations left it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction

from kundenakte.base.journal import guards
from kundenakte.base.journal.models import JournalEntry
from tests import emptied
from tests.builders import a_document, an_arrival

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_left_and_the_guards_are_there_again() -> None:
    a_document(versions=2)
    an_arrival()
    assert emptied.empty()
    assert emptied._filled() == set(emptied._after_migrations)
    assert not guards.missing()
    a_document()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {JournalEntry._meta.db_table}")  # noqa: S608 - our own table


def test_guards_that_a_test_took_away_come_back() -> None:
    guards.lift()
    assert guards.missing()
    assert emptied.empty()
    assert not guards.missing()


def test_what_migrations_left_and_a_test_took_is_made_anew_by_django() -> None:
    Permission.objects.all().delete()
    assert not emptied.empty()
