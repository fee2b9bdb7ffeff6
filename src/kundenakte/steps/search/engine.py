"""The port behind which a search engine stands: what is asked, as plain data, and what an index can do.

`tantivy_engine` is the engine of the house. Another one (for more than one machine's index holds) implements `Engine`;
only folder.py names the one at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

# Bytes of memory for a writer that follows, and for one that fills an index. Tantivy asks for 15 MB at least.
SMALL_ROOM: Final = 15_000_000
LARGE_ROOM: Final = 60_000_000


class Field(StrEnum):
    """What the index knows of a document. Words are analysed by analysis.py, keys by business_keys.py."""

    DOCUMENT = "document"
    FILE = "file"
    # All files it is shown in: its own and second places.
    SHOWN_IN = "shown_in"
    SECTION = "section"
    CLASS = "class"
    YEAR = "year"
    DAY = "day"
    AMOUNT = "amount"
    STATE = "state"
    # The year it counts for; nothing for what is not relevant for tax.
    TAX_YEAR = "tax_year"
    IS_DRAFT = "is_draft"
    IS_RESTRICTED = "is_restricted"
    ORDER = "order"
    TITLE = "title"
    BODY = "body"
    KEYS = "keys"
    KEYS_ALIKE = "keys_alike"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with exactly this value."""

    field: Field
    value: str | int


@dataclass(frozen=True, slots=True)
class OneOf:
    """Documents with one of these numbers."""

    field: Field
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Documents with a word or key that begins so. Letters and digits only, and the signs of business_keys."""

    field: Field
    beginning: str


@dataclass(frozen=True, slots=True)
class Nearly:
    """Documents with a word one letter away."""

    field: Field
    word: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Documents where these words follow each other."""

    field: Field
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose number lies between the bounds, both included; None is open."""

    field: Field
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All documents."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Documents that meet all of `parts`, none of `but_not`, and rank higher the more of `better` they meet."""

    parts: tuple[Expression, ...]
    but_not: tuple[Expression, ...] = ()
    better: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Documents that meet at least so many of `parts`; none for no parts."""

    parts: tuple[Expression, ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Weighed:
    """The same documents, counting more or less in the ranking; 0 makes a plain condition of it."""

    part: Expression
    weight: float


Expression = Term | OneOf | Prefix | Nearly | Phrase | Between | Every | AllOf | AnyOf | Weighed


class Order(StrEnum):
    """How hits are ordered."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


class Passage(NamedTuple):
    """A text as its terms. `run` has one for each word, in their order, with spaces between: phrases are found in it.
    `beside` stand for words of it as well (parts of compounds, joined forms) and have no neighbours."""

    run: str
    beside: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as the index keeps it. No phrase reaches from one passage of the body into the next."""

    document_id: int
    numbers: Mapping[Field, Sequence[int]]
    title: Passage
    body: Sequence[Passage]
    keys: Iterable[str]
    words: Iterable[str]
    # What snippets are cut from.
    text: str
    # Hash of the rows, and of rows and text: what `compare` compares.
    row_print: int
    full_print: int


@dataclass(frozen=True, slots=True)
class Found:
    """One document found. `order` is its place by day, for going on behind it."""

    document_id: int
    text: str
    order: int


@dataclass(frozen=True, slots=True)
class Top:
    """The first hits of a question and how many there are in all."""

    hits: tuple[Found, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index has come.

    `position`: the last SearchDue row it has taken in, and all before it. `built_to`: while it is being filled, the
    last document that is in; None when it is complete.
    """

    position: int = 0
    built_to: int | None = None
    index_id: str = ""


class Reader(Protocol):
    """A snapshot of an index; it does not change while it is held."""

    progress: Progress

    def top(self, wanted: Expression, *, limit: int, offset: int = 0, order: Order = Order.BEST) -> Top:
        """The hits from `offset` on."""

    def counts(self, wanted: Expression, fields: Mapping[Field, int]) -> dict[Field, list[tuple[int, int]]]:
        """How many documents there are for each value of these fields, the most frequent first, so many values each."""

    def total(self, wanted: Expression) -> int:
        """How many documents meet it."""

    def words(self, beginning: str, *, within: Expression, limit: int) -> list[tuple[str, int]]:
        """Entries of Field.WORDS that begin so, with how many documents of `within` have them."""

    def prints(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Id, row print and full print of the documents from id `first` to `last`, each as often as it is there."""


class Writer(Protocol):
    """The one writer of an index. What it did counts from `commit` on, all or nothing."""

    def put(self, entry: Entry) -> None:
        """Take a document in, in place of what the index knew of it."""

    def drop(self, document_id: int) -> None:
        """Forget a document."""

    def commit(self, progress: Progress) -> None:
        """Make it durable, together with how far we have come."""

    def close(self) -> None:
        """Let go; what was not committed is lost."""


class Engine(Protocol):
    """A kind of index that lies in a folder."""

    # Changes when an index written by other code must not be read.
    format: int

    def writer(self, folder: Path, *, room: int = SMALL_ROOM) -> Writer:
        """Open for writing; an empty or missing folder becomes an empty index. `room`: bytes of memory to work with."""

    def reader(self, folder: Path) -> Reader:
        """What is committed now."""

    def stamp(self, folder: Path) -> object:
        """Something cheap that differs after each commit, so that readers know when to look again."""
