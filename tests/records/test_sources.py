"""Where something came from, in words."""

from __future__ import annotations

import pytest

from kundenakte.records.sources import in_words, short_origin


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("folder:buero", "Überwachter Ordner „buero“"),
        ("rest:erp", "Programm „erp“"),
        ("web", "Im Browser hochgeladen"),
        ("process", "Von einem Vorgang geschrieben"),
        ("unbekannt:x", "unbekannt:x"),
        ("", ""),
    ],
)
def test_a_source_is_said_in_words(source: str, words: str) -> None:
    assert in_words(source) == words


def test_a_template_is_translated_before_the_name_stands_in_it() -> None:
    assert in_words("folder:buero", lambda text: text.replace("Überwachter Ordner", "Watched folder")) == (
        "Watched folder „buero“"
    )


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        ("/srv/kundenakte/eingang/buero/rechnung.pdf", "…/buero/rechnung.pdf"),
        (r"C:\Daten\Scans\2026\rechnung.pdf", "…/2026/rechnung.pdf"),
        ("REST, Token „erp“", "REST, Token „erp“"),
        ("Projekte/2026/rechnung.pdf", "Projekte/2026/rechnung.pdf"),
        ("Version 2", "Version 2"),
        ("", ""),
    ],
)
def test_a_servers_folders_are_not_laid_open(origin: str, shown: str) -> None:
    assert short_origin(origin) == shown
