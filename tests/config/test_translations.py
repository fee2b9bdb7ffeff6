"""English is complete, and what is compiled is what Django reads."""

from __future__ import annotations

import ast
import re

import pytest
from django.utils import translation

from kundenakte.config import translations

_PLACE = re.compile(r"%\(\w+\)\w|\{\w+\}")


def test_every_text_of_the_screen_is_translated() -> None:
    assert translations.missing("en") == set()


def test_no_translation_is_left_over() -> None:
    assert translations.unused("en") == set()


def test_a_translation_fills_in_the_same_places() -> None:
    for text, english in translations.translated("en").items():
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(english)), text


@pytest.mark.parametrize(("language", "said"), [("de", "Posteingang"), ("en", "Inbox")])
def test_django_reads_what_was_compiled(language: str, said: str) -> None:
    translations.compile_all()
    with translation.override(language):
        assert translation.gettext("Posteingang") == said


def test_plurals_are_told_apart() -> None:
    translations.compile_all()
    one, many = "Ein Kunde steht nicht in der Liste", "%(n)s Kunden stehen nicht in der Liste"
    with translation.override("en"):
        assert translation.ngettext(one, many, 1) == "One customer is not in the list"
        assert translation.ngettext(one, many, 3) == "%(n)s customers are not in the list"


def test_refusals_give_a_template_and_its_words() -> None:
    """A sentence that is put together where it is raised has no form in another language."""
    names, made = translations.names_of_refusals(), []
    for file in sorted(translations.HOME.rglob("*.py")):
        if translations.GERMAN_ONLY & {*file.parts}:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.JoinedStr):
                made += [f"{file}: {ast.unparse(call)}"] if ast.unparse(call.func).rpartition(".")[2] in names else []
    assert made == []
