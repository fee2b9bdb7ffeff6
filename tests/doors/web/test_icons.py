"""The icons of a page: those of the library, drawn once."""

from __future__ import annotations

import pytest
from django.template import engines
from lucide import IconDoesNotExist
from lucide.templatetags import lucide as drawing

from kundenakte.doors.web.templatetags import lucide as icons


def _rendered(tag: str, **context: object) -> str:
    return engines["django"].from_string("{% load lucide %}" + tag).render(context)


def test_an_icon_looks_as_the_library_draws_it() -> None:
    drawn = drawing.lucide("check", size=16, aria_hidden="true")
    assert _rendered('{% lucide "check" size=16 aria_hidden="true" %}') == drawn
    assert 'aria-hidden="true"' in drawn


def test_an_icon_is_drawn_once_for_each_size_and_label() -> None:
    icons._drawn.cache_clear()
    for size in (16, 16, 20):
        _rendered('{% lucide "check" size=size %}', size=size)
    assert (icons._drawn.cache_info().misses, icons._drawn.cache_info().hits) == (2, 1)


def test_what_stands_in_a_label_is_escaped() -> None:
    assert "&lt;b&gt;" in _rendered('{% lucide "check" aria_label=label %}', label="<b>")


def test_an_icon_that_does_not_exist_is_an_error_and_no_gap() -> None:
    with pytest.raises(IconDoesNotExist):
        _rendered('{% lucide "no-such-icon" %}')
