"""Finds the customers a document may belong to, each with what speaks for it. Pure: the master answers through Lookups.

One question for all keys, one for the profiles of those found. Our own identifiers never count (design: filing).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kundenakte.customers.identifiers import mail_domains, number_lookup, phone_stems
from kundenakte.customers.normal_forms import email as normal_email
from kundenakte.customers.normal_forms import fold, name_parts
from kundenakte.customers.normal_forms import number as normal_number
from kundenakte.customers.normal_forms import vat_id as normal_vat_id
from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import Entity, Findings
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.filing.evidence import START_WEIGHTS, Candidate, Evidence, in_order
from kundenakte.steps.filing.lookups import MANY, CustomerProfile, Key, Lookups
from kundenakte.steps.filing.mentions import Naming, compare, namings

# More customers than these on one document make it a list, and each further one costs time.
_MOST_CANDIDATES = 200
_THEIR_NUMBER = ("ihre ", "ihr ", "your ")
_WITH_US = "bei uns"
_NUMBERS = ("number", "number_unlabelled", "xml_number")
# Keys on the page that can contradict what a person or a source said. Names can not: invoices go to other addresses.
AGAINST = ("xml_number", "number", "vat_id")


@dataclass(slots=True)
class Matched:
    """The candidates in order, and what the decision has to know besides."""

    candidates: list[Candidate] = field(default_factory=list)
    # A number labelled as customer number, in our shape, that no customer has.
    unknown_number: str = ""
    # A recipient or sender with an address that is no customer's (and not our own) stands on the page.
    stranger_named: bool = False
    # Where the first of them stands (page, height); only where it is known who we are ourselves.
    stranger_at: tuple[int, float] | None = None


def candidates(
    findings: Findings,
    text: DocumentText | None,
    source_facts: Mapping[str, Any],
    lookups: Lookups,
    *,
    own: OwnCompany | None = None,
    shapes: NumberShapes | None = None,
    weights: Mapping[str, float] = START_WEIGHTS,
    letter: Letter | None = None,
) -> Matched:
    """All customers something speaks for, the best first. `letter` may be handed in where it was made already."""
    own = own or OwnCompany()
    if letter is None and text is not None and not text.is_empty():
        letter = Letter(text)
    clues = [*_clues_of_source(source_facts), *_clues_of_entities(findings)]
    named = [*(namings(letter, own) if letter else []), *_namings_of_einvoice(findings, own)]
    keys = {key for clue in clues for key in clue.keys} | {key for naming in named for key in naming.keys}
    hits = lookups.by_keys(keys) if keys else {}
    found: defaultdict[int, list[Evidence]] = defaultdict(list)
    ids = {pk for pks in hits.values() for pk in pks[:MANY]}
    profiles = lookups.profiles(sorted(ids)[: _MOST_CANDIDATES * 5]) if ids else {}
    matched = Matched()
    _compare_names(named, hits, profiles, weights, found)
    strangers = _strangers(named, found)
    matched.stranger_named = bool(strangers)
    if own.name_cores:
        matched.stranger_at = min((one.position for one in strangers), default=None)
    keyed = {pk for clue in clues for key in clue.keys for pk in hits.get(key, ())[:MANY]}
    _name_weakly(letter, keyed, profiles, found, weights)
    trust = _Trust(findings, matched.stranger_named, shapes or NumberShapes())
    _weigh_clues(clues, hits, found=found, trust=trust, weights=weights, matched=matched)
    matched.candidates = in_order(
        Candidate(pk, sorted(rows, key=lambda row: -row.weight)) for pk, rows in found.items()
    )[:_MOST_CANDIDATES]
    return matched


def named_instead(owner: int, matched: Matched) -> Candidate | None:
    """The customer a key on the paper names, when somebody or something else says that it belongs to `owner`.

    None where the paper names the owner as well: two are named, nothing is wrong.
    """
    if any(one.customer == owner and (one.named or one.has(*AGAINST)) for one in matched.candidates):
        return None
    return next((one for one in matched.candidates if one.customer != owner and one.has(*AGAINST)), None)


@dataclass(frozen=True, slots=True)
class _Clue:
    """A key found somewhere: what to look up (the first key somebody has counts) and what evidence it makes."""

    kind: str
    keys: tuple[Key, ...]
    value: str
    entity: Entity | None = None


def _clues_of_source(facts: Mapping[str, Any]) -> Iterator[_Clue]:
    if number := str(facts.get("customer") or ""):
        key = number_lookup(number)
        system = str(facts.get("system") or "")
        keys = ((f"customer_number@{system}", key),) if system else ()
        yield _Clue("source_number", (*keys, ("customer_number", key)), number)
    if vat := normal_vat_id(str(facts.get("vat_id") or "")):
        yield _Clue("vat_id", (("vat_id", vat),), vat)
    if mail := normal_email(str(facts.get("email") or "")):
        yield _Clue("email", (("email", mail),), mail)
        yield _Clue("email_domain", _domain_keys(mail), mail.rsplit("@", 1)[-1])


def _clues_of_entities(findings: Findings) -> Iterator[_Clue]:
    for entity in findings.entities:
        if entity.own or not entity.value:
            continue
        match entity.kind:
            case "customer_number":
                kind = "xml_number" if entity.origin == "xml" else "number" if entity.label else "number_unlabelled"
                keys: tuple[Key, ...] = (("customer_number", number_lookup(entity.value)),)
                shown = number_lookup(entity.shown)
                yield _Clue(kind, (*keys, ("customer_number", shown)), entity.shown, entity)
            case "vat_id" | "iban" | "email" | "tax_number":
                yield _Clue(entity.kind, ((entity.kind, entity.value),), entity.value, entity)
            case "email_domain":
                kind = "email_domain" if entity.label != "Web" else "web_domain"
                yield _Clue(kind, _domain_keys(entity.value), entity.value, entity)
            case "phone":
                stems = tuple(("phone_stem", stem) for stem in phone_stems(entity.value))
                yield _Clue("phone", (("phone", entity.value), *stems), entity.value, entity)


def _domain_keys(address: str) -> tuple[Key, ...]:
    domain = address.rsplit("@", 1)[-1]
    return tuple(("email_domain", one) for one in mail_domains(domain))


@dataclass(frozen=True, slots=True)
class _Trust:
    """Decides whether a number behind "Kundennummer" is one of ours or one that somebody else gave us."""

    findings: Findings
    stranger_named: bool
    shapes: NumberShapes

    def trusted(self, clue: _Clue, *, corroborated: bool) -> bool:
        """In a letter to us, "Ihre Kundennummer" is our number with the sender: chance may make it a customer's."""
        if corroborated or clue.kind not in _NUMBERS or clue.entity is None:
            return True
        if clue.kind == "xml_number":
            # The buyer's number is ours to give only when we are the seller.
            return self.findings.direction == "sent"
        label = clue.entity.label.lower()
        # As it stands there: a prefix that we completed tells nothing.
        distinctive = self.shapes.is_distinctive(normal_number(clue.entity.shown))
        if self.findings.direction == "sent":
            return True
        if self.findings.direction == "received":
            return distinctive and not label.startswith(_THEIR_NUMBER) and _WITH_US not in label
        return distinctive or not self.stranger_named

    def doubt(self, clue: _Clue) -> str:
        """The kind of evidence an untrusted number is: surely somebody else's, or perhaps ours after all."""
        label = clue.entity.label.lower() if clue.entity else ""
        theirs = label.startswith(_THEIR_NUMBER) or _WITH_US in label
        return "number_of_others" if theirs and self.findings.direction == "received" else "number_doubtful"

    def is_unknown(self, clue: _Clue) -> bool:
        """True when a number that no customer has is surely meant as one of ours."""
        fits = clue.entity is not None and bool(self.shapes.shapes) and self.shapes.fits(clue.entity.value)
        return fits and clue.kind == "number" and self.trusted(clue, corroborated=False)


def _weigh_clues(
    clues: Sequence[_Clue],
    hits: Mapping[Key, Sequence[int]],
    *,
    found: defaultdict[int, list[Evidence]],
    trust: _Trust,
    weights: Mapping[str, float],
    matched: Matched,
) -> None:
    named = {pk for pk, rows in found.items() if any(row.kind != "address_only" for row in rows)}
    numbers = [clue for clue in clues if clue.kind in _NUMBERS]
    for clue in sorted(clues, key=lambda one: one in numbers):
        holders = next((hits[key] for key in clue.keys if key in hits), ())
        if not holders:
            if trust.is_unknown(clue):
                matched.unknown_number = matched.unknown_number or clue.value
            continue
        # A key of several customers (a VAT group, a factoring bank) decides only between those that are named.
        several = [pk for pk in holders if pk in named] if len(holders) > 1 else list(holders)
        if len(several) == 1:
            pk = several[0]
            kind = clue.kind if trust.trusted(clue, corroborated=_is_told_of(found.get(pk, ()))) else trust.doubt(clue)
            found[pk].append(_evidence(clue, kind, weights[kind]))
        else:
            for pk in holders[:MANY]:
                found[pk].append(_evidence(clue, "shared_key", weights["shared_key"] / len(holders)))


def _is_told_of(rows: Collection[Evidence]) -> bool:
    """True when more speaks for a customer than an address or a name that others have as well."""
    return any(row.kind not in ("address_only", "bare_name", "shared_key") for row in rows)


def _evidence(clue: _Clue, kind: str, weight: float) -> Evidence:
    entity = clue.entity
    return Evidence(
        kind=kind,
        value=clue.value,
        weight=weight,
        page=entity.page if entity else None,
        box=entity.box if entity else None,
        label=entity.label if entity and kind.startswith("number") else "",
    )


def _compare_names(
    named: Sequence[Naming],
    hits: Mapping[Key, Sequence[int]],
    profiles: Mapping[int, CustomerProfile],
    weights: Mapping[str, float],
    found: defaultdict[int, list[Evidence]],
) -> None:
    for naming in named:
        ids = dict.fromkeys(pk for key in naming.keys if key in hits for pk in hits[key][:MANY])
        for pk, evidence in compare(naming, ids, profiles, weights).evidence.items():
            found[pk].append(evidence)


def _strangers(named: Sequence[Naming], found: Mapping[int, Collection[Evidence]]) -> list[Naming]:
    """Those with an address that are nobody we know, such as a customer's neighbour."""
    known = {row.span for rows in found.values() for row in rows if row.kind not in ("address_only", "name_only")}
    return [naming for naming in named if naming.is_somebody and naming.span not in known]


def _name_weakly(
    letter: Letter | None,
    keyed: Collection[int],
    profiles: Mapping[int, CustomerProfile],
    found: defaultdict[int, list[Evidence]],
    weights: Mapping[str, float],
) -> None:
    """For customers a key leads to: see whether their name stands in the text after all, in any writing."""
    if letter is None or not keyed:
        return
    folded = f" {fold(letter.plain[:20_000])} ".replace(" und ", " ")
    for pk in keyed:
        profile = profiles.get(pk)
        if profile is None or (pk in found and any(row.kind != "address_only" for row in found[pk])):
            continue
        core, form = name_parts(profile.name)
        # Two words that stand together, or one with its legal form: single words are everywhere.
        words = [*core.split(), *form.split()][:2]
        if len(words) == 2 and f" {' '.join(words)} " in folded:
            kind = "name_in_text" if form else "bare_name"
            found[pk].append(Evidence(kind, profile.name, weights[kind]))


def _namings_of_einvoice(findings: Findings, own: OwnCompany) -> Iterator[Naming]:
    """Seller and buyer of an e-invoice as if they stood in address blocks, without our own company."""
    invoice = findings.einvoice
    if invoice is None or invoice.status != "invoice":
        return
    for at, role in enumerate(("seller", "buyer")):
        name = invoice.values.get(f"{role}_name", "")
        ours = findings.direction == {"seller": "sent", "buyer": "received"}[role]
        if not name or ours or own.has_name(name):
            continue
        yield Naming(
            names=(name,),
            # No words of the page: a span of its own before the text.
            span=(-10 - at, -10 - at),
            page=None,
            box=None,
            part=role,
            zip_code=invoice.values.get(f"{role}_zip", ""),
            city=invoice.values.get(f"{role}_city", ""),
            streets=(invoice.values.get(f"{role}_street", ""),),
        )
