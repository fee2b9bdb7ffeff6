"""Which customer a document belongs to: one clear one, or a question."""

from __future__ import annotations

import pytest

from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import Findings
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.steps.filing.decision import Ask, Filed, decide
from kundenakte.steps.filing.evidence import START_WEIGHTS, weights_from
from kundenakte.steps.filing.lookups import Address, CustomerProfile, InMemoryLookups, KnownCustomer
from kundenakte.steps.filing.matching import candidates
from kundenakte.steps.recognition.direction import direction_of
from kundenakte.steps.recognition.entities import find_entities
from tests.letters import Line, block, document

GROUP_VAT = "DE811907980"
OWN = OwnCompany.of(
    names=["Pegnitzwerk Anlagentechnik GmbH"],
    addresses=[("90459", "Am Alten Kanal 12")],
    vat_ids=["DE129273398"],
    email_domains=["pegnitzwerk.example"],
)
OURS = ("Pegnitzwerk Anlagentechnik GmbH", "Am Alten Kanal 12", "90459 Nürnberg")


def customer(pk: int, name: str, place: tuple[str, str, str], **more: tuple[str, ...]) -> KnownCustomer:
    profile = CustomerProfile(pk, str(10040 + pk), name, (name,), (Address(*place),))
    return KnownCustomer(profile, **more)


MUELLER, MUELLER_HOF, KOCH, KOCH_VERWALTUNG, WEBER, LANG, LANG_GMBH = 1, 2, 3, 4, 5, 6, 7
CUSTOMERS = InMemoryLookups(
    [
        customer(MUELLER, "Müller Metallbau GmbH", ("90402", "Hauptstraße 5", "Nürnberg"), vat_ids=("DE136695976",),
                 emails=("info@mueller-metall.example",), phones=("0911 5550-0",)),
        customer(MUELLER_HOF, "Müller Metallbau GmbH", ("95028", "Talweg 9", "Hof")),
        customer(KOCH, "Koch Spedition GmbH", ("90762", "Werkstr. 7", "Fürth"), vat_ids=(GROUP_VAT,)),
        customer(KOCH_VERWALTUNG, "Koch Verwaltungs GmbH", ("90762", "Werkstr. 7", "Fürth"), vat_ids=(GROUP_VAT,)),
        customer(WEBER, "Anna Weber", ("96047", "Mühlweg 3", "Bamberg"), ibans=("DE89370400440532013000",)),
        customer(LANG, "Käthe Lang", ("96035", "Ring 3", "Bamberg")),
        customer(LANG_GMBH, "Käthe Lang GmbH & Co. KG", ("96035", "Ring 3", "Bamberg")),
    ]
)  # fmt: skip
SHAPES = NumberShapes.from_numbers(["10041", "10042", "10043", "10044", "10045"])


def outcome(*lines: Line, facts: dict[str, str] | None = None) -> Filed | Ask:
    letter = Letter(document(lines))
    findings = Findings(entities=find_entities(letter, own=OWN, shapes=SHAPES))
    findings.direction = direction_of(letter, findings.entities, OWN)
    found = candidates(findings, letter.text, facts or {}, CUSTOMERS, own=OWN, shapes=SHAPES, letter=letter)
    return decide(found)


def sent(recipient: tuple[str, ...], *lines: Line) -> Filed | Ask:
    """A letter of ours."""
    line = (25.0, 48.0, ", ".join(OURS), 6.5)
    return outcome(line, *block(25, 55, *recipient), *lines)


def received(sender: tuple[str, ...], *lines: Line) -> Filed | Ask:
    """A letter to us."""
    return outcome(*block(140, 20, *sender), *block(25, 55, *OURS), *lines)


def filed(found: Filed | Ask) -> int | str:
    return found.customer if isinstance(found, Filed) else found.code


MUELLER_ADDRESS = ("Müller Metallbau GmbH", "Hauptstraße 5", "90402 Nürnberg")
KOCH_ADDRESS = ("Koch Spedition GmbH", "Werkstr. 7", "90762 Fürth")


@pytest.mark.parametrize(
    "address",
    [
        MUELLER_ADDRESS,
        ("Firma", "Müller Metallbau GmbH", "z. Hd. Frau Koch", "Hauptstr. 5", "D-90402 Nürnberg"),
        ("MUELLER METALLBAU GMBH", "HAUPTSTR. 5", "90402 NÜRNBERG"),
        ("Müller Metallbau", "Hauptstraße 5", "90402 Nürnberg"),
        ("Müller", "Metallbau GmbH", "Hauptstraße 5", "90402 Nürnberg"),
        ("Müler Metallbau GmbH", "Hauptstraße 5", "90402 Nürnberg"),
        ("Müller Metallbau GmbH", "Postfach 77", "90402 Nürnberg"),
    ],
)
def test_name_and_address_are_enough_in_any_writing(address: tuple[str, ...]) -> None:
    assert filed(sent(address)) == MUELLER
    assert filed(received(address)) == MUELLER


def test_the_same_name_in_two_cities_is_told_apart_by_the_address() -> None:
    assert filed(sent(("Müller Metallbau GmbH", "Talweg 9", "95028 Hof"))) == MUELLER_HOF


@pytest.mark.parametrize(
    "address",
    [
        ("Müller Metallbau GmbH", "Ostring 1", "20095 Hamburg"),
        ("Müller Metallbau GmbH & Co. KG", "Hauptstraße 5", "90402 Nürnberg"),
        ("Müller Metallbau Verwaltungs GmbH", "Hauptstraße 5", "90402 Nürnberg"),
        ("Kanzlei Rosenbusch", "Hauptstraße 5", "90402 Nürnberg"),
        ("Karl Koch Spedition GmbH", "Am Ring 2", "90762 Fürth"),
    ],
)
def test_somebody_like_a_customer_is_a_question(address: tuple[str, ...]) -> None:
    assert isinstance(sent(address), Ask)


def test_sister_companies_in_one_house_are_told_apart_by_name() -> None:
    assert filed(sent(KOCH_ADDRESS)) == KOCH
    assert filed(sent(("Koch Verwaltungs GmbH", *KOCH_ADDRESS[1:]))) == KOCH_VERWALTUNG


def test_a_person_and_a_company_of_that_name_are_told_apart_by_the_legal_form() -> None:
    place = ("Ring 3", "96035 Bamberg")
    assert filed(sent(("Käthe Lang GmbH & Co. KG", *place))) == LANG_GMBH
    assert filed(sent(("Käthe Lang GmbH & Co.", *place))) == "equal_customers"
    assert filed(sent(("Käthe Lang AG", *place))) == "equal_customers"


def test_a_contact_or_a_signature_is_not_the_customer_of_that_name() -> None:
    assert filed(sent(("Neu und Fremd GmbH", "Frau Anna Weber", "Mühlweg 9", "96047 Bamberg"))) != WEBER
    assert filed(sent(MUELLER_ADDRESS, (25, 200, "Anna Weber"))) == MUELLER


@pytest.mark.parametrize(
    ("line", "pk"),
    [
        ("Kundennummer: 10041", MUELLER),
        ("Ihre USt-IdNr.: DE 136 695 976", MUELLER),
        ("Mail an info@mueller-metall.example", MUELLER),
        ("Mail von einkauf@mueller-metall.example", MUELLER),
        ("IBAN DE89 3704 0044 0532 0130 00", WEBER),
    ],
)
def test_one_exact_key_is_enough(line: str, pk: int) -> None:
    assert filed(outcome((25, 120, line))) == pk


def test_a_phone_number_alone_is_a_question_and_with_a_name_an_answer() -> None:
    assert isinstance(outcome((25, 120, "Tel. 0911 5550-0")), Ask)
    name = ("Müller Metallbau GmbH", "Neubau 1", "90403 Nürnberg")
    assert filed(sent(name, (25, 120, "Tel. 0911 5550-0"))) == MUELLER


def test_a_key_of_a_group_decides_only_with_a_name() -> None:
    line: Line = (25, 120, f"USt-IdNr. {GROUP_VAT}")
    assert isinstance(outcome(line), Ask)
    assert filed(outcome(line, (25, 130, "Koch Spedition GmbH"))) == KOCH


def test_two_keys_of_two_customers_contradict_each_other() -> None:
    found = outcome((25, 120, "Kundennummer: 10045"), (25, 130, "USt-IdNr. DE136695976"))
    assert isinstance(found, Ask)
    assert found.code == "keys_contradict"
    assert {one.customer for one in found.candidates} == {MUELLER, WEBER}


def test_a_key_decides_between_two_named_customers() -> None:
    delivery: Line = (25, 130, "Lieferanschrift: Koch Spedition GmbH, Werkstr. 7, 90762 Fürth")
    assert filed(sent(MUELLER_ADDRESS, delivery)) == "several_named"
    assert filed(sent(MUELLER_ADDRESS, delivery, (125, 60, "Kundennummer: 10041"))) == MUELLER


def test_a_key_against_the_address_of_another_is_a_question() -> None:
    assert filed(sent(KOCH_ADDRESS, (125, 60, "Kundennummer: 10045"))) == "key_against_name"


def test_our_number_with_a_supplier_is_not_taken_for_a_customer_s() -> None:
    supplier = ("Zulieferteile Kromer GmbH", "Ostring 1", "20095 Hamburg")
    for label in ("Ihre Kundennummer", "Ihre Kundennummer bei uns", "Kundennummer"):
        assert isinstance(received(supplier, (125, 60, f"{label}: 10041")), Ask)


def test_a_customer_that_names_its_number_is_believed() -> None:
    assert filed(received(MUELLER_ADDRESS, (25, 120, "Unsere Kundennummer bei Ihnen: 10041"))) == MUELLER


def test_an_unknown_number_beside_a_known_address_is_a_question() -> None:
    assert filed(sent(MUELLER_ADDRESS, (125, 60, "Kundennummer: 10099"))) == "unknown_number"


def test_our_own_identifiers_never_count() -> None:
    ours = InMemoryLookups([customer(9, OURS[0], ("90459", OURS[1], "Nürnberg"), vat_ids=("DE129273398",))])
    letter = Letter(
        document([*block(25, 55, *OURS), (25, 120, "USt-IdNr. DE129273398"), (25, 130, "a@pegnitzwerk.example")])
    )
    findings = Findings(entities=find_entities(letter, own=OWN, shapes=SHAPES))
    assert candidates(findings, letter.text, {}, ours, own=OWN, letter=letter).candidates == []


def test_what_the_source_says_is_believed_and_still_checked() -> None:
    assert filed(outcome((25, 120, "Guten Tag"), facts={"customer": "10041", "system": "erp"})) == MUELLER
    found = outcome((25, 120, "IBAN DE89370400440532013000"), facts={"customer": "10041"})
    assert filed(found) == "keys_contradict"


def test_nothing_known_is_a_question_without_candidates() -> None:
    found = outcome((25, 120, "Guten Tag"))
    assert isinstance(found, Ask)
    assert (found.code, found.candidates) == ("no_customer", ())


def test_the_evidence_says_where_and_why() -> None:
    found = sent(MUELLER_ADDRESS, (125, 60, "Kundennummer: 10041"))
    assert isinstance(found, Filed)
    best = found.candidate.evidence[0]
    assert best.sentence == "Die Kundennummer 10041 steht auf Seite 1 („Kundennummer“)."
    assert (best.page, best.box is not None) == (1, True)


def test_weights_follow_how_often_a_kind_was_right() -> None:
    made = weights_from({"email_domain": (10, 90), "unheard_of": (1, 1)})
    assert made["email_domain"] < 0.5 < START_WEIGHTS["email_domain"]
    assert "unheard_of" not in made
