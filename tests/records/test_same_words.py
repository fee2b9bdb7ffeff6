"""When two texts count as the same, word for word."""

from __future__ import annotations

import pytest

from kundenakte.records import renditions
from kundenakte.records.models import Rendition
from kundenakte.records.pagetext import DocumentText
from kundenakte.records.same_words import kept_keys, key_of, key_of_text
from tests.builders import NOW, some_bytes
from tests.letters import document

TEXT = "Wir liefern die Anlage im Mai, einschließlich aller Teile und der Verlängerung."


@pytest.mark.parametrize(
    "other",
    [
        "Wir liefern die  Anlage\nim Mai, ein-\nschließlich aller Teile\f und der Verlän\u00adgerung.",
        "Wir liefern die Anlage im Mai, einschließlich aller Teile und der Verla\u0308ngerung. ",
    ],
)
def test_lines_pages_and_broken_words_make_no_difference(other: str) -> None:
    assert key_of_text(other) == key_of_text(TEXT) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, TEXT.replace("Mai", "Juni")),
        (TEXT, TEXT.replace("Wir", "wir")),
        # What a minus is worth, and where a number ends.
        (f"{TEXT} Nachlass: - 100,00 EUR", f"{TEXT} Nachlass: 100,00 EUR"),
        (f"{TEXT} Nachlass: -100,00 EUR", f"{TEXT} Nachlass: 100,00 EUR"),
        (f"{TEXT} 1 23,00", f"{TEXT} 12 3,00"),
    ],
)
def test_words_figures_and_signs_do(one: str, other: str) -> None:
    assert key_of_text(one) != key_of_text(other)


def test_a_form_with_hardly_any_words_says_nothing() -> None:
    assert key_of_text("Seite 1 von 1") == ""


@pytest.mark.django_db
def test_a_text_that_is_not_there_as_a_whole_has_no_key() -> None:
    digest = some_bytes("Original").digest
    assert key_of(digest) == ""
    letter: DocumentText = document([(50.0, 700.0, TEXT)])
    renditions.save_text(digest, letter)
    row = Rendition.objects.create(digest=digest, kind="text", made_at=NOW, code=renditions.BEING_READ)
    for code, note, is_whole in ((renditions.BEING_READ, "", False), ("", "gekürzt", False), ("", "", True)):
        Rendition.objects.filter(pk=row.pk).update(code=code, note=note, words_key=None)
        assert bool(key_of(digest)) == is_whole
    assert kept_keys([digest]) == {digest: key_of_text(TEXT)}
