"""What speaks for a customer, how much it weighs, and the sentence a clerk reads about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# From where it needs no settings: filing is measured without a house as well.
from django.utils.translation.trans_real import gettext_noop as _

from kundenakte.records.pagetext import Box

# How often a document belonged to the customer when this kind of evidence named it and nothing spoke against it.
# These are the values to start with; `weights_from` replaces them by what people confirmed or corrected.
START_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "choice": 1.0,
        "file_address": 0.99,
        "mail": 0.97,
        "thread": 0.95,
        "attachment": 0.95,
        "source_number": 0.999,
        "xml_number": 0.98,
        "number": 0.98,
        "number_unlabelled": 0.93,
        "number_doubtful": 0.5,
        "number_of_others": 0.1,
        "vat_id": 0.985,
        "iban": 0.97,
        "email": 0.96,
        "email_domain": 0.92,
        "web_domain": 0.8,
        "phone": 0.75,
        "tax_number": 0.95,
        "shared_key": 0.5,
        "name_and_address": 0.97,
        "name_and_place": 0.93,
        "similar_name_and_address": 0.91,
        "name_only": 0.6,
        "name_and_city": 0.85,
        "name_in_text": 0.4,
        "bare_name": 0.15,
        "other_form_and_address": 0.7,
        "address_only": 0.3,
    }
)
# Keys of which one is enough, and two for different customers are a contradiction.
EXACT = frozenset(
    {
        "choice",
        "file_address",
        "mail",
        "thread",
        "attachment",
        "source_number",
        "xml_number",
        "number",
        "number_unlabelled",
        "vat_id",
        "iban",
        "email",
        "tax_number",
    }
)

ON_PAGE = _("auf Seite %(page)s")
IN_THE_FILE = _("in der Datei")
_STANDS = _("%(value)s steht %(place)s.")
_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "choice": _("Eine Person hat diese Akte gewählt."),
        "file_address": _("Die E-Mail ging an die Adresse dieser Akte."),
        "mail": _("Es hing an der E-Mail „%(value)s“, die in dieser Akte liegt."),
        "thread": _("Sie gehört zu einem Schriftwechsel, der in dieser Akte liegt: %(value)s."),
        "attachment": _("Die Anlage „%(value)s“ nennt diesen Kunden."),
        "source_number": _("Die Quelle nennt die Kundennummer %(value)s."),
        "xml_number": _("Die E-Rechnung nennt die Kundennummer %(value)s."),
        "number": _("Die Kundennummer %(value)s steht %(place)s%(label)s."),
        "number_unlabelled": _("%(value)s steht %(place)s und hat die Form unserer Kundennummern."),
        "number_doubtful": _("Die Nummer %(value)s steht %(place)s%(label)s; sie kann auch eine fremde sein."),
        "number_of_others": _("Die Nummer %(value)s steht %(place)s%(label)s; so nennt uns der Absender."),
        "vat_id": _("Die USt-IdNr. %(value)s steht %(place)s."),
        "iban": _("Die IBAN %(value)s steht %(place)s."),
        "email": _("Die E-Mail-Adresse %(value)s steht %(place)s."),
        "email_domain": _("Eine E-Mail-Adresse von %(value)s steht %(place)s."),
        "web_domain": _("Die Internetadresse %(value)s steht %(place)s."),
        "phone": _("Die Telefonnummer %(value)s steht %(place)s."),
        "tax_number": _("Die Steuernummer %(value)s steht %(place)s."),
        "shared_key": _("%(value)s steht %(place)s, gehört aber zu mehreren Kunden."),
        "name_and_address": _("Name und Anschrift stehen %(place)s: %(value)s."),
        "name_and_place": _("Name und Ort stehen %(place)s: %(value)s."),
        "similar_name_and_address": _("Die Anschrift und ein sehr ähnlicher Name stehen %(place)s: %(value)s."),
        "name_only": _("Der Name steht %(place)s im Anschriftfeld, die Anschrift passt aber nicht oder fehlt: "
        "%(value)s."),
        "name_and_city": _("Name und Ort stehen %(place)s, aber eine andere oder keine Anschrift: %(value)s."),
        "name_in_text": _("Der Name steht %(place)s im Text: %(value)s."),
        "bare_name": _("Ein gleicher Name steht %(place)s: %(value)s."),
        "other_form_and_address": _("Die Anschrift steht %(place)s, aber mit einer anderen Rechtsform: %(value)s."),
        "address_only": _("Die Anschrift steht %(place)s, aber nicht der Name: %(value)s."),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a customer."""

    kind: str
    value: str
    weight: float
    page: int | None = None
    box: Box | None = None
    label: str = ""
    # Where in the text it stands; two customers cannot both live on the same words.
    span: tuple[int, int] | None = None

    @property
    def sentence(self) -> str:
        """What a clerk reads."""
        place = ON_PAGE % {"page": self.page} if self.page else IN_THE_FILE
        label = f" („{self.label}“)" if self.label else ""
        return _SENTENCES.get(self.kind, _STANDS) % {"value": self.value, "place": place, "label": label}

    @property
    def exact(self) -> bool:
        """True for a key of which one is enough."""
        return self.kind in EXACT


@dataclass(slots=True)
class Candidate:
    """A customer the document may belong to, with everything that speaks for it."""

    customer: int
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Between 0 and 1. Kinds add up as if independent; several finds of one kind count once."""
        missing = 1.0
        for weight in self._best_of_each_kind().values():
            missing *= 1.0 - weight
        return 1.0 - missing

    def _best_of_each_kind(self) -> dict[str, float]:
        best: dict[str, float] = {}
        for one in self.evidence:
            best[one.kind] = max(best.get(one.kind, 0.0), one.weight)
        return best

    @property
    def exact(self) -> bool:
        """True when at least one exact key names it."""
        return any(one.exact for one in self.evidence)

    def has(self, *kinds: str) -> bool:
        """True when evidence of one of these kinds is there."""
        return any(one.kind in kinds for one in self.evidence)

    @property
    def named(self) -> bool:
        """True when its name stands in the document, in whatever strength."""
        return self.has(
            "name_and_address", "name_and_place", "similar_name_and_address", "name_only", "name_in_text",
            "other_form_and_address", "name_and_city", "bare_name",
        )  # fmt: skip


def weights_from(
    tallies: Mapping[str, tuple[int, int]], *, start: Mapping[str, float] = START_WEIGHTS
) -> dict[str, float]:
    """Weights that follow from how often each kind was right: `tallies` is kind -> (right, wrong), as people decided.

    The start value counts like 50 documents, so that the first few decisions move little.
    """
    trust = 50
    made = dict(start)
    for kind, (right, wrong) in tallies.items():
        if kind in made and kind != "choice":
            made[kind] = round((made[kind] * trust + right) / (trust + right + wrong), 4)
    return made


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best first: exact keys before names, then by score."""
    return sorted(candidates, key=lambda one: (not one.exact, -one.score, one.customer))
