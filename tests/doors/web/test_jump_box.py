"""The jump box: from every page to a place, in one field."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.doors.web.search.commands import COMMANDS
from tests.builders import a_customer_file, a_section
from tests.doors.web.pages import SignIn
from tests.steps.search.papers import a_paper, catch_up

_OPTION = re.compile(r'role="option"[^>]*href="([^"]*)".*?jump-label">([^<]*)<', re.DOTALL)
IBAN = "DE89370400440532013000"


def options(client: Client, **asked: str) -> list[tuple[str, str]]:
    """Label and address of what is offered, in order."""
    text = client.get(reverse("search-jump"), asked).content.decode()
    return [(unescape(label), unescape(address)) for address, label in _OPTION.findall(text)]


def test_a_customer_is_reached_by_name_number_phone_and_iban(signed_in: SignIn) -> None:
    file = a_customer_file(
        "Müller Metallbau GmbH", number="K-55501", identifiers=[("phone", "0911 5566-0"), ("iban", IBAN)]
    )
    a_customer_file("Huber KG", identifiers=[("iban", "DE02120300000000202051")])
    client = signed_in("verena")
    for typed in ("müll", "mueller met", "55501", "K-55501", "0911 5566", "+49 911 5566", IBAN, "DE89 3704 0044"):
        assert options(client, q=typed)[0] == ("Müller Metallbau GmbH", f"/akte/{file.pk}"), typed


def test_a_document_is_reached_by_its_number_and_a_section_within_a_file(signed_in: SignIn) -> None:
    paper = a_paper(
        f"IBAN {IBAN}", title="Angebot", number="AN-2026-0815", customer_file=a_customer_file("Müller Metallbau GmbH")
    )
    catch_up()
    client = signed_in("verena")
    for typed in ("AN-2026-08", "an20260815", "AN-2O26-O8I5", IBAN):
        assert ("Angebot", f"/dokument/{paper.pk}") in options(client, q=typed), typed
    section = a_section("angebote").pk
    assert options(client, q="müller ange")[0] == ("Angebote", f"/akte/{paper.customer_file_id}?register={section}")
    # As people say it on the phone: the section first.
    assert options(client, q="angebote müller")[0] == ("Angebote", f"/akte/{paper.customer_file_id}?register={section}")
    assert ("Angebote", f"/suche?register={section}") in options(client, q="angeb")


def test_a_legal_form_or_an_and_said_with_the_name_hides_nobody(signed_in: SignIn) -> None:
    deinhardt = a_customer_file("Abfülltechnik Deinhardt KG")
    hofer = a_customer_file("Adelhardt & Hofer Druckguss GmbH & Co. KG")
    mill = a_customer_file("Florian Deinhardt Gießerei e. K.")
    client = signed_in("verena")
    for typed in ("Deinhardt KG", "kg deinhardt", "deinhardt co kg", "firma deinhardt abfüll"):
        assert ("Abfülltechnik Deinhardt KG", f"/akte/{deinhardt.pk}") in options(client, q=typed), typed
    assert options(client, q="Adelhardt und Hofer")[0][1] == f"/akte/{hofer.pk}"
    assert options(client, q="Gießerei e. K.")[0][1] == f"/akte/{mill.pk}"


def test_whatever_is_typed_can_be_looked_for_everywhere(signed_in: SignIn) -> None:
    for typed in ("x", "zebra & co", "<b>", "\\"):
        last = options(signed_in("verena"), q=typed)[-1]
        assert last[0] == f"Suchen nach „{typed}“"
        assert last[1].startswith("/suche?q=")


def test_commands_are_found_by_their_words_and_only_by_who_may(signed_in: SignIn) -> None:
    verena, paula, anton = signed_in("verena"), signed_in("paula"), signed_in("anton")
    assert ("Posteingang öffnen", "/posteingang/") in options(verena, q="postein")
    assert ("Hochladen", "/hochladen") in options(verena, q="datei")
    assert ("Hochladen", "/hochladen") not in options(paula, q="hochladen")
    assert ("Betrieb", "/betrieb/") in options(anton, q="betrieb")
    assert "Betrieb" not in [label for label, _ in options(verena, q="betrieb")]


def test_places_of_every_day_and_of_the_administration_are_reached_by_what_people_call_them(signed_in: SignIn) -> None:
    verena, anton = signed_in("verena"), signed_in("anton")
    for typed, label, address in (
        ("aufgab", "Aufgaben öffnen", "/aufgaben"), ("urlaub", "Abwesenheit und Kalender", "/konto/abwesenheit"),
        ("trennbl", "Trennblätter drucken", "/trennblatt/"),
        ("überfällig", "Was unterwegs ist", "/aufgaben/uebersicht"),
    ):  # fmt: skip
        assert (label, address) in options(verena, q=typed), typed
    for typed, label in (
        ("benutz", "Benutzer"), ("postf", "E-Mail"), ("gesund", "Zustand"), ("prozess", "Prozesse"),
        ("scanner", "Überwachte Ordner"), ("rechte", "Rechte"), ("firma", "Eigene Firma"),
    ):  # fmt: skip
        assert label in [said for said, _ in options(anton, q=typed)], typed
        assert label not in [said for said, _ in options(verena, q=typed)], typed


@pytest.mark.parametrize("person", ["verena", "bernd", "sabine", "paula", "anton"])
def test_every_command_on_offer_opens_its_page(person: str, signed_in: SignIn) -> None:
    client = signed_in(person)
    offered = {address for command in COMMANDS for label, address in options(client, q=str(command.label))
               if label == str(command.label)}  # fmt: skip
    assert offered
    # The cast signs in without a password, so the pages about passwords are not theirs.
    for address in offered - {reverse("account_change_password"), reverse("mfa_index")}:
        assert client.get(address).status_code in {200, 302}, address


def test_for_nothing_typed_come_the_places_used_last_as_far_as_they_are_hers(signed_in: SignIn) -> None:
    first, second = a_customer_file("Alpha GmbH"), a_customer_file("Beta GmbH")
    paper = a_paper(title="Rechnung RE-1", number="RE-1", customer_file=first, document_class="INV_OUT")
    offer = a_paper(title="Angebot AN-1", customer_file=first)
    remembered = f"akte-{second.pk},dokument-{paper.pk},dokument-{offer.pk},akte-999999,akte-{first.pk},unsinn,akte-x"
    shown = [label for label, _ in options(signed_in("anton"), zuletzt=remembered)]
    assert shown[:4] == ["Beta GmbH", "Rechnung RE-1", "Angebot AN-1", "Alpha GmbH"]
    seen = [label for label, _ in options(signed_in("paula"), zuletzt=remembered)]
    assert "Rechnung RE-1" in seen
    assert "Angebot AN-1" not in seen
    assert "Posteingang öffnen" in shown
    assert "Hochladen" not in seen


def test_every_page_carries_the_box_and_a_plain_form_in_its_place(signed_in: SignIn) -> None:
    text = signed_in("verena").get("/").content.decode()
    assert 'action="/suche" method="get"' in text
    assert 'data-from="/suche/sprung"' in text
