"""The columns a list of documents can be sorted by. Every order ends with day and id, so each row has its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.records.models import Document, DocumentClass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its word in addresses and on screen, what it sorts by, and which way it runs at the first click."""

    key: str
    # Its class in the style sheet.
    css: str
    name: str
    # An expression, or what makes it when it has to be looked up.
    sorts: Mapping[str, Any]
    # Rows that have nothing to sort by come last, whichever way it runs.
    lacking: Any = None
    newest_first: bool = False
    is_number: bool = False


def _one_if(**condition: Any) -> Case:
    return Case(When(**condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _by_class_name() -> Case:
    """The place of a document's class among all, by the names the screen shows. A house has some dozens of them."""
    names = {pk: _(name) for pk, name in DocumentClass.objects.values_list("pk", "name")}
    places = [When(document_class=pk, then=Value(place)) for place, pk in enumerate(alphabetical(names, names.get))]
    return Case(*places, default=Value(len(names)), output_field=IntegerField())


# Words are compared in a form that every database orders alike, never as its collation would have them.
COLUMNS: Final = (
    Column("datum", "date", gettext_noop("Datum"), {}, newest_first=True),
    Column("nummer", "number", gettext_noop("Nummer"), {"by": F("number_key")}, _one_if(number="")),
    Column("titel", "title", gettext_noop("Titel"), {"by": F("title_key")}),
    Column("klasse", "class", gettext_noop("Klasse"), {"by": _by_class_name}),
    Column("betrag", "amount", gettext_noop("Betrag"), {"by": Coalesce("amount_cents", 0)}, _one_if(amount_cents=None),
           newest_first=True, is_number=True),
    Column("stand", "state", gettext_noop("Stand"), {"by": Case(When(is_draft=True, then=Value(0)),
           When(is_sealed=True, then=Value(2)), default=Value(1), output_field=IntegerField())}),
)  # fmt: skip
_BY_KEY: Final = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head as the list shows it: how it is sorted now, and what a click asks for."""

    key: str
    css: str
    name: str
    sorted: str
    next: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A column and a direction; "-datum" is how an address says it, and what holds when it says nothing."""

    column: Column
    descending: bool

    @classmethod
    def of(cls, wish: str) -> Order:
        """The order an address asks for."""
        found = _BY_KEY.get(wish.lstrip("-"))
        return cls(found, wish.startswith("-")) if found else cls(COLUMNS[0], descending=True)

    @property
    def key(self) -> str:
        """As an address says it; "" for the usual order."""
        return "" if self == Order.of("") else f"{'-' if self.descending else ''}{self.column.key}"

    def prepared(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """With what the order needs beside the columns."""
        more = {name: made() if callable(made) else made for name, made in self.column.sorts.items()}
        more |= {"lacking": self.column.lacking} if self.column.lacking else {}
        return documents.annotate(**more) if more else documents

    def columns(self) -> list[str]:
        """For `paging.page`."""
        sign = "-" if self.descending else ""
        if not self.column.sorts:
            return [f"{sign}dated_on", f"{sign}pk"]
        first = ["lacking"] if self.column.lacking else []
        return [*first, f"{sign}by", "-dated_on", "-pk"]

    def headings(self) -> list[Heading]:
        """All columns in their order on screen."""
        return [self._heading(column) for column in COLUMNS]

    def _heading(self, column: Column) -> Heading:
        is_mine = column == self.column
        down = not self.descending if is_mine else column.newest_first
        wish = Order(column, down).key
        now = ("descending" if self.descending else "ascending") if is_mine else ""
        return Heading(column.key, column.css, _(column.name), now, wish, column.is_number)
