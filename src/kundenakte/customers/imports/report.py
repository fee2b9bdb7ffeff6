"""What became of a customer list, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["created", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One line. `row` is the number a spreadsheet shows beside it; `fields` are German names of what changed."""

    row: int
    outcome: Outcome
    number: str = ""
    name: str = ""
    fields: tuple[str, ...] = ()
    # Why it was refused; empty otherwise.
    sentence: str = ""
    # What of an accepted line could not be used, and what to know about it.
    remarks: tuple[str, ...] = ()
    # Unknown for refused lines, and for new customers of a dry run.
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A customer of the same system who is not in the list; nothing happens to it."""

    customer_id: int
    number: str
    name: str


@dataclass(slots=True)
class ImportReport:
    """All lines in order, and what the list was."""

    encoding: str
    delimiter: str
    # Target and headings, as mapped or guessed; headings that nothing was made of.
    columns: dict[str, list[str]]
    unused: list[str]
    dry_run: bool
    rows: list[RowOutcome] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many lines ended so."""
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def sentence(self) -> str:
        """The report in one sentence."""
        said = "Probelauf, nichts wurde geändert: " if self.dry_run else ""
        return (
            f"{said}{len(self.rows)} Zeilen gelesen, {self.count('created')} Kunden neu, {self.count('changed')} "
            f"geändert, {self.count('unchanged')} unverändert, {self.count('refused')} Zeilen abgelehnt; "
            f"{len(self.missing)} bekannte Kunden stehen nicht in der Liste."
        )
