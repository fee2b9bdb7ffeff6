"""A rule of retention (Aufbewahrungsregel) as a value, and which of its versions holds on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

# The first day of what was law before anything in the table changed.
ALWAYS: Final = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule. It holds from `valid_from` until the next version of the same code begins."""

    code: str
    name: str
    # S: statutory minimum, P: the house's own period, G: maximum of data protection.
    kind: str
    years: int
    # The event the period starts with: a value of DocumentClass.StartEvent or another word of compliance's table.
    start: str
    # Whether the period starts at the end of the calendar year of the event (§ 147 Abs. 4 AO).
    from_year_end: bool
    basis: str
    valid_from: date = ALWAYS
    # A voucher (§ 147 Abs. 1 Nr. 4 AO): ten years in the supervised financial sector.
    is_voucher: bool = False
    # An invoice: ten years for a house that has decided so.
    is_invoice: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the house has decided once for all rules."""

    # "10 Jahre": invoices are kept ten years by a decision of the house that is on record.
    ten_years: bool = False
    # Bank, insurer or securities institution (§ 147 Abs. 3 AO, § 257 Abs. 4 Satz 2 HGB): vouchers ten years.
    financial_sector: bool = False


class Catalogue:
    """All versions of all rules, asked for the one that holds on a day."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        found: dict[str, list[Rule]] = {}
        for rule in sorted(rules, key=lambda one: one.valid_from):
            found.setdefault(rule.code, []).append(rule)
        self._versions: Mapping[str, list[Rule]] = found

    def versions(self, code: str) -> list[Rule]:
        """The versions of a rule, oldest first."""
        return list(self._versions.get(code, ()))

    def codes(self) -> list[str]:
        """The codes of all rules, in the order of the alphabet."""
        return sorted(self._versions)

    def holding(self, code: str, on: date) -> Rule | None:
        """The version that holds on a day; None for a rule that is not there or does not hold yet."""
        holding = [rule for rule in self._versions.get(code, ()) if rule.valid_from <= on]
        return holding[-1] if holding else None

    def all_holding(self, on: date) -> list[Rule]:
        """The version of each rule that holds on a day."""
        return [rule for code in self.codes() if (rule := self.holding(code, on))]

    def begins_between(self, after: date, until: date) -> bool:
        """Whether a version begins to hold after the one day and until the other."""
        return any(after < rule.valid_from <= until for rules in self._versions.values() for rule in rules)

    def with_rule(self, rule: Rule) -> Catalogue:
        """The same with one version more; one of the same code and day is replaced."""
        others = [
            one
            for rules in self._versions.values()
            for one in rules
            if (one.code, one.valid_from) != (rule.code, rule.valid_from)
        ]
        return Catalogue([*others, rule])
