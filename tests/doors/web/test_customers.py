"""Customers in the browser: list, search, making, changing, merging, reading in a list."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse

from kundenakte.customers.models import Customer, Identifier
from kundenakte.records.models import CustomerFile, Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user
from tests.doors.web.pages import SignIn


def _names(response: Any) -> list[str]:
    return [row["customer"].name for row in response.context["rows"]]


def test_the_list_finds_by_name_number_and_mail(signed_in: SignIn) -> None:
    a_customer_file("Bäckerei Öttinger", "K-777", identifiers=[("email", "backstube@oettinger.example")])
    a_customer_file("Zimmerei Abel")
    client = signed_in("verena")
    assert _names(client.get("/kunden/")) == ["Bäckerei Öttinger", "Zimmerei Abel"]
    for text in ("oetting", "K-777", "backstube@oett"):
        assert _names(client.get("/kunden/", {"q": text})) == ["Bäckerei Öttinger"], text
    assert _names(client.get("/kunden/", {"buchstabe": "Z"})) == ["Zimmerei Abel"]


def test_the_list_goes_on_behind_its_last_row(signed_in: SignIn) -> None:
    for n in range(52):
        a_customer_file(f"Kunde {n:02d}")
    client = signed_in("verena")
    first = client.get("/kunden/")
    second = client.get("/kunden/", {"nach": first.context["next"]})
    assert (len(_names(first)), _names(second)) == (50, ["Kunde 50", "Kunde 51"])
    assert not second.context["next"]


def test_a_list_costs_the_same_queries_for_one_customer_and_for_many(
    signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        a_customer_file(f"Kunde {n:02d}")
    client = signed_in("verena")
    with django_assert_max_num_queries(12):
        client.get("/kunden/")


def test_a_new_customer_comes_with_its_file(signed_in: SignIn) -> None:
    answer = signed_in("verena").post(
        "/kunden/neu",
        {"name": "Neubau GmbH", "number": "K-900", "state": "customer", "city": "Fürth", "zip_code": "90762",
         "street": "Ring 1", "country": "DE", "email": "post@neubau.example"},
    )  # fmt: skip
    customer = Customer.objects.get(number="K-900")
    made = CustomerFile.objects.get(customer=customer)
    assert (answer.status_code, answer["Location"]) == (303, reverse("file", args=(made.pk,)))
    assert Identifier.objects.filter(customer=customer, kind="email").exists()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"name": "Maier Metallbau"}, "gleicher Name"),
        ({"name": "Meier Metallbau GmbH"}, "sehr ähnlicher Name"),
        ({"name": "Nordlicht AG", "vat_id": "DE129273398"}, "USt-IdNr."),
        ({"name": "Nordlicht AG", "email": "post@maier.example"}, "E-Mail-Adresse"),
    ],
)
def test_who_it_may_be_already_is_shown_and_the_customer_made_only_on_purpose(
    sent: dict[str, str], reason: str, signed_in: SignIn
) -> None:
    known = a_customer_file(
        "Maier Metallbau GmbH", "K-800", identifiers=[("vat_id", "DE129273398"), ("email", "post@maier.example")]
    )
    client, form = signed_in("verena"), {"state": "customer", "country": "DE", **sent}
    warned = client.post("/kunden/neu", form)
    assert warned.status_code == 409
    said = warned.content.decode()
    assert reverse("file", args=(known.pk,)) in said
    assert reason in said
    assert Customer.objects.count() == 1
    assert client.post("/kunden/neu", form | {"gesehen": str(known.customer_id)}).status_code == 303
    assert Customer.objects.count() == 2


def test_a_namesake_that_is_hidden_is_not_shown(signed_in: SignIn) -> None:
    hidden = a_customer_file("Maier Metallbau GmbH", "K-800")
    Grant.objects.create(
        user=a_user("verena"), customer_file=hidden, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
    )
    answer = signed_in("verena").post("/kunden/neu", {"name": "Maier Metallbau", "state": "customer"})
    assert answer.status_code == 303


def test_another_trade_or_another_first_word_is_no_namesake(signed_in: SignIn) -> None:
    a_customer_file("Nord Metallbau GmbH", "K-800")
    for name in ("Nord Holzbau GmbH", "Sued Metallbau GmbH"):
        assert signed_in("verena").post("/kunden/neu", {"name": name, "state": "customer"}).status_code == 303


def test_a_taken_number_is_refused_with_a_sentence_and_the_form_keeps_what_was_typed(signed_in: SignIn) -> None:
    a_customer_file("Alt GmbH", "K-900")
    answer = signed_in("verena").post("/kunden/neu", {"name": "Neu GmbH", "number": "K-900", "state": "customer"})
    assert answer.status_code == 409
    assert "Die Kundennummer K-900 gehört schon zu einem anderen Kunden." in answer.content.decode()
    assert 'value="Neu GmbH"' in answer.content.decode()


def test_who_may_not_change_customers_cannot_make_one(signed_in: SignIn) -> None:
    assert signed_in("sabine").get("/kunden/neu").status_code == 403
    assert signed_in("sabine").post("/kunden/neu", {"name": "X GmbH", "state": "customer"}).status_code == 403
    assert not Customer.objects.exists()


def test_the_second_of_two_who_change_a_customer_is_told(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Alt GmbH")
    client, address = signed_in("verena"), reverse("file-customer-change", args=(customer_file.pk,))
    form = {"name": "Neu GmbH", "state": "customer", "country": "DE", "edition": customer_file.customer.edition}
    assert client.post(address, form).status_code == 303
    late = client.post(address, form | {"name": "Ganz anders GmbH"})
    assert late.status_code == 409
    assert "in der Zwischenzeit geändert" in late.content.decode()
    customer_file.customer.refresh_from_db()
    assert customer_file.customer.name == "Neu GmbH"


def test_an_identifier_is_added_and_ended(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    client = signed_in("verena")
    added = client.post(
        reverse("file-customer-identifier", args=(customer_file.pk,)), {"kind": "phone", "text": "0911 123456"}
    )
    row = Identifier.objects.get(customer=customer_file.customer, kind="phone")
    ended = client.post(reverse("file-customer-identifier-end", args=(customer_file.pk, row.pk)))
    row.refresh_from_db()
    assert (added.status_code, ended.status_code, row.valid_until is not None) == (303, 303, True)


def test_a_misspelt_iban_is_refused(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    answer = signed_in("verena").post(
        reverse("file-customer-identifier", args=(customer_file.pk,)), {"kind": "iban", "text": "DE00123"}
    )
    assert answer.status_code == 422
    assert not Identifier.objects.filter(kind="iban").exists()


def test_merging_shows_first_what_will_happen_and_then_leads_both_to_one_file(signed_in: SignIn) -> None:
    old, stays = a_customer_file("Müller", "K-1"), a_customer_file("Müller GmbH", "K-2")
    a_document(customer_file=old, number="AN-1")
    client, address = signed_in("bernd"), reverse("file-merge", args=(old.pk,))
    preview = client.get(address, {"mit": stays.pk}).content.decode()
    assert "Ein Dokument zieht um" in preview
    assert client.post(address, {"mit": stays.pk, "reason": ""}).status_code == 422
    done = client.post(address, {"mit": stays.pk, "reason": "doppelt angelegt"})
    assert done["Location"] == reverse("file", args=(stays.pk,))
    for link in (reverse("file", args=(old.pk,)), "/akte?kdnr=K-1", "/akte?system=erp&key=K-1"):
        assert client.get(link)["Location"] == reverse("file", args=(stays.pk,)), link


def test_who_may_not_merge_is_refused(signed_in: SignIn) -> None:
    old, stays = a_customer_file("Müller"), a_customer_file("Müller GmbH")
    answer = signed_in("verena").post(reverse("file-merge", args=(old.pk,)), {"mit": stays.pk, "reason": "doppelt"})
    assert answer.status_code == 403


LIST = "KdNr;Firma;Straße;PLZ;Ort\nK-1;Alpha GmbH;Weg 1;90402;Nürnberg\nK-2;;Weg 2;90402;Nürnberg\n"


def _upload(text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = "kunden.csv"
    return file


def test_a_list_is_looked_at_first_and_taken_over_on_request(signed_in: SignIn) -> None:
    client = signed_in("verena")
    looked = client.post("/kunden/einlesen", {"list": _upload(LIST), "system": "erp"})
    assert dict(looked.context["counts"]) == {"created": 1, "changed": 0, "unchanged": 0, "refused": 1}
    assert not Customer.objects.exists()
    form = {"key": looked.context["key"], "system": "erp", "schritt": "uebernehmen", "remember": "warenwirtschaft"}
    for column in looked.context["columns"]:
        form |= {f"heading_{column.name}": column.heading, f"target_{column.name}": column.target}
    done = client.post("/kunden/einlesen", form)
    assert done.status_code == 200
    assert CustomerFile.objects.get(customer__number="K-1").customer.name == "Alpha GmbH"
    assert client.post("/kunden/einlesen", form).status_code == 404


def test_an_excel_file_is_refused_with_a_way_out(signed_in: SignIn) -> None:
    file = io.BytesIO(b"PK\x03\x04 mappe")
    file.name = "kunden.xlsx"
    answer = signed_in("verena").post("/kunden/einlesen", {"list": file, "system": "erp"})
    assert answer.status_code == 422
    assert "CSV" in answer.content.decode()


@pytest.mark.parametrize("person", ["sabine", "paula"])
def test_reading_in_a_list_needs_the_right(person: str, signed_in: SignIn) -> None:
    assert signed_in(person).get("/kunden/einlesen").status_code == 403


def test_a_number_two_systems_gave_out_asks_which_customer_is_meant(signed_in: SignIn) -> None:
    from kundenakte.customers.actions import attach_number
    from tests.builders import NOW, SETUP

    one, other = a_customer_file("Eins GmbH", "4711"), a_customer_file("Zwei GmbH", "K-2")
    attach_number(actor=SETUP, customer=other.customer, number="4711", system="crm", now=NOW)
    client = signed_in("verena")
    assert client.get("/akte?system=crm&key=4711")["Location"] == reverse("file", args=(other.pk,))
    assert client.get("/akte?system=erp&key=4711")["Location"] == reverse("file", args=(one.pk,))
