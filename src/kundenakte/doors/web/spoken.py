"""Stored sentences in the language of the screen.

What was decided is kept as it was said then, in German and with its words filled in, often several sentences in a row.
Each was made from a template that has a translation; here the template is found again, and what stood in its places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext, override, trans_real

_PLACE: Final = re.compile(r"%\((\w+)\)s")
# Words that are ours as well, and have a translation: where something stands, what a class is called, what went wrong.
_OURS: Final = frozenset({"place", "class_name", "kind", "trouble"})
# A template must say something itself, or it would be found everywhere.
_LEAST_LETTERS: Final = 8
_SENTENCE: Final = re.compile(r".+?[.?!:](?= |$)|.+$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Template:
    msgid: str
    pattern: re.Pattern[str]
    letters: int


def in_other_words(sentence: str) -> str:
    """The sentence in the language of the screen; parts that are nobody's template stay as they are."""
    whole = gettext(sentence) if sentence else ""
    language = trans_real.get_language() or "de"
    if whole != sentence or not sentence or language.startswith("de"):
        return whole
    return _found_again(language, sentence)


def in_words_of_now() -> Callable[[str], str]:
    """`in_other_words` for what is said after the request, in a stream: by then its language is not on any more."""
    language = trans_real.get_language()

    def say(sentence: str) -> str:
        with override(language):
            return in_other_words(sentence)

    return say


@lru_cache(maxsize=512)
def _found_again(language: str, sentence: str) -> str:
    said, rest = [], sentence
    while rest:
        part, translated = _first(language, rest)
        said.append(translated)
        rest = rest[len(part) :]
        blank = rest[: len(rest) - len(rest.lstrip())]
        said.append(blank)
        rest = rest[len(blank) :]
    return "".join(said)


def _first(language: str, text: str) -> tuple[str, str]:
    """The first sentence of the text as it stands there, and translated."""
    for template in _templates(language):
        match = template.pattern.match(text)
        if match:
            words = {name: _word(name, value) for name, value in match.groupdict().items()}
            return match[0], gettext(template.msgid) % words
    plain = _SENTENCE.match(text)
    part = plain[0] if plain else text
    return part, gettext(part)


def _word(name: str, value: str) -> str:
    return in_other_words(value) if name in _OURS and value else value


@lru_cache(maxsize=4)
def _templates(language: str) -> tuple[_Template, ...]:
    """All sentences with places, those that say most first: so the more exact one is found."""
    found = (_template(msgid) for msgid in _msgids(language))
    return tuple(sorted((one for one in found if one), key=lambda one: -one.letters))


def _msgids(language: str) -> Iterator[str]:
    # The way Django's own catalogue for scripts reads them.
    for msgid, _translation in trans_real.translation(language)._catalog.items():  # type: ignore[attr-defined]
        if isinstance(msgid, str) and _PLACE.search(msgid):
            yield msgid


def _template(msgid: str) -> _Template | None:
    names = _PLACE.findall(msgid)
    literal = _PLACE.sub("", msgid)
    letters = sum(sign.isalpha() for sign in literal)
    if (letters < _LEAST_LETTERS and not literal.rstrip().endswith(":")) or len(set(names)) != len(names):
        return None
    pattern, at = "", 0
    for place in _PLACE.finditer(msgid):
        # What is named in brackets behind something may be missing.
        value = r"(?: \(„.*?“\))?" if place[1] == "label" else ".+?"
        pattern += re.escape(msgid[at : place.start()].replace("%%", "%")) + f"(?P<{place[1]}>{value})"
        at = place.end()
    pattern += re.escape(msgid[at:].replace("%%", "%"))
    return _Template(msgid, re.compile(f"{pattern}(?= |$)", re.DOTALL), letters)
