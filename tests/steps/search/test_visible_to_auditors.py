"""What a search shows an auditor is what a list would, for any room, also while the index is behind."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenakte.base.accounts.models import User
from kundenakte.records import access, search_due
from kundenakte.records.models import Audit, Document, DocumentClass, Grant
from kundenakte.steps.search import queries
from kundenakte.steps.search.queries import search
from tests.builders import NOW, a_customer_file, an_auditor
from tests.conftest import LONG
from tests.steps.search.papers import a_paper, catch_up

pytestmark = pytest.mark.usefixtures("db")
CODES = ("INV_OUT", "OFFER", "ORDER_CONF")
papers = st.lists(
    st.tuples(st.integers(2020, 2023), st.integers(0, 2), st.booleans(), st.booleans()), min_size=6, max_size=6
)
years = st.tuples(st.integers(2020, 2023), st.integers(0, 3))


def test_what_an_auditor_finds_is_what_may_be_listed() -> None:
    files = [a_customer_file(f"Firma {number}") for number in range(2)]
    made = [a_paper("Schreiben Papier", title="Papier", customer_file=files[n % 2]) for n in range(6)]
    auditor = an_auditor()
    classes = [DocumentClass.objects.get(code=code) for code in CODES]

    @settings(suppress_health_check=list(HealthCheck), max_examples=500 if LONG else 15)
    @given(
        papers=papers, years=years, among=st.sets(st.sampled_from([0, 2])), shows_restricted=st.booleans(),
        granted=st.integers(0, 5) | st.none(), denied=st.integers(0, 5) | st.none(), caught_up=st.booleans(),
    )  # fmt: skip
    def holds(
        papers: list[tuple[int, int, bool, bool]],
        years: tuple[int, int],
        among: set[int],
        granted: int | None,
        denied: int | None,
        *,
        shows_restricted: bool,
        caught_up: bool,
    ) -> None:
        for document, (year, kind, is_draft, is_restricted) in zip(made, papers, strict=True):
            document.document_class, document.dated_on = classes[kind], date(year, 5, 4)
            document.is_tax_relevant = classes[kind].tax_relevant
            document.tax_year = year if document.is_tax_relevant else None
            document.is_draft, document.is_restricted = is_draft, is_restricted
            document.save()
        search_due.mark_all(document.pk for document in made)
        catch_up()
        Audit.objects.update(first_year=years[0], last_year=years[0] + years[1], shows_restricted=shows_restricted)
        Audit.objects.get().classes.set([classes[one] for one in among])
        Grant.objects.filter(user=auditor).delete()
        for number, is_deny in ((granted, False), (denied, True)):
            if number is not None:
                Grant.objects.create(user=auditor, document=made[number], is_deny=is_deny, reason="-", created_at=NOW)
        if not caught_up:
            # It becomes relevant for nobody's taxes, and the index does not know it yet.
            made[0].is_tax_relevant, made[0].tax_year = False, None
            made[0].save()
            search_due.mark(made[0])
        agree(auditor, up_to_date=caught_up)

    holds()


def agree(auditor: User, *, up_to_date: bool) -> None:
    readable = set(access.documents_for(auditor).values_list("pk", flat=True))
    for text in ("papier", ""):
        results = search(auditor, text, limit=50)
        found = {hit.document.pk for hit in results.hits}
        assert found == readable if up_to_date else found <= readable
        assert results.total == len(found)
        for facet in ("section", "class", "file", "year"):
            assert sum(value.count for value in results.facets[facet]) == results.total
    assert sum(one.count for one in queries.suggest(auditor, "schrei")) == search(auditor, "schreiben").total


def test_the_index_knows_no_tax_year_of_what_is_not_relevant() -> None:
    document = a_paper("Pumpe", document_class="INV_OUT", dated_on=date(2022, 5, 4))
    Document.objects.filter(pk=document.pk).update(is_tax_relevant=False)
    search_due.mark(document)
    catch_up()
    assert search(an_auditor(first_year=2022, last_year=2022), "pumpe").total == 0
