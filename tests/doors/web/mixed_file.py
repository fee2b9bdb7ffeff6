"""A customer file with a little of everything, and what its page shows of it."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from kundenakte.records.models import CustomerFile
from tests.builders import TODAY, a_customer_file, a_document


def address(customer_file: CustomerFile, asked: str = "") -> str:
    return reverse("file", args=(customer_file.pk,)) + (f"?{asked}" if asked else "")


def numbers(client: Client, customer_file: CustomerFile, asked: str = "") -> list[str]:
    shown = client.get(address(customer_file, asked)).context["contents"]
    return [document.number for document in shown.documents.rows]


def a_mixed_file() -> CustomerFile:
    """An offer without amount, an invoice, a cheaper invoice and a contract without number."""
    customer_file = a_customer_file()
    days = iter(TODAY - timedelta(days=n) for n in range(4))
    for kind, title, number, fields in (
        ("OFFER", "Angebot Förderband", "AN-1", {}),
        ("INV_OUT", "Rechnung teuer", "RE-2", {"gross_amount": "1190.00", "currency": "EUR"}),
        ("INV_OUT", "Rechnung billig", "RE-10", {"net_amount": "99.50"}),
        ("CONTRACT", "rahmenvertrag", "", {}),
    ):
        a_document(
            customer_file=customer_file, document_class=kind, title=title, number=number, fields=fields,
            dated_on=next(days),
        )  # fmt: skip
    return customer_file
