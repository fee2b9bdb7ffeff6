"""What kind of document it is: by the source, the e-invoice, fixed rules (words with places), then what was learnt.

Nothing is decided here. The result is a list, the best guess first, each with its reason; an empty list or a low
confidence says "I do not know", and the clerk chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext_noop

from kundenakte.records.findings import ClassGuess, EInvoice, Entity
from kundenakte.records.letter import Letter, Piece
from kundenakte.steps.recognition.class_rules import (
    BY_MEDIA,
    CREDIT_TYPES,
    INVOICE,
    PHRASES,
    SELF_BILLED_TYPES,
    TITLES,
)
from kundenakte.steps.recognition.direction import Direction

_TITLE_CODES = {word: (code, weight) for code, words in TITLES.items() for word, weight in words.items()}
# "Handelsrechnung", "Ersatzteilrechnung" and whatever else people call their invoices.
_SOME_INVOICE = (INVOICE, 0.9)
_PHRASE_CODES = [(phrase, code, weight) for code, words in PHRASES.items() for phrase, weight in words.items()]
_LEAD = (
    r"(?:(?:betreff|betr\.?|subject|re|aw|wg|fwd?)\s*:\s*"
    r"|(?:\d\.|i{1,3}\.|erste|zweite|dritte|letzte|1st|2nd|first|second|unsere?|korrigierte)\s+)*"
)
_TITLE = re.compile(
    rf"{_LEAD}(?P<word>{'|'.join(sorted(map(re.escape, _TITLE_CODES), key=len, reverse=True))}|\w{{3,}}rechnung)"
    r"(?![\w])(?P<rest>.*)",
    re.DOTALL,
)
# Titles stand in the upper part, or anywhere on a page that has large letters.
_TITLES_END = 0.62
_LONGEST_TITLE = 70
_LARGE = 1.18
_LETTERHEAD = 0.18
# What the administration says of its own documents is right more often than what is true of everybody's.
_HOUSE_HEADING = 0.96
_HOUSE_WORD = 0.65
_SALUTATIONS = ("sehr geehrte", "guten tag", "liebe", "dear", "hallo")
_PHRASE_CHARACTERS = 12_000
_TITLE_NUMBER = re.compile(r"(?<![\w./-])[A-Z]{0,5}[-/]?\d[\w/-]{3,24}(?![\w.])")
_NUMBERED_PAPER = re.compile(r"[A-ZÄÖÜ][^\W\d]+(?:[ -][^\W\d]+){0,3} (?:Nr\.? )?[A-Z]{1,5}[-/]?\d[\d/-]{2,}")
_SPACED = re.compile(r"(?:\w ){3,}\w")
_DETAILS_END = 0.4
_NUMBER_LABEL = re.compile(r"^(?!ihre?\b|your\b).*(?:nr|nummer|no\b|number)")
# The order in which papers follow each other, the last first.
_NUMBER_KINDS = (
    ("invoice_number", INVOICE),
    ("delivery_number", "DELIVERY"),
    ("offer_number", "OFFER"),
    ("contract_number", "CONTRACT"),
)
# A number or day behind the word makes a line a title and no sentence: "Rechnung Nr. 4711 vom 3. März".
_NUMBERED = re.compile(r"[\s:,-]*(?:(?:nr|no|nummer|number)\b|[#:]|[a-z]{0,4}[-/]?\d)")
_PROSE = re.compile(r"[.!?]\s*$|\b(?:bitte|haben|wurde|ist|sind|werden|wir|sie|ihnen|please|your|you)\b")


@dataclass(slots=True)
class _Sign:
    """One sign for a class."""

    weight: float
    reason: str
    piece: Piece | None = None


def guess_classes(
    letter: Letter | None,
    *,
    entities: Iterable[Entity] = (),
    direction: Direction = "",
    einvoice: EInvoice | None = None,
    media_type: str = "",
    learned: Sequence[tuple[str, float]] = (),
    class_words: Sequence[tuple[str, str]] = (),
) -> list[ClassGuess]:
    """All guesses, the best first. `learned` is what the model thinks; what the source said, filing adds.

    `class_words` are the house's own words with their classes; as headings they count more than all shipped ones.
    """
    guesses: list[ClassGuess] = []
    if einvoice is not None and einvoice.status == "invoice":
        guesses.append(_by_einvoice(einvoice, direction))
    by_media = BY_MEDIA.get(media_type.lower())
    if by_media and media_type.lower() in _CERTAIN_MEDIA:
        guesses.append(ClassGuess(by_media[0], by_media[1], "text", gettext_noop("Die Dateiart sagt es.")))
    by_rules = _by_rules(letter, direction, entities, class_words) if letter else []
    by_model = [
        ClassGuess(code, round(confidence, 3), "learned", gettext_noop("So wurden ähnliche Dokumente eingeordnet."))
        for code, confidence in learned
    ]
    guesses.extend(_merged(by_rules, by_model))
    if by_media and media_type.lower() not in _CERTAIN_MEDIA:
        guesses.append(ClassGuess(by_media[0], by_media[1], "text", gettext_noop("Die Dateiart legt es nahe.")))
    return _once(guesses)


_CERTAIN_MEDIA = frozenset(media for media, (_, weight) in BY_MEDIA.items() if weight > 0.9)


def _once(guesses: Iterable[ClassGuess]) -> list[ClassGuess]:
    unique: dict[str, ClassGuess] = {}
    for guess in guesses:
        unique.setdefault(guess.code, guess)
    # Source and XML lead whatever the rules say; among the rest the surest comes first.
    order = {"source": 0, "xml": 1}
    return sorted(unique.values(), key=lambda guess: (order.get(guess.origin, 2), -guess.confidence))


def _merged(rules: list[ClassGuess], model: list[ClassGuess]) -> list[ClassGuess]:
    """Rules first; where both agree the confidence grows, where they differ the surer one leads."""
    by_model = {guess.code: guess for guess in model}
    made = []
    for guess in rules:
        other = by_model.pop(guess.code, None)
        confidence = 1 - (1 - guess.confidence) * (1 - other.confidence) if other else guess.confidence
        made.append(
            ClassGuess(guess.code, round(min(confidence, 0.99), 3), guess.origin, guess.reason, guess.page, guess.box)
        )
    return [*made, *by_model.values()]


def _by_einvoice(einvoice: EInvoice, direction: Direction) -> ClassGuess:
    kind = einvoice.values.get("type_code", "")
    shown = kind or einvoice.syntax
    if kind in CREDIT_TYPES or einvoice.syntax == "UBL CreditNote" or _is_negative(einvoice):
        return ClassGuess(
            "CREDIT_NOTE", 0.98, "xml", f"Die E-Rechnung ist eine Gutschrift oder Korrektur (Art {shown})."
        )
    # A self-billed invoice is written by the buyer: it is ours if we are the seller it names.
    code = "INV_IN" if direction == "received" else "INV_OUT"
    if kind in SELF_BILLED_TYPES:
        reason = f"Die E-Rechnung ist eine Abrechnung durch den Käufer (Art {shown})."
        return ClassGuess(code, 0.9, "xml", reason)
    if direction == "received":
        return ClassGuess("INV_IN", 0.99, "xml", f"Die E-Rechnung (Art {shown}) ist an uns gerichtet.")
    confidence = 0.99 if direction == "sent" else 0.6
    return ClassGuess(
        "INV_OUT",
        confidence,
        "xml",
        f"Die E-Rechnung (Art {shown}) ist von uns ausgestellt."
        if direction
        else f"Die Datei ist eine E-Rechnung (Art {shown}).",
    )


def _is_negative(einvoice: EInvoice) -> bool:
    return einvoice.values.get("gross_amount", "").startswith("-")


def _by_rules(
    letter: Letter, direction: Direction, entities: Iterable[Entity], class_words: Sequence[tuple[str, str]]
) -> list[ClassGuess]:
    signs: dict[str, list[_Sign]] = {}
    _house_signs(letter, class_words, signs)
    _title_signs(letter, signs)
    _phrase_signs(letter, signs)
    _number_signs(entities, signs)
    _letter_sign(letter, signs)
    scores: list[tuple[float, str, _Sign]] = []
    for code, found in signs.items():
        missing = 1.0
        for sign in found:
            missing *= 1 - sign.weight
        scores.append((1 - missing, code, max(found, key=lambda sign: sign.weight)))
    scores.sort(key=lambda entry: -entry[0])
    made: list[ClassGuess] = []
    for position, (score, code, sign) in enumerate(scores[:6]):
        # Everything with a salutation is a letter, too: that makes nothing else doubtful.
        others = [other for other, of, _ in scores if of not in (code, "LETTER")]
        rival = max(others, default=0.0)
        # Two titles on one page make each of them doubtful.
        confidence = (
            min(0.98, score * (1 - 0.5 * max(0.0, rival - 0.5))) if position == 0 else score * (1 - rival * 0.7)
        )
        made.extend(_guess(code, confidence, sign, direction))
    return made


def _guess(code: str, confidence: float, sign: _Sign, direction: Direction) -> list[ClassGuess]:
    page, box = (sign.piece.page, sign.piece.box) if sign.piece else (None, None)
    if code != INVOICE:
        return [ClassGuess(code, round(confidence, 3), "text", sign.reason, page, box)]
    first, second = ("INV_IN", "INV_OUT") if direction == "received" else ("INV_OUT", "INV_IN")
    known = bool(direction)
    # Without our own name on the page it stays open whether we wrote the invoice.
    shares = (
        ((first, confidence), (second, 0.05)) if known else ((first, confidence * 0.55), (second, confidence * 0.45))
    )
    return [ClassGuess(one, round(share, 3), "text", sign.reason, page, box) for one, share in shares]


def _title_signs(letter: Letter, signs: dict[str, list[_Sign]]) -> None:
    if not letter.text.pages:
        return
    pieces = letter.pieces(1)
    heights = [piece.box[3] - piece.box[1] for piece in pieces]
    usual = median(heights) if heights else 0.012
    best: dict[str, _Sign] = {}
    for piece in pieces:
        large = piece.box[3] - piece.box[1] >= usual * _LARGE
        if piece.box[1] > _TITLES_END and not large:
            continue
        found = _TITLE.match(_closed_up(piece.text.lower())) if len(piece.text) <= _LONGEST_TITLE else None
        if found is None:
            continue
        code, weight = _TITLE_CODES.get(found["word"], _SOME_INVOICE)
        weight *= _place_factor(piece, found["rest"], large=large)
        if weight > 0.1 and (code not in best or best[code].weight < weight):
            word = _closed_up(piece.text)[: found.end("word")]
            size = " in großer Schrift" if large else ""
            best[code] = _Sign(weight, f"„{word}“ steht{size} als Überschrift auf Seite {piece.page}.", piece)
    for code, sign in best.items():
        signs.setdefault(code, []).append(sign)


def _house_signs(letter: Letter, class_words: Sequence[tuple[str, str]], signs: dict[str, list[_Sign]]) -> None:
    """Words the administration gave its classes: a heading that begins with one, else one anywhere in the text."""
    pieces = letter.pieces(1) if class_words and letter.text.pages else []
    lowered = letter.plain[:_PHRASE_CHARACTERS].lower().replace("\n", " ") if class_words else ""
    for word, code in class_words:
        wanted = word.lower()
        heads = (one for one in pieces if len(one.text) <= _LONGEST_TITLE and one.box[1] <= _TITLES_END)
        head = next((one for one in heads if _closed_up(one.text.lower()).startswith(wanted)), None)
        if head is not None:
            sign = _Sign(_HOUSE_HEADING, f"„{word}“ steht als Überschrift auf Seite 1.", head)
            signs.setdefault(code, []).append(sign)
        elif wanted in lowered:
            signs.setdefault(code, []).append(_Sign(_HOUSE_WORD, f"„{word}“ steht im Text."))


def number_in_title(letter: Letter, code: str) -> tuple[int, int] | None:
    """Where in `plain` a title of this class carries a number: "8D-Report zur Reklamation RK-17".

    A title that speaks of another paper ("Mahnung zu Rechnung 4711") does not count.
    """
    wanted = INVOICE if code in ("INV_OUT", "INV_IN") else code
    for piece in letter.pieces(1) if letter.text.pages else ():
        lowered = piece.text.lower()
        found = _TITLE.match(lowered) if len(piece.text) <= _LONGEST_TITLE and piece.box[1] < _TITLES_END else None
        if found is None or _TITLE_CODES.get(found["word"], _SOME_INVOICE)[0] != wanted:
            continue
        number = _TITLE_NUMBER.search(piece.text, found.end("word"))
        if number is None:
            continue
        between = lowered[found.end("word") : number.start()].split()
        if all(_TITLE_CODES.get(word, (wanted, 0))[0] == wanted for word in between):
            return piece.start + number.start(), piece.start + number.end()
    return None


def _letter_sign(letter: Letter, signs: dict[str, list[_Sign]]) -> None:
    """A salutation, a closing and no sign of anything else on a page or two is a letter."""
    if "LETTER" not in signs or len(letter.text.pages) > 2 or len(signs["LETTER"]) < 2:
        return
    if any(sign.weight >= 0.2 for code, found in signs.items() if code != "LETTER" for sign in found):
        return
    pieces = [piece for piece in letter.pieces(1) if piece.box[1] > _LETTERHEAD]
    salutation = next((piece for piece in pieces if piece.text.lower().startswith(_SALUTATIONS)), None)
    if salutation is None:
        return
    # A heading in larger letters than the text, or with a number, names something we have no word for.
    usual = salutation.box[3] - salutation.box[1]
    large = any(piece.box[3] - piece.box[1] >= usual * _LARGE for piece in pieces)
    if not large and not any(_NUMBERED_PAPER.fullmatch(piece.text) for piece in pieces):
        signs["LETTER"].append(_Sign(0.5, "Anrede und Gruß, aber kein Zeichen einer anderen Klasse.", salutation))


def _closed_up(text: str) -> str:
    """Letters set apart for looks belong together: "R E C H N U N G"."""
    return text.replace(" ", "") if _SPACED.fullmatch(text) else text


def _number_signs(entities: Iterable[Entity], signs: dict[str, list[_Sign]]) -> None:
    """An own number among the details at the top of page 1. Invoices name orders, too, so the later paper wins."""
    found = {
        entity.kind: entity
        for entity in entities
        if entity.page == 1
        and entity.box
        and entity.box[1] < _DETAILS_END
        and _NUMBER_LABEL.search(entity.label.lower())
    }
    for kind, code in _NUMBER_KINDS:
        if kind in found and found[kind].origin != "xml":
            signs.setdefault(code, []).append(_Sign(0.5, f"„{found[kind].label}“ steht im Kopf auf Seite 1."))
            return


def _place_factor(piece: Piece, rest: str, *, large: bool) -> float:
    """How much a line that begins with a title word is a title."""
    rest = rest.strip()
    if large:
        return 1.0
    # "Rechnungsnummer: 4711" in a column of details, or "Angebot vom 3. März" among other references.
    if not rest:
        return 0.9 if piece.box[1] < 0.5 else 0.5
    if rest.startswith(":") or piece.box[0] > 0.55:
        return 0.45
    if _PROSE.search(rest):
        return 0.25
    return 0.85 if _NUMBERED.match(rest) else 0.6


def _phrase_signs(letter: Letter, signs: dict[str, list[_Sign]]) -> None:
    lowered = letter.plain[:_PHRASE_CHARACTERS].lower().replace("\n", " ")
    same_length = len(lowered) == len(letter.plain[:_PHRASE_CHARACTERS])
    # Looking for each phrase is many times faster than one pattern of all.
    for phrase, code, weight in _PHRASE_CODES:
        at = lowered.find(phrase)
        if at >= 0:
            piece = letter.piece_at(at) if same_length and code != "LETTER" else None
            signs.setdefault(code, []).append(_Sign(weight, f"„{phrase}“ steht im Text.", piece))
