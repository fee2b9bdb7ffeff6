"""Did our company write it, or somebody else? Decided by where our own name, address and identifiers stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kundenakte.customers.normal_forms import vat_id, zip_street
from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import EInvoice, Entity
from kundenakte.records.letter import AddressBlock, Letter

# DIN 5008 keeps the upper 27 mm (form A) or 45 mm (form B) of 297 for the letterhead.
_LETTERHEAD_ENDS = 0.11

Direction = Literal["sent", "received", ""]


def direction_of(
    letter: Letter | None, entities: Iterable[Entity], own: OwnCompany, *, einvoice: EInvoice | None = None
) -> Direction:
    """ "sent", "received", or "" when nothing of ours stands there. The XML of an e-invoice leads."""
    if einvoice is not None and (said := _by_einvoice(einvoice, own)):
        return said
    if letter is None:
        return ""
    # Bank account and tax number on a letter are its writer's; so is the VAT id at the foot of the page.
    if any(entity.own and _of_writer(entity) for entity in entities):
        return "sent"
    ours = [block for block in letter.blocks if _ours(block, own)]
    recipients = [block for block in letter.blocks if block.part == "recipient"]
    if any(block in recipients and not _is_letterhead(block, letter, ours) for block in ours):
        return "received"
    if ours and (said := _by_order(ours, recipients, letter)):
        return said
    return "sent" if _in_letterhead(letter, own) else ""


def _by_order(ours: list[AddressBlock], recipients: list[AddressBlock], letter: Letter) -> Direction:
    """Whose address stands first on page 1 wrote it; the foot of a page is its writer's, too."""
    if any(block.part == "footer" for block in ours):
        return "sent"
    others = [block for block in letter.blocks if block not in ours and block.page == 1 and block.part != "footer"]
    top = min(block.box[1] for block in ours if block.page == 1) if any(block.page == 1 for block in ours) else 1.0
    if not any(other.box[1] < top for other in others):
        return "sent"
    # Sender's details at the right of a recipient in the window (DIN 5008, information block).
    if any(block.box[0] > 0.5 for block in ours) and any(block.box[0] < 0.4 for block in recipients):
        return "sent"
    return "received"


def _of_writer(entity: Entity) -> bool:
    if entity.kind in ("iban", "tax_number"):
        return True
    return entity.kind == "vat_id" and entity.part == "footer"


def _is_letterhead(block: AddressBlock, letter: Letter, ours: list[AddressBlock]) -> bool:
    """Our address at the very top, with nobody's above it: a letter of ours that shows no recipient, or below."""
    if block.box[1] >= _LETTERHEAD_ENDS:
        return False
    return not any(other.box[1] < block.box[1] and other not in ours for other in letter.blocks if other.page == 1)


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
