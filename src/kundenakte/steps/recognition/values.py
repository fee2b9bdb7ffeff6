"""From entities and e-invoice to index fields: which of the numbers, days and amounts is the document's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kundenakte.records.findings import EInvoice, Entity, FieldValue, Findings

# The kind of number that is the document's own, by class.
_OWN_NUMBER: Mapping[str, tuple[str, ...]] = {
    "INV_OUT": ("invoice_number",),
    "INV_IN": ("invoice_number",),
    "CREDIT_NOTE": ("document_number",),
    "OFFER": ("offer_number",),
    "ORDER_CONF": ("order_number",),
    "ORDER_IN": ("order_number",),
    "DELIVERY": ("delivery_number",),
    "CONTRACT": ("contract_number",),
    "MAINT_CONTRACT": ("contract_number",),
    "NDA": ("contract_number",),
}
_NUMBERS = (
    "invoice_number", "order_number", "delivery_number", "offer_number", "contract_number", "serial_number", "project",
)  # fmt: skip
_LABELLED = ("dated_on", "due_on", "valid_until", "gross_amount", "net_amount")
# XML term → index field. The XML leads the printed page (GoBD 75).
_FROM_XML: Mapping[str, str] = {
    "invoice_number": "document_number",
    "issue_date": "dated_on",
    "net_amount": "net_amount",
    "gross_amount": "gross_amount",
    "currency": "currency",
    "due_date": "due_on",
    "order_number": "order_number",
    "despatch_advice": "delivery_number",
    "preceding_invoice": "invoice_number",
    "project": "project",
    "contract": "contract_number",
    "seller_name": "sender",
}


def values_of(findings: Findings, mail: Mapping[str, str] | None = None) -> dict[str, FieldValue]:
    """Everything that can become an index field, each with its origin and place. The class narrows it down later."""
    code = findings.classes[0].code if findings.classes else ""
    made: dict[str, FieldValue] = {}
    for key, value in (*_of_einvoice(findings.einvoice), *_of_mail(mail or {}), *_of_page(findings.entities, code)):
        made.setdefault(key, value)
    return made


def _of_einvoice(einvoice: EInvoice | None) -> Iterator[tuple[str, FieldValue]]:
    if einvoice is None or einvoice.status != "invoice":
        return
    for term, key in _FROM_XML.items():
        # One of several orders is enough for a field; all of them stand in the findings.
        value = einvoice.values.get(term, "").split(";")[0].strip()
        if value:
            yield key, FieldValue(value, "xml")


def _of_mail(mail: Mapping[str, str]) -> Iterator[tuple[str, FieldValue]]:
    for key in ("subject", "dated_on", "sender"):
        if mail.get(key):
            yield key, FieldValue(mail[key], "mail")


def _of_page(entities: Iterable[Entity], code: str) -> Iterator[tuple[str, FieldValue]]:
    printed = [entity for entity in entities if entity.origin == "text"]
    own = _OWN_NUMBER.get(code, ("document_number",))
    for entity in printed:
        if entity.kind in own:
            yield "document_number", _value(entity)
            break
    for entity in printed:
        # A credit note names the invoice it corrects; an invoice naming its own number names no other one.
        if (entity.kind in _NUMBERS and entity.kind not in own) or (
            entity.kind in own and entity.kind == "contract_number"
        ):
            yield entity.kind, _value(entity)
        label = entity.label.partition(":")[0]
        if entity.kind in {"date", "amount"} and label in _LABELLED:
            yield label, _value(entity)
    sums = [entity for entity in printed if entity.kind == "amount"]
    if sums:
        yield "currency", FieldValue(_currency(sums), "text")


def _value(entity: Entity) -> FieldValue:
    return FieldValue(entity.value, entity.origin, entity.page, entity.box)


def _currency(sums: Iterable[Entity]) -> str:
    shown = " ".join(entity.shown for entity in sums).upper()
    for code in ("CHF", "USD", "GBP"):
        if code in shown:
            return code
    return "EUR"
