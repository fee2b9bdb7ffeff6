"""The house's own filing rules: when one fits, what it decides, who may write it, and trying it on what is filed."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.records import renditions
from kundenakte.records.actions import classes
from kundenakte.records.findings import ClassGuess, Entity, FieldValue, Findings
from kundenakte.records.models import Arrival, Document, Grant, PlanEntry, StructureRun, Verb
from kundenakte.records.pagetext import DocumentText
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from kundenakte.steps.filing import rule_actions, rule_trial, rules
from kundenakte.steps.filing import tasks as filing
from kundenakte.steps.filing.models import FilingDecision, FilingRule
from kundenakte.steps.filing.rule_actions import RuleWish
from kundenakte.steps.filing.rules import Place, Rule, Subject, Word
from tests.builders import NOW, a_class, a_customer_file, a_house, a_section, a_user, an_actor, an_arrival
from tests.letters import block
from tests.letters import document as pages

PAGE = pages(
    [*block(25, 30, "Wartungsprotokoll 4711"), *block(25, 150, "Prüfung der Anlage"), *block(25, 285, "Formular WP 3")],
    block(25, 100, "Seite zwei: Abnahme"),
)


def subject(text: DocumentText | None = PAGE, findings: Findings | None = None, **more: Any) -> Subject:
    arrival = Arrival(**({"source": "folder:scanner", "file_name": "WP_4711.pdf", "facts": {}} | more))
    return Subject(arrival, findings or Findings(), lambda: text)


def fits(**conditions: Any) -> bool:
    return rules.fits(Rule(1, "Probe", **conditions), subject()) is not None


@pytest.mark.parametrize(
    ("text", "place", "there"),
    [
        ("Wartungsprotokoll", Place.ANYWHERE, True),
        ("wartungs", Place.TOP, True),
        ("protokoll", Place.ANYWHERE, False),
        ("Wartungsprotokoll 4711 Prüfung", Place.ANYWHERE, True),
        ("prüfung der anlage", Place.LINE, True),
        ("der Anlage", Place.LINE, False),
        ("der Anlage", Place.PAGE_1, True),
        ("Prüfung", Place.TOP, False),
        ("Formular", Place.BOTTOM, True),
        ("Wartungsprotokoll", Place.BOTTOM, False),
        ("Abnahme", Place.ANYWHERE, True),
        ("Abnahme", Place.PAGE_1, False),
    ],
)
def test_words_are_looked_for_in_their_place(text: str, place: Place, *, there: bool) -> None:
    assert fits(words=(Word(text, place),)) is there


@pytest.mark.parametrize(
    ("conditions", "there"),
    [
        ({"source": "folder:*"}, True),
        ({"source": "mail:*"}, False),
        ({"file_name": "wp_*.PDF"}, True),
        ({"file_name": "RE_*"}, False),
        ({"source": "folder:*", "words": (Word("Rechnung"),)}, False),
        ({}, False),
    ],
)
def test_all_conditions_must_hold_and_none_fits_nothing(conditions: dict[str, Any], *, there: bool) -> None:
    assert fits(**conditions) is there


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("Einkauf@Kunde.example", True), ("@kunde.example", True), ("kunde.example", True), ("@unde.example", False),
        ("leitung@kunde.example", False),
    ],
)  # fmt: skip
def test_a_sender_is_an_address_or_everybody_at_a_domain(wanted: str, *, there: bool) -> None:
    found = Findings(
        entities=[Entity("email", "einkauf@kunde.example", "", "mail", label="from", part="sender"),
                  Entity("email", "post@wir.example", "", "mail", label="to", part="recipient")]
    )  # fmt: skip
    assert (rules.fits(Rule(1, "Probe", sender=wanted), subject(findings=found)) is not None) is there


def test_the_evidence_names_rule_words_and_place() -> None:
    fit = rules.first_fitting([Rule(7, "Protokolle", words=(Word("Wartungsprotokoll"),))], subject())
    assert fit is not None
    assert fit.sentence == "Ablageregel „Protokolle“: „Wartungsprotokoll“ steht auf Seite 1."
    kept = fit.to_json()
    assert kept["signs"][0]["page"] == 1
    assert Rule.from_json(kept["rule"]) == fit.rule


def a_rule(name: str = "Protokolle", *, is_on: bool = True, **more: Any) -> FilingRule:
    a_house()
    if not more:
        more = {"words": [Word("Wartungsprotokoll", Place.TOP)], "document_class": a_class("ACCEPTANCE")}
    rule = rule_actions.add_rule(actor=an_actor(), wish=RuleWish(name, **more), now=NOW)
    if is_on:
        rule = rule_actions.switch_rule(actor=an_actor(), rule=rule, edition=rule.edition, is_on=True, now=NOW)
    return rule


def something_filed(*guesses: ClassGuess, number: str, text: DocumentText | None = None, **facts: Any) -> Arrival:
    """An arrival that names its customer, gone through the filing step."""
    customer_file = a_customer_file(number=number)
    arrival = an_arrival(content=number, facts={"customer": number, **facts}, source="folder:scanner")
    if text:
        renditions.save_text(arrival.digest, text)
    found = Findings(classes=list(guesses), values={"document_number": FieldValue(f"WP-{number}", "text")})
    Arrival.objects.filter(pk=arrival.pk).update(findings=found.to_json())
    filing.file(arrival.pk)()
    arrival.refresh_from_db()
    assert customer_file.customer.number == number
    return arrival


@pytest.mark.django_db
def test_a_rule_that_fits_stands_above_what_was_learnt_and_is_named() -> None:
    a_rule(words=[Word("Wartungsprotokoll")], document_class=a_class("ACCEPTANCE"), fields={"project": "P7"})
    learnt = ClassGuess("LETTER", 0.99, "learned", "So wurden ähnliche Dokumente eingeordnet.")
    arrival = something_filed(learnt, number="K-70001", text=PAGE)
    assert arrival.document is not None
    assert arrival.document.document_class == a_class("ACCEPTANCE")
    assert arrival.document.fields["project"] == "P7"
    decision = FilingDecision.objects.get(arrival=arrival)
    assert "Ablageregel „Protokolle“" in decision.sentence
    assert decision.evidence["rule"]["rule"]["name"] == "Protokolle"


@pytest.mark.django_db
def test_a_rule_with_a_section_pins_the_document_there() -> None:
    a_rule(source="folder:*", section=a_section("vertraege"))
    arrival = something_filed(ClassGuess("LETTER", 0.99, "text", ""), number="K-70002")
    assert arrival.document is not None
    assert (arrival.document.section, arrival.document.is_pinned) == (a_section("vertraege"), True)


@pytest.mark.django_db
@pytest.mark.parametrize("certain", ["source", "xml"])
def test_what_source_and_einvoice_say_stands_above_rules(certain: str) -> None:
    a_rule(source="folder:*", document_class=a_class("ACCEPTANCE"), section=a_section("vertraege"))
    if certain == "source":
        named: dict[str, Any] = {"class": "OFFER"}
        arrival = something_filed(number="K-70003", **named)
        wanted = "OFFER"
    else:
        arrival = something_filed(ClassGuess("INV_OUT", 0.99, "xml", ""), number="K-70003")
        wanted = "INV_OUT"
    assert arrival.document is not None
    assert arrival.document.document_class == a_class(wanted)
    assert not arrival.document.is_pinned
    assert "rule" not in arrival.decision


@pytest.mark.django_db
def test_a_rule_that_is_off_or_leads_to_a_retired_class_rests() -> None:
    rule = a_rule(is_on=False)
    assert rules.active() == []
    rule_actions.switch_rule(actor=an_actor(), rule=rule, edition=rule.edition, is_on=True, now=NOW)
    assert [one.name for one in rules.active()] == ["Protokolle"]
    known = a_class("ACCEPTANCE")
    classes.retire_class(actor=an_actor(), document_class=known, edition=known.edition, now=NOW)
    assert rules.active() == []


@pytest.mark.django_db
def test_the_first_rule_that_fits_decides() -> None:
    first = a_rule("Erste", source="folder:*", document_class=a_class("LETTER"))
    second = a_rule("Zweite", source="folder:scanner", document_class=a_class("NDA"))
    assert rules.first_fitting(rules.active(), subject()).rule.name == "Erste"  # type: ignore[union-attr]
    with pytest.raises(ChangedMeanwhile):
        rule_actions.order_rules(actor=an_actor(), order=[second.pk], now=NOW)
    rule_actions.order_rules(actor=an_actor(), order=[second.pk, first.pk], now=NOW)
    assert rules.first_fitting(rules.active(), subject()).rule.name == "Zweite"  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["verena", "bernd", "sabine", "paula", "erp"])
def test_only_the_administration_writes_rules(person: str) -> None:
    rule = a_rule(is_on=False)
    wish = RuleWish("Andere", source="folder:*", document_class=a_class())
    theirs: dict[str, Any] = {"actor": an_actor(person), "now": NOW}
    with pytest.raises(NotAllowed):
        rule_actions.add_rule(wish=wish, **theirs)
    with pytest.raises(NotAllowed):
        rule_actions.change_rule(rule=rule, edition=rule.edition, wish=wish, **theirs)
    with pytest.raises(NotAllowed):
        rule_actions.switch_rule(rule=rule, edition=rule.edition, is_on=True, **theirs)
    with pytest.raises(NotAllowed):
        rule_actions.order_rules(order=[rule.pk], **theirs)
    with pytest.raises(NotAllowed):
        rule_actions.remove_rule(rule=rule, edition=rule.edition, **theirs)
    with pytest.raises(NotAllowed):
        rule_trial.start(rule=rule, count=10, **theirs)
    rule.refresh_from_db()
    assert (rule.name, rule.is_on) == ("Protokolle", False)


@pytest.mark.django_db
def test_two_who_edit_a_rule_at_once_notice() -> None:
    rule = a_rule(is_on=False)
    rule_actions.switch_rule(actor=an_actor(), rule=rule, edition=1, is_on=True, now=NOW)
    wish = RuleWish("Andere", source="folder:*", document_class=a_class())
    with pytest.raises(ChangedMeanwhile):
        rule_actions.change_rule(actor=an_actor(), rule=rule, edition=1, wish=wish, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        rule_actions.remove_rule(actor=an_actor(), rule=rule, edition=1, now=NOW)
    rule_actions.remove_rule(actor=an_actor(), rule=rule, edition=2, now=NOW)
    assert not FilingRule.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more",
    [
        {"name": ""},
        {"words": []},
        {"words": [Word("ab")]},
        {"words": [Word("Wort", "moon")]},
        {"words": [], "source": "*"},
        {"document_class": None},
        {"fields": {"gibtsnicht": "1"}},
    ],
)
def test_what_is_no_rule_is_refused_in_words(more: dict[str, Any]) -> None:
    a_house()
    values: dict[str, Any] = {"name": "Regel", "words": [Word("Protokoll")], "document_class": a_class()} | more
    with pytest.raises(BadValue):
        rule_actions.add_rule(actor=an_actor(), wish=RuleWish(**values), now=NOW)


def _tried(run: StructureRun) -> dict[str, Any]:
    while not run.ended_at:
        rule_trial.try_rule(run.pk)()
        run.refresh_from_db()
    return dict(run.report)


@pytest.mark.django_db
def test_a_trial_counts_what_agrees_differs_and_would_have_been_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_trial, "_BATCH", 2)
    sure = ClassGuess("ACCEPTANCE", 0.9, "text", "")
    agree = something_filed(sure, number="K-70011", text=PAGE)
    differ = something_filed(ClassGuess("LETTER", 0.9, "text", ""), number="K-70012", text=PAGE)
    other = something_filed(ClassGuess("OFFER", 0.9, "text", ""), number="K-70013")
    # The house would ask about it today; a person once said what it is.
    spared = something_filed(sure, number="K-70014", text=PAGE)
    unsure = Findings(classes=[ClassGuess("ACCEPTANCE", 0.3, "text", "")]).to_json()
    Arrival.objects.filter(pk=spared.pk).update(findings=unsure)
    before = list(Document.objects.values_list("pk", "section_id", "edition"))
    rule = a_rule(is_on=False)
    report = _tried(rule_trial.start(actor=an_actor(), rule=rule, count=100, now=NOW))
    assert report["with"] == {"agree": 3, "differ": 1, "asked": 0}
    assert report["without"] == {"agree": 3, "differ": 0, "asked": 1}
    assert (report["fits"], report["fitting"], report["spared"]) == (3, {"agree": 2, "differ": 1, "asked": 0}, 1)
    assert report["examples"] == {
        "agree": [agree.document_id], "differ": [differ.document_id], "spared": [spared.document_id],
    }  # fmt: skip
    assert other.document_id not in [pk for pks in report["examples"].values() for pk in pks]
    assert list(Document.objects.values_list("pk", "section_id", "edition")) == before, "a trial changes nothing"


@pytest.mark.django_db
def test_a_trial_counts_apart_where_the_source_has_said_what_it_is() -> None:
    something_filed(number="K-70021", text=PAGE, **{"class": "OFFER"})
    something_filed(ClassGuess("OFFER", 0.9, "text", ""), number="K-70022")
    report = _tried(rule_trial.start(actor=an_actor(), rule=a_rule(is_on=False), count=100, now=NOW))
    assert (report["fits"], report["overruled"], report["with"]["agree"]) == (0, 1, 2)


def something_waiting(file_name: str, confidence: float) -> Arrival:
    findings = Findings(classes=[ClassGuess("ACCEPTANCE", confidence, "text", "")]).to_json()
    arrival = an_arrival(content=file_name, file_name=file_name, waiting=True)
    Arrival.objects.filter(pk=arrival.pk).update(findings=findings)
    return arrival


@pytest.mark.django_db
def test_a_trial_looks_at_what_waits_in_the_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_trial, "_BATCH", 2)
    something_filed(ClassGuess("ACCEPTANCE", 0.9, "text", ""), number="K-70041", text=PAGE)
    clear, open_ = something_waiting("WP_1.pdf", 0.9), something_waiting("WP_2.pdf", 0.3)
    something_waiting("Brief.pdf", 0.3)
    filed = an_arrival(content="x", file_name="WP_3.pdf")
    rule = a_rule(is_on=False, file_name="WP_*", document_class=a_class("ACCEPTANCE"))
    run = rule_trial.start(actor=an_actor(), rule=rule, count=100, now=NOW)
    assert run.total == 4
    report = _tried(run)
    assert report["waiting"] == {"seen": 3, "fits": 2, "settled": 1, "examples": [open_.pk, clear.pk]}
    assert filed.pk not in run.subject["arrivals"]
    assert set(Arrival.objects.filter(pk__in=[clear.pk, open_.pk]).values_list("state", flat=True)) == {"waiting"}


@pytest.mark.django_db
def test_a_trial_that_is_killed_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_trial, "_BATCH", 1)
    for number in ("K-70021", "K-70022"):
        something_filed(ClassGuess("ACCEPTANCE", 0.9, "text", ""), number=number, text=PAGE)
    run = rule_trial.start(actor=an_actor(), rule=a_rule(is_on=False), count=100, now=NOW)
    late = rule_trial.try_rule(run.pk)
    rule_trial.try_rule(run.pk)()
    late()
    run.refresh_from_db()
    assert (run.done, run.report["fits"]) == (1, 1)
    assert _tried(run)["fits"] == 2


@pytest.mark.django_db
def test_what_is_hidden_from_the_administrator_is_in_no_trial() -> None:
    arrival = something_filed(ClassGuess("ACCEPTANCE", 0.9, "text", ""), number="K-70031", text=PAGE)
    Grant.objects.create(
        user=a_user("anton"), document=arrival.document, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
    )
    run = rule_trial.start(actor=an_actor(), rule=a_rule(is_on=False), count=100, now=NOW)
    assert (run.total, _tried(run)["fits"]) == (0, 0)


@pytest.mark.django_db
def test_however_many_rules_there_are_one_query_asks_for_them(django_assert_num_queries: Any) -> None:
    for number in range(3):
        a_rule(f"Regel {number}", source=f"folder:{number}", section=a_section("vertraege"))
    gone = a_rule("Ohne Register", source="folder:x", section=a_section("service"))
    PlanEntry.objects.filter(section=gone.section).delete()
    with django_assert_num_queries(1):
        active = rules.active()
    assert [one.name for one in active] == ["Regel 0", "Regel 1", "Regel 2"]
    assert rules.rests(gone)
