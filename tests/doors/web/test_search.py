"""The search page: hits, filters with counts, chips, pages; never more than a list would show."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from kundenakte.records.models import Document, Grant, Verb
from tests.builders import NOW, a_class, a_customer_file, a_document, a_section, a_user
from tests.doors.web.pages import SignIn
from tests.steps.search.papers import a_paper, catch_up

_HITS = re.compile(r'data-preview href="([^"]*)">([^<]*)<')
_PART = {"HX-Request": "true", "HX-Target": "search-results"}


def titles(response: Any) -> list[str]:
    return [unescape(title) for _, title in _HITS.findall(response.content.decode())]


def counts(response: Any, facet: str) -> dict[str, int]:
    group = next((group for group in response.context["groups"] if group.facet == facet), None)
    return {value.label: value.count for value in (*group.shown, *group.rest)} if group else {}


@pytest.fixture
def papers() -> list[Document]:
    mueller = a_customer_file("Müller Metallbau GmbH", number="K-55501")
    huber = a_customer_file("Huber KG")
    made = [
        a_paper("Wartung der Pumpe nach Plan", title="Wartungsvertrag WV-1", number="WV-1", customer_file=mueller,
                document_class="MAINT_CONTRACT", dated_on=date(2024, 3, 1)),
        a_paper("für Pumpe und Getriebe", title="Rechnung RE-1", number="RE-1", customer_file=mueller,
                document_class="INV_OUT", fields={"gross_amount": "119.00"}, dated_on=date(2025, 5, 2)),
        a_paper("Pumpe, frei Haus", title="Angebot AN-1", number="AN-1", customer_file=huber,
                document_class="OFFER", fields={"gross_amount": "2380.00"}, dated_on=date(2026, 6, 3)),
    ]  # fmt: skip
    catch_up()
    return made


def test_hits_show_what_a_clerk_needs_and_lead_to_the_page_with_the_hit(
    papers: list[Document], signed_in: SignIn
) -> None:
    text = signed_in("anton").get("/suche?q=wartung").content.decode()
    assert f'href="/dokument/{papers[0].pk}?suche=wartung">Wartungsvertrag WV-1<' in text
    assert f'href="/akte/{papers[0].customer_file_id}">Müller Metallbau GmbH<' in text
    assert "<mark>Wartung</mark> der Pumpe" in text
    assert "01.03.2024" in text
    assert "1 Dokument\n" in text or "1 Dokument<" in text


def test_filters_narrow_and_say_how_much_would_be_left(papers: list[Document], signed_in: SignIn) -> None:
    client = signed_in("anton")
    whole = client.get("/suche?q=pumpe")
    assert counts(whole, "year") == {"2026": 1, "2025": 1, "2024": 1}
    assert list(counts(whole, "file").values()) == [2, 1]
    assert next(iter(counts(whole, "file"))).startswith("Müller Metallbau GmbH")
    offers = client.get(f"/suche?q=pumpe&klasse={a_class('OFFER').pk}")
    assert titles(offers) == ["Angebot AN-1"]
    # Other classes keep their counts: they say what choosing them as well would give.
    assert set(counts(offers, "class").values()) == {1}
    assert len(counts(offers, "class")) == 3
    for narrowed, left in (
        (f"register={a_section('rechnungen').pk}", ["Rechnung RE-1"]),
        (f"akte={papers[2].customer_file_id}", ["Angebot AN-1"]),
        ("jahr=2024&jahr=2025&folge=oldest", ["Wartungsvertrag WV-1", "Rechnung RE-1"]),
        ("von=2025-01-01&bis=31.12.2025", ["Rechnung RE-1"]),
        ("betrag_von=1.000,00", ["Angebot AN-1"]),
        ("betrag_bis=200", ["Rechnung RE-1"]),
        ("stand=draft", []),
    ):
        assert titles(client.get(f"/suche?q=pumpe&{narrowed}")) == left, narrowed


def test_each_filter_in_force_has_a_chip_that_takes_it_out(papers: list[Document], signed_in: SignIn) -> None:
    client = signed_in("anton")
    page = client.get("/suche?q=pumpe&jahr=2024&jahr=2025&von=2024-01-01&betrag_von=5&nach=all:20")
    chips = {chip.label: chip.address for chip in page.context["chips"]}
    assert set(chips) == {"2024", "2025", "ab 01.01.2024", "ab 5,00 €"}
    assert chips["2024"] == "?q=pumpe&jahr=2025&von=2024-01-01&betrag_von=5"
    assert chips["ab 01.01.2024"] == "?q=pumpe&jahr=2024&jahr=2025&betrag_von=5"
    # A filter that leaves nothing is still there to be taken out, and still ticked.
    page = client.get("/suche?q=pumpe&jahr=1999")
    assert [chip.label for chip in page.context["chips"]] == ["1999"]
    assert 'value="1999" checked' in page.content.decode()
    assert "Ohne Filter suchen" in page.content.decode()


def test_what_cannot_be_understood_is_said_and_changes_nothing(papers: list[Document], signed_in: SignIn) -> None:
    client = signed_in("anton")
    page = client.get("/suche?q=pumpe&von=gestern&betrag_bis=viel&klasse=x&akte=%01&jahr=99999999&folge=quer&nach=zzz")
    assert len(titles(page)) == 3
    text = page.content.decode()
    assert "Bitte ein Datum, zum Beispiel 24.11.2026." in text
    assert "Bitte einen Betrag, zum Beispiel 1.234,50." in text
    for odd in ("%22", "%28%2A", "-", "*", "%5C", "%01", "x" * 5000, "%ED%A0%80"):
        assert client.get(f"/suche?q={odd}").status_code == 200
    assert client.get("/suche?q=%00").status_code == 400


def test_pages_go_on_behind_the_last_hit_by_date_and_by_rank(signed_in: SignIn) -> None:
    file = a_customer_file()
    for number in range(45):
        a_document(customer_file=file, title=f"Angebot {number:02d}", number=f"AN-{number:02d}")
    catch_up()
    client = signed_in("anton")
    for order in ("newest", "oldest", "best"):
        found, after = [], ""
        for _turn in range(4):
            page = client.get("/suche", {"q": "angebot", "folge": order, "nach": after})
            found += titles(page)
            after = page.context["results"].next
            if not after:
                break
        assert len(found) == len(set(found)) == 45, order
    more = client.get("/suche?q=angebot&nach=all:20", headers=_PART | {"HX-Target": "search-more"})
    assert len(titles(more)) == 20
    assert b"facet" not in more.content


def test_while_somebody_types_the_last_word_may_still_grow_and_the_answer_is_small(signed_in: SignIn) -> None:
    file = a_customer_file("Müller Metallbau GmbH")
    for number in range(25):
        a_paper("Spindelgetriebe " * 40, title=f"Angebot über Spindelgetriebe {number}", customer_file=file)
    catch_up()
    client = signed_in("anton")
    swap = client.get("/suche?q=spindelge&tippt=1", headers=_PART)
    assert len(titles(swap)) == 20
    assert len(swap.content) < 30_000
    assert b"<html" not in swap.content
    # The counts and filters beside the hits come along.
    assert b'hx-swap-oob="innerHTML:#facets"' in swap.content
    assert b'hx-swap-oob="innerHTML:#search-count"' in swap.content
    assert "Spindelgetriebe" in [text for text, _ in swap.context["suggestions"]]


def test_notes_say_when_the_answer_is_only_alike_and_empty_pages_say_what_to_do(
    papers: list[Document], signed_in: SignIn
) -> None:
    client = signed_in("anton")
    assert "mit ähnlichen Wörtern" in client.get("/suche?q=getribe").content.decode()
    assert "die einen Teil davon enthalten" in client.get("/suche?q=pumpe+quastenflosser").content.decode()
    assert "Nichts zu „zebra“" in client.get("/suche?q=zebra").content.decode()
    assert titles(client.get("/suche")) == ["Angebot AN-1", "Rechnung RE-1", "Wartungsvertrag WV-1"]


def test_without_an_index_the_page_says_so(signed_in: SignIn) -> None:
    assert "wird gerade eingerichtet" in signed_in("anton").get("/suche?q=pumpe").content.decode()


def test_customers_of_that_name_are_offered_above_the_documents(papers: list[Document], signed_in: SignIn) -> None:
    page = signed_in("anton").get("/suche?q=müller")
    assert [one.customer.name for one in page.context["customers"]] == ["Müller Metallbau GmbH"]


def test_what_is_hidden_is_in_no_hit_count_filter_name_or_suggestion(papers: list[Document], signed_in: SignIn) -> None:
    secret = a_customer_file("Quastenflosser GmbH", number="K-90909")
    paper = a_paper("Quastenflosserfutter", title="Angebot Quastenflosser", number="QF-1", customer_file=secret)
    catch_up()
    verena = a_user("verena")
    Grant.objects.create(
        user=verena, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW, customer_file=secret
    )
    assert titles(signed_in("anton").get("/suche?q=quastenflosser")) == ["Angebot Quastenflosser"]
    client = signed_in("verena")
    for address in (
        "/suche", "/suche?q=QF-1", "/suche?q=futter", "/suche?q=quast&tippt=1", f"/suche?akte={secret.pk}",
        f"/suche?jahr={paper.dated_on.year}", "/suche/sprung?q=QF-1", "/suche/sprung?q=K-90909",
        f"/suche/sprung?zuletzt=akte-{secret.pk},dokument-{paper.pk}",
    ):  # fmt: skip
        text = client.get(address).content.decode()
        assert "Quastenflosser" not in text, address
    there, missing = client.get(f"/suche?akte={secret.pk}"), client.get("/suche?akte=987654")
    assert [chip.label for chip in there.context["chips"]] == [chip.label for chip in missing.context["chips"]]
    assert there.context["results"].total == missing.context["results"].total == 0
    # Who sees nothing at all gets the page of an empty house.
    assert len(titles(client.get("/suche"))) == 3
    verena.roles.clear()
    assert "Noch keine Dokumente" in client.get("/suche").content.decode()
