"""What the index keeps of a document, made from its rows and from the text of its valid version."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from kundenakte.customers.models import Identifier
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, Document, Placement, Rendition, SourceKey
from kundenakte.steps.search import business_keys
from kundenakte.steps.search.analysis import LONGEST, fold, passage, pieces
from kundenakte.steps.search.engine import Entry, Field

# Longer texts are found by their first part; nobody reads on page 800 of a print-out.
MOST_TEXT: Final = 2_000_000
# What snippets are cut from; a hit further back shows the beginning.
_MOST_KEPT: Final = 200_000
_MOST_WORDS: Final = 3_000
_MOST_REMEMBERED: Final = 30_000
# Days count in the upper bits, so that one number orders by day and then by document.
_DAY_SHIFT: Final = 40
_LONGEST_ACRONYM: Final = 5
_NOUN = re.compile(r"(?<!\w)[A-ZÄÖÜ][^\W\d_]{3,}")
# Index fields that say words; all others are numbers, days and amounts.
_WORDY = frozenset({"subject", "sender", "project"})
_AMOUNTS = ("gross_amount", "net_amount")


class State(IntEnum):
    """What can be filtered by; a document may be in several."""

    VALID = 1
    DRAFT = 2
    SEALED = 3
    RESTRICTED = 4


@dataclass(frozen=True, slots=True)
class Row:
    """All the database says about a document that matters to the search."""

    document_id: int
    customer_file_id: int
    section_id: int
    class_id: int
    class_name: str
    title: str
    number: str
    dated_on: date
    fields: tuple[tuple[str, str], ...]
    is_draft: bool
    is_restricted: bool
    is_sealed: bool
    # 0 for what is not relevant for tax.
    tax_year: int
    customer: tuple[str, str, str]
    file_name: str
    digest: str
    version_id: int
    # Further files it is shown in, numbers its customer is known by, keys other systems know it by.
    shown_in: tuple[int, ...] = ()
    customer_numbers: tuple[str, ...] = ()
    source_keys: tuple[str, ...] = ()
    text_made_at: str = ""

    @property
    def print(self) -> int:
        """A hash of all this: 63 bits, positive."""
        return _print([getattr(self, name) for name in self.__slots__])


class _Said(NamedTuple):
    """What one query says of a document, its class, customer and valid version (where it has one)."""

    document_id: int
    customer_file_id: int
    section_id: int
    class_id: int
    class_name: str
    title: str
    number: str
    dated_on: date
    fields: dict[str, Any]
    is_draft: bool
    is_restricted: bool
    is_sealed: bool
    tax_year: int | None
    is_tax_relevant: bool
    customer_id: int
    name: str
    name2: str
    customer_number: str
    version_id: int | None
    file_name: str | None
    digest: str | None


_COLUMNS: Final = (
    "pk", "customer_file_id", "section_id", "document_class_id", "document_class__name", "title", "number", "dated_on",
    "fields", "is_draft", "is_restricted", "is_sealed", "tax_year", "is_tax_relevant", "customer_file__customer_id",
    "customer_file__customer__name", "customer_file__customer__name2", "customer_file__customer__number",
    "valid_version_id", "valid_version__file_name", "valid_version__digest",
)  # fmt: skip


@dataclass(slots=True)
class _Beside:
    """What stands in other tables, by document, customer, digest or version."""

    placements: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    source_keys: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    made_at: dict[str, str] = field(default_factory=dict)


def rows_of(document_ids: Iterable[int]) -> list[Row]:
    """The rows of these documents as they are now; those that are gone are left out. Six queries, however many."""
    found = Document.objects.filter(pk__in=list(document_ids)).order_by("pk")
    said = [_Said(*values) for values in found.values_list(*_COLUMNS)]
    beside = _beside(said)
    return [_row(one, beside) for one in said]


def entries_of(rows: Iterable[Row]) -> Iterator[Entry]:
    """The entries of these rows, one at a time: texts may be long."""
    rows = list(rows)
    found = dict(
        Arrival.objects.filter(version__in=[row.version_id for row in rows if row.version_id]).values_list(
            "version_id", "findings"
        )
    )
    for row in rows:
        yield entry_of(row, _text(row.digest), found.get(row.version_id) or {})


def entry_of(row: Row, text: str, findings: Mapping[str, Any] | None = None) -> Entry:
    """The entry of one row with its text; of `findings`, the numbers that stand only in the XML of an e-invoice."""
    names = _names(row)
    keys = {key.form for key in business_keys.find(text)} | _keys(row, names, findings or {})
    parts = [(part, pieces(part)) for part in (row.title, *names, text) if part]
    return Entry(
        document_id=row.document_id,
        numbers=_numbers(row),
        title=passage(row.title, pieces(row.title)),
        body=[passage(part, words) for part, words in parts],
        keys=sorted(keys),
        words=sorted(_nouns(words for _part, words in parts)),
        text=text[:_MOST_KEPT],
        row_print=row.print,
        full_print=_print([row.print, text, sorted(keys)]),
    )


def day_number(day: date) -> int:
    """A day as a number that orders like it: 20261124."""
    return day.year * 10_000 + day.month * 100 + day.day


def order_number(day: date, document_id: int) -> int:
    """A number that orders by day and, among equal days, by document; no two documents have the same."""
    return (day.toordinal() << _DAY_SHIFT) | document_id


def day_of(order: int) -> date:
    """The day in such a number; of a number that has none, the nearest day there is."""
    return date.fromordinal(min(max(order >> _DAY_SHIFT, 1), date.max.toordinal()))


def _print(value: object) -> int:
    digest = hashlib.blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _beside(said: list[_Said]) -> _Beside:
    made, documents = _Beside(), [one.document_id for one in said]
    for document_id, file_id in Placement.objects.filter(document__in=documents).values_list(
        "document_id", "customer_file_id"
    ):
        made.placements[document_id].append(file_id)
    customers = {one.customer_id for one in said}
    # A customer merged into this one keeps its number, and it leads here.
    numbers = Identifier.objects.filter(kind=Identifier.Kind.NUMBER).filter(
        Q(customer__in=customers) | Q(customer__merged_into__in=customers)
    )
    survivor = Coalesce("customer__merged_into_id", "customer_id")
    for customer_id, shown in numbers.annotate(survivor=survivor).values_list("survivor", "shown"):
        made.numbers[customer_id].append(shown)
    for document_id, key in SourceKey.objects.filter(document__in=documents).values_list("document_id", "key"):
        made.source_keys[document_id].append(key)
    digests = {one.digest for one in said if one.digest}
    for digest, made_at in Rendition.objects.filter(digest__in=digests, kind=Rendition.Kind.TEXT).values_list(
        "digest", "made_at"
    ):
        made.made_at[digest] = made_at.isoformat()
    return made


def _row(said: _Said, beside: _Beside) -> Row:
    return Row(
        document_id=said.document_id,
        customer_file_id=said.customer_file_id,
        section_id=said.section_id,
        class_id=said.class_id,
        class_name=said.class_name,
        title=said.title,
        number=said.number,
        dated_on=said.dated_on,
        fields=tuple(sorted((key, str(value)) for key, value in said.fields.items() if value)),
        is_draft=said.is_draft,
        is_restricted=said.is_restricted,
        is_sealed=said.is_sealed,
        tax_year=(said.tax_year or 0) if said.is_tax_relevant else 0,
        customer=(said.name, said.name2, said.customer_number),
        file_name=said.file_name or "",
        digest=said.digest or "",
        version_id=said.version_id or 0,
        shown_in=tuple(sorted(beside.placements[said.document_id])),
        customer_numbers=tuple(sorted(beside.numbers[said.customer_id])),
        source_keys=tuple(sorted(beside.source_keys[said.document_id])),
        text_made_at=beside.made_at.get(said.digest, "") if said.digest else "",
    )


def _text(digest: str) -> str:
    return renditions.plain_text_of(digest)[:MOST_TEXT] if digest else ""


def _names(row: Row) -> list[str]:
    """What the document is found by beside its title and text."""
    said = [value for key, value in row.fields if key in _WORDY]
    return [row.class_name, row.number, *row.customer, *said, row.file_name]


def _keys(row: Row, names: Iterable[str], findings: Mapping[str, Any]) -> set[str]:
    plain = [row.number, *row.customer_numbers, row.customer[2], *row.source_keys]
    plain += [value for key, value in row.fields if key.endswith("number") or key == "project"]
    keys = {business_keys.form(text) for text in plain}
    if own := business_keys.form(row.number):
        keys.add(business_keys.own_form(own))
    keys |= {key.form for text in (row.title, *names) for key in business_keys.find(text)}
    keys.add(business_keys.day_form(row.dated_on))
    keys |= {business_keys.amount_form(amount) for amount in _amounts(row)}
    for entity in findings.get("entities") or ():
        if entity.get("origin") == "xml" and not entity.get("own"):
            keys.add(business_keys.form(str(entity.get("value", ""))))
    return keys - {""}


def _amounts(row: Row) -> Iterator[Decimal]:
    for name, value in row.fields:
        if name in _AMOUNTS:
            try:
                yield Decimal(value)
            except InvalidOperation:
                continue


def _numbers(row: Row) -> dict[Field, list[int]]:
    states = [State.DRAFT if row.is_draft else State.VALID]
    states += [State.SEALED] if row.is_sealed else []
    states += [State.RESTRICTED] if row.is_restricted else []
    # "gross_amount" sorts before "net_amount": what stands at the bottom of the page is what people remember.
    amounts = list(_amounts(row))
    return {
        Field.FILE: [row.customer_file_id],
        Field.SHOWN_IN: sorted({row.customer_file_id, *row.shown_in}),
        Field.SECTION: [row.section_id],
        Field.CLASS: [row.class_id],
        Field.YEAR: [row.dated_on.year],
        Field.DAY: [day_number(row.dated_on)],
        Field.AMOUNT: [int((amount * 100).to_integral_value()) for amount in amounts[:1] if abs(amount) < 10**15],
        Field.STATE: [int(state) for state in states],
        Field.TAX_YEAR: [row.tax_year] if row.tax_year else [],
        Field.IS_DRAFT: [int(row.is_draft)],
        Field.IS_RESTRICTED: [int(row.is_restricted)],
        Field.ORDER: [order_number(row.dated_on, row.document_id)],
    }


def _nouns(texts: Iterable[list[str]]) -> set[str]:
    """Words to suggest: the folded form that is typed, and the word as it is shown."""
    words = set(chain.from_iterable(texts))
    return set(islice(chain.from_iterable(map(_suggested.__getitem__, words)), _MOST_WORDS))


class _Suggested(dict[str, tuple[str, ...]]):
    """What words of texts suggest, made when it is first asked for."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        made = self[word] = tuple(_suggestion(noun) for noun in _NOUN.findall(word) if len(noun) <= LONGEST)
        return made


_suggested = _Suggested()


def _suggestion(word: str) -> str:
    # "RECHNUNG" in a headline is the same suggestion.
    shown = word.capitalize() if word.isupper() and len(word) > _LONGEST_ACRONYM else word
    return f"{fold(shown)}\t{shown}"
