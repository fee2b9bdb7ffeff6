"""The administration in the browser: accounts, roles and rights, exceptions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.base.accounts.models import ApiToken, Role, User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import access
from kundenakte.records.actions import grants
from kundenakte.records.models import Document, Grant, Permission, Section, Verb
from kundenakte.records.rights import Right, rights_of_role
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, a_section, a_user
from tests.doors.web.pages import SignIn, words

PASSWORD = "Sommerregen-17-Tage"


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    return signed_in("anton")


def kinds() -> list[str]:
    return list(JournalEntry.objects.values_list("kind", flat=True))


def field(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return found[1] if found else ""


# --- accounts ----------------------------------------------------------------------------------------------------


def test_a_colleague_is_added_and_sets_her_password_by_a_link_that_works_once(anton: Client) -> None:
    made = anton.post(
        "/verwaltung/benutzer/neu",
        {"name": "Nora Neu", "username": "n.neu", "email": "n@example.com", "roles": ["service"]},
    )
    assert made.status_code == 200
    assert made["Cache-Control"].count("no-store")
    user = User.objects.get(username="n.neu")
    assert [role.code for role in user.roles.all()] == ["service"]
    link = re.search(r'value="(http[^"]+/konto/einrichten/[^"]+)"', made.content.decode())
    assert link
    path = link[1].partition("testserver")[2]
    guest = Client()
    assert guest.get(path).status_code == 200
    different = guest.post(path, {"password": PASSWORD, "again": "anders"})
    weak = guest.post(path, {"password": "kurz", "again": "kurz"})
    assert (different.status_code, weak.status_code) == (422, 422)
    assert guest.post(path, {"password": PASSWORD, "again": PASSWORD})["Location"] == "/konto/login/"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    for method in ("get", "post"):
        used = getattr(guest, method)(path, {"password": "Herbstlaub-18-Tage", "again": "Herbstlaub-18-Tage"})
        assert used.status_code == 404
        assert "gilt nicht mehr" in words(used)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_form_sent_twice_shows_a_link_that_works_both_times(anton: Client) -> None:
    asked = {"name": "Nora Neu", "username": "n.neu", "email": "n@example.com", "roles": ["service"]}
    anton.post("/verwaltung/benutzer/neu", asked)
    again = anton.post("/verwaltung/benutzer/neu", asked)
    assert again.status_code == 200
    link = re.search(r"/konto/einrichten/[^\"]+", again.content.decode())
    assert link
    assert Client().get(link[0]).status_code == 200
    assert User.objects.filter(username="n.neu").count() == 1
    assert anton.post("/verwaltung/benutzer/neu", asked | {"name": "Nora Alt"}).status_code == 422
    Client().post(link[0], {"password": PASSWORD, "again": PASSWORD})
    assert anton.post("/verwaltung/benutzer/neu", asked).status_code == 422


def test_a_program_sent_twice_is_one_program(anton: Client) -> None:
    asked = {"name": "Scanner", "username": "scanner", "is_service": "on"}
    answers = [anton.post("/verwaltung/benutzer/neu", asked) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"]


@pytest.mark.parametrize("ended_by", ["a newer link", "locking", "another account"])
def test_a_link_ends(ended_by: str, anton: Client) -> None:
    sabine = a_user("sabine")
    answer = anton.post(f"/verwaltung/benutzer/{sabine.pk}/einladen").content.decode()
    link = re.search(r"/konto/einrichten/[^\"]+", answer)
    assert link
    path = link[0]
    if ended_by == "a newer link":
        anton.post(f"/verwaltung/benutzer/{sabine.pk}/einladen")
    elif ended_by == "locking":
        anton.post(f"/verwaltung/benutzer/{sabine.pk}/sperre", {"offen": "nein"})
    else:
        path = path.replace(f"/{sabine.pk}/", f"/{a_user('verena').pk}/")
    assert Client().get(path).status_code == 404


def test_other_roles_are_shown_with_their_effect_before_they_are_given(anton: Client) -> None:
    sabine, invoice = a_user("sabine"), a_document(document_class="INV_OUT", title="Rechnung 77")
    address = f"/verwaltung/benutzer/{sabine.pk}/rollen"
    shown = anton.post(address, {"edition": sabine.edition, "rollen": ["service", "pruefung"]})
    assert "1 Dokument wird sichtbar" in words(shown)
    assert "Rechnung 77" in words(shown)
    assert not access.may(sabine, Verb.READ, invoice), "nothing has changed yet"
    unseen = anton.post(address, {"edition": 1, "rollen": ["verwaltung"], "geprueft": field(shown, "geprueft")})
    assert unseen.status_code == 200
    assert not access.may(sabine, Verb.READ, invoice), "what was not looked at is not saved"
    anton.post(address, {"edition": 1, "rollen": ["service", "pruefung"], "geprueft": field(shown, "geprueft")})
    assert access.may(sabine, Verb.READ, invoice)
    late = anton.post(address, {"edition": 1, "rollen": [], "geprueft": ""})
    assert late.status_code == 409


def test_a_name_is_changed_once_and_the_second_administrator_is_told(anton: Client) -> None:
    sabine = a_user("sabine")
    address = f"/verwaltung/benutzer/{sabine.pk}"
    assert anton.post(address, {"edition": 1, "name": "Sabine Sommer", "email": ""}).status_code == 303
    late = anton.post(address, {"edition": 1, "name": "Sabine Winter", "email": ""})
    assert late.status_code == 409
    assert "in der Zwischenzeit geändert" in words(late)
    assert User.objects.get(username="sabine").name == "Sabine Sommer"


def test_the_last_administrator_is_told_that_he_is(signed_in: SignIn) -> None:
    a_user("anton", password=PASSWORD)
    client = signed_in("anton")
    me = User.objects.get(username="anton")
    told = client.post(f"/verwaltung/benutzer/{me.pk}/rollen", {"edition": 1, "rollen": [], "geprueft": ""})
    assert told.status_code == 422
    assert "niemand mehr" in words(told)
    assert client.post(f"/verwaltung/benutzer/{me.pk}/sperre", {"offen": "nein"}).status_code == 422
    assert client.get("/verwaltung/").status_code == 200


def test_retention_is_among_the_places_for_who_may_manage_it(anton: Client) -> None:
    card = f'<a class="panel place" href="{reverse("retention")}">'
    assert card in anton.get("/verwaltung/").content.decode()
    Permission.objects.filter(verb=Verb.RETENTION).delete()
    assert card not in anton.get("/verwaltung/").content.decode()


def test_a_program_gets_a_token_that_is_shown_once_used_and_revoked(anton: Client) -> None:
    erp = a_user("erp")
    address = f"/verwaltung/benutzer/{erp.pk}/zugang"
    assert anton.post(address, {"name": "Belege", "days": "90"}).status_code == 422, "for nothing is no use"
    made = anton.post(address, {"name": "Belege", "scopes": ["documents:read"], "days": "90"})
    secret = re.search(r"ka_[\w-]+", made.content.decode())
    assert secret
    page = anton.get(f"/verwaltung/benutzer/{erp.pk}")
    assert secret[0] not in page.content.decode()
    token = ApiToken.objects.get()
    bearer = {"Authorization": f"Bearer {secret[0]}"}
    assert Client().get("/api/v1/documents", headers=bearer).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    anton.post(f"{address}/{token.pk}/zurueckziehen")
    assert Client().get("/api/v1/documents", headers=bearer).status_code == 401
    assert anton.get(f"/verwaltung/benutzer/{a_user('sabine').pk}/zugang").status_code == 404, "people have passwords"


# --- roles and rights --------------------------------------------------------------------------------------------


def matrix(role: Role, rights: set[Right], **more: Any) -> dict[str, Any]:
    boxes = [f"{right.section or 0}:{right.document_class or 0}:{right.verb}" for right in rights]
    return {"rolle": role.code, "edition": role.edition, "recht": boxes, "was": "vorschau", **more}


def test_the_grid_shows_the_rights_and_saves_what_was_looked_at(anton: Client) -> None:
    sabine, invoice = a_user("sabine"), a_document(document_class="INV_OUT", title="Rechnung 77")
    role = Role.objects.get(code="service")
    rights = set(rights_of_role(role))
    grid = anton.get("/verwaltung/rechte?rolle=service").content.decode()
    ticked = set(re.findall(r'name="recht" value="([\d:\w]+)"[^>]*? checked', grid))
    assert ticked == {f"{r.section or 0}:{r.document_class or 0}:{r.verb}" for r in rights}
    rights.add(Right(a_section("rechnungen").pk, None, "read"))
    shown = anton.post("/verwaltung/rechte", matrix(role, rights))
    assert "1 Dokument wird sichtbar" in words(shown)
    assert "Sabine Seidl" in words(shown)
    assert not access.may(sabine, Verb.READ, invoice)
    stamp = field(shown, "geprueft")
    more = rights | {Right(None, None, "administer")}
    anton.post("/verwaltung/rechte", matrix(role, more, was="speichern", geprueft=stamp))
    assert not access.rights_of(sabine).has(Verb.ADMINISTER), "what was not looked at is not saved"
    saved = anton.post("/verwaltung/rechte", matrix(role, rights, was="speichern", geprueft=stamp))
    assert saved.status_code == 303
    assert access.may(sabine, Verb.READ, invoice)
    assert rights_of_role(role) == rights
    late = anton.post("/verwaltung/rechte", matrix(role, rights, was="speichern", geprueft=stamp))
    assert late.status_code == 409


def test_rights_the_grid_does_not_show_stay(anton: Client) -> None:
    role, seen = Role.objects.get(code="service"), a_section("rechnungen")
    unseen = [
        Section.objects.create(plan=seen.plan, key="umbau", customer_file=a_customer_file(), local_name="Umbau"),
        Section.objects.create(plan=seen.plan, key="entwurf"),  # of a draft, or of an edition that held once
    ]
    for section in (*unseen, seen):
        Permission.objects.get_or_create(role=role, section=section, verb=Verb.READ)
    before = rights_of_role(role)
    hidden = {right for right in before if right.section in {section.pk for section in unseen}}
    wanted = set(before) - hidden - {Right(seen.pk, None, Verb.READ)}
    stamp = field(anton.post("/verwaltung/rechte", matrix(role, wanted)), "geprueft")
    anton.post("/verwaltung/rechte", matrix(role, wanted, was="speichern", geprueft=stamp))
    assert rights_of_role(role) == wanted | hidden


def test_a_row_for_a_class_is_shown_without_a_tick_and_a_wider_row_marks_it(anton: Client) -> None:
    a_user("sabine")
    role = Role.objects.get(code="service")
    asked = {"register": a_section("rechnungen").pk, "klasse": a_class("DUNNING").pk, "was": "zeile"}
    page = anton.post("/verwaltung/rechte", matrix(role, {Right(None, None, "read")}, **asked)).content.decode()
    assert "Rechnungen, nur Mahnung: lesen (gilt schon durch eine weitere Zeile)" in page
    assert "Rechnungen, nur Mahnung: freigeben" in page


@pytest.mark.parametrize("box", ["x:y:read", "0:0:fliegen", "", "1:2", "999999:0:read"])
def test_nonsense_in_the_form_changes_nothing(box: str, anton: Client) -> None:
    role = Role.objects.get(code="service")
    before = rights_of_role(role)
    page = anton.post("/verwaltung/rechte", {"rolle": "service", "edition": 1, "recht": [box], "was": "vorschau"})
    assert page.status_code == 200
    stamp = field(page, "geprueft")
    anton.post(
        "/verwaltung/rechte", {"rolle": "service", "edition": 7, "recht": [box], "was": "speichern", "geprueft": stamp}
    )
    assert rights_of_role(role) == before


def test_a_role_is_added_like_another_renamed_and_removed(anton: Client) -> None:
    a_user("verena")
    anton.post("/verwaltung/rollen/neu", {"name": "Empfang", "wie": "vertrieb"})
    role = Role.objects.get(code="empfang")
    assert rights_of_role(role) == rights_of_role(Role.objects.get(code="vertrieb"))
    assert anton.post("/verwaltung/rollen/neu", {"name": "empfang"}).status_code == 422
    anton.post(f"/verwaltung/rollen/{role.pk}", {"name": "Telefon", "eingang": "ja", "edition": 1})
    assert "Telefon" in words(anton.get("/verwaltung/rollen"))
    anton.post(f"/verwaltung/rollen/{role.pk}/loeschen", {"edition": 2})
    assert not Role.objects.filter(pk=role.pk).exists()
    held = Role.objects.get(code="vertrieb")
    assert anton.post(f"/verwaltung/rollen/{held.pk}/loeschen", {"edition": 1}).status_code == 422


# --- who sees what -----------------------------------------------------------------------------------------------


def test_the_page_says_who_may_read_a_document_and_why(anton: Client) -> None:
    for name in ("sabine", "bernd"):
        a_user(name)
    a_document(document_class="INV_OUT", number="RE-77", title="Rechnung 77")
    page = words(anton.get("/verwaltung/rechte/wer", {"dokument": "re-77"}))
    assert "2 von 3 Konten dürfen das." in page
    assert "Rolle „Buchhaltung“: lesen für Register „Rechnungen“, alle Klassen." in page
    assert "Keine Rolle und keine Freigabe erlaubt es." in page
    sabine = a_user("sabine").pk
    assert "darf dieses Dokument nicht lesen" in words(
        anton.get("/verwaltung/rechte/warum", {"dokument": "RE-77", "wer": str(sabine)})
    )


def test_a_document_is_named_by_number_or_address_and_asked_for_when_there_are_two(anton: Client) -> None:
    first = a_document(number="RE-1", title="Eins")
    second = a_document(number="RE-1", title="Zwei")
    assert "Welches ist gemeint?" in words(anton.get("/verwaltung/rechte/wer?dokument=RE-1"))
    page = anton.get("/verwaltung/rechte/wer", {"dokument": f"http://akte.example/dokument/{second.pk}"})
    assert page.context["document"] == second
    assert anton.get("/verwaltung/rechte/wer", {"dokument": str(first.pk)}).context["document"] == first
    assert "gibt es nicht" in words(anton.get("/verwaltung/rechte/wer?dokument=gibtesnicht"))


def test_what_the_administrator_may_not_see_shows_on_none_of_his_pages(anton: Client, tmp_path: Path) -> None:
    secret = a_document(
        document_class="INV_OUT", number="QF-1", title="Quastenflosser", customer_file=a_customer_file("Tiefsee GmbH")
    )
    me, role = a_user("anton"), Role.objects.get(code="service")
    grants.grant(actor=SETUP, to=me, on=secret, verb=Verb.READ, deny=True, reason="Geheim", now=NOW)
    grants.grant(actor=SETUP, to=me, on=secret.customer_file, verb=Verb.READ, deny=True, reason="Geheim", now=NOW)
    pages = [
        "/verwaltung/rechte/wer?dokument=QF-1", f"/verwaltung/rechte/wer?dokument=/dokument/{secret.pk}",
        f"/verwaltung/rechte/wer?wonach=register&register={secret.section_id}",
        f"/verwaltung/rechte/warum?dokument={secret.pk}&wer={me.pk}", "/verwaltung/freigaben",
        f"/verwaltung/freigaben/neu?dokument={secret.pk}",
    ]  # fmt: skip
    shown = [words(anton.get(path)) for path in pages]
    shown.append(words(anton.post("/verwaltung/rechte", matrix(role, {Right(None, None, "read")}))))
    for text in shown:
        assert "Quastenflosser" not in text
        assert "Tiefsee" not in text
    assert anton.get(f"/verwaltung/rechte/wer?wonach=kunde&akte={secret.customer_file_id}").status_code == 404
    assert "1 Dokument wird sichtbar" not in shown[-1]


# --- exceptions --------------------------------------------------------------------------------------------------


def test_an_exception_is_entered_shown_and_ended(anton: Client) -> None:
    sabine, offer = a_user("sabine"), a_document(document_class="OFFER", title="Angebot 5", number="AN-5")
    given = {"to": f"user:{sabine.pk}", "kind": "frei", "verb": "read", "until": "2030-12-31", "reason": "Vertretung"}
    assert anton.post("/verwaltung/freigaben/neu", given).status_code == 422, "for what?"
    assert anton.post("/verwaltung/freigaben/neu", {**given, "dokument": "gibtesnicht"}).status_code == 422
    assert not Grant.objects.exists()
    assert anton.post("/verwaltung/freigaben/neu", {**given, "dokument": "an-5"}).status_code == 303
    assert access.may(sabine, Verb.READ, offer)
    page = words(anton.get("/verwaltung/freigaben"))
    assert "Sabine Seidl" in page
    assert "Dokument „Angebot 5“" in page
    row = Grant.objects.get()
    assert anton.post(f"/verwaltung/freigaben/{row.pk}/beenden", {"grund": "zurück"}).status_code == 303
    assert not access.may(sabine, Verb.READ, offer)
    assert "Angebot 5" not in words(anton.get("/verwaltung/freigaben"))
    assert "Angebot 5" in words(anton.get("/verwaltung/freigaben?nur=beendet"))


def test_an_exception_ends_never_or_in_a_year_that_can_be_meant(anton: Client) -> None:
    sabine, offer = a_user("sabine"), a_document(document_class="OFFER", number="AN-5")
    given = {"to": f"user:{sabine.pk}", "kind": "frei", "verb": "read", "reason": "Vertretung", "dokument": "an-5"}
    refused = anton.post("/verwaltung/freigaben/neu", {**given, "until": "8026-12-31"})
    assert refused.status_code == 422
    assert "bis zum Jahr 2200" in words(refused)
    assert not Grant.objects.exists()
    assert anton.post("/verwaltung/freigaben/neu", {**given, "until": "9999-12-31"}).status_code == 303
    assert Grant.objects.get().until is None
    assert access.may(sabine, Verb.READ, offer)


def test_a_role_is_kept_out_of_a_customers_file_and_of_a_group(anton: Client) -> None:
    offer = a_document(document_class="OFFER", customer_file=a_customer_file(group="Konzern Nord"))
    verena, role = a_user("verena"), Role.objects.get(code="vertrieb")
    given = {"to": f"role:{role.pk}", "kind": "verbot", "verb": "read", "reason": "Befangen"}
    anton.post("/verwaltung/freigaben/neu", {**given, "akte": offer.customer_file_id})
    assert not access.may(verena, Verb.READ, offer)
    Grant.objects.all().delete()
    anton.post("/verwaltung/freigaben/neu", {**given, "gruppe": "Konzern Nord"})
    assert not access.may(verena, Verb.READ, offer)
    both = {**given, "gruppe": "Konzern Nord", "akte": offer.customer_file_id}
    assert anton.post("/verwaltung/freigaben/neu", both).status_code == 422


def test_restricted_documents_are_listed_for_those_who_may_read_them(anton: Client) -> None:
    document = a_document(title="Angebot 5")
    assert "Angebot 5" not in words(anton.get("/verwaltung/freigaben?nur=eingeschraenkt"))
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    assert "Angebot 5" in words(anton.get("/verwaltung/freigaben?nur=eingeschraenkt"))
