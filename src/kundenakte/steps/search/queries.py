"""Finding documents. What comes back is for one user: hits, counts, facets and suggestions never show what a list of
`records.access` would hide.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.records import access, renditions
from kundenakte.records.models import Document
from kundenakte.records.reach import Rights
from kundenakte.steps.search import folder, reading, snippets, visible
from kundenakte.steps.search.analysis import fold, terms_of
from kundenakte.steps.search.engine import (
    AllOf,
    AnyOf,
    Between,
    Expression,
    Field,
    Found,
    OneOf,
    Order,
    Reader,
    Term,
    Top,
    Weighed,
)
from kundenakte.steps.search.entries import day_number, day_of
from kundenakte.steps.search.filters import FacetCount, Facets, Filters
from kundenakte.steps.search.language import Question, sound, understand
from kundenakte.steps.search.simpler import simpler
from kundenakte.steps.search.snippets import Mark, Snippet, Snippets

# Nobody turns so many pages of "best first"; by date one may go on without end.
_DEEPEST: Final = 10_000
# Where a list by date goes on, so many days are looked at first: most often they hold the whole page, and they cost the
# same in a house of any size.
_NEAR_DAYS: Final = 31
_SUGGEST_FROM: Final = 2
_PLACE: Final = re.compile(r"[0-9]{1,18}")


class Match(StrEnum):
    """How the hits answer the question."""

    ALL = "all"
    SIMILAR = "similar"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found, with file, customer, section, class and valid version loaded, and a piece of its text."""

    document: Document
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits. `next` goes into `after` for the following page; empty on the last. `took` in seconds.

    `total` is None on a further page without facets: there it is not counted again.

    `note` is a sentence for the person when the answer is not simply all documents with all words.
    """

    hits: tuple[Hit, ...] = ()
    total: int | None = 0
    facets: Facets = field(default_factory=dict)
    next: str = ""
    match: Match = Match.ALL
    note: str = ""
    took: float = 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on typing: the whole text with the last word completed, and how many documents have that word."""

    text: str
    count: int


def search(
    user: User,
    text: str,
    *,
    filters: Filters | None = None,
    order: Order | None = None,
    after: str = "",
    limit: int = 20,
    typing: bool = False,
    with_facets: bool = True,
    rights: Rights | None = None,
) -> Results:
    """The documents that answer `text` (language.py) and meet the filters, as far as the user may read them.

    Best first, or newest first when nothing is asked. Words that nothing has all together are looked for more
    generously; `match` and `note` say so. `typing`: the last word may still be growing.
    """
    began = time.perf_counter()
    reader = reading.reader()
    if reader is None:
        return Results(
            note=_("Die Suche wird gerade eingerichtet. Bitte versuchen Sie es in einer Minute noch einmal.")
        )
    rights = rights or access.rights_of(user)
    question = understand(text, typing=typing)
    order = order or (Order.NEWEST if question.is_empty else Order.BEST)
    asked = _Asked(reader, question, filters or Filters(), visible.condition(user, rights, position=_position(reader)))
    page = _page(asked, order, after, limit, is_counted=with_facets)
    counting = FacetCount(reader, asked.filters, asked.expression) if with_facets else None
    return Results(
        hits=_hits(user, rights, page.found, question),
        total=page.total,
        facets=counting.facets() if counting else {},
        next=page.next,
        match=asked.match,
        note=_note(reader, asked.match, has_hits=bool(page.total or page.found)),
        took=time.perf_counter() - began,
    )


def suggest(user: User, text: str, *, limit: int = 8, rights: Rights | None = None) -> list[Suggestion]:
    """How the last word may go on, from words of documents the user may read that have the words before it too."""
    reader = reading.reader()
    head, space, last = sound(text).rpartition(" ")
    beginning = fold(last.lstrip('"„-'))
    if reader is None or len(beginning) < _SUGGEST_FROM or not beginning.isalpha():
        return []
    within = visible.condition(user, rights or access.rights_of(user), position=_position(reader))
    if head.strip():
        within = understand(head).exact(within)
    best: dict[str, tuple[str, int]] = {}
    for entry, count in reader.words(beginning, within=within, limit=limit * 5):
        word = entry.partition("\t")[2]
        # Of all forms of a word, the most frequent stands for them.
        best.setdefault(terms_of(word)[0], (word, count))
    return [Suggestion(head + space + word, count) for word, count in list(best.values())[:limit]]


def marks(user: User, document_id: int, text: str) -> list[Mark]:
    """The words on the pages of a document's valid version that answer `text`. Raises NotFound like every gate."""
    document = access.get_document(user, document_id)
    version = document.valid_version
    pages = renditions.text_of(version.digest) if version else None
    return snippets.marks(pages, understand(text, typing=True).wanted) if pages else []


# --- inside ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Asked:
    """A question with its filters for one user; `match` says how generously it is asked."""

    reader: Reader
    question: Question
    filters: Filters
    visible: Expression
    match: Match = Match.ALL

    def expression(self, filters: Filters) -> Expression:
        """What the index is asked, with other filters."""
        within = Weighed(simpler(AllOf((self.visible, *filters.conditions()))), 0)
        if self.question.is_empty:
            return within
        ways = {
            Match.ALL: self.question.exact,
            Match.SIMILAR: self.question.generous,
            Match.PARTLY: self.question.partly,
        }
        return ways[self.match](within)


@dataclass(frozen=True, slots=True)
class _Page:
    found: tuple[Found, ...]
    total: int | None
    next: str


def _page(asked: _Asked, order: Order, after: str, limit: int, *, is_counted: bool) -> _Page:
    """One page. `after` is "match:place"; the first page decides how generously all of them are asked."""
    match, _colon, place = after.partition(":")
    at = int(place) if _PLACE.fullmatch(place) else None
    if at is not None and match in set(Match):
        asked.match = Match(match)
        return _read(asked, order, at, limit, is_counted=is_counted)
    for generosity in _generosity(asked.question):
        asked.match = generosity
        page = _read(asked, order, None, limit)
        if page.total:
            return page
    asked.match = Match.ALL
    return _Page((), 0, "")


def _generosity(question: Question) -> list[Match]:
    if not question.clauses:
        return [Match.ALL]
    return list(Match) if len(question.clauses) > 1 else [Match.ALL, Match.SIMILAR]


def _read(asked: _Asked, order: Order, at: int | None, limit: int, *, is_counted: bool = True) -> _Page:
    wanted = asked.expression(asked.filters)
    if order == Order.BEST:
        offset = max(at or 0, 0)
        if offset >= _DEEPEST:
            return _Page((), asked.reader.total(wanted), "")
        top = asked.reader.top(wanted, limit=limit, offset=offset)
        more = offset + limit < min(top.total, _DEEPEST)
        return _Page(top.hits, top.total, f"{asked.match}:{offset + limit}" if more else "")
    # By date the next page begins behind the last hit: the thousandth page costs no more than the first does.
    if at is None:
        top = asked.reader.top(wanted, limit=limit, order=order)
        total: int | None = top.total
    else:
        top = _behind(asked.reader, wanted, order, at, limit)
        total = asked.reader.total(wanted) if is_counted else None
    more = top.total > len(top.hits)
    return _Page(top.hits, total, f"{asked.match}:{top.hits[-1].order}" if more else "")


def _behind(reader: Reader, wanted: Expression, order: Order, at: int, limit: int) -> Top:
    """The hits by date that follow the place `at`; of their total it matters only whether there are more."""
    day = day_of(at).toordinal()
    if order == Order.NEWEST:
        beyond, days = Between(Field.ORDER, high=at - 1), range(max(day - _NEAR_DAYS, 1), day)
    else:
        beyond, days = Between(Field.ORDER, low=at + 1), range(day + 1, min(day + _NEAR_DAYS, date.max.toordinal()) + 1)
    that_day = AllOf((Term(Field.DAY, day_number(date.fromordinal(day))), beyond))
    later = OneOf(Field.DAY, frozenset(day_number(date.fromordinal(one)) for one in days))
    near = reader.top(AllOf((wanted, Weighed(AnyOf((that_day, later)), 0))), limit=limit, order=order)
    return near if near.total > limit else reader.top(AllOf((wanted, beyond)), limit=limit, order=order)


def _hits(user: User, rights: Rights, found: Iterable[Found], question: Question) -> tuple[Hit, ...]:
    """The documents of the hits, through the gate once more: what was hidden this very moment is left out."""
    texts = {hit.document_id: hit.text for hit in found}
    documents = access.documents_for(user, rights=rights).select_related(
        "customer_file__customer", "section", "document_class", "valid_version"
    )
    loaded = documents.in_bulk(list(texts))
    cut = Snippets(question.wanted)
    return tuple(Hit(loaded[pk], cut.of(text)) for pk, text in texts.items() if pk in loaded)


def _position(reader: Reader) -> int:
    return reader.progress.position


def _note(reader: Reader, match: Match, *, has_hits: bool) -> str:
    """What the person should know about this answer."""
    if reader.progress.built_to is not None:
        filling = folder.filling()
        share = f"{100 * filling.done // filling.of} %" if filling.of else "0 %"
        return _("Der Suchindex wird gerade aufgebaut (%(share)s); es können noch Dokumente fehlen.") % {"share": share}
    if has_hits and match == Match.SIMILAR:
        return _("So geschrieben kommt es nirgends vor; gezeigt werden Dokumente mit ähnlichen Wörtern.")
    if has_hits and match == Match.PARTLY:
        return _("Kein Dokument enthält alle Wörter; gezeigt werden Dokumente, die einen Teil davon enthalten.")
    return ""
