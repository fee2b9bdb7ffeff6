"""The jump box: from a few letters or a number to a customer, a section of a file, or a document, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F, Q

from kundenakte.base.accounts.models import User
from kundenakte.customers import search as customers
from kundenakte.customers.models import Customer
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, PlanEntry, Section, Verb
from kundenakte.records.reach import Reach, Rights
from kundenakte.steps.search import reading, visible
from kundenakte.steps.search.analysis import fold, pieces, terms_of
from kundenakte.steps.search.business_keys import alike, find, form, own_form
from kundenakte.steps.search.engine import AllOf, AnyOf, Expression, Field, Prefix, Term, Weighed
from kundenakte.steps.search.language import own_number, sound

_SHORTEST: Final = 2
_SHORTEST_NUMBER: Final = 3


@dataclass(frozen=True, slots=True)
class JumpCustomer:
    """A customer and the id of its file."""

    customer: Customer
    file_id: int


@dataclass(frozen=True, slots=True)
class JumpSection:
    """A section under its name; with `customer`, the section of that customer's file."""

    section_id: int
    key: str
    name: str
    customer: JumpCustomer | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """Where one may jump to, best first in each kind."""

    customers: tuple[JumpCustomer, ...] = ()
    sections: tuple[JumpSection, ...] = ()
    documents: tuple[Document, ...] = ()


def jump(user: User, text: str, *, limit: int = 6, rights: Rights | None = None) -> Jump:
    """Customers, sections and documents for what was typed so far; each word counts as the beginning of one.

    "müller rechn" also leads to the section Rechnungen of the customers Müller. Documents are found by number (also
    inside the text) and by title.
    """
    text = sound(text).strip()
    if len(text) < _SHORTEST:
        return Jump()
    rights = rights or access.rights_of(user)
    found = _customers(user, rights, text, limit)
    return Jump(found, tuple(_sections(user, rights, text, limit)), _documents(user, rights, text, limit))


def customers_named(user: User, text: str, *, limit: int = 6, rights: Rights | None = None) -> tuple[JumpCustomer, ...]:
    """Customers the user may see by name, number, place, phone, mail, IBAN or VAT id, best first."""
    text = sound(text).strip()
    return _customers(user, rights or access.rights_of(user), text, limit) if len(text) >= _SHORTEST else ()


def _customers(user: User, rights: Rights, text: str, limit: int) -> tuple[JumpCustomer, ...]:
    among = access.customers_for(user, rights=rights)
    found = customers.find(text, limit, among=among)
    files = dict(CustomerFile.objects.filter(customer__in=found).values_list("customer_id", "pk"))
    return tuple(JumpCustomer(customer, files[customer.pk]) for customer in found if customer.pk in files)


def _sections(user: User, rights: Rights, text: str, limit: int) -> Iterable[JumpSection]:
    """Sections by the whole text, then by its last word in the files of customers the words before it name.

    "angebote müller" is meant as "müller angebote" is; the section behind the name goes first.
    """
    reach = rights.reach(Verb.READ)
    entries = _visible_entries(reach)
    whole = [JumpSection(e.section_id, e.section.key, e.name) for e in entries if _begins(e.name, text)]
    yield from whole[:limit]
    if whole:
        return
    head, _space, last = text.rpartition(" ")
    first, _space, tail = text.partition(" ")
    for name, word in ((head, last), (tail, first)):
        found = list(_within(user, rights, name.strip(), word, [e for e in entries if _begins(e.name, word)]))
        if found:
            yield from found
            return


def _within(user: User, rights: Rights, name: str, word: str, inside: Sequence[PlanEntry]) -> Iterable[JumpSection]:
    """Sections that begin as the word does, in the files of the customers so named."""
    if not name or len(word) < _SHORTEST:
        return
    if not inside and not Section.objects.filter(customer_file__isnull=False).exists():
        return
    reach = rights.reach(Verb.READ)
    for customer in _customers(user, rights, name, 3):
        yield from (JumpSection(e.section_id, e.section.key, e.name, customer) for e in inside[:2])
        yield from (
            JumpSection(row.pk, row.key, row.local_name, customer)
            for row in Section.objects.filter(customer_file=customer.file_id)
            if _reaches(reach, row.pk) and _begins(row.local_name, word)
        )


def _visible_entries(reach: Reach) -> list[PlanEntry]:
    entries = PlanEntry.objects.filter(edition__plan__current=F("edition")).select_related("section")
    return [entry for entry in entries.order_by("position") if _reaches(reach, entry.section_id)]


def _reaches(reach: Reach, section_id: int) -> bool:
    """Whether the matrix lets somebody read something in this section; grants lead to their documents, not to it."""
    return any(section in {None, section_id} for section, _class in reach.cells)


def _begins(name: str, typed: str) -> bool:
    """Whether each word typed begins a word of the name."""
    words = [fold(word) for word in pieces(name)]
    return all(any(word.startswith(fold(part)) for word in words) for part in pieces(typed))


def _documents(user: User, rights: Rights, text: str, limit: int) -> tuple[Document, ...]:
    reader = reading.reader()
    if reader is None:
        return ()
    ways = tuple(_ways(text))
    if not ways:
        return ()
    within = visible.condition(user, rights, position=reader.progress.position)
    top = reader.top(AllOf((AnyOf(ways), within)), limit=limit)
    ids = [hit.document_id for hit in top.hits]
    loaded = access.documents_for(user, rights=rights).select_related(
        "customer_file__customer", "section", "document_class", "valid_version"
    )
    by_id = loaded.filter(Q(pk__in=ids)).in_bulk()
    return tuple(by_id[pk] for pk in ids if pk in by_id)


def _ways(text: str) -> Iterable[Expression]:
    plain = form(text)
    if sum(c.isdigit() for c in plain) >= _SHORTEST:
        for key in {plain, *(found.form for found in find(text))}:
            yield Weighed(Term(Field.KEYS, key), 8)
            yield Weighed(Term(Field.KEYS_ALIKE, alike(key)), 4)
            yield own_number(key)
        if len(plain) >= _SHORTEST_NUMBER:
            yield Weighed(Prefix(Field.KEYS, plain), 2)
            yield Weighed(Prefix(Field.KEYS, own_form(plain)), 4)
    words = pieces(text)
    if words:
        # A word still being typed is no stem yet.
        yield AllOf(tuple(_word(word) for word in words))


def _word(word: str) -> Expression:
    folded = fold(word)
    if len(folded) < _SHORTEST:
        return Term(Field.TITLE, folded)
    return AnyOf((Term(Field.TITLE, terms_of(word)[0]), Prefix(Field.TITLE, folded)))
