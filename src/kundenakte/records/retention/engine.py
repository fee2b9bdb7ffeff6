"""The end of retention as a calculation: the latest of all bases wins (R-33). Without database and without clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kundenakte.records.retention.rules import Profile, Rule

TEN_YEARS: Final = 10
Because = Literal["rule", "financial_sector", "ten_years"]


@dataclass(frozen=True, slots=True)
class Term:
    """What one rule asks: kept until and including `until`; None while the event that starts it is not known."""

    rule: Rule
    years: int
    event: date | None
    until: date | None
    because: Because


@dataclass(frozen=True, slots=True)
class End:
    """The end of retention: `until` is the last day a document is kept. Open ones have none and are never disposed of.

    `term` is the one that decided; None where no rule speaks of the document at all, which is open as well.
    """

    until: date | None
    term: Term | None

    @property
    def is_open(self) -> bool:
        """Whether the end cannot be told yet."""
        return self.until is None

    @property
    def code(self) -> str:
        """The code of the rule that decided."""
        return self.term.rule.code if self.term else ""


def retention_end(events: Mapping[str, date], rules: Iterable[Rule], profile: Profile, on: date) -> End:
    """`max over rules (event, rounded to the end of its year, + years)`; a rule without its event leaves the end open.

    `events` says when what happened, by the words of `Rule.start`. Rules that do not hold yet on the day `on` are left
    out; of several versions of one rule the caller passes the one that holds (`Catalogue.holding`).
    """
    terms = [_term(rule, events.get(rule.start), profile) for rule in rules if rule.valid_from <= on]
    if not terms:
        return End(None, None)
    still_open = next((term for term in terms if term.until is None), None)
    if still_open:
        return End(None, still_open)
    latest = max(terms, key=lambda term: term.until or date.min)
    return End(latest.until, latest)


def years_later(day: date, years: int) -> date:
    """The day of the same date; 29 February becomes 28 February where the year has none (§ 188 Abs. 3 BGB)."""
    year = day.year + years
    if year > date.max.year:
        return date.max
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def years_of(rule: Rule, profile: Profile) -> tuple[int, Because]:
    """How many years this house keeps what the rule speaks of, and why so many."""
    if rule.is_voucher and profile.financial_sector and rule.years < TEN_YEARS:
        return TEN_YEARS, "financial_sector"
    if rule.is_invoice and profile.ten_years and rule.years < TEN_YEARS:
        return TEN_YEARS, "ten_years"
    return rule.years, "rule"


# --- inside ------------------------------------------------------------------------------------------------------


def _term(rule: Rule, event: date | None, profile: Profile) -> Term:
    years, because = years_of(rule, profile)
    if event is None:
        return Term(rule, years, None, None, because)
    started = date(event.year, 12, 31) if rule.from_year_end else event
    return Term(rule, years, event, years_later(started, years), because)
