"""Documents with a text, and an index that has caught up."""

from __future__ import annotations

from typing import Any

from kundenakte.records import renditions
from kundenakte.records.models import Document
from kundenakte.records.pagetext import DocumentText, PageText, Word
from kundenakte.steps.search import indexer
from tests.builders import a_document


def pages(*texts: str) -> DocumentText:
    """A text of so many pages, its words in a row from left to right, its lines from top to bottom."""
    made = []
    for text in texts:
        lines = [
            tuple(
                Word(word, (0.05 * at, 0.02 * row, 0.05 * at + 0.04, 0.02 * row + 0.01))
                for at, word in enumerate(line.split())
            )
            for row, line in enumerate(text.splitlines())
        ]
        made.append(PageText(595, 842, tuple(lines)))
    return DocumentText(tuple(made))


def a_paper(text: str = "", **more: Any) -> Document:
    """A filed document whose valid version says `text`."""
    document = a_document(**more)
    assert document.valid_version is not None
    if text:
        renditions.save_text(document.valid_version.digest, pages(*text.split("\f")))
    return document


def catch_up() -> None:
    """Let the indexer do all there is to do, then go."""
    with indexer.at_work(pace=indexer.NO_PAUSES) as at_work:
        to_the_end(at_work)


def to_the_end(at_work: indexer.Indexer) -> None:
    """Let an indexer at work do all there is to do; it stays."""
    while at_work.round():
        pass
