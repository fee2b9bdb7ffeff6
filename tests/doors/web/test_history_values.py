"""Changes in a document's history, as the rest of the screen says them, and in the order they happened."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.urls import reverse

from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.queries import Told
from kundenakte.doors.web.history.entries import history_of, in_order
from kundenakte.records.actions.documents import Description, describe_document, restore_version
from tests.builders import NOW, SETUP, a_class, a_document, a_user
from tests.doors.web.pages import SignIn


def test_changed_fields_have_their_names_and_days_and_amounts_are_german(signed_in: SignIn) -> None:
    document = a_document(document_class="INV_OUT", title="Rechnung", number="RE-1")
    values = {"gross_amount": "1.234,50", "due_on": "14.05.2025", "delivery_number": "LS-2025-1248"}
    described = Description(document.document_class, "Rechnung", "RE-2", document.dated_on, values)
    describe_document(actor=SETUP, document=document, description=described, edition=document.edition, now=NOW)
    text = signed_in("bernd").get(reverse("document", args=(document.pk,)), {"sicht": "verlauf"}).content.decode()
    lines = re.findall(r'<p class="soft small">([^<]* → [^<]*)</p>', text)
    names = dict(document.document_class.index_fields.values_list("key", "name"))
    assert f"{names['due_on']}: – → 14.05.2025" in lines
    assert f"{names['gross_amount']}: – → 1.234,50" in lines
    assert f"{names['delivery_number']}: – → LS-2025-1248" in lines
    assert "Nummer: RE-1 → RE-2" in lines
    assert not [line for line in lines if re.search(r"_|\d{4}-\d\d-\d\d", line)]


def test_another_class_and_section_are_said_by_name() -> None:
    document = a_document(document_class="OFFER", title="Angebot", number="AN-1")
    before = document.section.key
    described = Description(a_class("INV_OUT"), "Angebot", "AN-1", document.dated_on, {})
    describe_document(
        actor=SETUP, document=document, description=described, edition=document.edition, now=NOW + timedelta(hours=1)
    )
    latest = history_of(a_user("anton"), [("records.document", document.pk)])[0]
    assert "Klasse: Angebot → Ausgangsrechnung" in latest.details
    assert [line for line in latest.details if line.startswith("Register: ")]
    assert not [line for line in latest.details if before in line or "OFFER" in line]


def test_a_field_its_class_no_longer_has_keeps_a_name_another_class_gives_it() -> None:
    document = a_document(document_class="OTHER", title="Zettel")
    journal.append(
        SETUP, "document.described", document, at=NOW + timedelta(hours=1), changed=["fields.due_on", "fields.frei"],
        personal={"before_after": "fields.due_on: – → 2025-05-14\nfields.frei: a → b"},
    )  # fmt: skip
    latest = history_of(a_user("anton"), [("records.document", document.pk)])[0]
    assert [line.partition(": ")[2] for line in latest.details] == ["– → 14.05.2025", "a → b"]
    assert latest.details[1] == "frei: a → b"
    assert "due_on" not in latest.details[0]


def test_a_version_that_was_restored_says_from_which() -> None:
    document = a_document(versions=2)
    first = document.versions.get(number=1)
    restore_version(actor=SETUP, version=first, now=NOW + timedelta(hours=1))
    latest = history_of(a_user("anton"), [("records.document", document.pk)])[0]
    assert latest.details[-1] == "Wiederhergestellt aus Version 1."


def _told(number: int, kind: str, seq: int | None, digest: str = "") -> Told:
    return Told(
        id=UUID(int=number), at=NOW, kind=kind, subject="records.document:1", actor_kind="system", actor_id=None,
        actor="", reason="", facts={"digest": digest} if digest else {}, personal={}, erased=(), seq=seq,
    )  # fmt: skip


def test_what_has_one_moment_is_told_in_the_order_it_happened_file_after_file() -> None:
    told = [
        _told(1, "version.added", 472, "b1"), _told(2, "document.filed", 473, "b1"),
        _told(3, "arrival.received", 474, "b1"), _told(4, "version.added", 490, "64"),
        _told(5, "arrival.received", 491, "64"), _told(6, "document.sealed", None),
    ]  # fmt: skip
    for order in (told, told[::-1]):
        assert [(entry.kind, entry.facts.get("digest", "")) for entry in in_order(order)] == [
            ("arrival.received", "b1"), ("version.added", "b1"), ("document.filed", "b1"),
            ("arrival.received", "64"), ("version.added", "64"), ("document.sealed", ""),
        ]  # fmt: skip


def test_it_is_the_same_while_nothing_has_a_place_in_the_tree_yet() -> None:
    told = [_told(3, "document.filed", None, "b1"), _told(2, "version.added", None, "b1"),
            _told(1, "arrival.received", None, "b1")]  # fmt: skip
    assert [entry.kind for entry in in_order(told)] == ["arrival.received", "version.added", "document.filed"]
