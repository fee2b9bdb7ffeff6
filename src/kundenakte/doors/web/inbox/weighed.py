"""What filing weighed about an arrival, as the page shows it: candidates with evidence, and marks on the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival, CustomerFile, Document

_KEYS: Final = 9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer file it may belong to, the key that takes it, and why."""

    place: int
    customer_file: CustomerFile
    sentences: list[str]
    percent: int

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
    # The document it may be a new version of, if the user may see it.
    version_of: Document | None = None
    placing_sentence: str = ""


def weighed(arrival: Arrival, user: User, *, rights: access.Rights) -> Weighed:
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
        made.candidates.append(Candidate(place, customer_file, sentences, round(100 * float(row.get("score") or 0))))
        for one in evidence:
            _mark(made, one.get("page"), one.get("box"), place, str(one.get("sentence", "")))
    for name, value in (arrival.findings or {}).get("values", {}).items():
        _mark(made, value.get("page"), value.get("box"), 0, name)
    _version(made, decision.get("placing") or {}, user, rights)
    return made


def _mark(made: Weighed, page: object, box: object, candidate: int, title: str) -> None:
    if not isinstance(page, int) or not isinstance(box, list | tuple) or len(box) != 4:
        return
    left, top, right, bottom = (min(max(float(part), 0.0), 1.0) for part in box)
    # A little air around the words.
    left, top, right, bottom = left - 0.004, top - 0.003, right + 0.004, bottom + 0.003
    x, y, width, height = (f"{part:.4f}" for part in (left, top, right - left, bottom - top))
    made.marks.setdefault(page, []).append(Mark(x, y, width, height, candidate, title))


def _version(made: Weighed, placing: Mapping[str, Any], user: User, rights: access.Rights) -> None:
    pk = placing.get("document_id")
    if isinstance(pk, int):
        made.version_of = (
            access.documents_for(user, rights=rights).select_related("customer_file__customer").filter(pk=pk).first()
        )
        made.placing_sentence = str(placing.get("sentence", "")) if made.version_of else ""
