"""What happens to a document: it comes into being, gets versions, is moved and corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import queries as journal
from kundenakte.records.actions import documents, links
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Document, Permission, SearchDue, Verb, VersionState
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed, NotFound, ReasonMissing
from tests.builders import NOW, a_class, a_customer_file, a_document, a_section, an_actor, some_bytes

pytestmark = pytest.mark.django_db


def states_of(document: Document) -> list[tuple[int, str]]:
    rows = VersionState.objects.filter(version__document=document).order_by("id")
    return [(row.version.number, row.state) for row in rows]


def kinds_of(document: Document) -> list[str]:
    return [entry.kind for entry in journal.history(document)]


def test_the_plan_chooses_the_section_by_the_class() -> None:
    assert a_document(document_class="INV_OUT", number="RE-1").section.key == "rechnungen"
    assert a_document(document_class="OTHER").section.key == "sonstiges"


def test_a_new_version_shows_and_the_old_one_stays() -> None:
    document = a_document(versions=2)
    assert document.valid_version is not None
    assert document.valid_version.number == 2
    assert states_of(document) == [(1, "valid"), (1, "superseded"), (2, "valid")]
    assert document.versions.count() == 2


def test_a_draft_does_not_replace_the_valid_version_until_it_is_released() -> None:
    document = a_document()
    draft = documents.add_version(
        actor=an_actor(), document=document, version=some_bytes("Entwurf"), now=NOW, valid=False
    )
    document.refresh_from_db()
    assert document.valid_version is not None
    assert document.valid_version.number == 1
    documents.release_version(actor=an_actor(), version=draft, edition=document.edition, now=NOW)
    document.refresh_from_db()
    assert document.valid_version == draft
    assert states_of(document) == [(1, "valid"), (2, "draft"), (1, "superseded"), (2, "valid")]


def test_where_the_class_asks_for_it_a_document_holds_once_somebody_released_it() -> None:
    from kundenakte.base.accounts.models import Role, User
    from kundenakte.records import access
    from kundenakte.records.models import DocumentClass

    a_class("PRICE_CALC")
    DocumentClass.objects.filter(code="PRICE_CALC").update(valid_at_once=False)
    document = a_document(document_class="PRICE_CALC", title="Kalkulation")
    assert (document.is_draft, states_of(document)) == (True, [(1, "draft")])
    # The management reads and releases, and edits nothing.
    head = User.objects.create_user("lea", "lea@example.com")
    head.roles.add(Role.objects.get(code="leitung"))
    assert document in access.documents_for(head)
    reader = User.objects.create_user("rita", "rita@example.com")
    reading = Role.objects.create(code="lesen", name="Lesen")
    Permission.objects.create(role=reading, verb=Verb.READ)
    reader.roles.add(reading)
    assert document not in access.documents_for(reader)
    documents.release_version(actor=Actor.of(head), version=document.versions.get(), edition=document.edition, now=NOW)
    document.refresh_from_db()
    assert (document.is_draft, states_of(document)) == (False, [(1, "draft"), (1, "valid")])
    assert document in access.documents_for(reader)


def test_restoring_makes_a_new_version_with_the_old_bytes() -> None:
    document = a_document(versions=3)
    first = document.versions.get(number=1)
    again = documents.restore_version(actor=an_actor(), version=first, now=NOW)
    assert (again.number, again.digest) == (4, first.digest)


def test_moving_pins_the_document_and_the_rules_leave_it_there() -> None:
    document = a_document(document_class="OFFER")
    documents.move_document(
        actor=an_actor(), document=document, customer_file=document.customer_file,
        section=a_section("korrespondenz"), edition=1, now=NOW,
    )  # fmt: skip
    description = Description(a_class("INV_OUT"), "Rechnung", "R-1", date(2026, 1, 2))
    documents.describe_document(
        actor=an_actor(), document=document, description=description, edition=document.edition, now=NOW
    )
    document.refresh_from_db()
    assert document.section.key == "korrespondenz"
    documents.move_document(
        actor=an_actor(), document=document, customer_file=document.customer_file, section=None,
        edition=document.edition, now=NOW,
    )  # fmt: skip
    assert document.section.key == "rechnungen"
    assert not document.is_pinned


def test_a_document_can_not_be_moved_into_another_files_own_section() -> None:
    from kundenakte.records.actions.files import add_local_section

    own = add_local_section(actor=an_actor(), customer_file=a_customer_file("Andere GmbH"), name="Sonderakte")
    document = a_document()
    with pytest.raises(BadValue):
        documents.move_document(
            actor=an_actor(), document=document, customer_file=document.customer_file, section=own, edition=1, now=NOW
        )


def test_who_may_not_file_there_is_refused_and_nothing_changes() -> None:
    document = a_document(document_class="SERVICE_REPORT")
    with pytest.raises(NotAllowed):
        documents.move_document(
            actor=an_actor("verena"), document=document, customer_file=document.customer_file,
            section=a_section("angebote"), edition=1, now=NOW,
        )  # fmt: skip
    with pytest.raises(NotFound):
        documents.add_version(actor=an_actor("sabine"), document=a_document(), version=some_bytes("x"), now=NOW)
    document.refresh_from_db()
    assert document.section.key == "service"


def test_two_people_who_correct_at_once_do_not_overwrite_each_other() -> None:
    document = a_document()
    description = Description(a_class("OFFER"), "Neu", "A-2", date(2026, 1, 2))
    documents.describe_document(actor=an_actor(), document=document, description=description, edition=1, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        documents.describe_document(actor=an_actor(), document=document, description=description, edition=1, now=NOW)


def test_who_moves_or_releases_from_an_old_page_is_told_and_nothing_changes() -> None:
    document = a_document(document_class="OFFER")
    draft = documents.add_version(
        actor=an_actor(), document=document, version=some_bytes("Entwurf"), now=NOW, valid=False
    )
    old = document.edition - 1
    with pytest.raises(ChangedMeanwhile):
        documents.move_document(
            actor=an_actor(), document=document, customer_file=document.customer_file,
            section=a_section("korrespondenz"), edition=old, now=NOW,
        )  # fmt: skip
    with pytest.raises(ChangedMeanwhile):
        documents.release_version(actor=an_actor(), version=draft, edition=old, now=NOW)
    documents.release_version(actor=an_actor(), version=draft, edition=document.edition, now=NOW)
    document.refresh_from_db()
    assert (document.section.key, document.valid_version, document.edition) == ("angebote", draft, old + 2)
    # The first release counted: a second one from the same page is too late.
    with pytest.raises(ChangedMeanwhile):
        documents.release_version(actor=an_actor(), version=draft, edition=old + 1, now=NOW)


def test_a_move_is_undone_by_going_back_to_where_it_lay() -> None:
    document, other = a_document(document_class="OFFER"), a_customer_file("Andere GmbH")
    own = document.customer_file
    before = documents.move_document(
        actor=an_actor(), document=document, customer_file=other, section=a_section("vertraege"),
        edition=document.edition, now=NOW,
    )  # fmt: skip
    assert (before.customer_file, before.section) == (own, None)
    documents.move_document(actor=an_actor(), document=document, edition=document.edition, now=NOW, **before._asdict())
    document.refresh_from_db()
    assert (document.customer_file, document.section.key, document.is_pinned) == (own, "angebote", False)


def test_a_sealed_document_is_moved_with_a_reason_only() -> None:
    document = a_document()
    Document.objects.filter(pk=document.pk).update(is_sealed=True)
    wish: dict[str, Any] = {
        "document": document,
        "customer_file": document.customer_file,
        "section": a_section("korrespondenz"),
        "edition": document.edition,
    }
    with pytest.raises(ReasonMissing):
        documents.move_document(actor=an_actor(), now=NOW, **wish)
    documents.move_document(actor=an_actor(), now=NOW, reason="falsch abgelegt", **wish)
    assert "document.moved" in kinds_of(document)


def test_each_change_is_in_the_history_and_due_for_search() -> None:
    document = a_document(versions=2)
    assert kinds_of(document) == ["version.added", "document.filed", "version.added"]
    assert SearchDue.objects.filter(document_id=document.pk).count() >= 2


def test_a_value_of_the_wrong_type_is_refused_by_name() -> None:
    document = a_document(document_class="INV_OUT", number="R-1")
    wrong = Description(a_class("INV_OUT"), "R", "R-1", None, {"gross_amount": "viel"})
    with pytest.raises(BadValue, match="Brutto"):
        documents.describe_document(actor=an_actor(), document=document, description=wrong, edition=1, now=NOW)


def test_amounts_and_days_are_kept_in_one_form() -> None:
    document = a_document(document_class="INV_OUT", fields={"gross_amount": "1.234,50 €", "due_on": "24.12.2026"})
    assert document.fields == {"gross_amount": "1234.50", "due_on": "2026-12-24"}


def test_a_second_place_is_a_link_and_not_a_copy() -> None:
    document, other = a_document(), a_customer_file("Andere GmbH")
    for _ in range(2):
        links.place_also(
            actor=an_actor(), document=document, customer_file=other, section=a_section("angebote"), now=NOW
        )
    assert other.placements.count() == 1
    assert document.versions.count() == 1


def test_the_tax_year_follows_the_day_of_the_valid_version() -> None:
    document = a_document(document_class="INV_OUT", number="R-1", dated_on=date(2025, 12, 30))
    assert document.tax_year == 2025
    described = Description(document.document_class, "", "R-1", date(2026, 1, 2), {"project": "P7"})
    documents.add_version(
        actor=an_actor(), document=document, version=some_bytes("berichtigt"), description=described, now=NOW
    )
    assert (document.tax_year, document.project) == (2026, "P7")


def test_filing_asks_for_section_and_class_together() -> None:
    from kundenakte.base.accounts.models import Role, User
    from kundenakte.records.models import Permission, Verb

    file = a_customer_file()
    role = Role.objects.create(code="nur-briefe", name="Nur Briefe")
    Permission.objects.create(role=role, verb=Verb.READ)
    Permission.objects.create(role=role, verb=Verb.FILE, document_class=a_class("LETTER"))
    user = User.objects.create_user("brief", "brief@example.com")
    user.roles.add(role)
    wish: dict[str, Any] = {"actor": Actor.of(user), "customer_file": file, "version": some_bytes("x"), "now": NOW}
    documents.create_document(description=Description(a_class("LETTER"), "Brief"), **wish)
    with pytest.raises(NotAllowed):
        documents.create_document(description=Description(a_class("OFFER"), "Angebot"), **wish)


def test_what_names_no_day_is_of_the_day_and_the_tax_year_the_office_has() -> None:
    """Half an hour before the year ends in UTC, the office's new year has begun."""
    document = documents.create_document(
        actor=an_actor(), customer_file=a_customer_file(), section=None, version=some_bytes(),
        now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        description=Description(a_class("INV_OUT"), "Rechnung", "RE-1", None, {}),
    )  # fmt: skip
    assert (document.dated_on, document.tax_year) == (date(2027, 1, 1), 2027)
