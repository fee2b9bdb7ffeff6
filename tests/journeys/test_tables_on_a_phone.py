"""Tables on a phone: their rows become cards, or the edge shows that there is more."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.builders import a_document
from tests.journeys.conftest import PHONE, OpenPage

pytestmark = pytest.mark.journey

_CUT = """() => [...document.querySelectorAll('.scroll-x')]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.getAttribute('aria-label'))"""
_SHADED = "() => getComputedStyle(document.querySelector('.scroll-x')).backgroundImage"


def test_rules_years_and_classes_have_no_column_behind_the_edge(open_page: OpenPage) -> None:
    a_document(document_class="INV_OUT")
    screen = open_page("anton", size=PHONE)
    for name in ("retention", "retention-years", "classes"):
        screen.go(reverse(name))
        assert screen.page.evaluate(_CUT) == [], name
        assert screen.page.locator(".stacked td.num[data-label]").first.is_visible(), name


def test_the_grid_of_rights_shows_that_there_is_more(open_page: OpenPage) -> None:
    a_document()
    screen = open_page("anton", size=PHONE)
    screen.go(reverse("administration-rights"))
    assert screen.page.evaluate(_CUT)
    assert "gradient" in screen.page.evaluate(_SHADED)
