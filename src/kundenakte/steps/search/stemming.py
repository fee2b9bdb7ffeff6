"""The stem of a German word (Snowball's German stemmer, as tantivy carries it)."""

from __future__ import annotations

from functools import cache

import tantivy


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    raw = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return raw.filter(tantivy.Filter.stemmer("german")).build()


def stem(folded: str) -> str:
    """The stem of a folded word; the word itself when it has no other."""
    found = _stemmer().analyze(folded)
    return found[0] if found else folded
