"""What a clerk types, understood.

müller wartung          documents with both words, in any form
"frei Haus"             these words next to each other
wartung -angebot        the second word must not be there
wart*                   words that begin so; the last word does while it is being typed
RE-2026/0815  10042     numbers, however they are written: document, customer, order, IBAN, phone, date, amount
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kundenakte.steps.search import business_keys, compounds
from kundenakte.steps.search.analysis import LONGEST, fold, pieces, terms_of
from kundenakte.steps.search.engine import AllOf, AnyOf, Expression, Field, Nearly, Phrase, Prefix, Term, Weighed
from kundenakte.steps.search.stemming import stem

# More words than anybody types; a pasted page must not become a question of ten thousand parts.
_MOST_CLAUSES: Final = 24
_MOST_TYPED: Final = 500
_QUOTES = str.maketrans({"„": '"', "“": '"', "”": '"', "«": '"', "»": '"'})
_PART = re.compile(r'(?P<no>(?<!\S)[-–])?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_PREFIX_LETTERS: Final = 2
_PREFIX_DIGITS: Final = 3
# Words so frequent that asking for them only costs time; within a phrase they count.
_STOP_WORDS = """aber als am an auch auf aus bei bin bis da das dass dem den der des die doch du durch ein eine einem
    einen einer eines er es für hat ich ihr im in ist ja kein mit nach nicht noch nur oder sich sie sind so über um und
    uns unser vom von vor wir wird zu zum zur"""
_STOP = frozenset(fold(word) for word in _STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to mark in a text: terms, beginnings of terms, numbers (in the form alike to OCR)."""

    terms: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()

    def meets(self, terms: Iterable[str]) -> bool:
        """Whether a word with these terms is to be marked."""
        if not self.terms.isdisjoint(terms):
            return True
        return bool(self.beginnings) and any(term.startswith(self.beginnings) for term in terms)


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: exactly, and more generously when that finds nothing."""

    exact: Expression
    generous: Expression
    better: tuple[Expression, ...] = ()
    terms: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """All clauses; an empty question asks for every document."""

    clauses: tuple[Clause, ...] = ()
    without: tuple[Expression, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Nothing is asked for."""
        return not self.clauses and not self.without

    def exact(self, within: Expression) -> Expression:
        """Documents that have everything."""
        return AllOf((*(c.exact for c in self.clauses), within), self.without, self._better())

    def generous(self, within: Expression) -> Expression:
        """Documents that have everything, or something like it."""
        return AllOf((*(c.generous for c in self.clauses), within), self.without, self._better())

    def partly(self, within: Expression) -> Expression:
        """Documents that have at least half of it, or something like it."""
        at_least = (len(self.clauses) + 1) // 2
        some = AnyOf(tuple(c.generous for c in self.clauses), at_least)
        return AllOf((some, within), self.without, self._better())

    @property
    def wanted(self) -> Wanted:
        """What to mark in the documents found."""
        return Wanted(
            frozenset(term for clause in self.clauses for term in clause.terms),
            tuple(beginning for clause in self.clauses for beginning in clause.beginnings),
            frozenset(key for clause in self.clauses for key in clause.keys),
        )

    def _better(self) -> tuple[Expression, ...]:
        return tuple(expression for clause in self.clauses for expression in clause.better)


def understand(text: str, *, typing: bool = False) -> Question:
    """The question behind what was typed. With `typing` the last word may still be growing, unless a space follows."""
    text = sound(text).translate(_QUOTES)
    clauses: list[Clause] = []
    without: list[Expression] = []
    for clause, is_not in _clauses(text, typing=typing and not text.endswith((" ", '"'))):
        if is_not:
            without.append(clause.exact)
        else:
            clauses.append(clause)
    return Question(tuple(clauses[:_MOST_CLAUSES]), tuple(without[:_MOST_CLAUSES]))


def sound(text: str) -> str:
    """The text as an engine can take it: of bearable length, without halves of characters."""
    return text[:_MOST_TYPED].encode("utf-8", "ignore").decode()


def _clauses(text: str, *, typing: bool) -> Iterator[tuple[Clause, bool]]:
    """The clauses and whether each is a "not"."""
    rest = text
    if '"' not in text:
        for key in _spaced(text):
            yield _number(text[key.start : key.end], grows=False), False
            rest = rest[: key.start] + " " * (key.end - key.start) + rest[key.end :]
    parts = list(_PART.finditer(rest))
    stop = [part["word"] is not None and fold(part["word"]) in _STOP for part in parts]
    for part, is_stop in zip(parts, stop, strict=True):
        last = part is parts[-1]
        if is_stop and not all(stop) and not (typing and last):
            continue
        clause = _phrase(part["phrase"]) if part["word"] is None else _word(part["word"], grows=typing and last)
        if clause is not None:
            yield clause, bool(part["no"])


def _spaced(text: str) -> list[business_keys.Key]:
    """Numbers with spaces in them (IBAN, phone, VAT id, amounts), the longest where they overlap, in their order."""
    found = [key for key in business_keys.find(text) if any(c.isspace() for c in text[key.start : key.end])]
    chosen: list[business_keys.Key] = []
    for key in sorted(found, key=lambda key: key.start - key.end):
        if all(key.end <= other.start or key.start >= other.end for other in chosen):
            chosen.append(key)
    return sorted(chosen)


def _word(word: str, *, grows: bool) -> Clause | None:
    grows = grows or word.endswith("*")
    parts = pieces(word)
    if not parts:
        return None
    if any(c.isdigit() for c in word):
        return _number(word, grows=grows)
    if len(parts) > 1:
        return _several(parts, grows=grows)
    return _one(parts[0], grows=grows)


def _one(word: str, *, grows: bool) -> Clause:
    folded = fold(word)[:LONGEST]
    own = terms_of(word)[0]
    beginnings = (folded,) if grows and len(folded) >= _PREFIX_LETTERS else ()
    ways: list[Expression] = [Term(Field.BODY, own), *(Prefix(Field.BODY, beginning) for beginning in beginnings)]
    more = list(ways)
    if len(folded) > 3:
        more.append(Weighed(Prefix(Field.BODY, own), 0.5))
    if len(own) > 4:
        more.append(Weighed(Nearly(Field.BODY, own), 0.2))
    parts = compounds.parts(folded)
    if len(parts) > 1:
        more.append(Weighed(AllOf(tuple(Term(Field.BODY, stem(part)) for part in parts)), 0.3))
    better = (Weighed(Term(Field.TITLE, own), 3.0), *(Weighed(Prefix(Field.TITLE, b), 2.0) for b in beginnings))
    return Clause(_any(ways), _any(more), better, terms=(own,), beginnings=beginnings)


def _several(parts: list[str], *, grows: bool) -> Clause:
    """ "E-Mail", "Service-Vertrag": the joined word, or the parts next to each other."""
    joined = _one("".join(parts), grows=grows)
    terms = tuple(terms_of(part)[0] for part in parts)
    beside = Phrase(Field.BODY, terms)
    better = (*joined.better, Weighed(Phrase(Field.TITLE, terms), 3.0))
    each = AllOf(tuple(Term(Field.BODY, term) for term in terms))
    return Clause(
        _any([joined.exact, beside]),
        _any([joined.generous, each]),
        better,
        terms=(*joined.terms, *terms),
        beginnings=joined.beginnings,
    )


def _phrase(text: str) -> Clause | None:
    parts = pieces(text)
    if not parts:
        return None
    if len(parts) == 1:
        return _word(parts[0], grows=False)
    terms = tuple(terms_of(part)[0] for part in parts)
    expression = Phrase(Field.BODY, terms)
    # Who sets quotation marks means it: nothing is tried that is only alike.
    return Clause(expression, expression, (Weighed(Phrase(Field.TITLE, terms), 3.0),), terms=terms)


def _number(text: str, *, grows: bool) -> Clause:
    text = text.rstrip("*")
    plain = business_keys.form(text)
    forms = list(dict.fromkeys([*(key.form for key in business_keys.find(text)), plain]))
    terms = tuple(fold(part) for part in pieces(text))
    ways: list[Expression] = [Phrase(Field.BODY, terms)]
    for key in forms:
        ways += [
            Weighed(Term(Field.KEYS, key), 8.0),
            Weighed(Term(Field.KEYS_ALIKE, business_keys.alike(key)), 3.0),
        ]
    if grows and len(plain) >= _PREFIX_DIGITS:
        ways.append(Prefix(Field.KEYS, plain))
    more = [*ways, Prefix(Field.KEYS, plain)] if len(plain) > _PREFIX_DIGITS else ways
    beginnings = (terms[-1],) if grows and terms and len(terms[-1]) >= _PREFIX_DIGITS else ()
    return Clause(
        _any(ways),
        _any(more),
        # Who types an invoice's number wants the invoice before the reminder that names it.
        tuple(own_number(key) for key in forms),
        # Letters of a number ("RE") stand for nothing by themselves.
        terms=tuple(term for term in terms if any(c.isdigit() for c in term)),
        beginnings=beginnings,
        keys=tuple(business_keys.alike(key) for key in forms),
    )


def own_number(key: str) -> Expression:
    """Documents that bear this number themselves, also as OCR may have read it."""
    own = business_keys.own_form(key)
    exact, read = Term(Field.KEYS, own), Term(Field.KEYS_ALIKE, business_keys.alike(own))
    return AnyOf((Weighed(exact, 8.0), Weighed(read, 4.0)))


def _any(ways: list[Expression]) -> Expression:
    return ways[0] if len(ways) == 1 else AnyOf(tuple(dict.fromkeys(ways)))
