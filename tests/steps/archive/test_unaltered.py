"""What was sealed stays as it was, whoever asks and whatever changes beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kundenakte.customers.actions import change_customer
from kundenakte.records.models import Version
from kundenakte.steps.archive import sealing
from tests.builders import a_customer_file, a_document, an_actor
from tests.steps.archive.papers import manifest_of, sealed, valid

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("values", [{"digest": "0" * 64}, {"number": 9}, {"size": 1}, {"media_type": "text/html"}])
def test_t01_no_column_of_an_archived_version_can_be_written(values: dict[str, Any]) -> None:
    package = sealed(valid(a_document()))
    before = manifest_of(package)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=package.version_id).update(**values)
    sealing.default().verify(package.object_id, inventory_sha512=package.inventory_sha512)
    assert manifest_of(package) == before


def test_t02_the_row_of_a_package_can_neither_be_changed_nor_taken_away() -> None:
    package = sealed(valid(a_document()))
    for statement in (
        "UPDATE archive_archivepackage SET manifest_sha256 = 'x' WHERE id = %s",
        "DELETE FROM archive_archivepackage WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [package.pk])


def test_t46_a_document_keeps_the_name_its_customer_had_and_the_rule_then_in_force() -> None:
    file = a_customer_file("Alte Firma GmbH")
    package = sealed(valid(a_document(customer_file=file, document_class="INV_OUT")))
    rule = manifest_of(package)["snapshot"]["retention"]["rule"]
    customer = file.customer
    changed = change_customer(
        actor=an_actor("anton"), customer=customer, edition=customer.edition, now=timezone.now(),
        fields={"name": "Neue Firma GmbH"},
    )  # fmt: skip
    assert changed.name == "Neue Firma GmbH"
    said = manifest_of(package)["snapshot"]
    assert (said["customer"]["name"], said["retention"]["rule"]) == ("Alte Firma GmbH", rule)
    assert changed.identifiers.filter(kind="former_name", shown="Alte Firma GmbH").exists()
