"""Finding documents: words, numbers, filters, counts, pages, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest

from kundenakte.records import search_due
from kundenakte.records.models import Document
from kundenakte.records.refusals import NotFound
from kundenakte.steps.search import queries
from kundenakte.steps.search.engine import Order
from kundenakte.steps.search.filters import Filters
from kundenakte.steps.search.queries import Match, Results, search
from tests.builders import a_class, a_customer_file, a_section, a_user
from tests.steps.search.papers import a_paper, catch_up

pytestmark = pytest.mark.usefixtures("db")


def found(text: str, user: str = "anton", **more: Any) -> list[str]:
    return sorted(hit.document.title for hit in ask(text, user, **more).hits)


def ask(text: str, user: str = "anton", **more: Any) -> Results:
    return search(a_user(user), text, **more)


def counts(results: Results, facet: str) -> dict[str, int]:
    return {value.label: value.count for value in results.facets[facet]}


def test_words_find_papers_in_every_form_and_inside_compounds() -> None:
    a_paper("Wartungsvertrag über die Kälteanlage", title="Vertrag A")
    a_paper("Die Groesse der Pumpe", title="Pumpe B")
    catch_up()
    for text in ("Wartung", "wartungen", "Vertrag", "Verträge", "Wartungsverträge", "Kaelteanlage", "Anlage"):
        assert found(text) == ["Vertrag A"], text
    for text in ("Größe", "große", "grosse Pumpe", "pumpen GROESSE"):
        assert found(text) == ["Pumpe B"], text
    assert found("Angebot über nichts") != ["Vertrag A"]


def test_a_phrase_is_found_in_its_order_only() -> None:
    a_paper("Lieferung frei Haus", title="A")
    a_paper("Das Haus ist frei", title="B")
    catch_up()
    assert found('"frei Haus"') == ["A"]
    assert found("frei Haus") == ["A", "B"]
    assert found("haus -lieferung") == ["B"]


@pytest.mark.parametrize("text", ["RE-2026/0815", "re20260815", "RE 2026 0815", "2026-0815", "RE-2O26/O8I5", "0815"])
def test_a_document_number_is_found_however_it_is_typed(text: str) -> None:
    a_paper("Rechnung RE-2026/0815", title="Rechnung", number="RE-2026/0815", document_class="INV_OUT")
    a_paper("Rechnung RE-2026/0816", title="Andere", number="RE-2026/0816", document_class="INV_OUT")
    catch_up()
    assert found(text) == ["Rechnung"]


def test_numbers_of_customer_order_and_machine_find_the_paper_and_so_do_bank_and_phone() -> None:
    file = a_customer_file("Ölmühle Süß KG", number="K-77123")
    a_paper(
        "Bitte auf DE89 3704 0044 0532 0130 00, Tel. 0911/1234567",
        title="Brief",
        customer_file=file,
        fields={"order_number": "AU-4711", "serial_number": "SN 99-X1", "gross_amount": "1234.56"},
        document_class="INV_OUT",
    )
    a_paper("etwas anderes", title="Anderes")
    catch_up()
    for text in ("K-77123", "77123", "AU4711", "sn99x1", "DE89370400440532013000", "+49 911 1234567", "1.234,56",
                 "oelmuehle süss"):  # fmt: skip
        assert found(text) == ["Brief"], text


def test_what_nothing_has_is_looked_for_more_generously_and_says_so() -> None:
    a_paper("Die Kreiselpumpe ist undicht", title="Pumpe")
    a_paper("Das Getriebe ist laut", title="Getriebe")
    catch_up()
    similar = ask("Kreiselpumbe")
    assert [hit.document.title for hit in similar.hits] == ["Pumpe"]
    assert similar.match == Match.SIMILAR
    assert similar.note
    partly = ask("Kreiselpumpe Zebrastreifen")
    assert [hit.document.title for hit in partly.hits] == ["Pumpe"]
    assert partly.match == Match.PARTLY
    nothing = ask("Zebrastreifen")
    assert (nothing.hits, nothing.total, nothing.note) == ((), 0, "")


def test_filters_narrow_and_counts_tell_what_another_choice_would_give() -> None:
    file, other = a_customer_file("Alpha GmbH"), a_customer_file("Beta GmbH")
    common: dict[str, Any] = {"customer_file": file}
    a_paper("Pumpe", title="R1", document_class="INV_OUT", dated_on=date(2025, 3, 1),
            fields={"gross_amount": "100.00"}, **common)  # fmt: skip
    a_paper("Pumpe", title="R2", document_class="INV_OUT", dated_on=date(2026, 3, 1),
            fields={"net_amount": "200.00", "gross_amount": "238.00"}, **common)  # fmt: skip
    a_paper("Pumpe", title="O1", document_class="OFFER", customer_file=other)
    catch_up()
    invoices = frozenset({a_class("INV_OUT").pk})
    assert found("pumpe", filters=Filters(classes=invoices)) == ["R1", "R2"]
    assert found("pumpe", filters=Filters(file=other.pk)) == ["O1"]
    assert found("pumpe", filters=Filters(sections=frozenset({a_section("rechnungen").pk}))) == ["R1", "R2"]
    assert found("pumpe", filters=Filters(years=frozenset({2025}))) == ["R1"]
    assert found("pumpe", filters=Filters(dated_from=date(2026, 1, 1), dated_to=date(2026, 3, 1))) == ["R2"]
    assert found("pumpe", filters=Filters(amount_from=Decimal(200), amount_to=Decimal("238.00"))) == ["R2"]
    assert found("pumpe", filters=Filters(states=frozenset({"draft"}))) == []
    assert found("pumpe", filters=Filters(states=frozenset({"nonsense"}))) == []
    chosen = ask("pumpe", filters=Filters(classes=invoices, years=frozenset({2025})))
    assert chosen.total == 1
    assert counts(chosen, "class") == {"Ausgangsrechnung": 1}
    assert counts(chosen, "year") == {"2026": 1, "2025": 1}
    assert counts(chosen, "section") == {"Rechnungen": 1}
    assert counts(ask("pumpe"), "file") == {str(file): 2, str(other): 1}
    assert [value.label for value in chosen.facets["year"] if value.chosen] == ["2025"]


def test_a_phrase_reaches_neither_across_fields_nor_into_compounds() -> None:
    a_paper("Haus frei Wartungsvertrag Lieferdatum", title="Lieferung frei")
    a_paper("Vertrag über Wartung, frei Haus", title="B")
    catch_up()
    assert found('"frei Haus"') == ["B"]
    assert found('"wartung vertrag"') == found('"vertrag datum"') == []
    assert found("wartung vertrag") == ["B", "Lieferung frei"]
    assert found('"haus frei"') == ["Lieferung frei"]


def test_without_words_all_documents_come_newest_first_page_by_page() -> None:
    days = [date(2026, 1, 1 + n % 3) for n in range(7)]
    papers = [a_paper(f"Brief {n}", title=f"{n}", dated_on=day) for n, day in enumerate(days)]
    catch_up()
    newest = sorted(papers, key=lambda paper: (paper.dated_on, paper.pk), reverse=True)
    for order, expected in ((None, newest), (Order.OLDEST, newest[::-1])):
        assert pages("", order=order) == [paper.title for paper in expected]
    assert sorted(pages("brief")) == sorted(paper.title for paper in papers)
    assert pages("brief", order=Order.NEWEST) == [paper.title for paper in newest]


def test_pages_by_date_go_on_over_long_gaps_and_busy_days() -> None:
    gaps = (0, 0, 0, 0, 1, 1, 2, 30, 31, 32, 0, 400, 3000, 0)
    days = [date(2010, 1, 1) + timedelta(days=n) for n in accumulate(gaps)]
    papers = [a_paper("Brief", title=f"{n}", dated_on=day) for n, day in enumerate(days)]
    catch_up()
    titles = [paper.title for paper in papers]
    assert pages("brief", order=Order.OLDEST, total=len(titles)) == titles
    assert pages("brief", order=Order.NEWEST, total=len(titles)) == titles[::-1]


def test_a_further_page_is_counted_only_where_facets_are_asked_for() -> None:
    for n in range(4):
        a_paper("Brief", title=f"{n}")
    catch_up()
    first = ask("", limit=3, with_facets=False)
    assert (first.total, len(first.hits)) == (4, 3)
    assert ask("", limit=3, after=first.next).total == 4
    further = ask("", limit=3, after=first.next, with_facets=False)
    assert (further.total, len(further.hits), further.next) == (None, 1, "")


def test_where_everything_is_filtered_by_each_facet_is_still_counted() -> None:
    paper = a_paper("Pumpe", title="A")
    catch_up()
    narrowed = Filters(
        sections=frozenset({paper.section_id}), classes=frozenset({paper.document_class_id}),
        years=frozenset({paper.dated_on.year}), states=frozenset({"valid"}), file=paper.customer_file_id,
    )  # fmt: skip
    found = ask("pumpe", filters=narrowed)
    assert found.total == 1
    assert {name: sum(value.count for value in values) for name, values in found.facets.items()} == dict.fromkeys(
        ("section", "class", "year", "state", "file"), 1
    )


def pages(text: str, *, total: int = 7, **more: Any) -> list[str]:
    """The titles of all pages of three, asked one after the other."""
    titles: list[str] = []
    after = ""
    while True:
        page = ask(text, after=after, limit=3, **more)
        assert page.total == total
        titles += [hit.document.title for hit in page.hits]
        after = page.next
        if not after:
            return titles


@pytest.mark.parametrize(
    "after", ["x", "all:", "all:x", "::", "all:-5", "all:99999999999999", "all:" + "9" * 40, "all:²"]
)
def test_a_page_mark_from_elsewhere_does_no_harm(after: str) -> None:
    a_paper("Brief", title="A")
    catch_up()
    assert ask("brief", after=after).total == 1


def test_a_snippet_shows_the_place_and_marks_the_words() -> None:
    a_paper("Anfang. " * 200 + "Der Monteur hat die Dichtung der Pumpe erneuert. " + "Ende. " * 200, title="Bericht")
    catch_up()
    snippet = ask("pumpen dichtungen").hits[0].snippet
    assert [text for text, marked in snippet.parts if marked] == ["Dichtung", "Pumpe"]
    assert snippet.cut_before
    assert snippet.cut_after
    assert len(snippet.plain) < 300
    assert ask("bericht").hits[0].snippet.plain.startswith("Anfang.")


def test_suggestions_go_on_with_the_last_word_and_fit_the_words_before() -> None:
    a_paper("Wartungsvertrag und Wartungsverträge der Pumpe", title="A")
    a_paper("Wartungsvertrag, Wartungsplan", title="B")
    catch_up()
    user = a_user("anton")
    assert [(s.text, s.count) for s in queries.suggest(user, "wartungsv")] == [("Wartungsvertrag", 2)]
    assert {s.text for s in queries.suggest(user, "pumpe wart")} == {"pumpe Wartungsvertrag"}
    assert queries.suggest(user, "") == []
    assert queries.suggest(user, "zebra") == []


def test_marks_say_page_and_place_of_words_and_numbers() -> None:
    paper = a_paper(
        "Rechnung RE-2026/0815\nIBAN DE89 3704 0044 0532 0130 00\fWartungsverträge\nfür die Pumpen", title="R"
    )
    catch_up()
    user = a_user("anton")
    assert [(m.page, m.word) for m in queries.marks(user, paper.pk, "wartung pumpe")] == [
        (2, "Wartungsverträge"),
        (2, "Pumpen"),
    ]
    assert [m.word for m in queries.marks(user, paper.pk, "re20260815")] == ["RE-2026/0815"]
    iban = queries.marks(user, paper.pk, "DE89370400440532013000")
    assert [m.word for m in iban] == ["DE89", "3704", "0044", "0532", "0130", "00"]
    assert iban[0].box == pytest.approx((0.05, 0.02, 0.09, 0.03))
    assert queries.marks(user, paper.pk, "") == []


def test_marks_of_a_hidden_document_answer_like_those_of_a_missing_one() -> None:
    hidden = a_paper("Pumpe", title="Angebot", document_class="OFFER")
    with pytest.raises(NotFound):
        queries.marks(a_user("paula"), hidden.pk, "pumpe")


def test_without_an_index_the_answer_is_empty_and_says_why() -> None:
    results = ask("pumpe")
    assert results.hits == ()
    assert "eingerichtet" in results.note
    assert queries.suggest(a_user("anton"), "pumpe") == []


def test_a_document_hidden_a_moment_ago_is_in_no_hit_count_facet_or_suggestion() -> None:
    papers = [a_paper("Geheimprojekt", title=f"P{n}", document_class="OFFER") for n in range(3)]
    catch_up()
    verena = a_user("verena")
    assert search(verena, "geheimprojekt").total == 3
    hide(papers[:2])
    results = search(verena, "geheimprojekt")
    assert [hit.document for hit in results.hits] == papers[2:]
    assert results.total == 1
    assert counts(results, "section") == {"Angebote": 1}
    assert [s.count for s in queries.suggest(verena, "geheim")] == [1]


def test_numbers_and_texts_of_any_kind_do_no_harm() -> None:
    a_paper("Pumpe", title="A")
    catch_up()
    huge = 10**30
    assert ask("pumpe", filters=Filters(file=huge)).total == 0
    assert ask("pumpe", filters=Filters(sections=frozenset({huge, -huge}))).total == 0
    assert ask("pumpe", filters=Filters(amount_from=Decimal(-huge), amount_to=Decimal(huge))).total == 0
    for text in (
        "\ud800",
        "pumpe\x00",
        "*",
        "(a|b)+",
        "\\",
        "pum.e",
        "a" * 10_000,
        "1" * 10_000,
        "'; DROP",
        "💣 pumpe",
    ):
        ask(text, typing=True)
        queries.suggest(a_user("anton"), text)


def hide(papers: Sequence[Document]) -> None:
    """Restrict them as an action does, while the indexer sleeps."""
    Document.objects.filter(pk__in=[paper.pk for paper in papers]).update(is_restricted=True)
    search_due.mark_all(paper.pk for paper in papers)
