"""Everything with a meaning in a text: identifiers, and the values that labels name. Pure, milliseconds a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import Entity, EntityKind
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.steps.recognition.identifiers import identifiers
from kundenakte.steps.recognition.labelled import Value, value_of
from kundenakte.steps.recognition.labels import Label, labels_in
from kundenakte.steps.recognition.notation import AMOUNT, DATE, decimal_amount, iso_date

_DOCUMENT_NUMBER = re.compile(
    r"(?=[A-Za-z0-9/\-._]*\d)(?:[A-Z]{1,4} (?=\d))?[A-Za-z0-9][\w\-/.]{1,28}(?<![.\-/])(?! ?[%€])"
)
_NO_NUMBER = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?|\d{4}-\d{2}-\d{2}|[\d.]*\d,\d{2}|\d{1,3}")
_PROJECT = re.compile(r"\S[^\n\f:]{1,60}")
_PART_OF_SUM = re.compile(r"^\s*(?:der |an )?(?:zu-|zuschl|abschl|rabatt|anzahlung|nachl|allowance|charge|discount)")
_OF_TAX = re.compile(r"(?:vat|tax|steuer|mwst\.?|ust\.?) $")
_WITHOUT_TAX = re.compile(r"\s*\(?(?:ohne|netto|excl|exkl|net\b|zzgl)")
_BEFORE = re.compile(r"(?:(?:Ihre?|Unsere?|Your|Our)\s+)$", re.IGNORECASE)
_BEHIND = re.compile(r" ?\(?(?:bei uns|bei Ihnen)\)?", re.IGNORECASE)

_NUMBERS: Mapping[str, EntityKind] = {
    "invoice_number": "invoice_number",
    "credit_number": "document_number",
    "report_number": "document_number",
    "order_number": "order_number",
    "delivery_number": "delivery_number",
    "offer_number": "offer_number",
    "contract_number": "contract_number",
    "serial_number": "serial_number",
}
_DATES = ("dated_on", "delivered_on", "due_on", "valid_until")
_AMOUNTS = ("gross_amount", "net_amount", "vat_amount")
# These words stand in ordinary sentences too: alone they name only what follows at once on the same line.
_WEAK = frozenset(
    [
        *("an", "angebot", "auftrag", "auftragsbestätigung", "bestellung", "brutto", "bv", "customer", "den"),
        *("equipment", "gesamt", "gutschrift", "invoice", "kommission", "kostenvoranschlag", "kunde"),
        *("lieferschein", "net", "netto", "objekt", "offerte", "project", "projekt", "quotation"),
        *("rahmenvertrag", "rechnung", "rechnungskorrektur", "s/n", "servicebericht", "sn", "stornorechnung", "summe"),
        *("tax", "total", "vertrag", "vom", "vorhaben", "wartungsvertrag"),
    ]
)  # fmt: skip
_MAX_LABELS = 120


def find_entities(letter: Letter, *, own: OwnCompany, shapes: NumberShapes) -> list[Entity]:
    """All entities of a text, in no order that matters; each with its page and box."""
    labels = list(labels_in(letter.plain))[: _MAX_LABELS * 2]
    found = identifiers(letter, labels, own)
    found.extend(_customer_numbers(letter, labels, shapes))
    found.extend(_party_names(letter, own))
    for label in labels[:_MAX_LABELS]:
        found.extend(_labelled(letter, label))
    return _without_repetition(found)


def _without_repetition(found: list[Entity]) -> list[Entity]:
    unique: dict[tuple[str, str, str], Entity] = {}
    for entity in found:
        unique.setdefault((entity.kind, entity.value, entity.label.lower()), entity)
    return list(unique.values())


def _customer_numbers(letter: Letter, labels: list[Label], shapes: NumberShapes) -> Iterator[Entity]:
    taken: set[int] = set()
    for label in labels:
        if label.kind != "customer_number":
            continue
        weak = label.words == 1 and letter.plain[label.start : label.end].lower() in _WEAK
        value = value_of(letter, label, shapes.labelled, near_only=weak)
        if value is None or DATE.match(letter.plain, value.start):
            continue
        if weak and not shapes.is_distinctive(shapes.variants(value.found[0])[-1]):
            continue
        taken.add(value.start)
        yield _made(letter, "customer_number", _best(shapes, value.found[0]), value, _whole_label(letter, label))
    if shapes.unlabelled is not None:
        for found in list(shapes.unlabelled.finditer(letter.plain))[:20]:
            if found.start() not in taken:
                value = Value(found, found.start(), found.end(), "behind")
                yield _made(letter, "customer_number", shapes.variants(found[0])[0], value, "")


def _best(shapes: NumberShapes, shown: str) -> str:
    """The variant in the company's shape, or the number as it stands."""
    variants = shapes.variants(shown)
    return next((variant for variant in variants if shapes.shapes and shapes.fits(variant)), variants[0])


def _whole_label(letter: Letter, label: Label) -> str:
    """The label with the words that turn its meaning: "Ihre Kundennummer bei uns"."""
    before = _BEFORE.search(letter.plain, max(0, label.start - 10), label.start)
    behind = _BEHIND.match(letter.plain, label.end)
    start = before.start() if before else label.start
    return " ".join(letter.plain[start : behind.end() if behind else label.end].split())


def _party_names(letter: Letter, own: OwnCompany) -> Iterator[Entity]:
    for block in letter.blocks:
        if block.part not in ("recipient", "sender") or not block.above:
            continue
        top = block.above[-1]
        yield Entity(
            kind="party_name",
            value=top.text,
            shown=top.text,
            origin="text",
            page=top.page,
            box=top.box,
            own=own.has_name(top.text),
            part=block.part,
        )


def _labelled(letter: Letter, label: Label) -> Iterator[Entity]:
    shown = letter.plain[label.start : label.end]
    weak = label.words == 1 and shown.lower() in _WEAK
    if label.kind in _NUMBERS:
        value = value_of(letter, label, _DOCUMENT_NUMBER, near_only=weak)
        # A bare "42" is a number only where the label says so.
        short = label.words > 1 and value is not None and value.found[0].isdigit()
        if value and (short or not _NO_NUMBER.fullmatch(value.found[0])):
            yield _made(letter, _NUMBERS[label.kind], value.found[0].strip(), value, shown)
    elif label.kind == "project":
        value = value_of(letter, label, _PROJECT, near_only=True)
        if value and letter.plain[label.end : value.start].strip(" .") == ":":
            piece = letter.piece_at(value.start)
            text = letter.plain[value.start : min(value.end, piece.end if piece else value.end)].strip()
            yield _made(
                letter, "project", text, Value(value.found, value.start, value.start + len(text), "behind"), shown
            )
    elif label.kind in _DATES:
        value = value_of(letter, label, DATE, near_only=weak)
        if value and (day := iso_date(value.found)):
            yield _made(letter, "date", day, value, label.kind + ":" + shown)
    elif label.kind in _AMOUNTS:
        kind = _kind_of_sum(letter, label)
        value = _amount_of(letter, label, near_only=weak) if kind else None
        if value:
            yield _made(letter, "amount", decimal_amount(value.found), value, f"{kind}:{shown}")


def _kind_of_sum(letter: Letter, label: Label) -> str:
    """The kind of amount in view of the words beside the label: "Gesamtbetrag der Abschläge" is none of the three."""
    behind = letter.plain[label.end : label.end + 30].split("\n")[0].lower()
    before = letter.plain[max(0, label.start - 12) : label.start].split("\n")[-1].lower()
    if _PART_OF_SUM.search(behind) or _OF_TAX.search(before):
        return ""
    return "net_amount" if label.kind == "gross_amount" and _WITHOUT_TAX.match(behind) else label.kind


def _amount_of(letter: Letter, label: Label, *, near_only: bool) -> Value | None:
    """The first amount behind a label on its line, whatever stands between ("inkl. 19 % MwSt. EUR"), or below it."""
    end = letter.plain.find("\n", label.end)
    found = AMOUNT.search(letter.plain, label.end, min(end if end >= 0 else len(letter.plain), label.end + 70))
    if found:
        # A percentage is no amount.
        while found and letter.plain[found.end() : found.end() + 2].strip().startswith("%"):
            found = AMOUNT.search(letter.plain, found.end(), end if end >= 0 else len(letter.plain))
        if found:
            return Value(found, found.start(), found.end(), "behind")
    return value_of(letter, label, AMOUNT, near_only=near_only)


def _made(letter: Letter, kind: EntityKind, value: str, found: Value, label: str) -> Entity:
    place = letter.text.place(found.start, found.end)
    return Entity(
        kind=kind,
        value=value,
        shown=letter.plain[found.start : found.end],
        origin="text",
        page=place.page if place else None,
        box=place.box if place else None,
        label=label,
        part=letter.part_of(place.page, place.box) if place else "",
    )
