"""Where a document names companies: address blocks and company names in lines and sentences.

First it is only said what could be a name or an address, as keys to look up in one query; then the customers found are
compared with what stands there. "Müller Metallbau GmbH" in two cities are two customers: a name counts by itself little
and with its address much, and what contradicts the address on paper does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kundenakte.customers.normal_forms import fold, name_core, street_key, zip_street
from kundenakte.customers.own import OwnCompany
from kundenakte.records.letter import AddressBlock, Letter, Piece
from kundenakte.records.pagetext import Box
from kundenakte.steps.filing.evidence import Evidence
from kundenakte.steps.filing.lookups import CustomerProfile, Key
from kundenakte.steps.filing.names import LEGAL_FORM, Agreement, agreement, bare, until_form, without_lead

# Beyond the first pages names are those of parts lists and terms of contract.
_PAGES = 3
_MOST_NAMES = 60
_LONGEST_NAME = 9
_WORD = re.compile(r"\S+")
# After these a name begins, even in the middle of a sentence.
_STARTERS = frozenset(
    [
        *("an", "an:", "and", "auftrag", "auftraggeber:", "auftragnehmer:", "bei", "between", "by"),
        *("customer:", "das", "dem", "den", "der", "des", "die", "durch", "eine", "einer", "endkunde:", "fa."),
        *("firma", "for", "frau", "from", "für", "gegen", "herrn", "ihrer", "im", "kunde:", "lieferanschrift:"),
        *("mit", "namens", "of", "rechnungsempfänger:", "sowie", "the", "to", "und", "unser", "unserem"),
        *("unserer", "vom", "von", "with", "zwischen"),
    ]
)  # fmt: skip
_LONE_LEADS = frozenset({"", "firma", "fa.", "herrn", "herr", "frau", "an", "familie", "eheleute", "kunde", "customer"})
_AND = frozenset({"und", "&", "+", "and"})


@dataclass(frozen=True, slots=True)
class Naming:
    """Words that may be a company's name, with the address they stand in if there is one."""

    # The possible names, the likeliest first.
    names: tuple[str, ...]
    span: tuple[int, int]
    page: int | None
    box: Box | None
    # "recipient", "sender", "footer", "body", "buyer", "seller"
    part: str = "body"
    zip_code: str = ""
    city: str = ""
    streets: tuple[str, ...] = ()
    # Behind a name in a sentence: what follows, in which its city may stand.
    context: str = ""
    # In an address: those of `names` that are a contact's or an addition's, and no company's without the street.
    minor: frozenset[str] = frozenset()

    @property
    def keys(self) -> Iterator[Key]:
        """What to look up."""
        for name in self.names:
            if core := name_core(name):
                yield "name", core
        for street in self.streets:
            if key := zip_street(self.zip_code, street):
                yield "zip_street", key

    @property
    def has_address(self) -> bool:
        """True when it stands in an address."""
        return bool(self.zip_code)

    @property
    def is_somebody(self) -> bool:
        """True when it is a whole address with a house number above (or before) the city, and not the small print."""
        numbered = bool(self.streets) and any(c.isdigit() for c in self.streets[0])
        # In the body a street alone may be a row of a table.
        whole = len(self.streets) > 1 or self.part in ("recipient", "sender")
        return self.has_address and numbered and whole and self.part != "footer"

    @property
    def position(self) -> tuple[int, float]:
        """Page and height, for what stands first."""
        return self.page or 0, self.box[1] if self.box else 0.0


@dataclass(slots=True)
class Found:
    """Customers that one naming agrees with best, each with its evidence."""

    naming: Naming
    evidence: dict[int, Evidence] = field(default_factory=dict)


def namings(letter: Letter, own: OwnCompany) -> list[Naming]:
    """All possible names of others: those in address blocks first, then those in lines and sentences."""
    blocks = [block for block in letter.blocks if block.page <= _PAGES and not _is_own(block, own)]
    found = [_of_block(block) for block in blocks]
    taken = [(block.start, block.end) for block in letter.blocks]
    pages = range(1, min(len(letter.text.pages), _PAGES) + 1)
    for page in pages:
        for piece in letter.pieces(page):
            if len(found) >= _MOST_NAMES:
                return found
            if not any(start <= piece.start < end for start, end in taken):
                found.extend(one for one in _in_line(letter, piece) if not own.has_name(one.names[0]))
    return found


def _is_own(block: AddressBlock, own: OwnCompany) -> bool:
    streets = [piece.text for piece in block.above[:3]]
    if any(zip_street(block.zip_code, street) in own.zip_streets for street in streets):
        return True
    return any(own.has_name(without_lead(until_form(piece.text))) for piece in block.above)


def _of_block(block: AddressBlock) -> Naming:
    lines = [piece.text for piece in reversed(block.above)]
    names = tuple(dict.fromkeys(_names_of(lines)))
    # "Brauerei Kassel GmbH, Herrn Jens Bergner": a later line without legal form is a person there or a department.
    first = next((line for line in map(bare, lines) if line.lower() not in _LONE_LEADS), "")
    minor = frozenset(name for name in names if not name.startswith(first) and not LEGAL_FORM.search(name))
    return Naming(
        names=names,
        minor=minor,
        span=(block.start, block.end),
        page=block.page,
        box=block.box,
        part=block.part,
        zip_code=block.zip_code,
        city=block.city,
        streets=tuple(piece.text for piece in block.above[:3]),
    )


def _names_of(lines: Sequence[str]) -> Iterator[str]:
    """Each line and each two lines together, as long names are broken; without what stands before and behind."""
    cleaned = [bare(line) for line in lines]
    # "Müller GmbH" above "Verwaltungs GmbH" is one long name, or a company at another one's: not the first one alone.
    formed = sum(1 for line in cleaned if LEGAL_FORM.search(line))
    for line in cleaned:
        if formed < 2 or not LEGAL_FORM.search(line):
            yield from (line, until_form(line))
    for one, other in pairwise(cleaned):
        yield from (f"{one} {other}", until_form(f"{one} {other}"))


def _in_line(letter: Letter, piece: Piece) -> Iterator[Naming]:
    """Names in a line: the line itself if it is short, and what ends with a legal form in a longer one."""
    forms = list(LEGAL_FORM.finditer(piece.text))
    if not forms:
        words = piece.text.split()
        # A name without legal form is only recognised where it has a line, or the end of one, to itself.
        text = without_lead(piece.text.rsplit(":", 1)[-1].strip())
        if 1 < len(words) <= 6 and text[:1].isupper() and not any(c.isdigit() for c in text):
            yield _naming(letter, piece, piece.start + piece.text.rfind(text), piece.end, (text,))
        return
    start = 0
    for form, following in zip(forms, [*forms[1:], None], strict=True):
        # "Müller UG (haftungsbeschränkt) Service GmbH" is one name with two legal forms in it.
        if following is not None and _goes_on(piece.text[form.end() : following.start()]):
            continue
        begin, names = _names_before(piece.text, start, form.end())
        if names:
            whole = not piece.text[form.end() :].strip()[:1].isupper()
            yield _naming(letter, piece, piece.start + begin, piece.start + form.end(), names, whole=whole)
        start = form.end()


def _goes_on(between: str) -> bool:
    """True when the words between two legal forms belong to one name: capital words, and no comma or "und"."""
    words = between.split()
    return 0 < len(words) <= 3 and all(word[:1].isupper() for word in words) and not any(c in between for c in ",;:/()")


def _names_before(text: str, start: int, end: int) -> tuple[int, tuple[str, ...]]:
    """The names that may end at `end`: from a place where a name can begin. The longest first."""
    words = list(_WORD.finditer(text, start, end))[-_LONGEST_NAME:]
    names: list[str] = []
    first = end
    for position, word in enumerate(words):
        before = words[position - 1][0].lower() if position else ""
        joined = before in _AND and position >= 2 and not LEGAL_FORM.fullmatch(words[position - 2][0].strip(",;"))
        begins = position == 0 and (start == 0 or word[0].lower() not in _AND)
        begins = begins or (before in _STARTERS and not joined) or before.endswith((",", ":", ";", "(", "–", "-", "|"))
        if begins and (word[0][:1].isupper() or word[0][:1].isdigit() or word[0][:1] in "„\"'"):
            name = text[word.start() : end].strip(" ,;:„“\"'(")
            names.append(without_lead(name))
            first = min(first, word.start())
    return first, tuple(dict.fromkeys(names))


def _naming(
    letter: Letter, piece: Piece, start: int, end: int, names: tuple[str, ...], *, whole: bool = True
) -> Naming:
    place = letter.text.place(start, end)
    return Naming(
        names=names,
        span=(start, end),
        page=piece.page,
        box=place.box if place else piece.box,
        part=letter.part_of(piece.page, piece.box),
        # Where more of the name may follow, its city must not make it certain.
        context=letter.plain[end : end + 100] if whole else "",
    )


def compare(
    naming: Naming, ids: Iterable[int], profiles: Mapping[int, CustomerProfile], weights: Mapping[str, float]
) -> Found:
    """Evidence of the customers that agree best with one naming; those that agree less do not count there."""
    kinds: dict[int, tuple[tuple[int, int], str]] = {}
    for pk in ids:
        profile = profiles.get(pk)
        if profile is not None and (outcome := _kind(naming, profile)):
            kinds[pk] = outcome
    best = max((rank for rank, _ in kinds.values()), default=(0, 0))
    # Without a legal form that agrees, a sister company of another form in the same house may be meant as well.
    doubtful = best[0] == _RANKS.index("name_and_address") * 10 + Agreement.SAME
    winners = {
        pk: kind
        for pk, (rank, kind) in kinds.items()
        if rank == best or (doubtful and kind == "other_form_and_address")
    }
    return Found(naming, {pk: _evidence(naming, kind, profiles[pk], weights) for pk, kind in winners.items()})


_RANKS = (
    "address_only",
    "bare_name",
    "name_in_text",
    "name_only",
    "name_and_city",
    "other_form_and_address",
    "similar_name_and_address",
    "name_and_place",
    "name_and_address",
)


def _kind(naming: Naming, profile: CustomerProfile) -> tuple[tuple[int, int], str] | None:
    """The kind of evidence a naming is for one customer, and its rank; None when it is none."""
    outcomes = ((agreement(name, profile.names), len(name_core(name))) for name in naming.names)
    best, length = max(outcomes, default=(Agreement.NONE, 0))
    kind = _in_address(naming, profile, best) if naming.has_address else _in_text(naming, profile, best)
    if not kind:
        return None
    # Where two customers are as near, the one with the same legal form is meant, then the one with the longer name.
    return (_RANKS.index(kind) * 10 + int(best), length), kind


def _in_address(naming: Naming, profile: CustomerProfile, best: Agreement) -> str:
    street = any(
        address.zip_code == naming.zip_code and street_key(line) == street_key(address.street) and address.street
        for address in profile.addresses
        for line in naming.streets
    )
    if street:
        return {
            Agreement.NONE: "address_only",
            Agreement.OTHER_FORM: "other_form_and_address",
            Agreement.SIMILAR: "similar_name_and_address",
        }.get(best, "name_and_address")
    main = [name for name in naming.names if name not in naming.minor]
    if max((agreement(name, profile.names) for name in main), default=Agreement.NONE) < Agreement.SAME:
        return ""
    if any(address.zip_code == naming.zip_code for address in profile.addresses):
        return "name_and_place"
    if not any(address.city and _same_city(address.city, naming.city) for address in profile.addresses):
        return "name_only"
    # A box has a zip code of its own; another street under another one may be somebody else's.
    boxed = any("postfach" in line.lower() or "p.o. box" in line.lower() for line in naming.streets)
    return "name_and_place" if boxed else "name_and_city"


def _same_city(one: str, other: str) -> bool:
    first, second = fold(one), fold(other)
    return first == second or first.startswith(f"{second} ") or second.startswith(f"{first} ")


def _in_text(naming: Naming, profile: CustomerProfile, best: Agreement) -> str:
    if best < Agreement.SAME:
        return ""
    # "Anna Weber" below a letter is rarely the customer Anna Weber: colleagues and contacts have such names, too.
    if best == Agreement.SAME and not any(LEGAL_FORM.search(name) for name in naming.names):
        return "bare_name"
    context = f" {fold(naming.context)} "
    near = any(address.city and f" {fold(address.city)} " in context for address in profile.addresses)
    return "name_and_city" if near and best == Agreement.FULL else "name_in_text"


def _evidence(naming: Naming, kind: str, profile: CustomerProfile, weights: Mapping[str, float]) -> Evidence:
    return Evidence(
        kind=kind,
        value=profile.name,
        weight=weights[kind],
        page=naming.page,
        box=naming.box,
        label=naming.part,
        span=naming.span,
    )
