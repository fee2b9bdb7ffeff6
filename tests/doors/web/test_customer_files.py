"""The panes of a customer file: list, filters, paging, timeline, and live update."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kundenakte.records.actions.documents import Description, add_version, describe_document, move_document
from kundenakte.records.actions.links import place_also
from kundenakte.records.models import CustomerFile, Document, DocumentClass, Grant, Verb
from tests.builders import (
    NOW,
    SETUP,
    a_customer_file,
    a_document,
    a_section,
    a_user,
    some_bytes,
)
from tests.doors.web.mixed_file import a_mixed_file, address, numbers
from tests.doors.web.pages import SignIn

ORDERS = (
    "",
    "datum",
    "nummer",
    "-nummer",
    "titel",
    "-titel",
    "klasse",
    "-klasse",
    "betrag",
    "-betrag",
    "stand",
    "-stand",
)


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        ("", ["AN-1", "RE-2", "RE-10", ""]),
        ("datum", ["", "RE-10", "RE-2", "AN-1"]),
        ("betrag", ["RE-10", "RE-2", "AN-1", ""]),
        ("-betrag", ["RE-2", "RE-10", "AN-1", ""]),
        ("nummer", ["AN-1", "RE-10", "RE-2", ""]),
        ("-nummer", ["RE-2", "RE-10", "AN-1", ""]),
        ("titel", ["AN-1", "", "RE-10", "RE-2"]),
        ("klasse", ["AN-1", "RE-2", "RE-10", ""]),
    ],
)
def test_the_list_is_sorted_by_any_column_and_what_is_empty_comes_last(
    wish: str, first: list[str], signed_in: SignIn
) -> None:
    assert numbers(signed_in("verena"), a_mixed_file(), f"sortiert={wish}") == first


TITLES = (
    "Über uns",
    "Zahlung",
    "Öl 2",
    "Ozon",
    "ÄNDERUNG",
    "Anfrage",
    "agenda",
    "Oel",
    "Ölwechsel",
    "ß-Teil",
    "Straße",
)


def test_titles_stand_in_german_order_whatever_the_database_thinks_of_umlauts(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file()
    for title in TITLES:
        a_document(customer_file=customer_file, title=title)
    # DIN 5007-1: ä like a, ß like ss; signs part words.
    german = [
        "agenda", "ÄNDERUNG", "Anfrage", "Oel", "Öl 2", "Ölwechsel", "Ozon", "ß-Teil", "Straße", "Über uns", "Zahlung",
    ]  # fmt: skip
    for wish, expected in (("titel", german), ("-titel", german[::-1])):
        shown = client.get(address(customer_file, f"sortiert={wish}")).context["contents"]
        assert [document.title for document in shown.documents.rows] == expected


def test_a_corrected_title_takes_its_new_place(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file()
    first = a_document(customer_file=customer_file, title="Anfrage")
    a_document(customer_file=customer_file, title="Mahnung")
    description = Description(first.document_class, "Übergabe", "", first.dated_on, {})
    describe_document(actor=SETUP, document=first, description=description, edition=first.edition, now=NOW)
    shown = client.get(address(customer_file, "sortiert=titel")).context["contents"]
    assert [document.title for document in shown.documents.rows] == ["Mahnung", "Übergabe"]


def test_classes_stand_in_the_order_of_the_names_that_are_shown(signed_in: SignIn) -> None:
    client, customer_file = signed_in("verena"), a_customer_file()
    DocumentClass.objects.filter(code="OTHER").update(name="Übriges")
    for code in ("OTHER", "PAYMENT", "CONTRACT"):
        a_document(customer_file=customer_file, document_class=code)
    shown = client.get(address(customer_file, "sortiert=klasse")).context["contents"]
    assert [document.document_class.name for document in shown.documents.rows] == [
        "Übriges",
        "Vertrag",
        "Zahlungsbeleg",
    ]


@pytest.mark.parametrize("wish", ORDERS)
def test_paging_on_shows_every_document_once_in_every_order(wish: str, signed_in: SignIn, monkeypatch: Any) -> None:
    monkeypatch.setattr("kundenakte.doors.web.customer_files.contents.PAGE", 3)
    customer_file = a_mixed_file()
    for n in range(7):
        fields = {"gross_amount": f"{n % 3}.00"} if n % 2 else {}
        a_document(customer_file=customer_file, title="Gleich", number=f"X-{n % 2}", fields=fields)
    client, seen, cursor = signed_in("verena"), [], ""
    while True:
        part = client.get(
            address(customer_file, f"sortiert={wish}&nach={cursor}"),
            headers={"HX-Request": "true", "HX-Target": "document-more"},
        ).context["more"]
        seen += [document.pk for document in part.rows]
        cursor = part.next
        if not cursor:
            break
    assert len(seen) == 11
    assert set(seen) == set(customer_file.documents.values_list("pk", flat=True))
    whole = client.get(address(customer_file, f"sortiert={wish}")).context["contents"]
    assert seen[:3] == [document.pk for document in whole.documents.rows]


def test_filters_narrow_the_list_and_say_what_they_would_leave(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("verena")
    assert numbers(client, customer_file, "klasse=INV_OUT") == ["RE-2", "RE-10"]
    assert numbers(client, customer_file, "jahr=2025") == []
    assert numbers(client, customer_file, "text=re-10") == ["RE-10"]
    assert numbers(client, customer_file, "text=förder band") == ["AN-1"]
    assert numbers(client, customer_file, "klasse=INV_OUT&text=billig") == ["RE-10"]
    shown = client.get(address(customer_file, "klasse=INV_OUT")).context["contents"]
    facets = {one.key: one for one in shown.facets.filters}
    # The other classes stay on offer; the years are those of invoices.
    assert {choice.value: choice.count for choice in facets["klasse"].choices} == {
        "INV_OUT": 2, "OFFER": 1, "CONTRACT": 1,
    }  # fmt: skip
    assert [(choice.value, choice.count) for choice in facets["jahr"].choices] == [("2026", 2)]
    assert shown.facets.total == 2
    assert shown.total == 4
    assert client.get(address(customer_file, "text=billig")).context["contents"].facets.total == 1


def test_sections_are_parted_by_machine_and_counted(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    for number, machine in (("W-1", "SN-7"), ("W-2", "SN-7"), ("W-3", "")):
        a_document(
            customer_file=customer_file, document_class="MAINT_CONTRACT", number=number,
            fields={"serial_number": machine},
        )  # fmt: skip
    section, client = a_section("service"), signed_in("sabine")
    shown = client.get(address(customer_file, f"register={section.pk}&unter=SN-7")).context["contents"]
    assert [(part.value, part.count, part.is_open) for part in shown.section.parts] == [
        ("SN-7", 2, True), ("-", 1, False),
    ]  # fmt: skip
    assert shown.facets.total == 2
    assert numbers(client, customer_file, f"register={section.pk}&unter=-") == ["W-3"]


def test_counts_filters_and_pages_hold_to_the_rights(signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    shown = signed_in("paula").get(address(customer_file)).context["contents"]
    assert (shown.total, shown.facets.total) == (2, 2)
    assert [choice.value for choice in shown.facets.filters[0].choices] == ["INV_OUT"]
    assert numbers(signed_in("paula"), customer_file, "klasse=OFFER") == []
    more = {"HX-Request": "true", "HX-Target": "document-more"}
    part = signed_in("paula").get(address(customer_file, "nach=kaputt"), headers=more).context["more"]
    assert {document.number for document in part.rows} == {"RE-2", "RE-10"}


@pytest.mark.parametrize(
    "asked",
    [
        "register=99999999999999999999", "register=abc", "unter=%01", "klasse=%01", "jahr=0", "jahr=99999", "stand=x",
        "text=%01%25_'", "sortiert=passwort", "sortiert=-", "nach=WzEsMl0", "nach=%01", "sicht=x", "dokument=x",
        "sortiert=betrag&nach=W251bGwsIDEsICJ4IiwgMV0", "sicht=zeit&nach=WyJ4IiwgIngiXQ", "unter=x&register=1",
    ],
)  # fmt: skip
def test_no_address_breaks_the_page(asked: str, signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    assert signed_in("verena").get(address(customer_file, asked)).status_code == 200


def test_a_nul_in_the_address_is_refused_and_breaks_nothing(signed_in: SignIn) -> None:
    assert signed_in("verena").get(address(a_customer_file(), "unter=%00")).status_code == 400


def test_the_number_of_queries_does_not_depend_on_the_number_of_documents(signed_in: SignIn) -> None:
    client, counts = signed_in("verena"), []
    for many in (2, 30):
        customer_file = a_customer_file()
        for n in range(many):
            document = a_document(customer_file=customer_file, title=f"Angebot {n}", number=f"A-{many}-{n}")
        other = a_customer_file()
        for n in range(many // 2):
            document = a_document(customer_file=other, number=f"B-{many}-{n}")
            place_also(
                actor=SETUP, document=document, customer_file=customer_file, section=a_section("angebote"), now=NOW
            )
        asked = [address(customer_file), address(customer_file, "text=angebot&sortiert=betrag&klasse=OFFER")]
        asked.append(address(customer_file, "sicht=zeit"))
        client.get(asked[0])
        used = []
        for one in asked:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(one)
            used.append(len(queries))
        counts.append(used)
    assert counts[0] == counts[1]
    assert max(counts[0][:2]) <= 27


# --- many at once -----------------------------------------------------------------------------------------------------


def again(client: Client, customer_file: CustomerFile, etag: str) -> Any:
    headers = {"HX-Request": "true", "HX-Target": "file-body", "If-None-Match": etag}
    return client.get(address(customer_file), headers=headers)


def test_who_asks_again_gets_nothing_until_something_changed_for_him(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("paula")
    etag = f'"{client.get(address(customer_file)).context["contents"].edition}"'
    with CaptureQueriesContext(connection) as queries:
        assert again(client, customer_file, etag).status_code == 304
    assert len(queries) <= 12
    # An offer is not hers to see: nothing changed.
    a_document(customer_file=customer_file, document_class="OFFER", number="AN-77")
    assert again(client, customer_file, etag).status_code == 304
    a_document(customer_file=customer_file, document_class="INV_OUT", number="RE-77")
    changed = again(client, customer_file, etag)
    assert (changed.status_code, changed.context["contents"].total) == (200, 3)
    assert again(client, customer_file, changed["ETag"]).status_code == 304


def test_sealing_changes_the_row_and_the_edition_but_is_no_news(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("paula")
    context = client.get(address(customer_file)).context
    before, row = context["contents"], context["rows"][0]
    # As the archive does it: nothing else of the document is touched.
    Document.objects.filter(pk=row.pk).update(is_sealed=True)
    answer = again(client, customer_file, f'"{before.edition}"')
    after, changed = answer.context["contents"], answer.context["rows"][0]
    assert (row.state, changed.state) == ("valid", "sealed")
    assert row.edition != changed.edition
    assert before.edition.split("-")[0] == after.edition.split("-")[0]
    assert again(client, customer_file, answer["ETag"]).status_code == 304


def test_the_edition_tells_neither_counts_nor_what_is_hidden(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("paula")
    etag = f'"{client.get(address(customer_file)).context["contents"].edition}"'
    assert re.fullmatch(r'"[0-9a-f]{20}-[0-9a-f]{20}"', etag)
    hidden = a_document(document_class="OFFER", number="AN-88")
    place_also(actor=SETUP, document=hidden, customer_file=customer_file, section=a_section("angebote"), now=NOW)
    assert again(client, customer_file, etag).status_code == 304


def test_moves_versions_denials_and_second_places_change_the_edition(signed_in: SignIn) -> None:
    customer_file, other, client = a_mixed_file(), a_customer_file(), signed_in("verena")

    def edition() -> str:
        return f'"{client.get(address(customer_file)).context["contents"].edition}"'

    def changes() -> Iterator[None]:
        document = customer_file.documents.get(number="AN-1")
        add_version(actor=SETUP, document=document, version=some_bytes("neu"), now=NOW + timedelta(minutes=1))
        yield
        move_document(
            actor=SETUP, document=document, customer_file=other, section=None, edition=document.edition, now=NOW
        )
        yield
        place_also(actor=SETUP, document=document, customer_file=customer_file, section=a_section("angebote"), now=NOW)
        yield
        denied = customer_file.documents.get(number="RE-2")
        Grant.objects.create(
            user=a_user("verena"), document=denied, is_deny=True, verb=Verb.READ, reason="x", created_at=NOW
        )
        yield

    before = edition()
    for _ in changes():
        assert again(client, customer_file, before).status_code == 200
        before = edition()


# --- the timeline -----------------------------------------------------------------------------------------------------


def test_the_timeline_tells_what_happened_by_month_and_hides_what_is_hidden(signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    invoice = customer_file.documents.get(number="RE-2")
    add_version(actor=SETUP, document=invoice, version=some_bytes("neu"), now=NOW + timedelta(days=10))
    shown = signed_in("paula").get(address(customer_file, "sicht=zeit"))
    months = shown.context["timeline"].months
    told = [(month.first, event.document.number, event.icon) for month in months for event in month.events]
    assert told[0] == (date(2026, 12, 1), "RE-2", "files")
    assert {number for _, number, _ in told} == {"RE-2", "RE-10"}
    assert len(told) == 3
    assert "Förderband" not in shown.content.decode()
    assert "Dezember 2026" in shown.content.decode()


def test_what_is_dropped_on_the_open_section_goes_into_it(signed_in: SignIn) -> None:
    customer_file, section = a_customer_file(), a_section("service")
    client = signed_in("sabine")
    open_section = _list_pane(client.get(address(customer_file, f"register={section.pk}")).content.decode())
    assert f'data-section="{section.pk}"' in open_section
    assert "data-section" not in _list_pane(client.get(address(customer_file)).content.decode())


def _list_pane(page: str) -> str:
    found = re.search(r'<div id="list-pane"[^>]*>', page)
    assert found
    return found[0]


def test_files_can_only_be_let_go_where_they_may_be_filed(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    mine = a_document(customer_file=customer_file, document_class="OFFER")
    theirs = a_document(customer_file=customer_file, document_class="INV_OUT")
    client, address = signed_in("verena"), reverse("file", args=(customer_file.pk,))
    text = client.get(address).content.decode()
    assert f'data-document="{mine.pk}"' in text
    assert f'data-document="{theirs.pk}"' not in text
    for document, may in ((mine, True), (theirs, False)):
        section = document.section_id
        assert (f'data-drop-target data-section="{section}"' in text) is may
        opened = client.get(address, {"register": section}).content.decode()
        assert ("data-upload-here" in opened) is may


def test_only_a_document_of_this_file_that_she_may_see_counts_as_asked_for(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    mine, hidden = a_document(customer_file=customer_file), a_document(customer_file=customer_file)
    foreign, linked = a_document(), a_document()
    place_also(
        actor=SETUP, document=linked, customer_file=customer_file, section=a_section("vertraege"), now=NOW
    )  # fmt: skip
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.READ, is_deny=True, document=hidden, reason="x", created_at=NOW
    )
    for document, counts in ((mine, True), (linked, True), (hidden, False), (foreign, False)):
        text = signed_in("verena").get(address(customer_file, f"dokument={document.pk}")).content.decode()
        assert (f'data-asked-for="{document.pk}"' in text) is counts
        assert ("data-asked-for" in text) is counts
