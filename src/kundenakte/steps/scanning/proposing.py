"""Where a new document begins in a stack without separator sheets, as far as its pages tell. Pure calculation.

A wrong beginning holds up a document, one that was missed is cut by a person: so a beginning is sure only where
independent signs agree and nothing speaks against it. That a page goes on with the numbering outweighs everything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation.trans_null import gettext_noop

from kundenakte.records.pagetext import PageText
from kundenakte.steps.scanning.page_signs import Number, Signs, alike, signs_of

FIRST_OF_SEVERAL: Final = gettext_noop("Die Seitenzählung beginnt neu")
COMPLETE_BEFORE: Final = gettext_noop("Davor steht die letzte Seite einer Zählung")
WINDOW: Final = gettext_noop("Anschriftenfeld")
SALUTATION: Final = gettext_noop("Neue Anrede")
CLOSED_BEFORE: Final = gettext_noop("Davor steht ein Gruß")
OTHER_SENDER: Final = gettext_noop("Anderer Absender")
OTHER_RECIPIENT: Final = gettext_noop("Anderer Empfänger")
OTHER_NUMBER: Final = gettext_noop("Andere Belegnummer")
OTHER_DAY: Final = gettext_noop("Anderes Datum")
TITLE: Final = gettext_noop("Überschrift eines Belegs")
MAIL: Final = gettext_noop("Kopf einer E-Mail")

_PROPOSED_FROM, _SURE_FROM = 2.5, 4.0
# One of these alone may stand in the middle of a document: an account, a court's number.
_STRONG_IDS: Final = frozenset({"vat", "iban", "register", "tax"})
_MOST_IDS = 12


@dataclass(frozen=True, slots=True)
class Beginning:
    """A page on which a new document seems to begin, and what speaks for it."""

    page: int
    """From 1."""
    reasons: tuple[str, ...]
    """Short German words for a clerk, to be translated; the weightiest first."""
    is_sure: bool
    """True when the stack should wait for a person before it is filed as one document."""


@dataclass(slots=True)
class _Document:
    """What is known of the document a page would go on with."""

    last: Signs
    ids: dict[str, list[str]] = field(default_factory=dict)
    papers: dict[str, list[str]] = field(default_factory=dict)
    recipient: str = ""
    day: str = ""
    is_mail: bool = False
    encloses: bool = False
    closed: bool = False
    # The last page number with a total, and how many pages came since.
    numbered: Number | None = None
    since: int = 0

    @classmethod
    def begun_by(cls, signs: Signs, *, after: _Document | None = None) -> _Document:
        """The document that begins with a page. What was announced as annexes may be several, until a letter comes."""
        made = cls(signs)
        made.add(signs)
        made.encloses |= after is not None and after.encloses and not (signs.is_in_window and signs.salutes)
        return made

    def add(self, signs: Signs) -> None:
        self.last = signs
        for known, more in ((self.ids, signs.ids), (self.papers, signs.papers)):
            for kind, values in more.items():
                kept = known.setdefault(kind, [])
                kept += [value for value in values if value not in kept][: _MOST_IDS - len(kept)]
        self.recipient = self.recipient or signs.recipient
        self.day = self.day or signs.day
        self.is_mail = self.is_mail or signs.mail_rows >= 3
        self.encloses = self.encloses or signs.encloses
        self.closed = self.closed or signs.closes
        self.since += 1
        for number in signs.numbers:
            if number.total:
                self.numbered, self.since = number, 0

    @property
    def is_complete(self) -> bool:
        """The last page before is the last of its count."""
        return self.since == 0 and self.numbered is not None and self.numbered.n == self.numbered.total

    @property
    def is_unfinished(self) -> bool:
        """Its count says that more pages should follow."""
        return self.numbered is not None and self.numbered.n + self.since < self.numbered.total


def beginnings(pages: Sequence[PageText], blank: Collection[int]) -> list[Beginning]:
    """The pages on which a further document seems to begin, in order.

    `blank` are the numbers (from 1) of pages that show nothing: they begin nothing and count for nothing. The first
    other page is not in the list, since it begins anyway. Takes time in proportion to the pages, whatever stands there.
    """
    found: list[Beginning] = []
    document: _Document | None = None
    for number, page in enumerate(pages, 1):
        if number in blank:
            continue
        signs = signs_of(page)
        if document is None:
            document = _Document.begun_by(signs)
            continue
        beginning = _judged(number, signs, document)
        if beginning is None:
            document.add(signs)
            continue
        found.append(beginning)
        document = _Document.begun_by(signs, after=document)
    return found


def _judged(page: int, signs: Signs, before: _Document) -> Beginning | None:
    if _goes_on(signs, before.last, is_bare=False) or _is_in_the_middle(signs):
        return None
    same_number, other_number = _numbers_compared(signs, before)
    same_sender, other_sender, sender_is_clear = _senders_compared(signs, before)
    first = _is_first(signs)
    has_letterhead = signs.is_in_window
    same_recipient = _is_same(signs.recipient, before.recipient)
    salutes = signs.salutes and not (before.is_mail and not has_letterhead) and signs.mail_rows < 3
    other_day = bool(signs.day and before.day and signs.day != before.day)
    reasons = (
        (FIRST_OF_SEVERAL, 3.0 * first),
        (WINDOW, 3.0 if signs.is_in_window else 2.0 if signs.recipient else 0.0),
        (OTHER_SENDER, (2.5 if sender_is_clear else 1.5) * other_sender),
        (SALUTATION, 2.0 * salutes),
        (OTHER_NUMBER, 2.0 * other_number),
        (MAIL, 2.5 * signs.begins_as_mail),
        (COMPLETE_BEFORE, 2.0 * before.is_complete),
        (TITLE, 1.5 * bool(signs.title)),
        (OTHER_RECIPIENT, 0.5 * bool(signs.recipient and before.recipient and not same_recipient)),
        (CLOSED_BEFORE, 1.0 * before.closed),
        (OTHER_DAY, 0.5 * other_day),
    )
    against = (
        3.0 * _goes_on(signs, before.last, is_bare=True)
        + 4.0 * (signs.carries_over or before.last.turns_over)
        + 3.0 * signs.is_annex
        + 3.0 * (before.is_unfinished and not first)
        + (1.0 if first else 4.0) * same_number
        + 2.0 * signs.begins_within_a_sentence
        + 1.0 * (same_sender and not (first or signs.salutes or other_number))
    )
    if sum(weight for _, weight in reasons) - against < _PROPOSED_FROM:
        return None
    shown = tuple(reason for reason, weight in sorted(reasons, key=lambda one: -one[1]) if weight)
    evidence = (
        (2.0 if not same_recipient or sender_is_clear else 1.5) * has_letterhead
        + 2.0 * salutes
        + 2.0 * first
        + 2.0 * sender_is_clear
        + 2.5 * other_number
        + 1.0 * before.is_complete
        + 1.0 * before.closed
        + 1.0 * bool(signs.title)
        + 0.5 * other_day
    )
    # An annex may count its pages and show an address as well, but it is no letter, and no paper with a number.
    names_itself = salutes or sender_is_clear or other_number or bool(signs.title or signs.papers)
    is_letter = names_itself and signs.mail_rows < 3 and (has_letterhead or (salutes and first))
    is_sure = is_letter and not against and not before.encloses and evidence >= _SURE_FROM
    return Beginning(page, shown, is_sure)


def _goes_on(signs: Signs, last: Signs, *, is_bare: bool) -> bool:
    """True when the page's number follows the one before; bare ones may be anything, so they count apart."""
    return any(
        number.is_bare == is_bare
        and number.n > 1
        and any(0 < number.n - other.n <= 2 and _same_total(number, other) for other in last.numbers)
        for number in signs.numbers
    )


def _same_total(one: Number, other: Number) -> bool:
    return not one.total or not other.total or one.total == other.total


def _is_in_the_middle(signs: Signs) -> bool:
    """True when what the page says of its own number is that it is a later one."""
    said = [number.n for number in signs.numbers if not number.is_bare]
    return bool(said) and min(said) > 1


def _is_first(signs: Signs) -> bool:
    return any(number.n == 1 and not (number.is_bare and not number.total) for number in signs.numbers)


def _is_same(one: str, other: str) -> bool:
    """Whether two addresses are the same, with a reading error in some of their words."""
    if not one or not other:
        return False
    if one == other:
        return True
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}, {other[at : at + 2] for at in range(len(other) - 1)}
    return len(pairs[0] & pairs[1]) > 0.7 * max(len(pairs[0]), len(pairs[1]), 1)


def _numbers_compared(signs: Signs, before: _Document) -> tuple[bool, bool]:
    """Whether the page shows a number of the document so far, and whether clearly another one of the same kind."""
    verdicts = [
        alike(value, known)
        for kind, values in signs.papers.items()
        for value in values
        for known in before.papers.get(kind, ())
    ]
    return True in verdicts, bool(verdicts) and not any(verdict is not False for verdict in verdicts)


def _senders_compared(signs: Signs, before: _Document) -> tuple[bool, bool, bool]:
    """The same sender, another one, and whether that is clear.

    One value in common makes the same sender: a house has several accounts and telephones.
    """
    compared = {
        kind: [alike(value, known) is not False for value in values for known in before.ids[kind]]
        for kind, values in signs.ids.items()
        if before.ids.get(kind)
    }
    same = any(any(verdicts) for verdicts in compared.values()) or _same_foot(signs, before.last)
    differing = {kind for kind, verdicts in compared.items() if not any(verdicts)}
    other = bool(differing) and not same
    return same, other, other and (bool(differing & _STRONG_IDS) or len(differing) > 1)


def _same_foot(signs: Signs, last: Signs) -> bool:
    common = len(signs.foot & last.foot)
    return common >= 4 and common > 0.6 * max(len(signs.foot), len(last.foot))
