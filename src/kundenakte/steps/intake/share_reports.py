"""What a run found and did: counts, examples, folders whose meaning nobody has said, and each path for the CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation.trans_null import gettext_noop

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.models import ShareLine, ShareRun
from kundenakte.steps.intake.tree import moment_of

Outcome = ShareLine.Outcome
_EXAMPLES: Final = 5
_WORDS: Final = 100
_HEADINGS: Final = (
    gettext_noop("Pfad"),
    gettext_noop("Größe"),
    gettext_noop("Geändert am"),
    gettext_noop("Ergebnis"),
    gettext_noop("Hinweis"),
    gettext_noop("Kunde im Pfad"),
    gettext_noop("Kundennummer"),
    gettext_noop("Ordner"),
    gettext_noop("Klasse"),
    gettext_noop("Stand heute"),
    gettext_noop("Dokument"),
    gettext_noop("SHA-256"),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many paths ended in one way, how many bytes they have, and some of them."""

    outcome: str
    count: int
    bytes: int
    examples: list[ShareLine]


def counts(run: ShareRun) -> dict[str, int]:
    """How many paths ended in which way, all of them."""
    rows = run.lines.order_by().values_list("outcome").annotate(Count("pk"))
    return dict(sorted(rows))


def visible(run: ShareRun, user: User | None) -> QuerySet[ShareLine]:
    """The lines this person may read: what an arrival became is as hidden as its document, and its path would give it
    away. None means the house itself."""
    if user is None:
        return run.lines.all()
    return run.lines.filter(Q(arrival=None) | Q(arrival__in=access.arrivals_for(user)))


def found(run: ShareRun, user: User | None) -> list[Tally]:
    """One entry for each outcome there is, in the order of `Outcome`."""
    lines = visible(run, user)
    rows = {
        outcome: (count, size or 0)
        for outcome, count, size in lines.order_by().values_list("outcome").annotate(Count("pk"), Sum("size"))
    }
    made = []
    for outcome in Outcome.values:
        if outcome in rows:
            examples = lines.filter(outcome=outcome).select_related("arrival", "customer").order_by("pk")[:_EXAMPLES]
            made.append(Tally(outcome, *rows[outcome], list(examples)))
    return made


def customers(run: ShareRun, user: User | None) -> int:
    """To how many known customers the paths lead."""
    return visible(run, user).filter(customer__isnull=False).values("customer").distinct().count()


def strangers(run: ShareRun) -> list[tuple[str, str, int]]:
    """Folders of customers that lead to no one customer: name, outcome, files. Most files first."""
    unclear = (Outcome.NO_CUSTOMER, Outcome.AMBIGUOUS, Outcome.CONFLICT)
    rows = run.lines.filter(outcome__in=unclear).order_by().values_list("customer_word", "outcome")
    return list(rows.annotate(count=Count("pk")).order_by("-count", "customer_word")[:_WORDS])


def unknown_words(run: ShareRun, user: User | None) -> list[tuple[str, int]]:
    """Folders' names from which no class follows, with how many files lie there. Most files first."""
    rows = visible(run, user).filter(class_code="").exclude(kind_word="").order_by().values_list("kind_word")
    return list(rows.annotate(count=Count("pk")).order_by("-count", "kind_word")[:_WORDS])


def table(run: ShareRun, user: User | None, say: Callable[[str], str] = str) -> Iterator[str]:
    """The report as CSV for a spreadsheet, line by line: memory does not grow with the share. `say` puts our words into
    the reader's language."""
    rows = Rows()
    yield rows.head(say(heading) for heading in _HEADINGS)
    lines = visible(run, user).select_related("arrival", "customer").order_by("pk")
    for line in lines.iterator(chunk_size=500):
        yield rows.line(_cells(line, say))


def _cells(line: ShareLine, say: Callable[[str], str]) -> tuple[object, ...]:
    changed = moment_of(line.mtime_ns) if line.mtime_ns else None
    return (
        line.file, line.size, changed.isoformat(timespec="seconds") if changed else "",
        say(str(Outcome(line.outcome).label)), say(line.sentence), line.customer_word,
        line.customer.number if line.customer else "", line.kind_word, line.class_code, _today(line.arrival, say),
        (line.arrival.document_id or "") if line.arrival else "", line.digest,
    )  # fmt: skip


def _today(arrival: Arrival | None, say: Callable[[str], str]) -> str:
    if arrival is None:
        return ""
    said = say(str(Arrival.State(arrival.state).label))
    is_asked = arrival.state == Arrival.State.WAITING and arrival.sentence
    return f"{said}: {say(arrival.sentence)}" if is_asked else said


class Rows:
    """Lines of a table as a spreadsheet of this country reads them."""

    def __init__(self) -> None:
        self._writer = csv.writer(_Echo(), delimiter=";")

    def head(self, cells: Iterable[object]) -> str:
        """The first line, with the mark by which spreadsheets know UTF-8."""
        return "\ufeff" + self.line(cells)

    def line(self, cells: Iterable[object]) -> str:
        """A line; what a spreadsheet would take for a formula is text: names of files are anybody's."""
        return str(self._writer.writerow([_harmless(cell) for cell in cells]))


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
