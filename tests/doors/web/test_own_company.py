"""The administration in the browser: the data of the own company."""

from __future__ import annotations

import pytest
from django.test import Client

from kundenakte.base.journal.models import JournalEntry
from kundenakte.customers.models import OwnCompany
from kundenakte.records import house
from tests.builders import a_customer_file
from tests.doors.web.pages import SignIn, words


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    return signed_in("anton")


def kinds() -> list[str]:
    return list(JournalEntry.objects.values_list("kind", flat=True))


def test_our_own_data_are_changed_and_what_counts_for_nothing_is_said(anton: Client) -> None:
    row = OwnCompany.objects.get()
    form = {"name": "Frankenblech GmbH", "country": "DE", "vat_ids": "DE811907980\r\nDE123", "edition": row.edition}
    assert anton.post("/verwaltung/firma", form).status_code == 303
    page = words(anton.get("/verwaltung/firma"))
    assert "„DE123“ ist keine gültige Angabe (USt-IdNr.)" in page
    assert "„DE811907980“ ist keine" not in page
    assert OwnCompany.objects.get().vat_ids == "DE811907980\nDE123"
    late = anton.post("/verwaltung/firma", form)
    assert late.status_code == 409
    assert "own_company.changed" in kinds()


def test_the_shape_of_customer_numbers_is_told_and_tried(anton: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # What another test of this process taught it does not count.
    monkeypatch.setattr(house, "_learnt", None)
    for number in ("K-10001", "K-10002"):
        a_customer_file(number=number)
    assert "„K“, dann 5 Ziffern" in words(anton.get("/verwaltung/firma"))
    assert "hat die Form einer Kundennummer" in words(anton.get("/verwaltung/firma?nummer=10042"))
    assert "So sieht keine" in words(anton.get("/verwaltung/firma?nummer=X1"))
