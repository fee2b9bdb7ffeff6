"""Tantivy as the search engine: schema, reader, writer.

How far the index has come is a document of the index itself, so that it is written in the same commit as what it
speaks about, and a reader sees the two together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, assert_never

import tantivy
from tantivy import FieldType, Occur, Query

from kundenakte.steps.search.business_keys import alike
from kundenakte.steps.search.engine import (
    SMALL_ROOM,
    AllOf,
    AnyOf,
    Between,
    Entry,
    Every,
    Expression,
    Field,
    Found,
    Nearly,
    OneOf,
    Order,
    Phrase,
    Prefix,
    Progress,
    Reader,
    Term,
    Top,
    Weighed,
    Writer,
)

_NUMBERS = (Field.FILE, Field.SHOWN_IN, Field.SECTION, Field.CLASS, Field.YEAR, Field.DAY, Field.AMOUNT,
            Field.STATE, Field.TAX_YEAR, Field.IS_DRAFT, Field.IS_RESTRICTED)  # fmt: skip
_ANALYSED = (Field.TITLE, Field.BODY)
_KEYS = (Field.KEYS, Field.KEYS_ALIKE, Field.WORDS)
# Fields only this engine has.
_TEXT, _META, _ROW_PRINT, _FULL_PRINT = "text", "meta", "row_print", "full_print"
_PROGRESS = "progress"
_LEAST, _MOST = -(2**63), 2**63 - 1
# Of so few values each is looked up where the rest of the question leads; of more, all documents are noted beforehand.
_FEW = 12
# A folder's files that say what is committed.
_COMMITTED = "meta.json"


@cache
def _schema() -> tantivy.Schema:
    # Whole numbers throughout: unsigned fields end the writer's thread when a value is guessed to be signed.
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(Field.DOCUMENT, stored=True, indexed=True, fast=True)
    builder.add_integer_field(Field.ORDER, stored=True, indexed=False, fast=True)
    for name in _NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in _ANALYSED:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in _KEYS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for column in (_ROW_PRINT, _FULL_PRINT):
        builder.add_integer_field(column, fast=True)
    # Bytes, since a text field is always indexed as well.
    builder.add_bytes_field(_TEXT, stored=True)
    builder.add_text_field(_META, stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


class TantivyReader:
    """A snapshot of a tantivy index."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self.progress = self._progress()

    def top(self, wanted: Expression, *, limit: int, offset: int = 0, order: Order = Order.BEST) -> Top:
        """The hits from `offset` on."""
        ways: dict[str, Any] = {}
        if order != Order.BEST:
            ways = {
                "order_by_field": Field.ORDER.value,
                "order": tantivy.Order.Desc if order == Order.NEWEST else tantivy.Order.Asc,
            }
        result = self._searcher.search(_whole(wanted), limit=max(limit, 1), offset=offset, count=True, **ways)
        hits = tuple(self._found(address) for _, address in result.hits[:limit])
        return Top(hits, int(result.count))  # type: ignore[attr-defined]  # missing in its stubs

    def counts(self, wanted: Expression, fields: Mapping[Field, int]) -> dict[Field, list[tuple[int, int]]]:
        """How many documents there are for each value of these fields."""
        asked = {name.value: {"terms": {"field": name.value, "size": size}} for name, size in fields.items()}
        answer = self._searcher.aggregate(_whole(wanted), asked)
        return {
            name: [(int(bucket["key"]), int(bucket["doc_count"])) for bucket in answer[name.value]["buckets"]]
            for name in fields
        }

    def total(self, wanted: Expression) -> int:
        """How many documents meet it."""
        return int(self._searcher.search(_whole(wanted), limit=1, count=True).count)  # type: ignore[attr-defined]

    def words(self, beginning: str, *, within: Expression, limit: int) -> list[tuple[str, int]]:
        """Entries of Field.WORDS that begin so, the most frequent first."""
        return self._searcher.terms_with_prefix(Field.WORDS, beginning, _whole(within), limit)

    def prints(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Id, row print and full print of the documents from id `first` to `last`."""
        asked = _whole(Between(Field.DOCUMENT, first, last))
        hits = self._searcher.search(asked, limit=max(self._searcher.num_docs, 1), count=False).hits
        addresses = [address for _, address in hits]
        columns = (self._column(name, addresses) for name in (Field.DOCUMENT.value, _ROW_PRINT, _FULL_PRINT))
        return zip(*columns, strict=True)

    def _column(self, name: str, addresses: list[tantivy.DocAddress]) -> list[int]:
        return [int(value or 0) for value in self._searcher.fast_field_values(name, addresses)]

    def _found(self, address: tantivy.DocAddress) -> Found:
        document = self._searcher.doc(address)
        text = document.get_first(_TEXT) or b""
        return Found(
            document.get_first(Field.DOCUMENT) or 0, bytes(text).decode(), document.get_first(Field.ORDER) or 0
        )

    def _progress(self) -> Progress:
        hits = self._searcher.search(Query.term_query(_schema(), _META, _PROGRESS), limit=1).hits
        if not hits:
            return Progress(built_to=0)
        values = self._searcher.doc(hits[0][1]).get_all(_META)
        return Progress(**json.loads(values[1]))


class TantivyWriter:
    """The writer of a tantivy index; one at a time, the folder is locked."""

    def __init__(self, index: tantivy.Index, room: int) -> None:
        self._writer = index.writer(room, 1)

    def put(self, entry: Entry) -> None:
        """Take a document in, in place of what the index knew of it."""
        self.drop(entry.document_id)
        self._writer.add_document(_document(entry))

    def drop(self, document_id: int) -> None:
        """Forget a document."""
        self._writer.delete_documents_by_term(Field.DOCUMENT, document_id)

    def commit(self, progress: Progress) -> None:
        """Make it durable, together with how far we have come."""
        self._writer.delete_documents_by_term(_META, _PROGRESS)
        document = tantivy.Document()
        document.add_text(_META, _PROGRESS)
        document.add_text(_META, json.dumps({name: getattr(progress, name) for name in progress.__slots__}))
        self._writer.add_document(document)
        self._writer.commit()

    def close(self) -> None:
        """Let go. Merging under way is finished first: it keeps the index small."""
        self._writer.rollback()
        self._writer.wait_merging_threads()


class TantivyEngine:
    """Tantivy on a local disk."""

    format = 2

    def writer(self, folder: Path, *, room: int = SMALL_ROOM) -> Writer:
        """Open for writing; an empty or missing folder becomes an empty index."""
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        return TantivyWriter(tantivy.Index(_schema(), str(folder)), room)

    def reader(self, folder: Path) -> Reader:
        """What is committed now."""
        index = tantivy.Index.open(str(folder))
        # Readers look at `stamp`; a thread of tantivy's own that watches the file is not needed.
        index.config_reader("manual")
        return TantivyReader(index.searcher())

    def stamp(self, folder: Path) -> object:
        """The identity of the file that each commit replaces."""
        try:
            status = (folder / _COMMITTED).stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(Field.DOCUMENT, entry.document_id)
    for name, values in entry.numbers.items():
        for value in values:
            document.add_integer(name, value)
    for field, passages in ((Field.TITLE, (entry.title,)), (Field.BODY, entry.body)):
        for passage in passages:
            # Each value stands apart from the one before.
            document.add_text(field, passage.run)
            for term in passage.beside:
                document.add_text(field, term)
    for key in entry.keys:
        document.add_text(Field.KEYS, key)
    for key in {alike(key) for key in entry.keys}:
        document.add_text(Field.KEYS_ALIKE, key)
    for word in entry.words:
        document.add_text(Field.WORDS, word)
    document.add_integer(_ROW_PRINT, entry.row_print)
    document.add_integer(_FULL_PRINT, entry.full_print)
    document.add_bytes(_TEXT, entry.text.encode("utf-8", "replace"))
    return document


def _whole(wanted: Expression) -> Query:
    """The question, asked of documents only: how far the index has come is no document."""
    return Query.boolean_query(
        [(Occur.Must, _query(wanted)), (Occur.MustNot, Query.term_query(_schema(), _META, _PROGRESS))]
    )


def _query(wanted: Expression) -> Query:  # noqa: PLR0911 - one line for each kind of expression
    """The expression in tantivy's words."""
    match wanted:
        case Term(field, value):
            if isinstance(value, int) and not _LEAST <= value <= _MOST:
                return Query.empty_query()
            return Query.term_query(_schema(), field, value, "freq" if field in _ANALYSED else "basic")
        case OneOf(field, values):
            return _one_of(field, values)
        case Prefix(field, beginning):
            return Query.regex_query(_schema(), field, re.escape(beginning) + ".*")
        case Nearly(field, word):
            return Query.fuzzy_term_query(_schema(), field, word, 1)
        case Phrase(field, words):
            return _phrase(field, words)
        case Between(field, low, high):
            return Query.range_query(_schema(), field, FieldType.Integer, _within(low, _LEAST), _within(high, _MOST))
        case Every():
            return Query.all_query()
        case AllOf():
            return _all_of(wanted)
        case AnyOf(parts, at_least):
            if not parts:
                return Query.empty_query()
            shoulds = [(Occur.Should, _query(part)) for part in parts]
            return Query.boolean_query(shoulds, minimum_number_should_match=at_least)
        case Weighed(part, weight):
            inner = _query(part)
            return Query.boost_query(inner, weight) if weight else Query.const_score_query(inner, 0.0)
    assert_never(wanted)


def _within(bound: int | None, otherwise: int) -> int:
    """A bound the engine can hold: numbers in an address bar may be of any length."""
    return otherwise if bound is None else min(max(bound, _LEAST), _MOST)


def _one_of(field: Field, values: frozenset[int]) -> Query:
    values = frozenset(value for value in values if _LEAST <= value <= _MOST)
    if not values:
        return Query.empty_query()
    if len(values) <= _FEW:
        terms = [Query.term_query(_schema(), field, value, "basic") for value in sorted(values)]
        return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, term) for term in terms])
    return Query.term_set_query(_schema(), field, sorted(values))


def _phrase(field: Field, words: tuple[str, ...]) -> Query:
    if len(words) == 1:
        return Query.term_query(_schema(), field, words[0], "freq")
    return Query.phrase_query(_schema(), field, list(words))


def _all_of(wanted: AllOf) -> Query:
    clauses = [(Occur.Must, _query(part)) for part in wanted.parts or (Every(),)]
    clauses += [(Occur.MustNot, _query(part)) for part in wanted.but_not]
    clauses += [(Occur.Should, _query(part)) for part in wanted.better]
    return Query.boolean_query(clauses)
