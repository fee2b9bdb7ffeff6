"""Document classes and their index fields, edited by the administration."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.base.journal import queries as journal
from kundenakte.records.actions import classes, field_check
from kundenakte.records.actions.classes import ClassWish, FieldWish
from kundenakte.records.letter import Letter
from kundenakte.records.models import Document, DocumentClass, IndexField, StructureRun
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from kundenakte.steps.filing.describing import class_named
from kundenakte.steps.recognition.classes import guess_classes
from tests.builders import NOW, a_class, a_document, an_actor
from tests.letters import block, document

pytestmark = pytest.mark.django_db


def again(code: str = "OFFER") -> dict[str, Any]:
    known = a_class(code)
    return {"actor": an_actor(), "document_class": known, "edition": known.edition, "now": NOW}


def fields_of(code: str) -> list[FieldWish]:
    return [
        FieldWish(row.name, row.key, row.type, row.required, row.choices) for row in a_class(code).index_fields.all()
    ]


def finish(run: StructureRun | None) -> StructureRun:
    assert run is not None
    while field_check.next_batch(run_id=run.pk, now=NOW):
        pass
    run.refresh_from_db()
    return run


def test_a_new_class_is_known_by_its_names_at_once_and_kept_like_another() -> None:
    made = classes.add_class(
        actor=an_actor(), wish=ClassWish("Prüfprotokoll", ["Messprotokoll"], ["Prüfprotokoll nach"]), now=NOW,
        retention_like=a_class("SERVICE_REPORT"),
    )  # fmt: skip
    assert made.code == "PRUFPROTOKOLL"
    assert class_named("messprotokoll") == made
    assert made.retention_years == a_class("SERVICE_REPORT").retention_years
    assert made.position < a_class("OTHER").position
    assert [field.key for field in made.index_fields.all()] == ["document_number", "dated_on", "subject"]


@pytest.mark.parametrize(
    ("name", "code", "aliases"),
    [("", "", ()), ("Angebot", "", ()), ("Neu", "OFFER", ()), ("Neu", "neu klein", ()), ("Neu", "", ("Rechnung",))],
)
def test_what_is_no_new_class_is_refused_in_words(name: str, code: str, aliases: tuple[str, ...]) -> None:
    with pytest.raises(BadValue):
        classes.add_class(actor=an_actor(), wish=ClassWish(name, aliases), code=code, retention_like=a_class(), now=NOW)


@pytest.mark.parametrize("person", ["verena", "bernd", "sabine", "paula", "erp"])
def test_only_the_administration_edits_classes(person: str) -> None:
    wish = again() | {"actor": an_actor(person)}
    with pytest.raises(NotAllowed):
        classes.add_class(actor=an_actor(person), wish=ClassWish("Neu"), retention_like=a_class(), now=NOW)
    with pytest.raises(NotAllowed):
        classes.change_class(wish=ClassWish("Offerte"), **wish)
    with pytest.raises(NotAllowed):
        classes.set_fields(fields=[], **wish)
    with pytest.raises(NotAllowed):
        classes.retire_class(**wish)
    assert a_class().name == "Angebot"


def test_two_who_edit_at_once_notice() -> None:
    mine = again()
    classes.change_class(wish=ClassWish("Offerte"), **again())
    with pytest.raises(ChangedMeanwhile):
        classes.change_class(wish=ClassWish("Kostenvoranschlag"), **mine)
    assert {entry.kind for entry in journal.history(a_class())} == {"document_class.added", "document_class.changed"}


def test_a_retired_class_is_offered_no_more_and_its_documents_keep_it() -> None:
    paper = a_document(document_class="OFFER")
    classes.retire_class(**again())
    assert class_named("Angebot") is None
    paper.refresh_from_db()
    assert paper.document_class == a_class()
    classes.bring_back_class(**again())
    assert class_named("Angebot") == a_class()


def test_the_class_for_everything_else_can_not_go() -> None:
    with pytest.raises(BadValue):
        classes.retire_class(**again("OTHER"))


def test_words_of_the_house_are_recognised_and_lead() -> None:
    read = Letter(document(block(25, 100, "Frankenblech Prüfblatt 17", "Angebot", "Sehr geehrte Damen und Herren,")))
    assert guess_classes(read)[0].code == "OFFER"
    guesses = guess_classes(read, class_words=[("Frankenblech Prüfblatt", "ACCEPTANCE")])
    assert guesses[0].code == "ACCEPTANCE"
    assert "Frankenblech Prüfblatt" in guesses[0].reason


def test_changed_fields_check_the_documents_and_lose_nothing() -> None:
    good = a_document(number="AN-1", fields={"valid_until": "24.12.2026", "project": "P1"})
    odd = a_document(number="AN-2", fields={"project": "zwei bis drei"})
    gone = [wish for wish in fields_of("OFFER") if wish.key != "valid_until"]
    changed = [
        FieldWish("Projekttage", "project", IndexField.Type.NUMBER) if wish.key == "project" else wish for wish in gone
    ]
    run = finish(classes.set_fields(fields=[*changed, FieldWish("Ort der Montage", required=True)], **again()))
    assert run.report["unfit"]["project"] == {"count": 2, "examples": [good.pk, odd.pk]}
    assert run.report["missing"]["ort_der_montage"]["count"] == 2
    assert run.report["kept"]["valid_until"]["count"] == 1
    good.refresh_from_db()
    odd.refresh_from_db()
    assert good.fields == {"valid_until": "2026-12-24", "project": "P1"}
    assert odd.fields == {"project": "zwei bis drei"}


def test_what_fits_the_new_type_is_put_into_its_form() -> None:
    plain = [*fields_of("LETTER"), FieldWish("Frist", "frist")]
    finish(classes.set_fields(fields=plain, **again("LETTER")))
    paper = a_document(document_class="LETTER", fields={"frist": "24.12.2026"})
    as_date = [FieldWish("Frist", "frist", IndexField.Type.DATE) if w.key == "frist" else w for w in plain]
    run = finish(classes.set_fields(fields=as_date, **again("LETTER")))
    paper.refresh_from_db()
    assert (paper.fields["frist"], run.report["changed"]) == ("2026-12-24", 1)
    told = next(entry for entry in journal.history(paper) if entry.kind == "document.described")
    assert told.personal["before_after"] == "fields.frist: 24.12.2026 → 2026-12-24"


def test_a_maybe_is_not_lost_as_a_no() -> None:
    plain = [*fields_of("LETTER"), FieldWish("Erledigt", "erledigt")]
    finish(classes.set_fields(fields=plain, **again("LETTER")))
    maybe = a_document(document_class="LETTER", fields={"erledigt": "vielleicht"})
    yes = a_document(document_class="LETTER", fields={"erledigt": "X"})
    as_yes_no = [FieldWish("Erledigt", "erledigt", IndexField.Type.YES_NO) if w.key == "erledigt" else w for w in plain]
    run = finish(classes.set_fields(fields=as_yes_no, **again("LETTER")))
    maybe.refresh_from_db()
    yes.refresh_from_db()
    assert (maybe.fields["erledigt"], yes.fields["erledigt"]) == ("vielleicht", "ja")
    assert run.report["unfit"]["erledigt"]["count"] == 1


def test_tax_relevance_reaches_the_documents_there_are() -> None:
    paper = a_document(document_class="OFFER")
    assert paper.tax_year is None
    was_relevant = a_class().tax_relevant
    wish = ClassWish("Angebot", a_class().aliases, tax_relevant=not was_relevant)
    finish(classes.change_class(wish=wish, **again()))
    paper.refresh_from_db()
    assert paper.is_tax_relevant
    assert Document.objects.filter(tax_year=paper.dated_on.year).count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        [FieldWish("")],
        [FieldWish("Art", type="choice")],
        [FieldWish("Art", type="moon")],
        [FieldWish("Art", "art"), FieldWish("Sorte", "art")],
        [FieldWish("Art"), FieldWish("art ")],
        [FieldWish("Art", "Ä!")],
    ],
)
def test_what_is_no_field_is_refused_in_words(fields: list[FieldWish]) -> None:
    with pytest.raises(BadValue):
        classes.set_fields(fields=fields, **again())
    assert DocumentClass.objects.get(code="OFFER").index_fields.count() > 3


def test_a_check_that_is_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_check, "BATCH", 2)
    for number in range(5):
        a_document(number=f"AN-{number}")
    run = classes.set_fields(fields=[*fields_of("OFFER"), FieldWish("Ort", required=True)], **again())
    assert run is not None
    assert field_check.next_batch(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert run.done == 2
    assert finish(run).report["missing"]["ort"]["count"] == 5
