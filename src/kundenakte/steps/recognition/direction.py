"""Did our company write it, or somebody else? Decided by where our own name, address and identifiers stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kundenakte.customers.normal_forms import vat_id, zip_street
from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import EInvoice, Entity
from kundenakte.records.letter import AddressBlock, Letter

Direction = Literal["sent", "received", ""]


def direction_of(
    letter: Letter | None, entities: Iterable[Entity], own: OwnCompany, *, einvoice: EInvoice | None = None
) -> Direction:
    """ "sent", "received", or "" when nothing of ours stands there. The XML of an e-invoice leads."""
    if einvoice is not None and (said := _by_einvoice(einvoice, own)):
        return said
    if letter is None:
        return ""
    recipients = [block for block in letter.blocks if block.part == "recipient"]
    if any(_ours(block, own) for block in recipients):
        return "received"
    ours_elsewhere = any(_ours(block, own) for block in letter.blocks if block.part != "recipient")
    if ours_elsewhere and recipients:
        return "sent"
    # Bank account and tax number of a letter are its writer's.
    if any(entity.own and entity.kind in ("iban", "vat_id", "tax_number") for entity in entities):
        return "sent"
    return "sent" if _in_letterhead(letter, own) else ""


def _by_einvoice(einvoice: EInvoice, own: OwnCompany) -> Direction:
    for role, said in (("seller", "sent"), ("buyer", "received")):
        vat = vat_id(einvoice.values.get(f"{role}_vat_id", ""))
        name = einvoice.values.get(f"{role}_name", "")
        if (vat and vat in own.vat_ids) or (name and own.has_name(name)):
            return "sent" if said == "sent" else "received"
    return ""


def _ours(block: AddressBlock, own: OwnCompany) -> bool:
    return any(
        own.has_name(piece.text) or zip_street(block.zip_code, piece.text) in own.zip_streets for piece in block.above
    )


def _in_letterhead(letter: Letter, own: OwnCompany) -> bool:
    pieces = letter.pieces(1) if letter.text.pages else []
    return any(own.has_name(piece.text) for piece in pieces if piece.box[1] < 0.12 or piece.box[1] > 0.9)
