"""A text with places, and the same text without them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kundenakte.records.pagetext import DocumentText, PageText, Word, plain_from

words = st.builds(Word, st.text(max_size=8), st.just((0.0, 0.0, 1.0, 1.0)))
lines = st.lists(words, max_size=4).map(tuple)
pages = st.builds(PageText, st.just(595.0), st.just(842.0), st.lists(lines, max_size=4).map(tuple))


@given(st.lists(pages, max_size=3))
def test_the_plain_text_is_the_same_with_and_without_places(made: list[PageText]) -> None:
    text = DocumentText(tuple(made))
    kept = text.dumps()
    assert plain_from(kept) == DocumentText.loads(kept).plain
