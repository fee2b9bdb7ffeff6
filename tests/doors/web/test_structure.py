"""The pages on which the administration edits plan, classes and rules."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from kundenakte.records import editions, tasks
from kundenakte.records.actions import plans
from kundenakte.records.models import (
    Arrival,
    Document,
    DocumentClass,
    FilePlanEdition,
    RetentionRule,
    Section,
    StructureRun,
)
from kundenakte.steps.filing import rule_actions, rule_trial
from kundenakte.steps.filing.models import FilingRule
from kundenakte.steps.filing.rule_actions import RuleWish
from tests.builders import NOW, a_class, a_customer_file, a_document, a_section, an_actor, an_arrival
from tests.doors.web import pages
from tests.doors.web.pages import SignIn
from tests.doors.web.test_every_address import PEOPLE, web_patterns

OTHERS = [person for person in PEOPLE if person != "anton"]


def words(response: Any) -> str:
    """What a page says."""
    return pages.words(response)


def a_rule() -> FilingRule:
    wish = RuleWish("Protokolle", file_name="WP_*", document_class=a_class("ACCEPTANCE"))
    return rule_actions.add_rule(actor=an_actor(), wish=wish, now=NOW)


def a_draft() -> FilePlanEdition:
    return plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), now=NOW)


def addresses() -> list[str]:
    """Every address of these screens, about rows that are there."""
    rule, draft, file = a_rule(), a_draft(), a_customer_file()
    local = Section.objects.create(plan=file.plan, customer_file=file, key="eigen", local_name="Eigen")
    run = rule_trial.start(actor=an_actor(), rule=rule, count=1, now=NOW)
    known: dict[str, Any] = {
        "number": draft.number - 1, "section_id": a_section("angebote").pk, "run_id": run.pk, "code": "OFFER",
        "rule_id": rule.pk, "pk": file.pk,
    }  # fmt: skip
    found = []
    for one in web_patterns():
        if str(one.lookup_str).startswith("kundenakte.doors.web.structure."):
            values = {key: known[key] for key in one.pattern.converters}
            if one.name == "file-local-section":
                values["section_id"] = local.pk
            found.append(reverse(str(one.name), kwargs=values))
    return found


def _unplaced(response: Any) -> str:
    """What a page says, but for the mark on the navigation: an address of a file lies among the customers."""
    return words(response).replace(' aria-current="page"', " ")


@pytest.mark.parametrize("person", OTHERS)
def test_for_everybody_else_these_pages_do_not_exist(person: str, signed_in: SignIn) -> None:
    client = signed_in(person)
    missing = _unplaced(client.get("/gibt/es/nicht"))
    before = list(FilePlanEdition.objects.values_list("pk", "revision"))
    known = addresses()
    assert len(known) > 25
    for address in known:
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert response.status_code in {404, 405}, (address, method, response.status_code)
            if response.status_code == 404:
                assert _unplaced(response) == missing, (address, method)
    assert FilingRule.objects.get().is_on is False
    assert len(list(FilePlanEdition.objects.values_list("pk", "revision"))) == len(before) + 1


def test_for_the_administration_they_answer(signed_in: SignIn) -> None:
    client = signed_in("anton")
    answered = [client.get(address).status_code for address in addresses()]
    assert set(answered) == {200, 405}
    assert answered.count(200) > 13


def test_what_is_not_there_is_missing_for_the_administration_too(signed_in: SignIn) -> None:
    client = signed_in("anton")
    a_draft()
    for address in (
        reverse("plan-edition", args=(99,)), reverse("plan-section", args=(987_654,)), reverse("plan-run", args=(99,)),
        reverse("classes-class", args=("NIE",)), reverse("rules-rule", args=(99,)),
        reverse("file-local-sections", args=(987_654,)),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def _revision() -> int:
    draft = editions.draft_of(editions.the_plan())
    assert draft is not None
    return draft.revision


def _post(client: Client, address: str, /, *args: object, **values: Any) -> Any:
    return client.post(reverse(address, args=args), {"revision": _revision(), **values})


def test_from_the_draft_to_the_documents_in_their_new_section(signed_in: SignIn) -> None:
    document = a_document(number="AN-1", fields={"project": "P7"})
    client = signed_in("anton")
    assert client.post(reverse("plan-begin")).status_code == 303
    saved = _post(
        client, "plan-section-new", name="Projekte", feld="project", werte="", unterteilung="project",
        rechte_wie=a_section("angebote").pk,
    )  # fmt: skip
    assert saved.status_code == 303
    preview = words(client.get(reverse("plan-preview")))
    assert "Angebote" in preview
    assert "<b>Ein Dokument</b> von 1 wechselt das Register" in preview
    assert document.title in preview
    answer = _post(client, "plan-publish", anlass="Projekte für sich")
    run = StructureRun.objects.get()
    assert answer.headers["Location"] == reverse("plan-run", args=(run.pk,))
    waiting = client.get(answer.headers["Location"], headers={"HX-Request": "true", "HX-Target": "run"})
    assert "data-poll=" in words(waiting)
    tasks.roll_out(run.pk)()
    done = client.get(answer.headers["Location"], headers={"HX-Request": "true", "HX-Target": "run"})
    assert "data-poll=" not in words(done)
    assert "Ein Dokument hat das Register gewechselt" in words(done)
    document.refresh_from_db()
    assert document.section.key == "projekte"
    assert "Projekte" in words(client.get(reverse("file", args=(document.customer_file_id,))))
    assert "Angebote" in words(client.get(reverse("plan-edition", args=(2,))))
    # The first one has none before it: it is compared with the next.
    assert "Gegenüber Ausgabe 2" in words(client.get(reverse("plan-edition", args=(1,))))


def test_a_refused_form_keeps_what_was_typed(signed_in: SignIn) -> None:
    client = signed_in("anton")
    a_draft()
    answer = _post(client, "plan-section-new", name="Rechnungen", klasse=["OFFER"])
    assert answer.status_code == 422
    assert "gibt es schon" in words(answer)
    late = client.post(reverse("plan-section-new"), {"revision": 0, "name": "Projekte"})
    assert late.status_code == 409
    assert 'value="Projekte"' in words(late)
    assert "in der Zwischenzeit geändert" in words(late)


def test_the_order_changes_by_button_and_by_script(signed_in: SignIn) -> None:
    client = signed_in("anton")
    draft = a_draft()
    first, second, *rest = (entry.section_id for entry in editions.entries_in(draft))
    _post(client, "plan-order", hoch=second)
    assert [entry.section_id for entry in editions.entries_in(draft)] == [second, first, *rest]
    order = ",".join(map(str, [first, second, *rest]))
    sent = client.post(reverse("plan-order"), {"revision": _revision(), "order": order}, headers={"HX-Request": "true"})
    assert (sent.status_code, sent.headers["X-Revision"]) == (204, str(_revision()))
    assert [entry.section_id for entry in editions.entries_in(draft)] == [first, second, *rest]
    late = client.post(reverse("plan-order"), {"revision": 1, "order": order}, headers={"HX-Request": "true"})
    assert late.status_code == 409


def test_a_section_falls_away_and_is_kept_after_all(signed_in: SignIn) -> None:
    client = signed_in("anton")
    draft = a_draft()
    offers, orders = a_section("angebote"), a_section("auftraege")
    _post(client, "plan-retire", offers.pk, nach=orders.pk)
    assert "fest Abgelegtes kommt nach" in words(client.get(reverse("plan-draft")))
    _post(client, "plan-retire", offers.pk, nach=a_section("anfragen").pk)
    draft.refresh_from_db()
    assert draft.successors == {str(offers.pk): a_section("anfragen").pk}
    _post(client, "plan-keep", offers.pk)
    assert editions.missing_in(draft) == []
    _post(client, "plan-discard")
    assert editions.draft_of(editions.the_plan()) is None


def test_a_class_is_made_and_gets_fields(signed_in: SignIn) -> None:
    client = signed_in("anton")
    a_class()
    made = client.post(
        reverse("classes-new"),
        {"name": "Messblatt", "aliases": "Messprotokoll, Prüfblatt", "words": "Messblatt\nPrüfblatt",
         "aufbewahrung_wie": "SERVICE_REPORT", "valid_at_once": "1"},
    )  # fmt: skip
    assert made.status_code == 303
    row = DocumentClass.objects.get(code="MESSBLATT")
    assert (row.aliases, row.words) == (["Messprotokoll", "Prüfblatt"], ["Messblatt", "Prüfblatt"])
    page = words(client.get(reverse("classes-class", args=("MESSBLATT",))))
    assert escape(RetentionRule.objects.filter(code=row.retention_code).latest("valid_from").basis) in page
    assert "noch keines" in page
    a_document(document_class="MESSBLATT")
    answer = client.post(
        reverse("classes-fields", args=("MESSBLATT",)),
        {"revision": row.edition, "zeile": ["1", "2", "3", "4"],
         "schluessel": ["document_number", "dated_on", "subject", ""], "name": ["Nummer", "Datum", "Betreff", "Wert"],
         "typ": ["text", "date", "text", "choice"], "auswahl": ["", "", "", "gut, schlecht"],
         "platz": ["1", "2", "3", "1"], "weg": ["3"], "pflicht": ["4"]},
    )  # fmt: skip
    run = StructureRun.objects.get()
    assert answer.headers["Location"] == reverse("plan-run", args=(run.pk,))
    fields = [(one.key, one.required, one.choices) for one in row.index_fields.all()]
    assert fields == [("document_number", False, []), ("wert", True, ["gut", "schlecht"]), ("dated_on", False, [])]
    tasks.check_fields(run.pk)()
    assert "Pflichtfeld ohne Wert" in words(client.get(answer.headers["Location"]))
    late = client.post(reverse("classes-class", args=("MESSBLATT",)), {"revision": 1, "name": "Anders"})
    assert late.status_code == 409


def test_a_retired_class_is_offered_again(signed_in: SignIn) -> None:
    client = signed_in("anton")
    row = a_class("NDA")
    client.post(reverse("classes-retire", args=("NDA",)), {"revision": row.edition})
    assert "weggefallen" in words(client.get(reverse("classes")))
    row.refresh_from_db()
    assert row.is_retired
    client.post(reverse("classes-retire", args=("NDA",)), {"revision": row.edition})
    row.refresh_from_db()
    assert not row.is_retired


def test_a_rule_is_written_tried_and_switched_on(signed_in: SignIn) -> None:
    client = signed_in("anton")
    a_class()
    made = client.post(
        reverse("rules-new"),
        {"name": "Protokolle", "wort": ["Wartungsprotokoll", ""], "stelle": ["top", "anywhere"], "quelle": "folder:*",
         "klasse": "ACCEPTANCE", "register": str(a_section("service").pk), "feld": ["project"], "wert": ["P7"]},
    )  # fmt: skip
    rule = FilingRule.objects.get()
    assert made.headers["Location"] == reverse("rules-rule", args=(rule.pk,))
    assert (rule.words, rule.fields, rule.is_on) == (
        [{"text": "Wartungsprotokoll", "place": "top"}], {"project": "P7"}, False,
    )  # fmt: skip
    tried = client.post(reverse("rules-try", args=(rule.pk,)), {"anzahl": "100"})
    rule_trial.try_rule(StructureRun.objects.get().pk)()
    assert "Die Regel trifft auf 0 Dokumente zu" in words(client.get(tried.headers["Location"]))
    assert "Letzte Probe" in words(client.get(made.headers["Location"]))
    client.post(reverse("rules-switch", args=(rule.pk,)), {"revision": rule.edition, "an": "ja"})
    rule.refresh_from_db()
    assert rule.is_on
    listed = words(client.get(reverse("rules")))
    assert "im oberen Drittel von Seite 1" in listed
    assert "Register Service &amp; Wartung" in listed
    late = client.post(reverse("rules-rule", args=(rule.pk,)), {"revision": 1, "name": "X", "quelle": "mail:*"})
    assert late.status_code in {409, 422}
    client.post(reverse("rules-remove", args=(rule.pk,)), {"revision": rule.edition})
    assert not FilingRule.objects.exists()


def test_the_source_of_a_rule_is_chosen_among_those_there_were(signed_in: SignIn) -> None:
    an_arrival(source="folder:buero")
    client = signed_in("anton")
    form = words(client.get(reverse("rules-new")))
    assert '<option value="folder:*" >Alle überwachten Ordner</option>' in form
    assert '<option value="folder:buero" >Überwachter Ordner „buero“</option>' in form
    wish = RuleWish("Alt", source="mail:*", file_name="WP_*", document_class=a_class("ACCEPTANCE"))
    rule = rule_actions.add_rule(actor=an_actor(), wish=wish, now=NOW)
    kept = words(client.get(reverse("rules-rule", args=(rule.pk,))))
    assert '<option value="mail:*" selected>mail:*</option>' in kept


def test_a_trial_names_what_waits_in_the_inbox(signed_in: SignIn) -> None:
    arrival = an_arrival(file_name="WP_77.pdf", waiting=True)
    run = rule_trial.start(actor=an_actor(), rule=a_rule(), count=100, now=NOW)
    rule_trial.try_rule(run.pk)()
    said = words(signed_in("anton").get(reverse("plan-run", args=(run.pk,))))
    assert "Von 1 wartenden Eingängen trifft die Regel auf einen zu." in said
    assert reverse("inbox-arrival", args=(arrival.pk,)) in said


def test_a_trial_says_where_the_rule_fits_and_does_not_decide(signed_in: SignIn) -> None:
    run = rule_trial.start(actor=an_actor(), rule=a_rule(), count=100, now=NOW)
    rule_trial.try_rule(run.pk)()
    address = reverse("plan-run", args=(run.pk,))
    assert "entscheidet aber nicht" not in words(signed_in("anton").get(address))
    run.refresh_from_db()
    run.report["overruled"] = 2
    run.save()
    assert "Bei 2 weiteren passt sie auch, entscheidet aber nicht:" in words(signed_in("anton").get(address))


def test_a_trial_belongs_to_whoever_started_it(signed_in: SignIn) -> None:
    from kundenakte.base.accounts.models import Role, User

    run = rule_trial.start(actor=an_actor(), rule=a_rule(), count=1, now=NOW)
    other = User.objects.create_user("zweiter", "zweiter@example.com", None)
    other.roles.add(Role.objects.get(code="verwaltung"))
    client = Client()
    client.force_login(other)
    assert client.get(reverse("plan-run", args=(run.pk,))).status_code == 404
    assert signed_in("anton").get(reverse("plan-run", args=(run.pk,))).status_code == 200


def test_a_file_gets_a_section_of_its_own(signed_in: SignIn) -> None:
    client, file = signed_in("anton"), a_customer_file()
    address = reverse("file-local-sections", args=(file.pk,))
    client.post(address, {"name": "Sonderprojekt", "rechte_wie": a_section("angebote").pk})
    section = Section.objects.get(customer_file=file)
    assert "Sonderprojekt" in words(client.get(address))
    one = reverse("file-local-section", args=(file.pk, section.pk))
    client.post(one, {"name": "Halle 4", "vorher": "falsch"})
    section.refresh_from_db()
    assert section.local_name == "Sonderprojekt"
    client.post(one, {"name": "Halle 4", "vorher": "Sonderprojekt"})
    section.refresh_from_db()
    assert section.local_name == "Halle 4"
    document = a_document(customer_file=file, section=section)
    client.post(one, {"weg": "1"})
    assert Section.objects.filter(pk=section.pk).exists()
    Document.objects.filter(pk=document.pk).update(section=a_section("angebote"))
    client.post(one, {"weg": "1"})
    assert not Section.objects.filter(pk=section.pk).exists()
    assert signed_in("verena").get(address).status_code == 404


def test_a_section_of_one_file_bears_no_name_of_the_plan(signed_in: SignIn) -> None:
    client, file = signed_in("anton"), a_customer_file()
    address = reverse("file-local-sections", args=(file.pk,))
    refused = client.post(address, {"name": " rechnungen "})
    assert refused.status_code == 422
    assert "„rechnungen“ heißt schon ein Register des Aktenplans" in words(refused)
    assert not Section.objects.filter(customer_file=file).exists()
    client.post(address, {"name": "Halle 4"})
    section = Section.objects.get(customer_file=file)
    client.post(reverse("file-local-section", args=(file.pk, section.pk)), {"name": "Rechnungen", "vorher": "Halle 4"})
    section.refresh_from_db()
    assert section.local_name == "Halle 4"


def test_a_retired_class_is_in_no_list_to_choose_from(signed_in: SignIn) -> None:
    client = signed_in("anton")
    letter, nda = a_document(document_class="LETTER"), a_document(document_class="NDA")
    arrival = an_arrival(waiting=True)
    DocumentClass.objects.filter(code="NDA").update(is_retired=True)
    assert 'value="NDA"' not in words(client.get(reverse("inbox-arrival", args=(arrival.pk,))))
    form = {"HX-Request": "true", "HX-Target": "fields"}
    for document, is_there in ((letter, False), (nda, True)):
        page = words(client.get(f"{reverse('document-describe', args=(document.pk,))}", headers=form))
        assert ('value="NDA"' in page) is is_there


def test_the_section_a_rule_names_is_proposed_in_the_inbox(signed_in: SignIn) -> None:
    arrival = an_arrival(waiting=True)
    section = a_section("vertraege")
    Arrival.objects.filter(pk=arrival.pk).update(decision={"rule": {"rule": {"section_id": section.pk}}})
    page = words(signed_in("anton").get(reverse("inbox-arrival", args=(arrival.pk,))))
    assert f'<option value="{section.pk}" selected>' in page
