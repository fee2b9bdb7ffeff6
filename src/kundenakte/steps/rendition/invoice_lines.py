"""What the page of an e-invoice shows besides the header: lines, allowances, tax rows, notes. Only to be shown."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

MOST_LINES = 2_000

Paths = Mapping[str, str]

# Alternatives are divided by "|"; names mean "in any namespace", since ZUGFeRD changed them with each version.
_CII_SETTLEMENT = (
    "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeTransaction/ApplicableSupplyChainTradeSettlement",
)
_CII: Paths = {
    "lines": "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem"
    "|SpecifiedSupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem",
    "line.number": "AssociatedDocumentLineDocument/LineID",
    "line.note": "AssociatedDocumentLineDocument/IncludedNote/Content",
    "line.name": "SpecifiedTradeProduct/Name",
    "line.description": "SpecifiedTradeProduct/Description",
    "line.article": "SpecifiedTradeProduct/SellerAssignedID|SpecifiedTradeProduct/GlobalID",
    "line.quantity": "SpecifiedLineTradeDelivery/BilledQuantity|SpecifiedSupplyChainTradeDelivery/BilledQuantity",
    "line.price": "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount"
    "|SpecifiedSupplyChainTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
    "line.rate": "SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent"
    "|SpecifiedSupplyChainTradeSettlement/ApplicableTradeTax/ApplicablePercent",
    "line.net": "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    "|SpecifiedSupplyChainTradeSettlement/SpecifiedTradeSettlementMonetarySummation/LineTotalAmount",
    "taxes": "|".join(f"{at}/ApplicableTradeTax" for at in _CII_SETTLEMENT),
    "tax.rate": "RateApplicablePercent|ApplicablePercent",
    "tax.category": "CategoryCode",
    "tax.base": "BasisAmount",
    "tax.amount": "CalculatedAmount",
    "tax.reason": "ExemptionReason",
    "allowances": "|".join(f"{at}/SpecifiedTradeAllowanceCharge" for at in _CII_SETTLEMENT),
    "allowance.is_charge": "ChargeIndicator/Indicator",
    "allowance.amount": "ActualAmount",
    "allowance.reason": "Reason",
    "notes": "ExchangedDocument/IncludedNote/Content|HeaderExchangedDocument/IncludedNote/Content",
    "terms": "|".join(f"{at}/SpecifiedTradePaymentTerms/Description" for at in _CII_SETTLEMENT),
    "bic": "|".join(
        f"{at}/SpecifiedTradeSettlementPaymentMeans/PayeeSpecifiedCreditorFinancialInstitution/BICID"
        for at in _CII_SETTLEMENT
    ),
    "prepaid": f"{_CII_SETTLEMENT[0]}/SpecifiedTradeSettlementHeaderMonetarySummation/TotalPrepaidAmount"
    f"|{_CII_SETTLEMENT[1]}/SpecifiedTradeSettlementMonetarySummation/TotalPrepaidAmount",
}
_UBL: Paths = {
    "lines": "InvoiceLine|CreditNoteLine",
    "line.number": "ID",
    "line.note": "Note",
    "line.name": "Item/Name",
    "line.description": "Item/Description",
    "line.article": "Item/SellersItemIdentification/ID|Item/StandardItemIdentification/ID",
    "line.quantity": "InvoicedQuantity|CreditedQuantity",
    "line.price": "Price/PriceAmount",
    "line.rate": "Item/ClassifiedTaxCategory/Percent",
    "line.net": "LineExtensionAmount",
    "taxes": "TaxTotal/TaxSubtotal",
    "tax.rate": "TaxCategory/Percent",
    "tax.category": "TaxCategory/ID",
    "tax.base": "TaxableAmount",
    "tax.amount": "TaxAmount",
    "tax.reason": "TaxCategory/TaxExemptionReason",
    "allowances": "AllowanceCharge",
    "allowance.is_charge": "ChargeIndicator",
    "allowance.amount": "Amount",
    "allowance.reason": "AllowanceChargeReason",
    "notes": "Note",
    "terms": "PaymentTerms/Note",
    "bic": "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID",
    "prepaid": "LegalMonetaryTotal/PrepaidAmount",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One item as it stands in the XML; `unit` is the code of UN/ECE Recommendation 20."""

    number: str
    name: str
    details: tuple[str, ...]
    quantity: str
    unit: str
    price: str
    rate: str
    net: str


@dataclass(frozen=True, slots=True)
class Tax:
    """One row of the tax breakdown."""

    rate: str
    category: str
    base: str
    amount: str
    reason: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """A discount or a charge on the whole invoice."""

    is_charge: bool
    amount: str
    reason: str


@dataclass(slots=True)
class Rest:
    """Everything shown besides the header."""

    lines: list[Line] = field(default_factory=list)
    line_count: int = 0
    taxes: list[Tax] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    bic: str = ""
    prepaid: str = ""


def read_rest(xml: bytes) -> Rest:
    """Read an XML that `records.einvoice` has read before; what is missing stays empty. Raises XMLSyntaxError."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(xml.lstrip(b" \t\r\n"), parser)
    paths = _UBL if etree.QName(root).localname in {"Invoice", "CreditNote"} else _CII
    lines = _nodes(root, paths["lines"])
    return Rest(
        lines=[_line(node, paths) for node in lines[:MOST_LINES]],
        line_count=len(lines),
        taxes=[_tax(node, paths) for node in _nodes(root, paths["taxes"])[:50]],
        allowances=[_allowance(node, paths) for node in _nodes(root, paths["allowances"])[:100]],
        notes=[_said(node) for node in _nodes(root, paths["notes"])[:20]],
        terms=[_said(node) for node in _nodes(root, paths["terms"])[:10]],
        bic=_text(root, paths["bic"]),
        prepaid=_text(root, paths["prepaid"]),
    )


def _line(node: etree._Element, paths: Paths) -> Line:
    quantity = next(iter(_nodes(node, paths["line.quantity"])), None)
    article = _text(node, paths["line.article"])
    details = (
        f"Art.-Nr. {article}" if article else "",
        _text(node, paths["line.description"]),
        _text(node, paths["line.note"]),
    )
    return Line(
        number=_text(node, paths["line.number"]),
        name=_text(node, paths["line.name"]),
        details=tuple(text for text in details if text),
        quantity=_said(quantity) if quantity is not None else "",
        unit=str(quantity.get("unitCode", "")) if quantity is not None else "",
        price=_text(node, paths["line.price"]),
        rate=_text(node, paths["line.rate"]),
        net=_text(node, paths["line.net"]),
    )


def _tax(node: etree._Element, paths: Paths) -> Tax:
    return Tax(*(_text(node, paths[f"tax.{key}"]) for key in ("rate", "category", "base", "amount", "reason")))


def _allowance(node: etree._Element, paths: Paths) -> Allowance:
    is_charge = _text(node, paths["allowance.is_charge"]).lower() == "true"
    return Allowance(is_charge, _text(node, paths["allowance.amount"]), _text(node, paths["allowance.reason"]))


@functools.cache
def _expanded(alternatives: str) -> tuple[str, ...]:
    return tuple("/".join(f"{{*}}{step}" for step in path.split("/")) for path in alternatives.split("|"))


def _nodes(node: etree._Element, alternatives: str) -> list[etree._Element]:
    for path in _expanded(alternatives):
        found = node.findall(path)
        if found:
            return found
    return []


def _text(node: etree._Element, alternatives: str) -> str:
    return next((text for text in map(_said, _nodes(node, alternatives)) if text), "")


def _said(node: etree._Element) -> str:
    return re.sub(r"[ \t]+", " ", node.text or "").strip()[:4000]
