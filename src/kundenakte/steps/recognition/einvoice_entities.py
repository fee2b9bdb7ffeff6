"""What an e-invoice says about its two parties, as entities that filing weighs like those on the page."""

from __future__ import annotations

from collections.abc import Iterator

from kundenakte.customers import normal_forms
from kundenakte.customers.own import OwnCompany
from kundenakte.records.einvoice import FIELDS
from kundenakte.records.findings import EInvoice, Entity, EntityKind
from kundenakte.steps.recognition.direction import Direction
from kundenakte.steps.recognition.identifiers import is_own

_PARTY: tuple[tuple[str, EntityKind], ...] = (
    ("vat_id", "vat_id"),
    ("tax_number", "tax_number"),
    ("email", "email"),
    ("name", "party_name"),
)
_DOCUMENT: tuple[tuple[str, EntityKind], ...] = (
    ("invoice_number", "invoice_number"),
    ("sales_order", "order_number"),
    ("despatch_advice", "delivery_number"),
    ("contract", "contract_number"),
    ("project", "project"),
)


def entities_of(einvoice: EInvoice, own: OwnCompany, direction: Direction) -> list[Entity]:
    """Entities with origin "xml"; those of our own side are marked and never identify the customer."""
    if einvoice.status != "invoice":
        return []
    return [*_parties(einvoice, own, direction), *_references(einvoice, direction)]


def _parties(einvoice: EInvoice, own: OwnCompany, direction: Direction) -> Iterator[Entity]:
    for role, ours_when in (("seller", "sent"), ("buyer", "received")):
        ours = direction == ours_when
        for term, kind in _PARTY:
            key = f"{role}_{term}"
            shown = einvoice.values.get(key, "")
            value = _normal(kind, shown)
            if value:
                yield _entity(kind, value, shown, key, part=role, own=ours or is_own(kind, value, own))
            if kind == "email" and value and (domain := normal_forms.email_domain(value)):
                mine = ours or is_own(kind, value, own)
                yield _entity("email_domain", domain, domain, key, part=role, own=mine)
    # BT-84 is the seller's account, whoever we are.
    for shown in einvoice.values.get("iban", "").split(";"):
        if value := normal_forms.iban(shown):
            mine = direction == "sent" or value in own.ibans
            yield _entity("iban", value, shown, "iban", part="seller", own=mine)
    yield from _numbers(einvoice, direction)


def _numbers(einvoice: EInvoice, direction: Direction) -> Iterator[Entity]:
    """BT-46 is the buyer's number with the seller: our customer number in an invoice of ours, theirs for us otherwise.

    BT-29 is the seller's number with the buyer, so in an invoice to us it may be the number under which we keep them.
    """
    if direction != "received" and (shown := einvoice.values.get("buyer_id", "")):
        yield _entity("customer_number", normal_forms.number(shown), shown, "buyer_id", part="buyer")
    if direction == "received" and (shown := einvoice.values.get("seller_id", "")):
        yield _entity("customer_number", normal_forms.number(shown), shown, "seller_id", part="seller")


def _references(einvoice: EInvoice, direction: Direction) -> Iterator[Entity]:
    for key, kind in _DOCUMENT:
        if shown := einvoice.values.get(key, ""):
            yield _entity(kind, shown, shown, key)
    for shown in einvoice.values.get("order_number", "").split(";"):
        if shown:
            yield _entity("order_number", shown, shown, "order_number", part="buyer" if direction else "")
    for key in ("issue_date", "due_date", "delivery_date"):
        if shown := einvoice.values.get(key, ""):
            yield _entity("date", shown, shown, key)
    for key in ("gross_amount", "net_amount", "vat_amount", "due_amount"):
        if shown := einvoice.values.get(key, ""):
            yield _entity("amount", shown, shown, key)


def _normal(kind: str, shown: str) -> str:
    match kind:
        case "vat_id":
            return normal_forms.vat_id(shown)
        case "tax_number":
            return normal_forms.tax_number(shown)
        case "email":
            return normal_forms.email(shown)
    return shown


def _entity(kind: EntityKind, value: str, shown: str, key: str, *, part: str = "", own: bool = False) -> Entity:
    return Entity(kind, value, shown, "xml", label=FIELDS.get(key, key), own=own, part=part)
