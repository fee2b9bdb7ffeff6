"""Compares names on paper with a customer's: strict with equal names, lenient with typing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import IntEnum

from kundenakte.customers.normal_forms import name_parts


class Agreement(IntEnum):
    """How well a name on paper agrees with a customer's, from not at all to the letter."""

    NONE = 0
    # Two companies that differ in their legal form only: often both exist, at the same address.
    OTHER_FORM = 1
    # Mistyped, or shortened by a word: enough beside the right street.
    SIMILAR = 2
    SAME = 3
    # The legal form stands there, too, and is the same.
    FULL = 4


# The end of a company's name: "Müller GmbH & Co. KG, Abt. Einkauf" is cut behind KG.
LEGAL_FORM = re.compile(
    r"(?<![\w-])(?:g?GmbH(?: ?& ?Co\.? ?(?:KG|OHG|KGaA))?|mbH|Ges\.? ?m\. ?b\. ?H\.|"
    r"(?:AG|SE|UG)(?: ?\(haftungsbeschränkt\))?"
    r"(?: ?& ?Co\.? ?KG(?:aA)?)?|KGaA|KG|OHG|GbR|e\. ?K(?:\.|fm\.?|fr\.?)?|e\. ?V\.|e\. ?G\.|eG|eK|PartG(?: ?mbB)?|"
    r"Gesellschaft mit beschränkter Haftung(?: ?& ?Co\.? ?KG)?|Aktiengesellschaft|Kommanditgesellschaft|Ltd\.?|Limited|"
    r"Inc\.?|LLC|S\. ?A\.|SAS|SARL|S\.? ?r\.? ?l\.?|S\. ?p\. ?A\.|B\. ?V\.|N\. ?V\.|GMBH(?: ?& ?CO\.? ?KG)?)(?![\w-])"
)
_LEAD = re.compile(
    r"^(?:An(?: die| den)?|Firma|Fa\.|Herrn?|Frau|Kunde:|Customer:|Bill to:?|Ship to:?|Messrs\.?|To:?|An:?|z\. ?Hd\."
    r"|c/o) +",
    re.IGNORECASE,
)
# "Kunde: ", "zwischen der ": what stands before a name in a line or sentence.
_NAMING = re.compile(r"^(?:[^\d:]{2,40}:\s+|(?:zwischen|und|für|an|von|bei|between|for)\s+(?:der|den|dem|the)?\s*)")
_ADDITION = re.compile(
    r"\s*(?:$|[,;/|·•–-]|\([^)]*\)$|(?:z\.? ?Hd|Abt|Einkauf|Buchhaltung|Rechnungs|Kredit|Niederlassung|NL\b|Werk"
    r"|Zweig|Standort|Filiale|Geschäftsst|Vertrieb|Technik|Herrn?\b|Frau\b|c/o|HRB|Tel|Postfach|Attn|aus\b|in\b))"
)
_ALIKE = 0.9


def without_lead(text: str) -> str:
    """A line without what politely stands before a name: "Firma Müller" is "Müller"."""
    while (shorter := _LEAD.sub("", text, count=1)) != text:
        text = shorter
    return text


def until_form(text: str) -> str:
    """A line up to the end of its legal form; the whole line if it has none.

    Only what is no part of a name is cut off: "Müller GmbH, Einkauf" is "Müller GmbH", but "Müller GmbH Service" may be
    another company.
    """
    ends = [found.end() for found in LEGAL_FORM.finditer(text)]
    return text[: ends[-1]] if ends and _ADDITION.match(text, ends[-1]) else text


def bare(text: str) -> str:
    """A line without what names or introduces a company: "Rechnungsempfänger: Firma Müller" is "Müller"."""
    return without_lead(_NAMING.sub("", text.strip(" ,;:"), count=1))


def agreement(on_paper: str, known: Iterable[str]) -> Agreement:
    """The best agreement of a name on paper with any of a customer's names."""
    core, form = name_parts(on_paper)
    return max((_agree(core, form, *name_parts(name)) for name in known), default=Agreement.NONE)


def _agree(core: str, form: str, known_core: str, known_form: str) -> Agreement:
    if not core or not known_core:
        return Agreement.NONE
    same_form = form == known_form
    if core == known_core or core.replace(" ", "") == known_core.replace(" ", ""):
        if same_form:
            return Agreement.FULL if form else Agreement.SAME
        # "GmbH & Co." is "GmbH & Co. KG" cut short.
        cut_short = form.endswith(" co") and known_form.startswith(f"{form} ")
        return Agreement.SAME if not form or not known_form or cut_short else Agreement.OTHER_FORM
    if form and known_form and not same_form:
        return Agreement.NONE
    return Agreement.SIMILAR if _similar(core.split(), known_core.split()) else Agreement.NONE


def _similar(paper: list[str], known: list[str]) -> bool:
    """Same words in another order, a typing mistake, or the first words of a longer known name.

    Never the other way round: "Müller Metallbau Verwaltung" on paper is another company than "Müller Metallbau".
    """
    if sorted(paper) == sorted(known):
        return True
    if len(paper) >= 2 and len(paper) < len(known) and known[: len(paper)] == paper:
        return True
    if len(paper) != len(known):
        return False
    wrong = [(one, other) for one, other in zip(paper, known, strict=True) if one != other]
    return len(wrong) == 1 and _mistyped(*wrong[0])


def _mistyped(one: str, other: str) -> bool:
    """One or two letters differ in a word of at least five; digits never do by mistake."""
    if min(len(one), len(other)) < 5 or any(c.isdigit() for c in one + other) or one[0] != other[0]:
        return False
    return (
        abs(len(one) - len(other)) <= 1 and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE - 0.05
    )
