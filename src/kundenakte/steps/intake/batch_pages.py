"""Where in a PDF with many letters a new one begins, told by what is printed; cuts the letters out. Runs confined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypedDict

from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base.confinement import Refused, confined

Mode = Literal["anchor", "value"]
MOST_PAGES: Final = 10_000
MOST_LETTERS: Final = 1_000
UNREADABLE: Final = _("Die Sammel-PDF ließ sich nicht lesen und wurde nicht geteilt.")
NOWHERE: Final = _("„%(words)s“ steht auf keiner Seite; die Sammel-PDF wurde nicht geteilt.")
LATE: Final = _("„%(words)s“ steht erst auf Seite %(page)s; die Sammel-PDF wurde nicht geteilt.")
NO_TEXT: Final = _("Seite %(page)s hat keinen Text, der sich lesen lässt; die Sammel-PDF wurde nicht geteilt.")
MANY: Final = _("In der Sammel-PDF sind mehr Briefe, als auf einmal aufgenommen werden; sie wurde nicht geteilt.")


class Undecided(ValueError):
    """The letters cannot be told apart; `sentence` with its `words` says why."""

    def __init__(self, sentence: str, **words: Any) -> None:
        super().__init__(sentence)
        self.sentence, self.words = sentence, words


class Divided(TypedDict):
    """The pages of each letter (from 1), in order, or the sentence why they cannot be told apart."""

    letters: list[list[int]]
    sentence: str
    words: dict[str, Any]


def is_sayable(words: str) -> bool:
    """Whether these words can be looked for: at least two letters or digits."""
    return sum(sign.isalnum() for sign in words) >= 2


def divided(pages: Sequence[str | None], mode: Mode, words: str) -> list[list[int]]:
    """The letters as page numbers. `pages` are the texts, None for a page that shows something and has none.

    Every page is in exactly one letter. Raises Undecided.
    """
    unread = next((number for number, text in enumerate(pages, 1) if text is None), None)
    if unread is not None:
        raise Undecided(NO_TEXT, page=unread)
    look = _pattern(words, mode)
    starts: list[int] = []
    before = ""
    for number, text in enumerate(pages, 1):
        found = look.search(_plain(text or ""))
        # A page that names nothing goes on with the letter in front of it.
        if found is None:
            continue
        value = found["value"].rstrip("./-") if mode == "value" else ""
        if mode == "anchor" or value != before:
            starts.append(number)
        before = value
    if not starts:
        raise Undecided(NOWHERE, words=words)
    if starts[0] != 1:
        raise Undecided(LATE, words=words, page=starts[0])
    if len(starts) > MOST_LETTERS:
        raise Undecided(MANY)
    ends = [*starts[1:], len(pages) + 1]
    return [list(range(start, end)) for start, end in zip(starts, ends, strict=True)]


def _pattern(words: str, mode: Mode) -> re.Pattern[str]:
    said = r"\s*".join(re.escape(word) for word in _plain(words).split())
    whole = rf"(?<!\w){said}(?!\w)"
    # A number has digits; the next label of a table has none.
    return re.compile(whole if mode == "anchor" else rf"{whole}\W{{0,5}}(?P<value>\w[\w./-]*\d[\w./-]*|\d+)")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@confined(seconds=300, needs=("pypdfium2", "pikepdf"))
def split(*, source: str, folder: str, mode: Mode, words: str) -> Divided:
    """Write each letter into the folder as 0, 1, 2 …; nothing is written when there is only one, or none is told."""
    try:
        letters = divided(_texts(source), mode, words)
    except Undecided as problem:
        return {"letters": [], "sentence": problem.sentence, "words": problem.words}
    if len(letters) > 1:
        _cut(source, folder, letters)
    return {"letters": letters, "sentence": "", "words": {}}


def _texts(source: str) -> list[str | None]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    texts: list[str | None] = []
    try:
        with pypdfium2.PdfDocument(source) as document:
            if len(document) > MOST_PAGES:
                raise Undecided(MANY)
            for page in document:
                text_page = page.get_textpage()
                text = text_page.get_text_bounded()
                is_empty = pdfium.FPDFPage_CountObjects(page.raw) == 0
                texts.append(text if text.strip() or is_empty else None)
                text_page.close()
                page.close()
    except pypdfium2.PdfiumError as error:
        raise Undecided(UNREADABLE) from error
    return texts


def _cut(source: str, folder: str, letters: Sequence[Sequence[int]]) -> None:
    import pikepdf

    try:
        with pikepdf.open(source) as batch:
            if len(batch.pages) != sum(len(letter) for letter in letters):
                raise Refused("broken", UNREADABLE, "the two readers count the pages differently")
            for number, letter in enumerate(letters):
                with pikepdf.new() as part:
                    part.pages.extend(batch.pages[page - 1] for page in letter)
                    part.save(Path(folder, str(number)), deterministic_id=True)
    except (pikepdf.PdfError, RuntimeError, ValueError, IndexError) as error:
        raise Refused("broken", UNREADABLE, str(error)) from error
