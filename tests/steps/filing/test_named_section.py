"""A section somebody chose may have fallen away before the document is filed."""

from __future__ import annotations

import pytest

from kundenakte.records import editions
from kundenakte.records.models import Section
from kundenakte.records.refusals import NotFound
from kundenakte.steps.filing.by_source import named_section
from tests.builders import a_customer_file, a_section, an_arrival

pytestmark = pytest.mark.django_db


def chosen(section: Section) -> Section | None:
    return named_section(an_arrival(facts={"section_id": section.pk}), a_customer_file())


def test_a_section_in_force_is_taken() -> None:
    assert chosen(a_section("angebote")) == a_section("angebote")


@pytest.mark.parametrize("successor", ["auftraege", ""])
def test_one_that_fell_away_gives_way_to_its_successor_or_to_the_rules(successor: str) -> None:
    offers = a_section("angebote")
    edition = editions.the_plan().current
    assert edition is not None
    edition.entries.filter(section=offers).delete()
    if successor:
        edition.successors = {str(offers.pk): a_section(successor).pk}
        edition.save()
    assert chosen(offers) == (a_section(successor) if successor else None)


def test_a_section_of_this_file_stays_and_one_of_another_file_is_not_found() -> None:
    file = a_customer_file()
    own = Section.objects.create(plan=file.plan, key="umbau", customer_file=file, local_name="Umbau")
    assert named_section(an_arrival(facts={"section_id": own.pk}), file) == own
    with pytest.raises(NotFound):
        chosen(own)
