"""The house prints its own separator sheets: for a customer's file, one of its sections, or for nobody."""

from __future__ import annotations

import pypdfium2
from django.urls import reverse

from tests.builders import a_customer_file, a_document
from tests.doors.web.pages import SignIn


def test_a_sheet_names_what_it_is_for(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", document_class="OFFER", number="AN-1")
    client = signed_in("verena")
    asked = {"akte": str(document.customer_file_id), "register": str(document.section_id)}
    page = client.get(reverse("separator-sheets"), asked).text
    assert str(document.customer_file.customer) in page
    assert f'name="register" value="{document.section_id}"' in page
    wanted = {**asked, "klasse": "OFFER", "nummer": "AN-2", "anzahl": "2"}
    answer = client.get(reverse("separator-sheets-pdf"), wanted)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with pypdfium2.PdfDocument(answer.content) as pdf:
        assert len(pdf) == 2
        printed = pdf[1].get_textpage().get_text_bounded()
    for said in (document.customer_file.customer.number, "Register", "Angebot", "AN-2"):
        assert said in printed


def test_a_sheet_for_nobody_only_parts(signed_in: SignIn) -> None:
    client = signed_in("verena")
    assert "Trennblätter drucken" in client.get(reverse("separator-sheets")).text
    answer = client.get(reverse("separator-sheets-pdf"))
    with pypdfium2.PdfDocument(answer.content) as pdf:
        assert "Trennblatt" in pdf[0].get_textpage().get_text_bounded()


def test_no_sheet_for_a_file_one_may_not_see(signed_in: SignIn) -> None:
    client = signed_in("bernd")
    for name in ("separator-sheets", "separator-sheets-pdf"):
        assert client.get(reverse(name), {"akte": 987654}).status_code == 404


def test_a_customer_typed_but_not_chosen_is_said_instead_of_printing_a_sheet_without_one(signed_in: SignIn) -> None:
    client = signed_in("verena")
    page = client.get(reverse("separator-sheets")).text
    assert "choose-customer" in page
    assert 'name="akte_getippt"' in page
    answer = client.get(reverse("separator-sheets-pdf"), {"akte": "", "akte_getippt": "Müll"})
    assert answer.status_code == 422
    assert "ist kein Kunde gewählt" in answer.text


def test_a_customer_without_a_number_is_not_named_on_a_sheet_that_cannot_carry_him(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Neu GmbH", number="")
    client = signed_in("verena")
    asked = {"akte": customer_file.pk}
    assert "hat noch keine Kundennummer" in client.get(reverse("separator-sheets"), asked).text
    with pypdfium2.PdfDocument(client.get(reverse("separator-sheets-pdf"), asked).content) as pdf:
        assert "Neu GmbH" not in pdf[0].get_textpage().get_text_bounded()
