"""Values for the index fields of a class, from the e-invoice first and the labels on the page second.

Each value keeps its origin and place (R-04). A field stays empty rather than holding a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from kundenakte.records.findings import EInvoice, Entity, FieldValue
from kundenakte.records.letter import Letter
from kundenakte.steps.recognition.classes import number_in_title
from kundenakte.steps.recognition.direction import Direction
from kundenakte.steps.recognition.notation import DATE, currency_in, iso_date

# The kinds of entity that are a document's own number, per class, the most exact first ("Belegnummer" is any).
OWN_NUMBER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "INV_OUT": ("invoice_number", "document_number"),
        "INV_IN": ("invoice_number", "document_number"),
        "CREDIT_NOTE": ("document_number",),
        "DUNNING": ("document_number",),
        "PAYMENT": ("document_number",),
        "OFFER": ("offer_number", "document_number"),
        "ENQUIRY": ("document_number",),
        "ORDER_IN": ("order_number", "document_number"),
        "ORDER_CONF": ("order_number", "document_number"),
        "DELIVERY": ("delivery_number", "document_number"),
        "CONTRACT": ("contract_number", "document_number"),
        "MAINT_CONTRACT": ("contract_number", "document_number"),
        "NDA": ("contract_number", "document_number"),
        "SERVICE_REPORT": ("document_number",),
        "ACCEPTANCE": ("document_number",),
        "COMPLAINT": ("document_number",),
    }
)
_REFERENCES = ("order_number", "delivery_number", "invoice_number", "offer_number", "contract_number", "serial_number")
_FROM_XML: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "document_number": ("invoice_number",),
        "dated_on": ("issue_date",),
        "net_amount": ("net_amount",),
        "gross_amount": ("gross_amount",),
        "currency": ("currency",),
        "due_on": ("due_date",),
        "order_number": ("order_number", "sales_order"),
        "delivery_number": ("despatch_advice",),
        "contract_number": ("contract",),
        "project": ("project",),
        "invoice_number": ("preceding_invoice",),
    }
)
# What the paper says most exactly comes first; "Summe" may be that of a page, "zu zahlen" what is left of it.
_GROSS = ("brutto", "gross", "rechnungsbetrag", "gesamtbetrag", "endbetrag", "grand", "invoice", "gesamtsumme", "total")
# The word in the label of a document's own day; other papers' days stand beside it ("Bestelldatum" on an invoice).
_OWN_DAY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "INV_OUT": ("rechnung", "invoice"),
        "INV_IN": ("rechnung", "invoice"),
        "CREDIT_NOTE": ("gutschrift", "rechnung", "credit"),
        "DUNNING": ("mahn",),
        "OFFER": ("angebot", "offer", "quot"),
        "ORDER_IN": ("bestell", "order"),
        "ORDER_CONF": ("auftrag", "order"),
        "DELIVERY": ("lieferschein", "delivery"),
        "CONTRACT": ("vertrag",),
        "MAINT_CONTRACT": ("vertrag",),
    }
)
_ANY_DAY = ("beleg", "ausstell", "issue", "document")
_BARE_DAY = ("datum", "date")
_SUBJECT = re.compile(r"(?:Betreff|Betr\.|Subject)\s*:\s*([^\n\f]{2,120})", re.IGNORECASE)
_UPPER_PART = 0.5
_ONE_LINE = 0.008


def index_values(
    letter: Letter | None,
    entities: Iterable[Entity],
    *,
    class_code: str,
    einvoice: EInvoice | None = None,
    direction: Direction = "",
) -> dict[str, FieldValue]:
    """Field key -> value. Which of them a class has is its own matter; surplus ones are dropped there."""
    found = list(entities)
    values: dict[str, FieldValue] = {}
    if einvoice is not None and einvoice.status == "invoice":
        values.update(_of_einvoice(einvoice, direction))
    for key, value in _of_page(letter, found, class_code).items():
        values.setdefault(key, value)
    return values


def _of_einvoice(einvoice: EInvoice, direction: Direction) -> dict[str, FieldValue]:
    made = {}
    for key, terms in _FROM_XML.items():
        value = next((einvoice.values[term] for term in terms if einvoice.values.get(term)), "")
        if value:
            made[key] = FieldValue(value, "xml")
    if direction == "received" and (seller := einvoice.values.get("seller_name")):
        made["sender"] = FieldValue(seller, "xml")
    return made


def _of_page(letter: Letter | None, entities: Sequence[Entity], class_code: str) -> dict[str, FieldValue]:
    printed = [entity for entity in entities if entity.origin != "xml"]
    own = OWN_NUMBER.get(class_code, ())
    in_title = _in_title(letter, class_code)
    made: dict[str, FieldValue | None] = {"document_number": _whole(_number(printed, own), in_title)}
    for kind in _REFERENCES:
        if kind not in own:
            made[kind] = _number(printed, (kind,))
    made["dated_on"] = _own_day(printed, class_code, made["document_number"]) or _first_date(letter)
    made["due_on"] = _labelled(printed, "date", "due_on", ())
    made["valid_until"] = _labelled(printed, "date", "valid_until", ())
    made["gross_amount"] = _labelled(printed, "amount", "gross_amount", _GROSS, largest=True)
    made["net_amount"] = _labelled(printed, "amount", "net_amount", (), largest=True)
    made["project"] = _of(next((one for one in printed if one.kind == "project"), None))
    sender = next((one for one in printed if one.kind == "party_name" and one.part == "sender" and not one.own), None)
    made["sender"] = _of(sender)
    if letter is not None:
        if made["gross_amount"] and (currency := currency_in(letter.plain)):
            made["currency"] = FieldValue(currency, "text")
        made["subject"] = _subject(letter)
    return {key: value for key, value in made.items() if value is not None}


def _in_title(letter: Letter | None, class_code: str) -> FieldValue | None:
    span = number_in_title(letter, class_code) if letter is not None else None
    if letter is None or span is None:
        return None
    place = letter.text.place(*span)
    return FieldValue(letter.plain[slice(*span)], "text", place.page if place else None, place.box if place else None)


def _whole(labelled: FieldValue | None, in_title: FieldValue | None) -> FieldValue | None:
    """The number behind the label, unless the title says the same and more: a scan loses the end of small print."""
    if labelled and in_title and in_title.value.startswith(labelled.value):
        return in_title
    return labelled or in_title


def _of(entity: Entity | None) -> FieldValue | None:
    return FieldValue(entity.value, entity.origin, entity.page, entity.box) if entity else None


def _number(entities: Sequence[Entity], kinds: tuple[str, ...]) -> FieldValue | None:
    """The number behind the best label: "Rechnungsnummer" before "Rechnung", the first page before the others."""
    for kind in kinds:
        if fitting := [one for one in entities if one.kind == kind]:
            return _of(min(fitting, key=_number_rank))
    return None


def _number_rank(entity: Entity) -> tuple[int, int, float]:
    label = entity.label.lower()
    exact = 0 if any(word in label for word in ("nr", "nummer", "no", "number", "id")) else 1
    # "Ihre Bestellung" and the like stand among the details too, but lower down the text refers to other papers.
    return entity.page or 1, exact, entity.box[1] if entity.box else 1.0


def _own_day(entities: Sequence[Entity], class_code: str, number: FieldValue | None) -> FieldValue | None:
    days = [one for one in entities if one.kind == "date" and one.label.startswith("dated_on:")]
    words = _OWN_DAY.get(class_code, ())

    def rank(one: Entity) -> int:
        shown = one.label.lower().partition(":")[2]
        if any(word in shown for word in words):
            return 0
        if any(word in shown for word in _ANY_DAY):
            return 1
        if shown in _BARE_DAY:
            return 2
        # "Rechnung Nr. 4711 vom 3. März": the day on the line of the number.
        if (
            number
            and number.box
            and one.box
            and one.page == number.page
            and abs(one.box[1] - number.box[1]) < _ONE_LINE
        ):
            return 3
        return 5 if "datum" in shown or "date" in shown else 4

    best = min(days, key=rank, default=None)
    return _of(best) if best is not None and rank(best) < 4 else None


def _labelled(
    entities: Sequence[Entity], kind: str, name: str, order: tuple[str, ...], *, largest: bool = False
) -> FieldValue | None:
    fitting = [one for one in entities if one.kind == kind and one.label.startswith(f"{name}:")]
    if largest:
        # Sums carried over from page to page and discounts bear the same words; the whole is the largest.
        fitting.sort(key=lambda one: -abs(float(one.value)))

    def rank(one: Entity) -> int:
        shown = one.label.lower().partition(":")[2]
        return next((at for at, word in enumerate(order) if word in shown), len(order))

    return _of(min(fitting, key=rank, default=None))


def _first_date(letter: Letter | None) -> FieldValue | None:
    """The first day in the upper part of page 1: "Nürnberg, 3. März 2026"."""
    if letter is None:
        return None
    for found in DATE.finditer(letter.plain, 0, 3000):
        place = letter.text.place(found.start(), found.end())
        if place is None or place.page != 1 or place.box[1] > _UPPER_PART:
            continue
        if day := iso_date(found):
            return FieldValue(day, "text", place.page, place.box)
    return None


def _subject(letter: Letter) -> FieldValue | None:
    found = _SUBJECT.search(letter.plain, 0, 4000)
    if found is None:
        return None
    place = letter.text.place(found.start(1), found.end(1))
    return FieldValue(found[1].strip(), "text", place.page if place else None, place.box if place else None)
