"""Decides: one clear customer, or a question to a person. Better a question than a wrong file.

A wrong file costs ten times a question (design: filing), so every doubt that has a name here ends in the inbox, with
the candidates in order and a sentence that says what is doubtful.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# From where it needs no settings: filing is measured without a house as well.
from django.utils.translation.trans_real import gettext_noop

from kundenakte.steps.filing.evidence import Candidate
from kundenakte.steps.filing.matching import Matched

# How sure one must be, as a share of documents that are right; and what a second customer may have at most.
THRESHOLD = 0.9
RIVAL = 0.35
_PLACED = ("name_and_address", "name_and_place", "similar_name_and_address")
_HARD = ("phone", "email_domain", "web_domain", "number_doubtful")


@dataclass(frozen=True, slots=True)
class Filed:
    """One clear customer, with the evidence that decided."""

    customer: int
    candidate: Candidate
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for a person: a stable code, a German sentence, and the candidates, best first."""

    code: str
    sentence: str
    candidates: tuple[Candidate, ...]


_REASONS = {
    "no_customer": gettext_noop("Es wurde kein Kunde gefunden."),
    "keys_contradict": gettext_noop("Zwei eindeutige Merkmale nennen verschiedene Kunden."),
    "key_against_name": gettext_noop("Ein eindeutiges Merkmal nennt einen Kunden, die Anschrift aber einen anderen."),
    "several_named": gettext_noop("Mehrere Kunden sind genannt; keiner ist eindeutig gemeint."),
    "equal_customers": gettext_noop("Mehrere Kunden passen gleich gut, zum Beispiel wegen gleicher Namen."),
    "stranger_first": gettext_noop("Zuerst steht eine Anschrift da, die zu keinem Kunden gehört."),
    "not_sure": gettext_noop("Ein Kunde passt, aber nicht sicher genug."),
    "unknown_number": gettext_noop("Die Kundennummer %(number)s ist nicht bekannt, obwohl Name und Anschrift passen."),
}


def decide(matched: Matched, *, threshold: float = THRESHOLD) -> Filed | Ask:
    """The customer if there is one clear one, else the question."""
    ranked = matched.candidates
    chosen = [one for one in ranked if one.has("choice")]
    if len(chosen) == 1:
        return Filed(chosen[0].customer, chosen[0], tuple(ranked))
    if not ranked or ranked[0].score < RIVAL:
        return _ask("no_customer", ranked)
    exact = [one for one in ranked if one.exact]
    if len(exact) > 1:
        return _ask("keys_contradict", ranked)
    if exact:
        return _with_key(exact[0], ranked, threshold)
    return _with_names(matched, threshold)


def _with_key(best: Candidate, ranked: Sequence[Candidate], threshold: float) -> Filed | Ask:
    others = [one for one in ranked if one is not best]
    # Another customer's telephone or domain beside it: such a letter has two senders, or one that changed.
    if any(one.has(*_HARD) and one.score >= 0.5 for one in others):
        return _ask("keys_contradict", ranked)
    # A key that several others share, and not this one.
    if {row.value for one in others for row in one.evidence if row.kind == "shared_key"} - {
        row.value for row in best.evidence
    }:
        return _ask("keys_contradict", ranked)
    # Another one's full address, and not even the name of the one the key means: the key may be misread or foreign.
    if not best.named and any(one.has(*_PLACED) for one in others):
        return _ask("key_against_name", ranked)
    if best.score < threshold:
        return _ask("not_sure", ranked)
    return Filed(best.customer, best, tuple(ranked))


def _with_names(matched: Matched, threshold: float) -> Filed | Ask:
    ranked = matched.candidates
    best, *others = ranked
    rivals = [one for one in others if _is_rival(one, best)]
    if rivals:
        same_words = any(_shares_words(one, best) for one in rivals)
        return _ask("equal_customers" if same_words else "several_named", ranked)
    if best.score < threshold:
        return _ask("not_sure", ranked)
    if _after_a_stranger(best, matched):
        return _ask("stranger_first", ranked)
    if matched.unknown_number:
        return _ask("unknown_number", ranked, number=matched.unknown_number)
    return Filed(best.customer, best, tuple(ranked))


def _after_a_stranger(best: Candidate, matched: Matched) -> bool:
    """True when somebody unknown is addressed, and the customer named further down: perhaps it is only spoken of."""
    placed = [(row.page, row.box[1]) for row in best.evidence if row.kind in _PLACED and row.page and row.box]
    return bool(matched.stranger_at and placed and matched.stranger_at < min(placed))


def _is_rival(one: Candidate, best: Candidate) -> bool:
    """Somebody else who could be meant. A name that also stands in the best one's address is no second mention."""
    spans = {row.span for row in best.evidence if row.span}
    weight = 1.0
    for row in one.evidence:
        # The same name in two cities: where the address decided, the words belong to the one it decided for.
        if row.span in spans and row.kind in ("name_only", "name_in_text", "name_and_city", "address_only"):
            continue
        if row.kind in ("name_in_text", "bare_name") and best.has(*_PLACED) and _only_repeats(one, best):
            continue
        weight *= 1.0 - row.weight
    return 1.0 - weight >= RIVAL


def _only_repeats(one: Candidate, best: Candidate) -> bool:
    """True when the name in a sentence is also the best one's: two customers of one name, one of them placed."""
    spans = {row.span for row in best.evidence if row.kind == "name_in_text"}
    return all(row.span in spans for row in one.evidence if row.kind == "name_in_text")


def _shares_words(one: Candidate, best: Candidate) -> bool:
    spans = {row.span for row in best.evidence if row.span}
    return any(row.span in spans for row in one.evidence)


def _ask(code: str, ranked: Sequence[Candidate], **values: str) -> Ask:
    return Ask(code, _REASONS[code] % values if values else _REASONS[code], tuple(ranked))
