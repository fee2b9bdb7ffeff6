"""What filing weighed about an arrival, as the page shows it: candidates with evidence, and marks on the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile
from kundenakte.records.reach import Rights
from kundenakte.steps.filing import returning, weighing
from kundenakte.steps.filing.told import CHOICE_CONTRADICTED

_KEYS: Final = 9


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of evidence: what it says, how much it weighed when it was decided, and why that much."""

    sentence: str
    percent: int
    experience: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer file it may belong to, the key that takes it, and why."""

    place: int
    customer_file: CustomerFile
    sentences: list[str]
    percent: int
    # Each piece of evidence with how often such evidence was right in this house.
    grounds: list[Ground]

    @property
    def key(self) -> str:
        """The key on the keyboard; none behind the ninth."""
        return str(self.place) if self.place <= _KEYS else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on a page, in fractions of it, as the texts an SVG takes."""

    x: str
    y: str
    width: str
    height: str
    # The place of the candidate it speaks for; 0 for an index field.
    candidate: int
    title: str


@dataclass(slots=True)
class Weighed:
    """Everything the page shows beside the image."""

    candidates: list[Candidate] = field(default_factory=list)
    marks: dict[int, list[Mark]] = field(default_factory=dict)
    # What Enter takes: the first candidate, unless a person has taken it back from there, or is asked if it was meant.
    by_enter: Candidate | None = None


def weighed(arrival: Arrival, user: User, *, rights: Rights) -> Weighed:
    """Read the stored decision. Customers and documents the user may not see are left out without a trace."""
    decision = arrival.decision if isinstance(arrival.decision, dict) else {}
    rows: Sequence[Mapping[str, Any]] = decision.get("candidates") or ()
    files = {
        row.customer_id: row
        for row in access.files_for(user, rights=rights)
        .filter(customer__in=[row["customer_id"] for row in rows])
        .select_related("customer")
    }
    made = Weighed()
    for row in rows:
        customer_file = files.get(row["customer_id"])
        if customer_file is None:
            continue
        place = len(made.candidates) + 1
        evidence: Sequence[Mapping[str, Any]] = row.get("evidence") or ()
        sentences = list(dict.fromkeys(str(one.get("sentence", "")) for one in evidence))
        percent = round(100 * float(row.get("score") or 0))
        made.candidates.append(Candidate(place, customer_file, sentences, percent, _grounds(evidence)))
        for one in evidence:
            _mark(made, one.get("page"), one.get("box"), place, str(one.get("sentence", "")))
    first = next(iter(made.candidates), None)
    is_open = arrival.reason != CHOICE_CONTRADICTED
    if is_open and first is not None and first.customer_file.customer_id != returning.refused_customer(arrival):
        made.by_enter = first
    for name, value in (arrival.findings or {}).get("values", {}).items():
        _mark(made, value.get("page"), value.get("box"), 0, name)
    return made


def _grounds(evidence: Sequence[Mapping[str, Any]]) -> list[Ground]:
    """The strongest of each kind: more of one kind make nothing surer."""
    found: dict[str, Ground] = {}
    for one in evidence:
        kind = str(one.get("kind", ""))
        template, words = weighing.experience(kind)
        percent = round(100 * float(one.get("weight") or 0))
        found.setdefault(kind, Ground(str(one.get("sentence", "")), percent, _(template) % words))
    return list(found.values())


def _mark(made: Weighed, page: object, box: object, candidate: int, title: str) -> None:
    if not isinstance(page, int) or not isinstance(box, list | tuple) or len(box) != 4:
        return
    left, top, right, bottom = (min(max(float(part), 0.0), 1.0) for part in box)
    # A little air around the words.
    left, top, right, bottom = left - 0.004, top - 0.003, right + 0.004, bottom + 0.003
    x, y, width, height = (f"{part:.4f}" for part in (left, top, right - left, bottom - top))
    made.marks.setdefault(page, []).append(Mark(x, y, width, height, candidate, title))
