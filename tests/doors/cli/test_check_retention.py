"""`kundenakte check_retention`."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kundenakte.records.models import Document
from tests.builders import a_document

pytestmark = pytest.mark.django_db


def test_t09_the_command_names_an_end_that_was_set_earlier_by_sql() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    said = StringIO()
    call_command("check_retention", stdout=said)
    assert "Alle Fristenden" in said.getvalue()
    Document.objects.filter(pk=invoice.pk).update(retain_until=date(2027, 12, 31))
    with pytest.raises(CommandError, match="Abweichende Fristenden: 1"):
        call_command("check_retention", stdout=said)
    assert f"RULE Dokument {invoice.pk}: gespeichert 31.12.2027 (INV_OUT), nach der Regel 31.12.2034" in said.getvalue()
