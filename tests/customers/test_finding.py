"""Looking customers up by what they are known by, by typing, and page by page."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenakte.customers import actions, queries
from kundenakte.customers.drafts import Person, Place
from kundenakte.customers.models import Customer, CustomerKey
from kundenakte.customers.search import find, list_customers
from tests.builders import NOW, SETUP

pytestmark = pytest.mark.django_db


def a_customer(name: str, number: str = "", **more: object) -> Customer:
    return actions.create_customer(actor=SETUP, name=name, number=number, now=NOW, **more)  # type: ignore[arg-type]


def test_a_number_is_found_however_it_is_written_and_says_when_zeros_make_the_difference() -> None:
    customer = a_customer("Meier GmbH", "K-10042")
    hits = queries.by_number(["k10042", "K 10 042", "K-010042", "10042", "K-10043"])
    assert {value: [(hit.customer_id, hit.exact) for hit in found] for value, found in hits.items()} == {
        "k10042": [(customer.pk, True)],
        "K 10 042": [(customer.pk, True)],
        "K-010042": [(customer.pk, False)],
    }


def test_the_exact_number_comes_before_the_one_with_zeros() -> None:
    zeros, plain = a_customer("Null GmbH", "0042"), a_customer("Ohne GmbH", "42")
    assert [hit.customer_id for hit in queries.by_number(["42"])["42"]] == [plain.pk, zeros.pk]
    assert queries.open_by_key(key="0042", system="erp") == zeros
    assert queries.open_by_key(key="42", system="erp") == plain


def test_a_key_without_system_opens_whoever_is_called_by_it_and_asks_when_two_are() -> None:
    ours = a_customer("Eins GmbH", "10042")
    other = a_customer("Zwei GmbH", "20000")
    actions.attach_number(actor=SETUP, customer=other, number="10042", system="crm", now=NOW)
    assert queries.open_by_key(key="10042") == ours
    assert queries.open_by_key(key="10042", system="crm") == other
    assert queries.open_by_key(key="99999") is None
    third = a_customer("Drei GmbH", "10042", system="shop")
    with pytest.raises(queries.KeyAmbiguous) as refused:
        queries.open_by_key(key="10042")
    assert refused.value.customers == [ours, third]
    assert "Eins" not in refused.value.sentence


def test_each_lookup_is_one_query_however_many_values() -> None:
    for n in range(5):
        a_customer(f"Meier {n} GmbH", str(n + 1), place=Place(f"Ring {n + 1}", "90402", "Nürnberg"))
    many = [str(n) for n in range(300)]
    for ask in (
        lambda: queries.by_number(many),
        lambda: queries.by_identifiers([("iban", value) for value in many]),
        lambda: queries.by_name_keys(many),
        lambda: queries.by_address_keys(many),
        lambda: queries.by_phone_stems([f"+4991112{value}" for value in many]),
    ):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ask()
        assert len(asked) == 1


def test_nothing_asked_is_nothing_found() -> None:
    assert queries.by_number([]) == {}
    assert queries.by_number(["", "--"]) == {}
    assert queries.by_identifiers([]) == {}
    assert queries.by_identifiers([("iban", "")]) == {}
    assert queries.by_name_keys([""]) == {}


@pytest.fixture
def three() -> dict[str, Customer]:
    """A machine builder in Nürnberg, a bakery in Fürth, and one renamed."""
    made = {
        "machines": a_customer(
            "Müller-Schulz Maschinenbau GmbH",
            "D-10042",
            place=Place("Am Hafen 7", "90451", "Nürnberg"),
            identifiers=[("email", "einkauf@ms-bau.example"), ("phone", "0911 1234-0")],
            people=[Person("Eva Öller")],
        ),
        "bakery": a_customer("Bäckerei Müller e. K.", "D-10043", place=Place("Ring 1", "90762", "Fürth")),
        "renamed": a_customer("Alte Werke GmbH", "D-20042"),
    }
    actions.change_customer(
        actor=SETUP, customer=made["renamed"], edition=1, now=NOW, fields={"name": "Neue Werke GmbH"}
    )
    return made


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("D-10042", ["machines"]),
        ("d10042", ["machines"]),
        ("10042", ["machines"]),
        ("1004", ["bakery", "machines"]),
        ("müller", ["machines", "bakery"]),
        ("Muell", ["bakery", "machines"]),
        ("müller nürn", ["machines"]),
        ("masch", ["machines"]),
        ("schulz müller", ["machines"]),
        ("90762", ["bakery"]),
        ("öller", ["machines"]),
        ("einkauf@ms", ["machines"]),
        ("0911 1234", ["machines"]),
        ("alte werke", ["renamed"]),
        ("neue", ["renamed"]),
        ("müller köln", []),
        ("%", []),
        ("_", []),
        ("   ", []),
        ("\\", []),
    ],
)
def test_typing_finds_customers_by_whatever_they_are_known_by(
    three: dict[str, Customer], typed: str, found: list[str]
) -> None:
    assert [row.pk for row in find(typed)] == [three[name].pk for name in found]


def test_who_is_called_so_comes_before_who_has_the_word_somewhere(three: dict[str, Customer]) -> None:
    first = a_customer("Müller Zaunbau GmbH", "D-30000")
    assert find("müller") == [three["machines"], first, three["bakery"]]
    assert len(find("müller", 2)) == 2
    assert find("müller", among=Customer.objects.filter(pk=three["bakery"].pk)) == [three["bakery"]]


def test_the_list_sorts_umlauts_with_their_vowels_and_pages_without_gaps() -> None:
    names = ["Zander", "Ärmel", "Apfel", "Öl", "Otto", "3M", "Über", "Uhr", "ärmer"]
    for name in names:
        a_customer(name)
    seen: list[str] = []
    after = None
    while True:
        page = list_customers(after=after, limit=2)
        seen += [row.name for row in page.customers]
        after = page.after
        if after is None:
            break
    assert seen == ["3M", "Apfel", "Ärmel", "ärmer", "Öl", "Otto", "Über", "Uhr", "Zander"]


def test_the_list_is_narrowed_by_letter_state_group_and_words() -> None:
    prospect = a_customer("Ärmel GmbH", state="prospect")
    customer = a_customer("Apfel GmbH", group="Nord")
    a_customer("Birne GmbH")
    assert list_customers(letter="a").customers == [customer, prospect]
    assert list_customers(state="prospect").customers == [prospect]
    assert list_customers(group="Nord").customers == [customer]
    assert list_customers(search="apf").customers == [customer]
    assert list_customers(letter="b", state="prospect").customers == []
    assert list_customers(among=Customer.objects.filter(pk=prospect.pk)).customers == [prospect]


def test_a_name_is_found_without_the_dots_of_its_umlauts() -> None:
    a_customer("Nüßlein Maschinenbau GmbH", place=Place("Mühlweg 3", "95444", "Würzburg"))
    for typed in ("Nusslein", "nuesslein", "Nüßlein", "nusslein masch", "wurzburg"):
        assert [found.name for found in find(typed)] == ["Nüßlein Maschinenbau GmbH"], typed


def test_a_customer_is_found_by_street() -> None:
    a_customer("Eins GmbH", place=Place("Haupt-Str. 12", "95444", "Bayreuth"))
    a_customer("Zwei GmbH", place=Place("Ringstraße 7", "95444", "Bayreuth"))
    for typed in ("Hauptstr", "hauptstraße 12", "Haupt Straße", "Haupt-Str. 12", "bayreuth haupt"):
        assert [found.name for found in find(typed)] == ["Eins GmbH"], typed


def test_a_customer_is_found_by_a_phone_number_without_its_area_code() -> None:
    for name, shown in (
        ("Eins GmbH", "0921 / 34 56 - 70"), ("Zwei GmbH", "+49 (0)9221 77889-0"), ("Drei GmbH", "0911654321"),
    ):  # fmt: skip
        customer = a_customer(name)
        actions.add_identifier(actor=SETUP, customer=customer, kind="phone", text=shown, now=NOW)
    for typed, name in (("345670", "Eins"), ("34 56-70", "Eins"), ("77889-0", "Zwei"), ("77889", "Zwei"),
                        ("654321", "Drei")):  # fmt: skip
        assert [found.name for found in find(typed)] == [f"{name} GmbH"], typed
        assert [found.name for found in list_customers(search=typed).customers] == [f"{name} GmbH"], typed


def test_the_keys_for_typing_are_filled_in_for_customers_who_are_there() -> None:
    customer = a_customer("Nüßlein GmbH", place=Place("Haupt-Str. 12", "95444", "Bayreuth"))
    actions.add_identifier(actor=SETUP, customer=customer, kind="phone", text="0921 / 34 56 - 70", now=NOW)
    typed = CustomerKey.objects.filter(kind__in=("plain", "street", "phone"))
    before = sorted(typed.values_list("kind", "value", "ended"))
    assert before
    typed.delete()
    fill = import_module("kundenakte.customers.migrations.0004_streets_phones_and_plain_words").fill
    for _ in range(2):
        fill(apps, None)
        assert sorted(typed.values_list("kind", "value", "ended")) == before
