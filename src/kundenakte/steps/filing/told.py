"""What is said about an arrival, formed by the rights of whoever reads it.

A question may be about a document: "is this a new version of that one?" Stored are the question's code and the
document; whoever may not see the document is not told that there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext, gettext_noop

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile, Document
from kundenakte.records.reach import Rights
from kundenakte.steps.filing.matching import AGAINST

# What is stored, and read by those who may not see the document the question is about.
NEUTRAL: Final = gettext_noop("Das lässt sich nicht sicher ablegen. Bitte prüfen Sie Kunde und Dokumentklasse.")
# A person chose a file, and a key on the paper is another customer's (tasks.py).
CHOICE_CONTRADICTED: Final = "choice_contradicted"
_CONTRADICTED: Final = gettext_noop(
    "Auf dem Papier steht Kunde %(other)s (%(value)s). In die Akte von %(chosen)s einakten?"
)
_CONTRADICTED_BY_HIDDEN: Final = gettext_noop(
    "Auf dem Papier steht ein anderes Kundenmerkmal (%(value)s). In die Akte von %(chosen)s einakten?"
)
# The questions about a document by their code (placing.py), for those who may see it.
QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "maybe_version": gettext_noop(
            "In der Akte liegt „%(title)s“ mit fast gleichem Dateinamen. Ist das eine neue Version davon?"
        ),
        "number_again": gettext_noop(
            "„%(title)s“ hat dieselbe Nummer, aber ein ganz anderes Datum. Neue Version oder eigenes Dokument?"
        ),
        "same_bytes_elsewhere": gettext_noop(
            "Genau diese Datei liegt schon als „%(title)s“ in der Akte von „%(customer)s“. Auch hier ablegen?"
        ),
        "older_again": gettext_noop(
            "„%(title)s“ hat dieselbe Nummer und ist neuer als diese Datei. Ist das trotzdem eine neue Version davon?"
        ),
        "xml_missing": gettext_noop(
            "„%(title)s“ ist eine E-Rechnung, deren XML führt. Diese Datei enthält kein XML und kann sie nicht "
            "ablösen; legen Sie sie als eigenes Dokument ab."
        ),
        # Asked only of a person who files by hand: elsewhere this makes a version (by_hand.py).
        "number_known": gettext_noop(
            "In der Akte liegt schon „%(title)s“ mit derselben Nummer. Ist das eine neue Version davon?"
        ),
        "source_key_known": gettext_noop(
            "Die Quelle hat „%(title)s“ schon einmal geliefert. Ist das eine neue Version davon?"
        ),
        "source_key_elsewhere": gettext_noop(
            "Die Quelle hat dieses Dokument schon einmal geliefert, damals für %(customer)s („%(title)s“)."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that is not filled in yet, so that its template can be translated; and the document it is about."""

    template: str
    words: Mapping[str, str]
    document: Document | None = None

    def in_words(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, its template put through `translate` first."""
        template = translate(self.template) if self.template else ""
        return template % self.words if self.words else template


def in_words(sentences: Mapping[int, Told], translate: Callable[[str], str] = gettext) -> dict[int, str]:
    """All of them in the language of the screen."""
    return {pk: one.in_words(translate) for pk, one in sentences.items()}


def told(user: User | None, arrivals: Iterable[Arrival], *, rights: Rights | None = None) -> dict[int, Told]:
    """For each arrival (by id) what this user is told; the machine itself (None) is told everything.

    One query for all questions about a document and one for those about customers, and none if nothing is asked.
    """
    rows = list(arrivals)
    asked = {row.pk: pk for row in rows if row.reason in QUESTIONS and (pk := _document_in_question(row)) is not None}
    seen = _seen(user, asked.values(), rights) if asked else {}
    customers = _customers(user, [row for row in rows if row.reason == CHOICE_CONTRADICTED], rights)
    return {
        row.pk: _contradicted(row, customers)
        if row.reason == CHOICE_CONTRADICTED
        else _told(row, seen.get(asked.get(row.pk, 0)))
        for row in rows
    }


def _told(arrival: Arrival, document: Document | None) -> Told:
    if arrival.reason not in QUESTIONS:
        return Told(arrival.sentence, {})
    return question(arrival.reason, document) if document else Told(NEUTRAL, {})


def _contradicted(arrival: Arrival, customers: Mapping[int, str]) -> Told:
    chosen, other, value = _contradiction(arrival)
    if chosen not in customers:
        return Told(NEUTRAL, {})
    words = {"chosen": customers[chosen], "value": value}
    if other not in customers:
        return Told(_CONTRADICTED_BY_HIDDEN, words)
    return Told(_CONTRADICTED, {**words, "other": customers[other]})


def _contradiction(arrival: Arrival) -> tuple[int, int, str]:
    """The customer of the chosen file, the one of the key on the paper, and that key as it stands there."""
    decision = arrival.decision if isinstance(arrival.decision, dict) else {}
    rows = decision.get("candidates") or []
    chosen = next((int(row["customer_id"]) for row in rows[:1]), 0)
    for row in rows[1:]:
        for one in row["evidence"]:
            if one["kind"] in AGAINST:
                return chosen, int(row["customer_id"]), str(one["value"])
    return chosen, 0, "–"


def _customers(user: User | None, arrivals: Collection[Arrival], rights: Rights | None) -> dict[int, str]:
    """The names of the customers these are about, of those whose file the reader may see."""
    ids = {pk for one in arrivals for pk in _contradiction(one)[:2]}
    if not ids:
        return {}
    files = CustomerFile.objects.all() if user is None else access.files_for(user, rights=rights)
    return dict(files.filter(customer__in=ids).values_list("customer", "customer__name"))


def question(reason: str, document: Document) -> Told:
    """The question about a document, for somebody who may see it."""
    words = {"title": document.title, "customer": document.customer_file.customer.name}
    return Told(QUESTIONS[reason], words, document)


def _document_in_question(arrival: Arrival) -> int | None:
    decision = arrival.decision if isinstance(arrival.decision, dict) else {}
    pk = (decision.get("placing") or {}).get("document_id")
    return pk if isinstance(pk, int) else None


def _seen(user: User | None, ids: Collection[int], rights: Rights | None) -> dict[int, Document]:
    rows = Document.objects.all() if user is None else access.documents_for(user, rights=rights)
    return rows.select_related("customer_file__customer").in_bulk(list(ids))
