"""Editing the file plan: the draft, its preview, the roll-out, and back again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from kundenakte import pipeline
from kundenakte.base.jobs.ledger import Apply
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import queries as journal
from kundenakte.records import editions, tasks
from kundenakte.records.actions import links, plans, roll_out
from kundenakte.records.actions.plans import SectionWish
from kundenakte.records.models import (
    Document,
    FilePlanEdition,
    Grant,
    Permission,
    Placement,
    SearchDue,
    Section,
    StructureRun,
    Verb,
    Version,
)
from kundenakte.records.plan_effect import effect_of
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_house, a_section, a_user, an_actor

pytestmark = pytest.mark.django_db


def a_draft(**more: Any) -> FilePlanEdition:
    a_house()
    return plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), now=NOW, **more)


def again(edition: FilePlanEdition) -> dict[str, Any]:
    """Who, which draft, and the revision it has now."""
    edition.refresh_from_db()
    return {"actor": an_actor(), "edition": edition, "revision": edition.revision, "now": NOW}


def with_projects(draft: FilePlanEdition) -> Section:
    """Documents of any class with a project go into a section of their own."""
    wish = SectionWish("Projekte", fields={"project": ["*"]}, subdivide_by="project")
    return plans.add_section(wish=wish, rights_like=a_section("angebote"), **again(draft)).section


def publish(draft: FilePlanEdition, comment: str = "") -> StructureRun:
    return roll_out.publish(comment=comment, **again(draft))


def finish(run: StructureRun) -> StructureRun:
    while roll_out.next_batch(run_id=run.pk, now=NOW):
        pass
    run.refresh_from_db()
    return run


def test_a_draft_is_like_the_edition_in_force_and_seen_by_nobody() -> None:
    draft = a_draft()
    plan = editions.the_plan()
    assert plan.current is not None
    assert plan.current.number == 1
    assert (draft.number, editions.compare(plan.current, draft)) == (2, [])
    plans.change_section(section=a_section("angebote"), wish=SectionWish("Offerten", ["OFFER"]), **again(draft))
    assert editions.entries_in(plan.current)[2].name == "Angebote"


def test_a_second_draft_is_refused() -> None:
    draft = a_draft()
    with pytest.raises(plans.DraftExists):
        plans.begin_draft(actor=an_actor(), plan=draft.plan, now=NOW)


@pytest.mark.parametrize("person", ["verena", "bernd", "sabine", "paula", "erp"])
def test_only_the_administration_edits_the_plan(person: str) -> None:
    draft = a_draft()
    wish = again(draft) | {"actor": an_actor(person)}
    with pytest.raises(NotAllowed):
        plans.begin_draft(actor=an_actor(person), plan=draft.plan, now=NOW)
    with pytest.raises(NotAllowed):
        plans.add_section(wish=SectionWish("Neu"), **wish)
    with pytest.raises(NotAllowed):
        plans.order_sections(order=[], **wish)
    with pytest.raises(NotAllowed):
        plans.retire_section(section=a_section("angebote"), successor=a_section("anfragen"), **wish)
    with pytest.raises(NotAllowed):
        plans.discard_draft(**wish)
    with pytest.raises(NotAllowed):
        roll_out.publish(comment="", **wish)
    assert FilePlanEdition.objects.filter(is_draft=True).count() == 1


def test_two_who_edit_at_once_notice() -> None:
    draft = a_draft()
    mine = again(draft)
    plans.add_section(wish=SectionWish("Projekte"), **again(draft))
    with pytest.raises(ChangedMeanwhile):
        plans.add_section(wish=SectionWish("Vorhaben"), **mine)
    with pytest.raises(ChangedMeanwhile):
        roll_out.publish(comment="", **mine)


@pytest.mark.parametrize(
    "wish",
    [
        SectionWish("  "),
        SectionWish("rechnungen"),
        SectionWish("Neu", ["GIBTSNICHT"]),
        SectionWish("Neu", fields={"gibtsnicht": ["*"]}),
        SectionWish("Neu", subdivide_by="moon"),
    ],
)
def test_what_is_no_section_is_refused_in_words(wish: SectionWish) -> None:
    draft = a_draft()
    with pytest.raises(BadValue):
        plans.add_section(wish=wish, **again(draft))
    assert len(editions.entries_in(draft)) == 12


def test_a_new_section_stands_above_the_last_one_and_gets_rights() -> None:
    draft = a_draft()
    section = with_projects(draft)
    entries = editions.entries_in(draft)
    assert [entry.name for entry in entries[-2:]] == ["Projekte", "Sonstiges"]
    like = set(Permission.objects.filter(section=a_section("angebote")).values_list("role", "verb"))
    assert set(Permission.objects.filter(section=section).values_list("role", "verb")) == like
    assert like


def test_discarding_leaves_nothing_behind() -> None:
    draft = a_draft()
    with_projects(draft)
    plans.discard_draft(**again(draft))
    assert not FilePlanEdition.objects.filter(is_draft=True).exists()
    assert not Section.objects.filter(key="projekte").exists()
    assert editions.draft_of(editions.the_plan()) is None


def _killed_after(apply: Apply) -> None:
    with transaction.atomic():
        apply()
        raise KeyboardInterrupt


def test_the_order_names_each_section_once() -> None:
    draft = a_draft()
    order = [entry.section_id for entry in editions.entries_in(draft)]
    with pytest.raises(ChangedMeanwhile):
        plans.order_sections(order=order[1:], **again(draft))
    plans.order_sections(order=[order[1], order[0], *order[2:]], **again(draft))
    current = editions.the_plan().current
    assert current is not None
    (change,) = editions.compare(current, draft)
    assert (change.kind, change.entry.name in {"Stammdaten", "Anfragen"}) == ("moved", True)


def test_documents_of_a_retired_section_must_go_somewhere() -> None:
    draft = a_draft()
    offers = a_section("angebote")
    with pytest.raises(BadValue):
        plans.retire_section(section=offers, successor=offers, **again(draft))
    plans.retire_section(section=offers, successor=a_section("anfragen"), **again(draft))
    assert [entry.name for entry in editions.missing_in(draft)] == ["Angebote"]
    plans.choose_successor(section=offers, successor=a_section("auftraege"), **again(draft))
    draft.refresh_from_db()
    assert draft.successors == {str(offers.pk): a_section("auftraege").pk}
    plans.keep_section(section=offers, **again(draft))
    assert editions.missing_in(draft) == []
    current = editions.the_plan().current
    assert current is not None
    assert editions.compare(current, draft) == []


def test_the_preview_says_in_numbers_what_the_roll_out_then_does() -> None:
    file = a_customer_file()
    for number in range(4):
        a_document(customer_file=file, document_class="OFFER", number=f"AN-{number}", fields={"project": "P7"})
    a_document(customer_file=file, document_class="INV_OUT", number="RE-1", fields={"project": "P8"})
    stays = a_document(customer_file=file, document_class="OFFER", number="AN-9")
    pinned = a_document(customer_file=file, fields={"project": "P7"}, section=a_section("korrespondenz"))
    draft = a_draft()
    section = with_projects(draft)
    effect = effect_of(draft, user=a_user("anton"))
    assert (effect.total, effect.moving, effect.pinned_staying) == (7, 5, 1)
    assert [(move.origin_name, move.target_name, move.count) for move in effect.moves] == [
        ("Angebote", "Projekte", 4), ("Rechnungen", "Projekte", 1),
    ]  # fmt: skip
    assert len(effect.moves[0].examples) == 3
    # Accounting sees invoices, but nothing in the section whose rights were taken over.
    assert [(sight.role.code, sight.lost) for sight in effect.sights if sight.lost] == [
        ("buchhaltung", 1),
        ("pruefung", 1),
    ]
    before = list(Version.objects.order_by("pk").values_list("digest", flat=True))
    due = SearchDue.objects.count()
    run = publish(draft, "Projekte für sich")
    assert Job.objects.filter(name=roll_out.JOB, subject_id=run.pk).count() == 1
    run = finish(run)
    assert run.ended_at
    assert sum(run.report["moves"].values()) == 5
    assert (run.report["pinned"], run.done) == (1, 7)
    assert set(Document.objects.filter(section=section).values_list("number", flat=True)) == {
        "AN-0", "AN-1", "AN-2", "AN-3", "RE-1",
    }  # fmt: skip
    pinned.refresh_from_db()
    stays.refresh_from_db()
    assert (pinned.section, stays.section) == (a_section("korrespondenz"), a_section("angebote"))
    assert list(Version.objects.order_by("pk").values_list("digest", flat=True)) == before
    assert SearchDue.objects.count() == due + 5
    moved = Document.objects.get(number="AN-0")
    told = journal.history(moved)
    assert [entry.reason for entry in told if entry.kind == "document.moved"] == ["Ausgabe 2 des Aktenplans"]


def test_what_is_hidden_from_the_administrator_is_in_no_number_of_the_preview() -> None:
    document = a_document(fields={"project": "P7"})
    draft = a_draft()
    with_projects(draft)
    assert effect_of(draft, user=a_user("anton")).moving == 1
    Grant.objects.create(
        user=a_user("anton"), document=document, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
    )
    effect = effect_of(draft, user=a_user("anton"))
    assert (effect.total, effect.moves) == (0, [])


def test_pinned_documents_and_links_of_a_retired_section_go_to_its_successor() -> None:
    file = a_customer_file()
    offers, orders = a_section("angebote"), a_section("auftraege")
    pinned = a_document(customer_file=file, document_class="LETTER", section=offers)
    linked = a_document(customer_file=file, document_class="INV_OUT", number="RE-1")
    links.place_also(actor=SETUP, document=linked, customer_file=file, section=offers, now=NOW)
    offer = a_document(customer_file=file, document_class="OFFER", number="AN-1")
    draft = a_draft()
    plans.retire_section(section=offers, successor=orders, **again(draft))
    assert effect_of(draft, user=a_user("anton")).pinned_moving == 1
    run = finish(publish(draft))
    for document in (pinned, offer):
        document.refresh_from_db()
    assert (pinned.section, pinned.is_pinned) == (orders, True)
    assert offer.section == a_section("sonstiges")
    assert Placement.objects.get().section == orders
    assert run.report["pinned_moved"] == 1
    assert offers.entries.count() == 1, "its name stays in the old edition"


def test_a_roll_out_that_is_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll_out, "BATCH", 2)
    pipeline.register_jobs()
    file = a_customer_file()
    made = [a_document(customer_file=file, number=f"AN-{n}", fields={"project": "P7"}) for n in range(5)]
    draft = a_draft()
    section = with_projects(draft)
    run = publish(draft)
    assert tasks.roll_out(run.pk)() is False
    # The worker dies in the middle of the next batch: nothing of it stays, nothing before it is lost.
    with pytest.raises(KeyboardInterrupt):
        _killed_after(tasks.roll_out(run.pk))
    run.refresh_from_db()
    assert (run.done, run.cursor) == (2, made[1].pk)
    assert Document.objects.filter(section=section).count() == 2
    run = finish(run)
    assert run.report["moves"] == {f"{a_section('angebote').pk}>{section.pk}": 5}
    assert (run.done, run.ended_at is not None) == (5, True)
    assert roll_out.next_batch(run_id=run.pk, now=NOW) is False, "a job that comes late does nothing"


def test_what_is_put_into_a_retired_section_behind_the_run_is_re_filed_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(roll_out, "BATCH", 2)
    file, offers = a_customer_file(), a_section("angebote")
    made = [a_document(customer_file=file, document_class="LETTER", number=f"B-{n}") for n in range(5)]
    own = Section.objects.create(plan=file.plan, key="umbau", customer_file=file, local_name="Umbau")
    draft = a_draft()
    plans.retire_section(section=offers, successor=a_section("auftraege"), **again(draft))
    run = publish(draft)
    assert roll_out.next_batch(run_id=run.pk, now=NOW)
    assert roll_out.next_batch(run_id=run.pk, now=NOW)
    # Whoever had begun before the new edition held files as the old one says.
    Document.objects.filter(pk__in=[made[0].pk, made[1].pk, made[2].pk]).update(section=offers)
    Document.objects.filter(pk=made[1].pk).update(is_pinned=True)
    Document.objects.filter(pk=made[3].pk).update(section=own, is_pinned=True)
    run = finish(run)
    sections = [document.section.key for document in Document.objects.order_by("pk")]
    assert sections == ["korrespondenz", "auftraege", "korrespondenz", "umbau", "korrespondenz"]
    assert (run.done, sum(run.report["moves"].values())) == (5, 3)


def test_one_roll_out_after_the_other() -> None:
    first = a_draft()
    with_projects(first)
    publish(first)
    second = plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), now=NOW)
    plans.add_section(wish=SectionWish("Noch eins"), **again(second))
    with pytest.raises(roll_out.RollOutRunning):
        publish(second)


def test_a_draft_that_changes_nothing_is_not_published() -> None:
    with pytest.raises(BadValue):
        publish(a_draft())


def test_a_published_edition_stays_as_it_is() -> None:
    draft = a_draft()
    with_projects(draft)
    publish(draft)
    with pytest.raises(plans.NotADraft):
        plans.add_section(wish=SectionWish("Zu spät"), **again(draft))


def test_going_back_is_a_new_edition_made_from_an_old_one() -> None:
    document = a_document(number="AN-1", fields={"project": "P7"})
    first = editions.the_plan().current
    draft = a_draft()
    section = with_projects(draft)
    finish(publish(draft))
    document.refresh_from_db()
    assert document.section == section
    back = plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), source=first, now=NOW)
    assert [entry.name for entry in editions.missing_in(back)] == ["Projekte"]
    finish(publish(back))
    document.refresh_from_db()
    assert document.section == a_section("angebote")
    assert [edition.number for edition in FilePlanEdition.objects.order_by("number")] == [1, 2, 3]
    current = editions.the_plan().current
    assert current is not None
    assert first is not None
    assert editions.compare(first, current) == []


def test_classes_without_a_place_and_with_two_are_named() -> None:
    draft = a_draft()
    entries = editions.entries_in(draft)
    assert (editions.without_place(entries), editions.named_twice(entries)) == ([], [])
    plans.change_section(section=a_section("angebote"), wish=SectionWish("Angebote", ["PRICE_INFO"]), **again(draft))
    assert [one.code for one in editions.without_place(editions.entries_in(draft))] == ["OFFER"]
    plans.retire_section(section=a_section("angebote"), successor=a_section("anfragen"), **again(draft))
    plans.change_section(
        section=a_section("anfragen"), wish=SectionWish("Anfragen", ["ENQUIRY", "OFFER"]), **again(draft)
    )
    plans.keep_section(section=a_section("angebote"), **again(draft))
    assert editions.named_twice(editions.entries_in(draft)) == [("OFFER", ["Anfragen", "Angebote"])]


def test_a_class_ticked_for_a_section_further_down_leaves_the_upper_one() -> None:
    offer = a_document()
    draft = a_draft()
    wish = SectionWish("Frühe Angebote", ["OFFER"])
    new = plans.add_section(wish=wish, rights_like=a_section("angebote"), **again(draft)).section
    entries = editions.entries_in(draft)
    classes = {entry.section_id: entry.rule["classes"] for entry in entries}
    assert (classes[new.pk], classes[a_section("angebote").pk]) == (["OFFER"], ["PRICE_INFO"])
    assert editions.named_twice(entries) == []
    assert journal.history(draft.plan)[-1].facts["taken"] == {"OFFER": "angebote"}
    finish(publish(draft))
    offer.refresh_from_db()
    assert offer.section == new
    back = plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), now=NOW)
    plans.change_section(
        section=a_section("angebote"), wish=SectionWish("Angebote", ["OFFER", "PRICE_INFO"]), **again(back)
    )
    assert editions.named_twice(editions.entries_in(back)) == []


def test_a_section_with_conditions_takes_no_class_from_another() -> None:
    draft = a_draft()
    plans.add_section(wish=SectionWish("Projekte", ["OFFER"], {"project": ["*"]}), **again(draft))
    plans.change_section(section=a_section("angebote"), wish=SectionWish("Angebote", ["OFFER"]), **again(draft))
    claims = [entry.name for entry in editions.entries_in(draft) if "OFFER" in entry.rule["classes"]]
    assert claims == ["Angebote", "Projekte"]
