"""A text with places, and the same text without them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kundenakte.records.pagetext import DocumentText, PageText, Word, plain_from

# Of words without anything to escape a shorter way leads to the text; brackets and commas must not lead it astray.
said = st.text(max_size=8) | st.text("abä€[],-1.", max_size=5) | st.text('[],1"', max_size=5)
words = st.builds(Word, said, st.sampled_from([(0.0, 0.0, 1.0, 1.0), (0.00001, -0.5, 0.1234, 1)]))
lines = st.lists(words, max_size=4).map(tuple)
pages = st.builds(PageText, st.just(595.0), st.just(842.0), st.lists(lines, max_size=4).map(tuple))


@given(st.lists(pages, max_size=3))
def test_the_plain_text_is_the_same_with_and_without_places(made: list[PageText]) -> None:
    text = DocumentText(tuple(made))
    kept = text.dumps()
    assert plain_from(kept) == DocumentText.loads(kept).plain


def test_words_without_quotation_marks_are_read_the_short_way() -> None:
    box = (0.1, 0.2, 0.3, 0.4)
    line = (Word("Größe", box), Word("[€]", box))
    text = DocumentText((PageText(595, 842, (line, line)), PageText(595, 842, (line,))))
    assert plain_from(text.dumps()) == "Größe [€]\nGröße [€]\n\fGröße [€]\n"
